"""Limits how often something guessable may be tried: a password, a code, a tracking number.

Keys are kept as digests, so that the table tells nobody whose address or which number was tried. A try is
counted before it is judged, in a transaction of its own: a count must never be rolled back with the failure
that it is there to count.
"""

import hashlib
from datetime import datetime, timedelta

from flask_babel import ngettext
from sqlalchemy import case, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from duecare.core.errors import TooMany
from duecare.core.people.models import Throttle
from duecare.core.time import now


def hit(session: Session, key: str, limit: int, window: timedelta) -> None:
    """Counts a try. Raises `TooMany` when `limit` tries were made since the window's first one.

    Commit it before judging the try. Two tries at once count as two, on every database.
    """
    at, digest = now(), _digest(key)
    if not _counted(session, digest, at, window):
        try:
            with session.begin_nested():
                session.add(Throttle(key=digest, window_started_at=at, tries=1))
        except IntegrityError:
            _counted(session, digest, at, window)
    tries, started_at = session.execute(
        select(Throttle.tries, Throttle.window_started_at).where(Throttle.key == digest)
    ).one()
    if tries > limit:
        raise TooMany(_wait(started_at + window - at))


def forget(session: Session, key: str) -> None:
    """Starts afresh, after a try that succeeded."""
    session.execute(delete(Throttle).where(Throttle.key == _digest(key)))


def sweep(session: Session, before: datetime) -> int:
    """Deletes the counts whose window began before a moment; gives how many."""
    swept = session.execute(delete(Throttle).where(Throttle.window_started_at < before))
    return int(swept.rowcount)  # type: ignore[attr-defined]


def _counted(session: Session, digest: str, at: datetime, window: timedelta) -> bool:
    """Adds one to a count that exists. MariaDB assigns in the order given, so the tries come first."""
    is_over = Throttle.window_started_at <= at - window
    counting = (
        update(Throttle)
        .where(Throttle.key == digest)
        .ordered_values(
            (Throttle.tries, case((is_over, 1), else_=Throttle.tries + 1)),
            (Throttle.window_started_at, case((is_over, at), else_=Throttle.window_started_at)),
        )
        .execution_options(synchronize_session=False)
    )
    return session.execute(counting).rowcount == 1  # type: ignore[attr-defined, no-any-return]


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _wait(rest: timedelta) -> str:
    minutes = max(1, -int(-rest.total_seconds() // 60))
    said = ngettext(
        "There were too many tries. Wait a minute, then try again.",
        "There were too many tries. Wait %(num)d minutes, then try again.",
        minutes,
    )
    return str(said)
