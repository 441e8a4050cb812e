"""How old a request is and how far its due date lies, in the facility's local days."""

from dataclasses import dataclass
from datetime import date, datetime

from duecare.core.clock.calendars import Calendar


@dataclass(frozen=True)
class AgingBucket:
    """A range of whole days since receipt; ``last`` is ``None`` for the open-ended one."""

    first: int
    last: int | None

    @property
    def label(self) -> str:
        return f"{self.first}+" if self.last is None else f"{self.first}–{self.last}"

    def holds(self, days: int) -> bool:
        return self.first <= days and (self.last is None or days <= self.last)


AGING_BUCKETS = (AgingBucket(0, 7), AgingBucket(8, 15), AgingBucket(16, 30), AgingBucket(31, None))


@dataclass(frozen=True)
class TimeLeft:
    """A due date's local day, with the local days and the seconds left until it (negative once past)."""

    due_on: date
    days: int
    seconds: int

    @property
    def overdue(self) -> bool:
        return self.days < 0


def age_days(received_at: datetime, as_of: datetime, calendar: Calendar) -> int:
    """Return the local days since the day of receipt, which is day 0; never negative."""
    return max(0, (calendar.local_date(as_of) - calendar.local_date(received_at)).days)


def aging_bucket(received_at: datetime, as_of: datetime, calendar: Calendar) -> AgingBucket:
    """Return the one of ``AGING_BUCKETS`` that holds the request's age."""
    age = age_days(received_at, as_of, calendar)
    return next(bucket for bucket in AGING_BUCKETS if bucket.holds(age))


def days_overdue(due_at: datetime | None, as_of: datetime, calendar: Calendar) -> int:
    """Return the local days since the due day; 0 up to it and while a stopped clock has none."""
    return 0 if due_at is None else max(0, -time_left(due_at, as_of, calendar).days)


def time_left(due_at: datetime, as_of: datetime, calendar: Calendar) -> TimeLeft:
    """Return the numbers a phrase such as "due in 3 days", "6 h left" or "overdue 2 d" is made of."""
    due_on = calendar.local_date(due_at)
    seconds = int((due_at - as_of).total_seconds())
    return TimeLeft(due_on, (due_on - calendar.local_date(as_of)).days, seconds)
