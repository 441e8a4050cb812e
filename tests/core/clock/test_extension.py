from datetime import date

import pytest

from duecare.core.clock import (
    ClockError,
    ExtensionAlreadyGrantedError,
    ExtensionNotAllowedError,
    ExtensionNotLaterError,
    ExtensionTooLateError,
    ExtensionTooLongError,
    validate_extension,
)
from tests.core.clock.worlds import ACCESS, CHICAGO, SUBPOENA, THIRD_PARTY, at, extendable, held, letter

RECEIVED = at("2025-06-02 10:00")


@pytest.mark.parametrize(
    ("granted", "until"),
    [
        ("2025-06-02 10:01", date(2025, 7, 3)),
        ("2025-07-02 23:59:59", date(2025, 8, 1)),
    ],
    ids=["shortest", "longest at the last second"],
)
def test_the_right_of_access_may_be_extended_inside_the_first_thirty_days(granted, until):
    validate_extension(ACCESS, CHICAGO, RECEIVED, (), letter(granted, until))


@pytest.mark.parametrize(
    ("granted", "until", "error", "message"),
    [
        ("2025-07-03 00:00", date(2025, 8, 1), ExtensionTooLateError, "too late: .* 2 Jul 2025, has passed"),
        ("2025-06-20 09:00", date(2025, 7, 2), ExtensionNotLaterError, "later than .* 2 Jul 2025"),
        ("2025-06-20 09:00", date(2025, 8, 2), ExtensionTooLongError, "to 1 Aug 2025 at most"),
    ],
    ids=["after the first due date", "no later date", "31 days"],
)
def test_an_extension_outside_the_rule_is_refused_with_its_reason(granted, until, error, message):
    with pytest.raises(error, match=message):
        validate_extension(ACCESS, CHICAGO, RECEIVED, (), letter(granted, until))


def test_there_is_one_extension_only():
    first = letter("2025-06-20 09:00", date(2025, 7, 20))
    with pytest.raises(ExtensionAlreadyGrantedError, match="granted on 20 Jun 2025"):
        validate_extension(
            ACCESS, CHICAGO, RECEIVED, (), letter("2025-06-21 09:00", date(2025, 7, 25)), first
        )


@pytest.mark.parametrize("rule", [THIRD_PARTY, SUBPOENA], ids=["own target", "subpoena"])
def test_a_rule_may_allow_no_extension(rule):
    with pytest.raises(ExtensionNotAllowedError, match=rule.name):
        validate_extension(rule, CHICAGO, RECEIVED, (), letter("2025-06-20 09:00", date(2025, 7, 20)))


def test_days_held_before_the_grant_move_the_last_moment_to_grant_it():
    paused = held("2025-06-09 10:00", "2025-06-11 10:00")
    validate_extension(
        extendable(), CHICAGO, RECEIVED, [paused], letter("2025-07-04 10:00", date(2025, 8, 3))
    )


def test_an_extension_of_a_stopped_clock_is_measured_as_if_it_ran_again_then():
    paused = held("2025-06-12 10:00", None)
    with pytest.raises(ExtensionNotLaterError, match="10 Jul 2025"):
        validate_extension(
            extendable(), CHICAGO, RECEIVED, [paused], letter("2025-06-20 10:00", date(2025, 7, 10))
        )


def test_pauses_do_not_move_the_limits_of_a_rule_that_is_never_paused():
    paused = held("2025-06-09 10:00", "2025-06-11 10:00")
    with pytest.raises(ExtensionTooLateError):
        validate_extension(ACCESS, CHICAGO, RECEIVED, [paused], letter("2025-07-03 10:00", date(2025, 7, 20)))


def test_every_refusal_is_a_clock_error_and_a_value_error():
    assert issubclass(ExtensionTooLateError, ClockError)
    assert issubclass(ClockError, ValueError)


def test_a_refusal_keeps_its_sentence_and_parameters_for_translation():
    error = ExtensionTooLateError(first=date(2025, 7, 2))
    assert (
        error.msgid % error.params
        == "The extension comes too late: the first due date, 2025-07-02, has passed."
    )
