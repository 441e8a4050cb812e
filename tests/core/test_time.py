"""The clock hands out aware UTC and can be stopped by a test."""

from datetime import UTC, datetime, timedelta

import time_machine

from duecare.core.time import monotonic, now


def test_now_is_aware_and_in_utc():
    assert now().utcoffset() == timedelta(0)


def test_a_test_can_stop_the_clock():
    leap_day = datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC)
    with time_machine.travel(leap_day, tick=False):
        assert now() == leap_day


def test_monotonic_never_goes_back():
    readings = [monotonic() for _ in range(100)]
    assert readings == sorted(readings)
