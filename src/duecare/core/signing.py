"""Secrets handed to people: codes to type, and links that only this installation can have made."""

import hashlib
import hmac
import secrets

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
SIGNATURE_LENGTH = 43


def new_code() -> str:
    """A code that can be read aloud (49 bits), e.g. `7KQ2M-X9PDA`."""
    raw = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    return f"{raw[:5]}-{raw[5:]}"


def code_from(key: str, purpose: str, value: str) -> str:
    """A code like `new_code`'s that only this installation can make, and makes again from the same value."""
    number = int.from_bytes(hmac.new(key.encode(), f"{purpose}\0{value}".encode(), hashlib.sha256).digest())
    raw = ""
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(CODE_ALPHABET))
        raw += CODE_ALPHABET[place]
    return f"{raw[:5]}-{raw[5:]}"


def digest(code: str) -> str:
    """SHA-256 (hex) of a code as people type it: case, spaces and hyphens do not matter."""
    folded = "".join(character for character in code.upper() if character.isalnum())
    return hashlib.sha256(folded.encode()).hexdigest()


def keyed_digest(key: str, purpose: str, code: str) -> str:
    """The digest of a code that cannot be guessed at without the installation's key: for codes kept long."""
    return _signature(key, purpose, digest(code))


def signed(key: str, purpose: str, value: str) -> str:
    """`value.signature`, good for one purpose only."""
    return f"{value}.{_signature(key, purpose, value)}"


def unsigned(key: str, purpose: str, text: str) -> str | None:
    """The value of a signed text, or None when this installation did not sign it for the purpose."""
    value, _, signature = text.rpartition(".")
    return value if hmac.compare_digest(signature, _signature(key, purpose, value)) else None


def _signature(key: str, purpose: str, value: str) -> str:
    return hmac.new(key.encode(), f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()[
        :SIGNATURE_LENGTH
    ]
