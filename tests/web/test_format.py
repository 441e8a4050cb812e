"""How dates, spans and sizes are said."""

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from duecare.web import format as say

CHICAGO = "America/Chicago"
NOON = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due_at", "words"),
    [
        (None, "no due date"),
        (datetime(2026, 11, 25, 23, 0, tzinfo=UTC), "due in 3 days · Wed 25 Nov"),
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), "due tomorrow · Mon 23 Nov"),
        (datetime(2027, 1, 4, 23, 0, tzinfo=UTC), "due in 43 days · Mon 4 Jan 2027"),
        (datetime(2026, 11, 20, 23, 0, tzinfo=UTC), "overdue 2 days · Fri 20 Nov"),
        (datetime(2026, 11, 21, 18, 0, tzinfo=UTC), "overdue 1 day · Sat 21 Nov"),
        (NOON - timedelta(hours=3, minutes=10), "overdue 3 hours · 8:50\u202fAM"),
        (NOON - timedelta(minutes=20), "overdue 20 min · 11:40\u202fAM"),
        (NOON - timedelta(seconds=5), "overdue just now · 11:59\u202fAM"),
    ],
)
def test_a_due_time_is_said_as_people_say_it(due_at: datetime | None, words: str) -> None:
    assert say.due_phrase(due_at, NOON, CHICAGO) == words


def test_what_is_due_today_says_the_hour_and_warns() -> None:
    said = say.due(datetime(2026, 11, 22, 23, 0, tzinfo=UTC), NOON, CHICAGO)
    assert (said.phrase, said.tone) == ("due today", "warn")
    assert said.on.startswith("5:00")


def test_days_are_counted_in_the_zone_of_the_facility() -> None:
    late_evening = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
    assert say.due(late_evening, NOON, CHICAGO).phrase == "due today"
    assert say.due(late_evening, NOON, "UTC").phrase == "due tomorrow"


def test_the_exact_time_names_its_zone() -> None:
    assert (
        say.due(datetime(2026, 11, 25, 23, 0, tzinfo=UTC), NOON, CHICAGO).exact
        == "Wed 25 Nov 2026, 5:00\u202fPM CST"
    )


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 22, 20, 32, tzinfo=UTC), "today 2:32\u202fPM"),
        (datetime(2026, 11, 21, 15, 10, tzinfo=UTC), "yesterday 9:10\u202fAM"),
        (datetime(2026, 11, 18, 20, 32, tzinfo=UTC), "Wed 18 Nov, 2:32\u202fPM"),
        (datetime(2025, 11, 18, 20, 32, tzinfo=UTC), "Tue 18 Nov 2025, 2:32\u202fPM"),
    ],
)
def test_a_moment_is_told_relative_to_today(moment: datetime, words: str) -> None:
    assert say.when(moment, CHICAGO, NOON) == words


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        say.when(datetime(2026, 11, 22, 12, 0), CHICAGO)  # noqa: DTZ001


def test_a_day_carries_its_weekday_and_year() -> None:
    assert say.day(date(2026, 11, 25)) == "Wed 25 Nov 2026"


def test_an_absent_day_is_a_dash() -> None:
    assert say.day(None) == "–"


def test_a_birth_date_has_its_month_in_letters() -> None:
    assert say.born(date(1971, 4, 3)) == "3 Apr 1971"


def test_an_absent_birth_date_is_unknown() -> None:
    assert say.born(None) == "unknown"


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 KB"),
        (1234567, "1.2 MB"),
        (999_999, "1 MB"),
        (25_400_000, "25 MB"),
        (3 * 10**15, "3,000 TB"),
    ],
)
def test_a_size_is_said_in_decimal_units(count: int, words: str) -> None:
    assert say.file_size(count) == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (None, "–"),
        (0.01, "14 minutes"),
        (0.25, "6 hours"),
        (1, "1 day"),
        (3, "3 days"),
        (2.46, "2.5 days"),
    ],
)
def test_a_span_is_said_in_its_fitting_unit(days: float | None, words: str) -> None:
    assert say.duration(days) == words


def test_dates_follow_the_language_of_the_reader() -> None:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context(), force_locale("es"):
        assert say.born(date(1971, 4, 3)) == "3 abr 1971"
