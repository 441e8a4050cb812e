from datetime import UTC, date, datetime

import pytest

from duecare.core.clock import (
    BadIntervalError,
    Extension,
    FixedDateMissingError,
    NaiveTimeError,
    Pause,
    Unit,
    derive,
)
from tests.core.clock.worlds import (
    ACCESS,
    CHICAGO,
    CONTINUITY,
    LONG_AFTER,
    RULES,
    SUBPOENA,
    TEXAS,
    THIRD_PARTY,
    at,
    extendable,
    held,
    letter,
)

RECEIVED = at("2025-06-02 10:00")  # a Monday; thirty days later is 2 July


def due_on(rule, received_at, *pauses, extension=None, calendar=TEXAS):
    derivation = derive(rule, calendar, received_at, pauses, extension, LONG_AFTER)
    return derivation.due_at and calendar.local_date(derivation.due_at)


@pytest.mark.parametrize(
    ("code", "received", "due"),
    [
        ("us-right-of-access", "2025-06-02 10:00", date(2025, 7, 2)),
        ("us-right-of-access", "2024-02-01 10:00", date(2024, 3, 2)),
        ("us-right-of-access", "2023-02-01 10:00", date(2023, 3, 3)),
        ("us-right-of-access", "2025-06-02 23:59:59", date(2025, 7, 2)),
        ("us-right-of-access", "2025-06-03 00:00:00", date(2025, 7, 3)),
        ("us-right-of-access", "2025-06-05 10:00", date(2025, 7, 5)),
        ("target-third-party", "2025-06-02 10:00", date(2025, 7, 2)),
        ("target-continuity-of-care", "2025-06-02 10:00", date(2025, 6, 4)),
        ("target-continuity-of-care", "2025-06-06 10:00", date(2025, 6, 10)),
        ("target-continuity-of-care", "2025-06-07 10:00", date(2025, 6, 10)),
        ("target-continuity-of-care", "2025-07-03 10:00", date(2025, 7, 8)),
        ("us-tx-physician-records", "2025-06-02 10:00", date(2025, 6, 24)),
        ("us-tx-physician-records", "2024-12-16 10:00", date(2025, 1, 10)),
        ("us-ca-patient-copies", "2025-03-01 10:00", date(2025, 3, 16)),
    ],
    ids=[
        "thirty days",
        "across a leap day",
        "no leap day",
        "last second of the day",
        "first second of the next",
        "due on a Saturday after a holiday stays",
        "third party",
        "two business days",
        "received on a Friday",
        "received on a Saturday",
        "Independence Day and a weekend",
        "Juneteenth",
        "year end",
        "fifteen calendar days",
    ],
)
def test_each_rule_counts_its_own_days(code, received, due):
    assert due_on(RULES[code], at(received)) == due


@pytest.mark.parametrize(
    ("received", "due_at"),
    [
        ("2025-02-20 10:00", datetime(2025, 3, 23, 4, 59, 59, tzinfo=UTC)),
        ("2025-10-15 10:00", datetime(2025, 11, 15, 5, 59, 59, tzinfo=UTC)),
    ],
    ids=["spring", "autumn"],
)
def test_a_due_date_is_the_last_local_second_whatever_the_clocks_did(received, due_at):
    assert derive(ACCESS, CHICAGO, at(received), (), None, LONG_AFTER).due_at == due_at


def test_monday_to_wednesday_moves_the_due_date_by_two_days():
    assert due_on(THIRD_PARTY, RECEIVED, held("2025-06-09 10:00", "2025-06-11 10:00")) == date(2025, 7, 4)


