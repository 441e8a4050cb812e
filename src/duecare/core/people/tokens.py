"""API tokens: random, shown once, kept as a digest, good for some of their user's permissions and a time."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.access import Caller, Permission
from duecare.core.errors import Missing, NotFound
from duecare.core.people import sign_in
from duecare.core.people.models import ApiToken, Membership, Organisation, User
from duecare.core.time import now

PREFIX = "duecare_"
SECRET_BYTES = 32
LONGEST = timedelta(days=366)
USED_EVERY = timedelta(minutes=1)


def issue(
    session: Session,
    caller: Caller,
    user: User,
    organisation: Organisation,
    *,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime,
) -> tuple[ApiToken, str]:
    """Makes a token of a user and gives it with its text, which is shown this once.

    Raises `Missing` for scopes that the user's roles do not grant there, and for a time past or over a year.
    """
    _need_owner_or_manager(caller, user.id, organisation.id)
    granted = caller_in(session, user, organisation.id).permissions
    wanted = sorted(set(scopes))
    _check(wanted, granted, expires_at)
    text = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken(
        user_id=user.id,
        organisation_id=organisation.id,
        name=name.strip(),
        digest=_digest(text),
        scopes=wanted,
        expires_at=expires_at,
    )
    session.add(token)
    session.flush()
    details = {"user": user.public_id, "scopes": wanted, "expires_at": expires_at.isoformat()}
    audit.record(session, caller, "token.issued", token.public_id, details, organisation.id)
    return token, text


def revoke(session: Session, caller: Caller, organisation_id: int, public_id: str) -> ApiToken:
    """Makes a token useless at once."""
    token = session.scalar(
        select(ApiToken).where(ApiToken.public_id == public_id, ApiToken.organisation_id == organisation_id)
    )
    if token is None or (caller.kind == "user" and caller.organisation_id != organisation_id):
        raise NotFound(_("There is no such token."))
    _need_owner_or_manager(caller, token.user_id, organisation_id)
    token.revoked_at = token.revoked_at or now()
    audit.record(session, caller, "token.revoked", token.public_id, chain=organisation_id)
    return token


def identify(session: Session, text: str, address: str = "") -> Caller | None:
    """The caller of a token's text, limited to its scopes; None when it is unknown, revoked or expired."""
    row = session.execute(
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(ApiToken.digest == _digest(text), ApiToken.revoked_at.is_(None), User.active.is_(True))
    ).first()
    if row is None or row.ApiToken.expires_at <= now():
        return None
    caller = caller_in(
        session, row.User, row.ApiToken.organisation_id, address, frozenset(row.ApiToken.scopes)
    )
    return caller if caller.organisation_id is not None else None


def is_use_unnoted(session: Session, text: str) -> bool:
    """True when a token's last noted use is so old that it is to be noted again."""
    used_at = session.scalar(select(ApiToken.used_at).where(ApiToken.digest == _digest(text)))
    return used_at is None or now() - used_at > USED_EVERY


def note_use(session: Session, text: str) -> None:
    """Notes that a token was used, at most once a minute."""
    token = session.scalar(select(ApiToken).where(ApiToken.digest == _digest(text)))
    if token and (token.used_at is None or now() - token.used_at > USED_EVERY):
        token.used_at = now()


def caller_in(
    session: Session,
    user: User,
    organisation_id: int,
    address: str = "",
    scopes: frozenset[str] | None = None,
) -> Caller:
    """The caller that a user is in an organisation, with scopes when they come by a token."""
    memberships = session.execute(
        select(Membership.role, Organisation).join(Organisation).where(Membership.user_id == user.id)
    ).all()
    return sign_in.caller_of(user, memberships, organisation_id, address, scopes)


def _check(wanted: list[str], granted: frozenset[str], expires_at: datetime) -> None:
    errors = {}
    excess = [scope for scope in wanted if scope not in granted]
    if excess or not wanted:
        errors["scopes"] = _("Choose from what the person's roles allow.")
    if not now() < expires_at <= now() + LONGEST:
        errors["expires_at"] = _("Choose a day within a year from now.")
    if errors:
        raise Missing(_("The token cannot be made like this."), errors)


def _need_owner_or_manager(caller: Caller, user_id: int, organisation_id: int) -> None:
    if caller.kind == "system":
        return
    if caller.organisation_id != organisation_id:
        raise NotFound(_("There is no such organisation."))
    if caller.user_id != user_id:
        caller.need(Permission.TOKENS_MANAGE)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
