"""A person's own in-app notices: how many are unread, which they are, and which kinds they want.

Everything is scoped to the caller: nobody reads another person's notices.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, ScalarSelect, func, literal, select, update
from sqlalchemy.orm import Session

from duecare.core.access import Caller
from duecare.core.errors import NotFound
from duecare.core.notices.compose import EMAIL, IN_APP, Template, templates
from duecare.core.notices.models import Notice
from duecare.core.people.models import User
from duecare.core.time import now

Asked = int | None | ScalarSelect[Any]
CHANNELS = (IN_APP, EMAIL)
COUNTED_AT_MOST = 99
SHOWN_AT_MOST = 100


@dataclass(frozen=True)
class Line:
    """A notice as the bell's page shows it."""

    public_id: str
    subject: str
    body: str
    created_at: datetime
    is_unread: bool


def unread_of(user_id: Asked, organisation_id: Asked) -> ScalarSelect[int]:
    """How many in-app notices a person has not read in an organisation; stops counting at 100.

    A part of a statement, so that the bell's figure can be read together with the person it is for.
    """
    rows = (
        select(literal(1))
        .where(*_to(user_id, organisation_id), Notice.read_at.is_(None))
        .limit(COUNTED_AT_MOST + 1)
        .subquery()
    )
    return select(func.count()).select_from(rows).scalar_subquery()


def latest(session: Session, caller: Caller) -> list[Line]:
    """The newest notices, the unread ones first."""
    columns = (Notice.public_id, Notice.subject, Notice.body, Notice.created_at, Notice.read_at)
    new = select(*columns).where(*_own(caller), Notice.read_at.is_(None)).order_by(Notice.id.desc())
    old = select(*columns).where(*_own(caller), Notice.read_at.is_not(None)).order_by(Notice.id.desc())
    found = [
        *session.execute(new.limit(SHOWN_AT_MOST)),
        *session.execute(old.limit(SHOWN_AT_MOST)),
    ][:SHOWN_AT_MOST]
    return [
        Line(row.public_id, row.subject, row.body, row.created_at, is_unread=row.read_at is None)
        for row in found
    ]


def read(session: Session, caller: Caller, public_id: str) -> str:
    """Marks a notice as read and gives its link. Raises `NotFound` for anything but one's own."""
    notice = session.scalar(select(Notice).where(*_own(caller), Notice.public_id == public_id))
    if notice is None:
        raise NotFound(_("There is no such notice."))
    notice.read_at = notice.read_at or now()
    return notice.link


def read_all(session: Session, caller: Caller) -> None:
    """Marks every notice of the caller as read."""
    session.execute(update(Notice).where(*_own(caller), Notice.read_at.is_(None)).values(read_at=now()))


def kinds() -> list[Template]:
    """The kinds of notice about cases that people with an account get; they can be declined."""
    return [each for each in templates().values() if each.to_people and "number" in each.parameters]


def preferences(session: Session, caller: Caller) -> dict[str, list[str]]:
    """The channels the caller chose for each kind; both unless they chose."""
    chosen = session.get_one(User, caller.user_id).notice_preferences
    return {kind.code: list(chosen.get(kind.code, CHANNELS)) for kind in kinds()}


def prefer(session: Session, caller: Caller, chosen: Iterable[tuple[str, ...]]) -> None:
    """Keeps the caller's choice, given as (kind, channel) pairs; a kind without a pair is told by none."""
    wanted: dict[str, list[str]] = {kind.code: [] for kind in kinds()}
    for code, channel in chosen:
        if code in wanted and channel in CHANNELS and channel not in wanted[code]:
            wanted[code].append(channel)
    user = session.get_one(User, caller.user_id)
    user.notice_preferences = {**user.notice_preferences, **wanted}


def _own(caller: Caller) -> tuple[ColumnElement[bool], ...]:
    return _to(caller.user_id, caller.organisation_id)


def _to(user_id: Asked, organisation_id: Asked) -> tuple[ColumnElement[bool], ...]:
    return (
        Notice.user_id == user_id,
        Notice.channel == IN_APP,
        Notice.organisation_id == organisation_id,
    )