@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([("2025-06-09 10:00", "2025-06-11 10:00"), ("2025-06-10 10:00", "2025-06-12 10:00")], (7, 5)),
        ([("2025-06-09 10:00", "2025-06-11 10:00"), ("2025-06-11 10:00", "2025-06-12 10:00")], (7, 5)),
        ([("2025-06-09 10:00", "2025-06-11 10:00"), ("2025-06-09 10:00", "2025-06-11 10:00")], (7, 4)),
        ([("2025-06-09 23:59:59", "2025-06-09 23:59:59")], (7, 2)),
        ([("2025-06-09 08:00", "2025-06-09 17:00")], (7, 2)),
        ([("2025-06-09 08:00", "2025-06-09 23:59:59")], (7, 2)),
        ([("2025-06-09 23:59:59", "2025-06-10 00:00")], (7, 3)),
        ([("2025-06-09 08:00", "2025-06-10 00:00")], (7, 3)),
        ([("2025-06-06 18:00", "2025-06-09 08:00")], (7, 5)),
        ([("2025-06-02 11:00", "2025-06-02 12:00")], (7, 2)),
        ([("2025-06-02 11:00", "2025-06-03 12:00")], (7, 2)),
        ([("2025-07-02 10:00", "2025-07-02 15:00")], (7, 2)),
        ([("2025-07-02 10:00", "2025-07-03 15:00")], (7, 3)),
        ([("2025-07-03 00:00", "2025-07-05 00:00")], (7, 2)),
    ],
    ids=[
        "overlapping",
        "adjacent",
        "the same twice",
        "zero length on the last second",
        "inside one day",
        "ended before the last second",
        "over the last second only",
        "to midnight",
        "over a weekend",
        "on the day of receipt",
        "over the end of the day of receipt",
        "inside the due day",
        "over the end of the due day",
        "after the due day",
    ],
)
def test_a_pause_holds_the_days_whose_last_second_it_covers(pauses, due):
    assert due_on(THIRD_PARTY, RECEIVED, *(held(*pause) for pause in pauses)) == date(2025, *due)


def test_a_pause_over_a_weekend_moves_no_business_days():
    received = at("2025-06-06 10:00")
    assert due_on(CONTINUITY, received, held("2025-06-06 18:00", "2025-06-09 08:00")) == date(2025, 6, 10)


def test_no_pause_stops_the_right_of_access():
    assert due_on(ACCESS, RECEIVED, held("2025-06-09 10:00", None)) == date(2025, 7, 2)


def test_an_open_pause_stops_the_clock_with_the_days_left():
    paused = held("2025-06-12 09:00", None)
    derivation = derive(THIRD_PARTY, CHICAGO, RECEIVED, [paused], None, at("2025-06-20 09:00"))
    assert (derivation.due_at, derivation.stopped, derivation.days_left_when_stopped) == (None, True, 21)


def test_a_stopped_clock_says_when_it_would_be_due_if_resumed():
    paused = held("2025-06-12 09:00", None)
    derivation = derive(THIRD_PARTY, CHICAGO, RECEIVED, [paused], None, at("2025-06-20 09:00"))
    assert derivation.due_if_resumed == CHICAGO.end_of_day(date(2025, 7, 10))


def test_an_open_pause_begun_on_the_due_day_leaves_that_day():
    derivation = derive(THIRD_PARTY, CHICAGO, RECEIVED, [held("2025-07-02 23:59:59", None)], None, LONG_AFTER)
    assert derivation.days_left_when_stopped == 1


def test_a_due_date_that_has_passed_stays_when_a_pause_begins():
    assert due_on(THIRD_PARTY, RECEIVED, held("2025-07-03 00:00", None)) == date(2025, 7, 2)


def test_a_pause_ended_later_is_open_at_an_earlier_moment():
    paused = held("2025-06-12 09:00", "2025-06-25 09:00")
    assert derive(THIRD_PARTY, CHICAGO, RECEIVED, [paused], None, at("2025-06-20 09:00")).stopped


@pytest.mark.parametrize(
    ("as_of", "stopped"),
    [("2025-06-12 08:59:59", False), ("2025-06-12 09:00", True), ("2025-06-14 09:00", False)],
    ids=["just before", "as it starts", "as it ends"],
)
def test_a_pause_is_known_from_its_first_second_and_over_at_its_end(as_of, stopped):
    paused = held("2025-06-12 09:00", "2025-06-14 09:00")
    assert derive(THIRD_PARTY, CHICAGO, RECEIVED, [paused], None, at(as_of)).stopped is stopped


def test_what_happened_later_is_not_yet_known():
    later = held("2025-06-21 09:00", "2025-06-25 09:00")
    derivation = derive(
        extendable(),
        CHICAGO,
        RECEIVED,
        [later],
        letter("2025-06-21 09:00", date(2025, 7, 20)),
        at("2025-06-20 09:00"),
    )
    assert derivation.due_at == CHICAGO.end_of_day(date(2025, 7, 2))


def test_a_subpoena_is_due_at_the_end_of_the_date_on_the_paper():
    derivation = derive(
        SUBPOENA,
        CHICAGO,
        RECEIVED,
        [held("2025-06-03 09:00", None)],
        letter("2025-06-03 09:00", date(2025, 7, 1)),
        LONG_AFTER,
        date(2025, 6, 14),
    )
    assert derivation.due_at == CHICAGO.end_of_day(date(2025, 6, 14))


