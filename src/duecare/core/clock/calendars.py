"""A facility's local days: its time zone, its weekend and the days on which it is closed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from duecare.core.clock.errors import NaiveTimeError, UnknownCalendarError

SATURDAY_AND_SUNDAY = frozenset({5, 6})
LAST_SECOND = time(23, 59, 59, fold=1)


@dataclass(frozen=True)
class Calendar:
    """The days of one facility.

    ``weekend`` holds weekday numbers (Monday is 0). ``names`` says why a day is closed; a closure may have
    no name.
    """

    zone: ZoneInfo
    closures: frozenset[date] = frozenset()
    weekend: frozenset[int] = SATURDAY_AND_SUNDAY
    names: Mapping[date, str] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if len(self.weekend) >= 7:
            raise UnknownCalendarError(what="a week without a working day")

    def is_weekend(self, day: date) -> bool:
        return day.weekday() in self.weekend

    def is_business_day(self, day: date) -> bool:
        return not self.is_weekend(day) and day not in self.closures

    def local_date(self, instant: datetime) -> date:
        """Return the facility's date at an aware instant."""
        if instant.tzinfo is None:
            raise NaiveTimeError(moment=instant.isoformat())
        return instant.astimezone(self.zone).date()

    def end_of_day(self, day: date) -> datetime:
        """Return the last second of a local day, in UTC.

        Where 23:59:59 happens twice, the later one ends the day; where the clocks skip it, the day ends at
        the second before they do.
        """
        return datetime.combine(day, LAST_SECOND, self.zone).astimezone(UTC)


def calendar_for(
    zone_name: str,
    country: str,
    subdivision: str | None,
    own_closures: Mapping[date, str],
    years: Iterable[int],
) -> Calendar:
    """Build a facility's calendar from its public holidays and its own closures (date → name).

    ``country`` and ``subdivision`` are ISO 3166 codes (``US``, ``TX``). Public holidays are known only in
    ``years``: name every year a due date may fall in.
    """
    try:
        zone = ZoneInfo(zone_name)
        public = holidays.country_holidays(country, subdiv=subdivision, years=list(years))
    except (ZoneInfoNotFoundError, NotImplementedError, ValueError) as error:
        raise UnknownCalendarError(what=f"{zone_name}, {country}, {subdivision}") from error
    names = {**dict(public), **own_closures}
    return Calendar(zone, frozenset(names), frozenset(public.weekend), names)
