from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from duecare.demo.office_time import OfficeTime, weekday

OFFICE = OfficeTime(ZoneInfo("America/New_York"))
FRIDAY_NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


def test_half_of_the_time_over_a_weekend_falls_into_office_hours() -> None:
    monday_noon = FRIDAY_NOON + timedelta(days=3)
    [halfway] = OFFICE.spread(FRIDAY_NOON, monday_noon, [0.5])
    assert halfway == datetime(2026, 11, 20, 21, 30, tzinfo=UTC)


def test_a_weekend_has_no_office_time() -> None:
    saturday = FRIDAY_NOON + timedelta(days=1)
    assert OFFICE.spread(saturday, saturday + timedelta(hours=20), [0.5]) == []


@pytest.mark.parametrize(
    ("due", "received"),
    [(date(2026, 11, 24), date(2026, 11, 20)), (date(2026, 11, 26), date(2026, 11, 24))],
)
def test_two_working_days_are_counted_back_over_a_weekend(due: date, received: date) -> None:
    assert OFFICE.working_days_before(due, 2) == received


def test_counting_forward_skips_the_days_the_facility_is_closed() -> None:
    thanksgiving = date(2026, 11, 26)
    office = OfficeTime(OFFICE.zone, lambda day: weekday(day) and day != thanksgiving)
    assert office.working_days_after(date(2026, 11, 25), 2) == date(2026, 11, 30)
