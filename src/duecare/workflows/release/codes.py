"""Codes that requesters type: made of a seed with the installation's key, so that no table alone tells one.

Kept are a keyed digest, by which a typed code is found, and in the outbox the seed until the mail is written.
Who has the database and not the key can neither read a code nor try all of them.
"""

from dataclasses import dataclass

from duecare.core.db import opaque_id
from duecare.core.signing import code_from, keyed_digest

TRACKING, PICKUP = "tracking", "pickup-code"


@dataclass(frozen=True)
class Code:
    """A code as people type it, its digest as the tables keep it, and what it was made of."""

    text: str
    digest: str
    origin: str


def made(key: str, purpose: str, seed: str | None = None) -> Code:
    """The code of a seed, always the same; without a seed a new one."""
    seed = seed or opaque_id()
    text = code_from(key, purpose, seed)
    return Code(text, digest_of(key, purpose, text), f"{purpose}:{seed}")


def digest_of(key: str, purpose: str, typed: str) -> str:
    """The digest of a code as somebody typed it: case, spaces and hyphens do not matter."""
    return keyed_digest(key, purpose, typed)
