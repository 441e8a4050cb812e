"""Signed-in browsers: one row each, so that a session can end at once from the other side.

The cookie carries only the row's token. A session ends on sign-out, after a time without use, after a time
whatever its use, and when the user is disabled or their role or password changes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.access import Caller, permissions_of
from duecare.core.people.models import Membership, Organisation, SignIn, User
from duecare.core.time import now
from duecare.settings import Settings

COOKIE_KEY = "sign_in"
SEEN_EVERY = timedelta(seconds=60)


@dataclass(frozen=True)
class Identified:
    """A caller, and whether the row's `seen_at` is old enough to be written again."""

    caller: Caller
    sign_in_id: int
    seen_is_old: bool


def start(
    session: Session, user: User, organisation: Organisation | None, address: str, agent: str
) -> SignIn:
    """Opens a session for a user, in the organisation they last chose or first belong to."""
    row = SignIn(
        user_id=user.id,
        organisation_id=organisation.id if organisation else None,
        address=address[:64],
        agent=agent[:200],
    )
    session.add(row)
    user.last_sign_in_at = now()
    session.flush()
    caller = Caller("user", user.name, row.organisation_id, user.id, address=address)
    audit.record(session, caller, "session.started", user.public_id)
    return row


def identify(session: Session, token: str, settings: Settings, address: str) -> Identified | None:
    """The caller of a cookie's token; None when the session does not exist, ended or ran out."""
    row = session.execute(
        select(SignIn, User)
        .join(User, User.id == SignIn.user_id)
        .where(SignIn.token == token, SignIn.ended_at.is_(None), User.active.is_(True))
    ).first()
    if row is None or has_run_out(row.SignIn, settings, now()):
        return None
    memberships = session.execute(
        select(Membership.role, Organisation)
        .join(Organisation)
        .where(Membership.user_id == row.User.id)
        .order_by(Organisation.name)
    ).all()
    caller = caller_of(row.User, memberships, row.SignIn.organisation_id, address)
    return Identified(caller, row.SignIn.id, now() - row.SignIn.seen_at > SEEN_EVERY)


def caller_of(
    user: User,
    memberships: Any,
    organisation_id: int | None,
    address: str = "",
    scopes: frozenset[str] | None = None,
) -> Caller:
    """The caller that a user is in an organisation; in none, they hold no role."""
    here = [row for row in memberships if row.Organisation.id == organisation_id]
    roles = frozenset(row.role for row in here)
    return Caller(
        kind="user",
        name=user.name,
        organisation_id=organisation_id if here else None,
        user_id=user.id,
        roles=roles,
        permissions=permissions_of(roles),
        scopes=scopes,
        address=address,
        locale=user.locale,
        zone=here[0].Organisation.zone if here else "UTC",
        organisations=tuple(
            dict.fromkeys((row.Organisation.public_id, row.Organisation.name) for row in memberships)
        ),
    )


def has_run_out(row: SignIn, settings: Settings, at: datetime) -> bool:
    """True after the idle or the absolute limit."""
    idle = timedelta(minutes=settings.session_idle_minutes)
    absolute = timedelta(hours=settings.session_absolute_hours)
    return at - row.seen_at > idle or at - row.started_at > absolute


def touch(session: Session, sign_in_id: int) -> None:
    """Notes that the session is in use."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=now()))


def end(session: Session, token: str, reason: str) -> None:
    """Ends one session."""
    session.execute(
        update(SignIn)
        .where(SignIn.token == token, SignIn.ended_at.is_(None))
        .values(ended_at=now(), end_reason=reason)
    )


def end_all(session: Session, user_id: int, reason: str, but: str | None = None) -> None:
    """Ends every session of a user, but for the one whose token is given."""
    query = update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    if but:
        query = query.where(SignIn.token != but)
    session.execute(query.values(ended_at=now(), end_reason=reason))
