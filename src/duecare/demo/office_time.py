"""Places moments in office hours.

Pure: knows no calendar but the one it is given, and must never read the clock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Window = tuple[datetime, datetime]


def weekday(day: date) -> bool:
    """Return whether the day is a Monday to Friday."""
    return day.weekday() < 5


@dataclass(frozen=True, slots=True)
class OfficeTime:
    """Office hours of a facility: its time zone, its working days, and when it opens and closes."""

    zone: ZoneInfo
    is_working_day: Callable[[date], bool] = weekday
    opens: time = time(8)
    closes: time = time(17)

    def moment(self, day: date, at: time) -> datetime:
        """Return the local time on that day, in UTC."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def local_date(self, moment: datetime) -> date:
        """Return the facility's date at that moment."""
        return moment.astimezone(self.zone).date()

    def spread(self, start: datetime, end: datetime, fractions: Sequence[float]) -> list[datetime]:
        """Return the moments at which those fractions of the office time from `start` to `end` have passed.

        `fractions` rise from 0 to 1. Without office time in between the answer is empty.
        """
        windows = self._windows(start, end)
        total = sum((closes - opens for opens, closes in windows), timedelta())
        if not total:
            return []
        return [_after(windows, total * fraction) for fraction in fractions]

    def working_days_before(self, day: date, number: int) -> date:
        """Return the day from which `number` further working days lead to `day`, or to the next one open."""
        while not self.is_working_day(day):
            day += timedelta(days=1)
        for _ in range(number):
            day -= timedelta(days=1)
            while not self.is_working_day(day):
                day -= timedelta(days=1)
        return day

    def working_days_after(self, day: date, number: int) -> date:
        """Return the day that is `number` working days after `day`."""
        for _ in range(number):
            day += timedelta(days=1)
            while not self.is_working_day(day):
                day += timedelta(days=1)
        return day

    def next_closing(self, moment: datetime) -> datetime:
        """Return the closing time of the working day after the one of `moment`."""
        return self.moment(self.working_days_after(self.local_date(moment), 1), self.closes)

    def _windows(self, start: datetime, end: datetime) -> list[Window]:
        first, last = self.local_date(start), self.local_date(end)
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        hours = (
            (self.moment(day, self.opens), self.moment(day, self.closes))
            for day in filter(self.is_working_day, days)
        )
        cut = ((max(opens, start), min(closes, end)) for opens, closes in hours)
        return [(opens, closes) for opens, closes in cut if opens < closes]


def _after(windows: Sequence[Window], passed: timedelta) -> datetime:
    for opens, closes in windows:
        if passed <= closes - opens:
            return (opens + passed).replace(microsecond=0)
        passed -= closes - opens
    return windows[-1][1]
