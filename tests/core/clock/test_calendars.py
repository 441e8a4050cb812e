from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from duecare.core.clock import Calendar, NaiveTimeError, UnknownCalendarError, calendar_for
from tests.core.clock.worlds import CHICAGO, TEXAS, at


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("America/Chicago", date(2025, 3, 8), "2025-03-09T05:59:59"),
        ("America/Chicago", date(2025, 3, 9), "2025-03-10T04:59:59"),
        ("America/Chicago", date(2025, 11, 2), "2025-11-03T05:59:59"),
        ("America/Havana", date(2025, 3, 8), "2025-03-09T04:59:59"),
        ("Africa/Cairo", date(2025, 4, 24), "2025-04-24T21:59:59"),
        ("Africa/Cairo", date(2025, 10, 30), "2025-10-30T21:59:59"),
        ("America/Nuuk", date(2025, 3, 29), "2025-03-30T00:59:59"),
        ("Asia/Kathmandu", date(2025, 1, 1), "2025-01-01T18:14:59"),
    ],
    ids=[
        "before spring forward",
        "day of 23 hours",
        "day of 25 hours",
        "no midnight follows",
        "no midnight follows in Cairo",
        "last hour twice",
        "last hour missing",
        "offset of 45 minutes",
    ],
)
def test_a_local_day_ends_at_its_last_second(zone, day, end):
    calendar = Calendar(ZoneInfo(zone))
    assert calendar.end_of_day(day) == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_the_end_of_a_day_is_in_utc():
    assert CHICAGO.end_of_day(date(2025, 1, 1)).tzinfo is UTC


def test_an_instant_has_the_date_of_the_facility_not_of_utc():
    assert CHICAGO.local_date(at("2025-06-02 23:59")) == date(2025, 6, 2)


def test_a_naive_instant_has_no_local_date():
    with pytest.raises(NaiveTimeError, match="no time zone"):
        CHICAGO.local_date(datetime(2025, 6, 2, 12))  # noqa: DTZ001 - the fault under test


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2025, 7, 3), True),
        (date(2025, 7, 4), False),
        (date(2025, 7, 5), False),
        (date(2025, 7, 7), True),
    ],
    ids=["Thursday", "Independence Day", "Saturday", "Monday"],
)
def test_business_days_leave_out_weekends_and_public_holidays(day, open_):
    assert TEXAS.is_business_day(day) is open_


def test_own_closures_are_closed_and_named():
    calendar = calendar_for("America/Chicago", "US", None, {date(2025, 6, 10): "Inventory"}, [2025])
    assert not calendar.is_business_day(date(2025, 6, 10))
    assert calendar.names[date(2025, 6, 10)] == "Inventory"


def test_public_holidays_are_named():
    assert TEXAS.names[date(2025, 11, 27)] == "Thanksgiving Day"


def test_the_weekend_is_that_of_the_country():
    cairo = calendar_for("Africa/Cairo", "EG", None, {}, [2025])
    assert cairo.weekend == {4, 5}


@pytest.mark.parametrize(
    ("zone", "country", "subdivision"),
    [("America/Nowhere", "US", None), ("America/Chicago", "XX", None), ("America/Chicago", "US", "ZZ")],
    ids=["zone", "country", "subdivision"],
)
def test_an_unknown_place_has_no_calendar(zone, country, subdivision):
    with pytest.raises(UnknownCalendarError, match=r"ZZ|XX|Nowhere"):
        calendar_for(zone, country, subdivision, {}, [2025])


def test_a_week_needs_a_working_day():
    with pytest.raises(UnknownCalendarError, match="working day"):
        Calendar(ZoneInfo("UTC"), weekend=frozenset(range(7)))
