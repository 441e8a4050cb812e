from datetime import date

import pytest

from duecare.core.clock import AGING_BUCKETS, age_days, aging_bucket, days_overdue, time_left
from tests.core.clock.worlds import CHICAGO, at

DUE = CHICAGO.end_of_day(date(2025, 7, 2))


def test_the_buckets_are_those_of_the_aging_report():
    assert [bucket.label for bucket in AGING_BUCKETS] == ["0–7", "8–15", "16–30", "31+"]


@pytest.mark.parametrize(
    ("as_of", "label"),
    [
        ("2025-06-02 23:59", "0–7"),
        ("2025-06-09 23:59", "0–7"),
        ("2025-06-10 00:00", "8–15"),
        ("2025-06-17 12:00", "8–15"),
        ("2025-06-18 12:00", "16–30"),
        ("2025-07-02 12:00", "16–30"),
        ("2025-07-03 00:00", "31+"),
        ("2027-07-03 00:00", "31+"),
    ],
)
def test_age_is_counted_in_local_days_since_receipt(as_of, label):
    assert aging_bucket(at("2025-06-02 23:58"), at(as_of), CHICAGO).label == label


def test_a_request_is_never_younger_than_a_day_of_nothing():
    assert age_days(at("2025-06-02 10:00"), at("2025-06-01 10:00"), CHICAGO) == 0


@pytest.mark.parametrize(
    ("as_of", "days"),
    [("2025-07-01 12:00", 0), ("2025-07-02 23:59:59", 0), ("2025-07-03 00:00", 1), ("2025-07-12 08:00", 10)],
)
def test_days_overdue_are_local_days_past_the_due_day(as_of, days):
    assert days_overdue(DUE, at(as_of), CHICAGO) == days


def test_a_stopped_clock_is_not_overdue():
    assert days_overdue(None, at("2025-07-12 08:00"), CHICAGO) == 0


@pytest.mark.parametrize(
    ("as_of", "days", "seconds", "overdue"),
    [
        ("2025-06-29 23:59:59", 3, 3 * 86400, False),
        ("2025-07-02 17:59:59", 0, 6 * 3600, False),
        ("2025-07-04 23:59:59", -2, -2 * 86400, True),
    ],
    ids=["in three days", "today", "overdue"],
)
def test_time_left_gives_the_numbers_of_a_due_phrase(as_of, days, seconds, overdue):
    left = time_left(DUE, at(as_of), CHICAGO)
    assert (left.due_on, left.days, left.seconds, left.overdue) == (date(2025, 7, 2), days, seconds, overdue)
