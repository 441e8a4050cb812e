"""The one place that reads the clock, so that tests can stop it and no naive time gets in.

Must never hand out a naive or a local time: inside duecare every instant is aware and UTC.
"""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The present instant, aware, in UTC, to the microsecond."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds on a clock that never goes back: for measuring how long something took, not for when it was."""
    return time.monotonic()
