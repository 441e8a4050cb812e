"""Signed-in browsers: one row each, so that a session can end at once from the other side.

The cookie carries only the row's token. A session ends on sign-out, after a time without use, after a time
whatever its use, and when the user is disabled or their role or password changes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, ScalarSelect, select, update
from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.access import Caller, permissions_of
from duecare.core.errors import Forbidden, NotFound
from duecare.core.people.models import Membership, Organisation, SignIn, User
from duecare.core.time import now
from duecare.settings import Settings

COOKIE_KEY = "sign_in"
SEEN_EVERY = timedelta(seconds=60)


@dataclass(frozen=True)
class Identified:
    """A caller, their user, and whether the row's `seen_at` is old enough to be written again.

    `figure` is what was asked for in the same statement.
    """

    caller: Caller
    user: User
    sign_in_id: int
    seen_is_old: bool
    figure: int


def usual_organisation(session: Session, user_id: int) -> Organisation | None:
    """Where the person worked last, if they still belong there; else the first by name."""
    belongs = (
        select(Organisation)
        .where(Organisation.id.in_(select(Membership.organisation_id).where(Membership.user_id == user_id)))
        .order_by(Organisation.name)
    )
    last = session.scalar(
        select(SignIn.organisation_id).where(SignIn.user_id == user_id).order_by(SignIn.id.desc()).limit(1)
    )
    found = session.scalars(belongs).all()
    return next((row for row in found if row.id == last), found[0] if found else None)


def start(
    session: Session, user: User, organisation: Organisation | None, address: str, agent: str
) -> SignIn:
    """Opens a session for a user in one of their organisations. A disabled user gets none."""
    if not user.active:
        raise Forbidden(gettext("This account is disabled."))
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


def identify(
    session: Session, token: str, settings: Settings, address: str, figure: ScalarSelect[int]
) -> Identified | None:
    """The caller of a cookie's token; None when the session does not exist, ended or ran out."""
    rows = session.execute(
        select(SignIn, User, Membership.role, Organisation, figure.label("figure"))
        .join(User, User.id == SignIn.user_id)
        .outerjoin(Membership, Membership.user_id == User.id)
        .outerjoin(Organisation, Organisation.id == Membership.organisation_id)
        .where(SignIn.token == token, SignIn.ended_at.is_(None), User.active.is_(True))
        .order_by(Organisation.name)
    ).all()
    if not rows or has_run_out(rows[0].SignIn, settings, now()):
        return None
    user, sign_in = rows[0].User, rows[0].SignIn
    memberships = [row for row in rows if row.Organisation is not None]
    caller = caller_of(user, memberships, sign_in.organisation_id, address)
    seen_is_old = now() - sign_in.seen_at > SEEN_EVERY
    return Identified(caller, user, sign_in.id, seen_is_old, rows[0].figure)


def whose(token: str) -> tuple[ScalarSelect[int], ScalarSelect[int]]:
    """The user and the organisation of a cookie's token, as parts of a statement."""
    of_token = SignIn.token == token
    return (
        select(SignIn.user_id).where(of_token).scalar_subquery(),
        select(SignIn.organisation_id).where(of_token).scalar_subquery(),
    )


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
        organisation_public_id=here[0].Organisation.public_id if here else "",
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


def switch(session: Session, token: str, caller: Caller, public_id: str) -> Organisation:
    """Moves a session to another organisation of its user. Raises `NotFound` for one that is not theirs."""
    organisation = session.scalar(
        select(Organisation)
        .join(Membership)
        .where(Organisation.public_id == public_id, Membership.user_id == caller.user_id)
        .distinct()
    )
    if organisation is None:
        raise NotFound(gettext("You do not belong to this organisation."))
    mine = (SignIn.token == token, SignIn.user_id == caller.user_id)
    session.execute(update(SignIn).where(*mine).values(organisation_id=organisation.id))
    audit.record(session, caller, "session.moved", organisation.public_id, chain=organisation.id)
    return organisation


def open_sessions(session: Session, user_id: int, settings: Settings) -> list[SignIn]:
    """The sessions of a user that are alive, the last used first."""
    rows = session.scalars(
        select(SignIn)
        .where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
        .order_by(SignIn.seen_at.desc())
    )
    return [row for row in rows if not has_run_out(row, settings, now())]


def end(session: Session, token: str, reason: str) -> None:
    """Ends the session of a cookie."""
    _end(session, reason, SignIn.token == token)


def end_one(session: Session, user_id: int, sign_in_id: int, reason: str) -> None:
    """Ends one session of a user; another user's is left alone."""
    _end(session, reason, SignIn.user_id == user_id, SignIn.id == sign_in_id)


def end_all(session: Session, user_id: int, reason: str, but: str | None = None) -> None:
    """Ends every session of a user, but for the one whose token is given."""
    _end(session, reason, SignIn.user_id == user_id, *([SignIn.token != but] if but else []))


def end_all_in(session: Session, user_id: int, organisation_id: int, reason: str) -> None:
    """Ends every session of a user in one organisation."""
    _end(session, reason, SignIn.user_id == user_id, SignIn.organisation_id == organisation_id)


def _end(session: Session, reason: str, *which: ColumnElement[bool]) -> None:
    session.execute(
        update(SignIn).where(*which, SignIn.ended_at.is_(None)).values(ended_at=now(), end_reason=reason)
    )
