"""The one place that reads the clock, so that tests can stop it and no naive time gets in.

Must never hand out a naive or a local time: inside duecare every instant is aware and UTC.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_replayed: ContextVar[datetime | None] = ContextVar("replayed", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC, to the microsecond."""
    return _replayed.get() or datetime.now(UTC)


@contextmanager
def replaying(moment: datetime) -> Iterator[None]:
    """Inside the block it is `moment`: how the demonstration's history is made by the real operations."""
    if moment.tzinfo is None:
        raise ValueError("a moment must be aware")
    token = _replayed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _replayed.reset(token)


def monotonic() -> float:
    """Seconds on a clock that never goes back: for measuring how long something took, not for when it was."""
    return time.monotonic()
