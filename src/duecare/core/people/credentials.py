"""The second factors: one-time codes that count once, recovery codes kept as digests, passkeys that verify.

A code is used up by a conditional update, so that two requests with the same code never both get in.
"""

import base64
from typing import Any

import qrcode
from flask_security import MfRecoveryCodesUtil, PasswordUtil, Totp, WebauthnUtil
from passlib.exc import UsedTokenError
from passlib.totp import TotpMatch
from qrcode.image.svg import SvgPathFillImage
from sqlalchemy import or_, select, update
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from duecare.core import audit, requests
from duecare.core.people import passwords
from duecare.core.people.models import User
from duecare.core.people.store import RequestStore, account_caller
from duecare.core.signing import keyed_digest, new_code

RECOVERY_CODES = 10
PURPOSE = "recovery-code"
FIRST, SECOND = "first", "secondary"


class CountedTotp(Totp):
    """One-time codes of which each is good once (RFC 6238, section 5.2)."""

    def get_last_counter(self, user: Any) -> int | None:
        """The time step of the last code that was taken."""
        return user.totp_counter  # type: ignore[no-any-return]

    def set_last_counter(self, user: Any, tmatch: TotpMatch) -> None:
        """Takes a code. Raises `UsedTokenError` when it, or a later one, was taken in the meantime."""
        later = or_(User.totp_counter.is_(None), User.totp_counter < tmatch.counter)
        taking = update(User).where(User.id == user.id, later).values(totp_counter=tmatch.counter)
        with RequestStore().writing() as session:
            if session.execute(taking).rowcount != 1:  # type: ignore[attr-defined]
                raise UsedTokenError

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The key for the camera of a phone: black on white in every theme, as a `data:` URL."""
        drawn = qrcode.make(self.get_totp_uri(username, totp), image_factory=SvgPathFillImage)
        return f"data:image/svg+xml;base64,{base64.b64encode(drawn.to_string()).decode()}"


class RecoveryCodes(MfRecoveryCodesUtil):
    """Codes on paper, each good once. They are shown when they are made and never again."""

    def create_recovery_codes(self, user: Any) -> list[str]:
        """New codes in the place of the old ones."""
        codes = [new_code() for _ in range(RECOVERY_CODES)]
        user.mf_recovery_codes = [_digest(code) for code in codes]
        return codes

    def get_recovery_codes(self, user: Any) -> list[str]:  # noqa: ARG002 - Flask-Security's contract
        """None: only their digests are kept."""
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Uses a code up; False when it is none of the user's."""
        mine = select(User).where(User.id == user.id).with_for_update()
        with RequestStore().writing() as session:
            owner = session.scalars(mine).one()
            left, used = owner.mf_recovery_codes or [], _digest(code)
            if used not in left:
                return False
            owner.mf_recovery_codes = [digest for digest in left if digest != used]
            audit.record(session, account_caller(owner), "account.recovery_code_used", owner.public_id)
        return True

    def delete_recovery_code(self, user: Any, code: str) -> bool:  # noqa: ARG002
        """Nothing to do: checking a code has used it up."""
        return True


class Passkeys(WebauthnUtil):
    """What a passkey must be able to do: alone, it must know its user and find the account by itself."""

    def authenticator_selection(self, user: Any, usage: str) -> AuthenticatorSelectionCriteria:  # noqa: ARG002
        """What is asked of a new passkey, for signing in with it alone or as a second step."""
        alone = usage == FIRST
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED if alone else ResidentKeyRequirement.DISCOURAGED,
            user_verification=_verification(alone),
        )

    def user_verification(self, user: Any, usage: list[str]) -> UserVerificationRequirement:  # noqa: ARG002
        """Whether the device must check who holds it."""
        return _verification(usage == [FIRST])


class Passwords(PasswordUtil):
    """The rule for new passwords."""

    def validate(self, password: str, is_register: bool, **about: Any) -> tuple[list[str] | None, str]:  # noqa: ARG002
        """The faults of a new password, or None, and its normal form."""
        user = about.get("user")
        words = (user.name, user.email.partition("@")[0]) if user else ()
        normal = self.normalize(password)
        return passwords.faults(normal, words) or None, normal


def _verification(alone: bool) -> UserVerificationRequirement:
    required, discouraged = UserVerificationRequirement.REQUIRED, UserVerificationRequirement.DISCOURAGED
    return required if alone else discouraged


def _digest(code: str) -> str:
    return keyed_digest(requests.installation().settings.key, PURPOSE, code)