def test_a_subpoena_without_its_date_has_no_due_date():
    with pytest.raises(FixedDateMissingError, match="Subpoena needs the date on the paper"):
        derive(SUBPOENA, CHICAGO, RECEIVED, (), None, LONG_AFTER)


def test_an_extension_moves_the_right_of_access_to_its_date():
    extension = letter("2025-06-20 09:00", date(2025, 8, 1))
    derivation = derive(ACCESS, CHICAGO, RECEIVED, (), extension, LONG_AFTER)
    assert derivation.due_at == CHICAGO.end_of_day(date(2025, 8, 1))
    assert derivation.first_due_at == CHICAGO.end_of_day(date(2025, 7, 2))


@pytest.mark.parametrize(
    ("pause", "due"),
    [
        (("2025-07-01 10:00", "2025-07-03 10:00"), date(2025, 7, 22)),
        (("2025-06-09 10:00", "2025-06-11 10:00"), date(2025, 7, 20)),
        (("2025-06-19 10:00", "2025-06-22 10:00"), date(2025, 7, 21)),
        (("2025-07-19 10:00", "2025-07-23 10:00"), date(2025, 7, 24)),
    ],
    ids=["after the grant", "before the grant", "around the grant", "around the new date"],
)
def test_days_held_after_the_grant_move_the_extended_date_one_for_one(pause, due):
    extension = letter("2025-06-20 09:00", date(2025, 7, 20))
    assert due_on(extendable(), RECEIVED, held(*pause), extension=extension) == due


def test_an_extension_to_a_weekend_stays_under_a_rule_of_business_days():
    rule = extendable(Unit.BUSINESS_DAYS, 10)
    extension = letter("2025-06-10 09:00", date(2025, 6, 28))
    assert due_on(rule, RECEIVED, extension=extension) == date(2025, 6, 28)


def test_a_held_business_day_moves_an_extended_date_to_the_next_business_day():
    rule = extendable(Unit.BUSINESS_DAYS, 10)
    extension = letter("2025-06-10 09:00", date(2025, 6, 27))
    paused = held("2025-06-12 09:00", "2025-06-13 09:00")
    assert due_on(rule, RECEIVED, paused, extension=extension) == date(2025, 6, 30)


def test_an_open_pause_after_an_extension_stops_the_clock():
    derivation = derive(
        extendable(),
        CHICAGO,
        RECEIVED,
        [held("2025-07-15 09:00", None)],
        letter("2025-06-20 09:00", date(2025, 7, 20)),
        LONG_AFTER,
    )
    assert derivation.days_left_when_stopped == 6


@pytest.mark.parametrize(
    ("granted", "until", "due"),
    [
        ("2025-07-02 23:59:59", date(2025, 7, 20), date(2025, 7, 20)),
        ("2025-07-03 00:00:00", date(2025, 7, 20), date(2025, 7, 2)),
        ("2025-06-20 09:00", date(2025, 7, 2), date(2025, 7, 2)),
        ("2025-06-20 09:00", date(2025, 9, 30), date(2025, 8, 1)),
    ],
    ids=["last second", "too late", "not later", "too long"],
)
def test_an_extension_moves_the_date_only_as_far_as_the_rule_permits(granted, until, due):
    assert due_on(ACCESS, RECEIVED, extension=letter(granted, until)) == due


def test_a_rule_without_extension_ignores_one():
    extension = letter("2025-06-20 09:00", date(2025, 7, 20))
    assert due_on(THIRD_PARTY, RECEIVED, extension=extension) == date(2025, 7, 2)


def test_a_pause_cannot_end_before_it_starts():
    with pytest.raises(BadIntervalError, match="cannot end"):
        held("2025-06-09 10:00", "2025-06-09 09:59")


@pytest.mark.parametrize("moment", ["started_at", "ended_at", "granted_at"])
def test_a_fact_needs_a_time_zone(moment):
    naive = datetime(2025, 6, 9, 10)  # noqa: DTZ001 - the fault under test
    make = {
        "started_at": lambda: Pause(naive, None, "hold"),
        "ended_at": lambda: Pause(RECEIVED, naive, "hold"),
        "granted_at": lambda: Extension(naive, date(2025, 7, 20), "letter"),
    }
    with pytest.raises(NaiveTimeError):
        make[moment]()
