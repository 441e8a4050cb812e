"""When a job runs by itself: every day or on weekdays, at a local time, in each organisation's zone.

An occasion (a local date) fires once, whatever the number of workers, on days of daylight saving and after a
time of standing still alike: its job carries the occasion as its unique key.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = frozenset(range(5))
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True)
class Schedule:
    """A local time on some days of the week; not `per_organisation`: once for the installation, in UTC."""

    at: time
    days: frozenset[int] = EVERY_DAY
    per_organisation: bool = True

    def __str__(self) -> str:
        days = {EVERY_DAY: "daily", WEEKDAYS: "weekdays"}.get(self.days, f"days {sorted(self.days)}")
        return f"{days} {self.at:%H:%M}" + ("" if self.per_organisation else " UTC")

    def latest_occasion(self, moment: datetime, zone: ZoneInfo) -> date | None:
        """The local date of the last occasion at or before `moment`, at most a week back."""
        today = moment.astimezone(zone).date()
        for back in range(8):
            day = today - timedelta(days=back)
            if day.weekday() in self.days and self.instant(day, zone) <= moment:
                return day
        return None

    def instant(self, day: date, zone: ZoneInfo) -> datetime:
        """When the occasion of a day is, in UTC. A local time that the day skips falls just after the gap."""
        return datetime.combine(day, self.at, zone).astimezone(UTC)
