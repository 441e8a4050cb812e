from datetime import date

import pytest

from duecare.core.clock import Extension, StepKind, Unit, derive
from duecare.core.clock.steps import SENTENCES
from tests.core.clock.worlds import (
    ACCESS,
    CHICAGO,
    CONTINUITY,
    LONG_AFTER,
    SUBPOENA,
    TEXAS,
    THIRD_PARTY,
    at,
    extendable,
    held,
    letter,
)

RECEIVED = at("2025-06-02 10:00")
WHY = "(waiting for clarification)"
LETTER = "(records at a storage company)"


def told(rule, *pauses, extension=None, as_of=LONG_AFTER, received=RECEIVED, calendar=CHICAGO, paper=None):
    derivation = derive(rule, calendar, received, pauses, extension, as_of, paper)
    return [step.describe() for step in derivation.steps]


def test_a_plain_due_date_is_receipt_rule_and_result():
    assert told(ACCESS) == [
        "Received on 2 Jun 2025, which is day 0.",
        "HIPAA right of access: 30 calendar days (45 CFR 164.524(b)(2)).",
        "Due at the end of 2 Jul 2025.",
    ]


def test_skipped_weekends_are_counted_and_holidays_named():
    assert told(CONTINUITY, received=at("2025-07-03 10:00"), calendar=TEXAS)[2:] == [
        "2 weekend days were skipped.",
        "4 Jul 2025 was skipped: Independence Day.",
        "Due at the end of 8 Jul 2025.",
    ]


def test_a_rule_for_a_date_on_the_paper_names_it():
    assert told(SUBPOENA, paper=date(2025, 6, 14))[1:] == [
        "Subpoena: the date on the paper (date on the subpoena; 45 CFR 164.512(e)(1)(ii)).",
        "Due at the end of 14 Jun 2025.",
    ]


@pytest.mark.parametrize(
    ("rule", "pause", "sentence"),
    [
        (
            THIRD_PARTY,
            ("2025-06-09 10:00", "2025-06-11 10:00"),
            f"The pause from 9 Jun 2025 to 11 Jun 2025 {WHY} held the clock for 2 days.",
        ),
        (
            THIRD_PARTY,
            ("2025-06-09 10:00", "2025-06-10 10:00"),
            f"The pause from 9 Jun 2025 to 10 Jun 2025 {WHY} held the clock for 1 day.",
        ),
        (
            THIRD_PARTY,
            ("2025-06-09 10:00", "2025-06-09 11:00"),
            f"The pause begun on 9 Jun 2025 {WHY} moved nothing: no counted day ended inside it.",
        ),
        (
            THIRD_PARTY,
            ("2025-07-03 10:00", None),
            f"The pause begun on 3 Jul 2025 {WHY} moved nothing: the due date had passed.",
        ),
        (
            ACCESS,
            ("2025-06-09 10:00", None),
            f"The pause begun on 9 Jun 2025 {WHY} moved nothing: no pause stops this rule's clock.",
        ),
    ],
    ids=["two days", "one day", "no day", "after the due date", "rule without pause"],
)
def test_each_pause_says_what_it_did_and_why(rule, pause, sentence):
    assert told(rule, held(*pause))[2] == sentence


def test_a_stopped_clock_says_what_holds_it_and_what_is_left():
    assert told(THIRD_PARTY, held("2025-06-12 09:00", None), as_of=at("2025-06-20 09:00"))[2:] == [
        f"The pause since 12 Jun 2025 {WHY} holds the clock.",
        "The clock is stopped with 21 days left.",
        "Resumed on 20 Jun 2025, it would be due on 10 Jul 2025.",
    ]


@pytest.mark.parametrize(
    ("rule", "granted", "until", "sentences"),
    [
        (
            ACCESS,
            "2025-06-20 09:00",
            date(2025, 8, 1),
            [
                "Before the extension it was due on 2 Jul 2025.",
                f"Extended on 20 Jun 2025 to 1 Aug 2025 {LETTER}.",
            ],
        ),
        (
            ACCESS,
            "2025-06-20 09:00",
            date(2025, 8, 9),
            [
                "Before the extension it was due on 2 Jul 2025.",
                f"Extended on 20 Jun 2025 to 9 Aug 2025 {LETTER}; this rule allows 1 Aug 2025 at most.",
            ],
        ),
        (
            THIRD_PARTY,
            "2025-06-20 09:00",
            date(2025, 8, 1),
            ["The extension of 20 Jun 2025 moved nothing: this rule allows none."],
        ),
        (
            ACCESS,
            "2025-07-03 09:00",
            date(2025, 8, 1),
            ["The extension of 3 Jul 2025 moved nothing: the due date, 2 Jul 2025, had passed."],
        ),
        (
            ACCESS,
            "2025-06-20 09:00",
            date(2025, 7, 2),
            ["The extension of 20 Jun 2025 moved nothing: 2 Jul 2025 is not after the due date, 2 Jul 2025."],
        ),
    ],
    ids=["counts", "shortened", "not allowed", "too late", "not later"],
)
def test_an_extension_says_what_it_did_and_why(rule, granted, until, sentences):
    assert told(rule, extension=letter(granted, until))[2:-1] == sentences


def test_pauses_before_and_after_an_extension_are_both_told():
    sentences = told(
        extendable(),
        held("2025-06-09 10:00", "2025-06-11 10:00"),
        held("2025-07-10 10:00", "2025-07-11 10:00"),
        extension=letter("2025-06-20 09:00", date(2025, 7, 20)),
    )
    assert sentences[2:] == [
        f"The pause from 9 Jun 2025 to 11 Jun 2025 {WHY} held the clock for 2 days.",
        f"The pause from 10 Jul 2025 to 11 Jul 2025 {WHY} held the clock for 1 day.",
        "Before the extension it was due on 4 Jul 2025.",
        f"Extended on 20 Jun 2025 to 20 Jul 2025 {LETTER}.",
        "Due at the end of 21 Jul 2025.",
    ]


def test_a_pause_around_the_letter_held_the_days_before_and_after_the_day_of_the_letter():
    paused = held("2025-06-19 10:00", "2025-06-22 10:00")
    sentences = told(extendable(), paused, extension=letter("2025-06-20 09:00", date(2025, 7, 20)))
    assert sentences[2] == f"The pause from 19 Jun 2025 to 22 Jun 2025 {WHY} held the clock for 2 days."


def test_days_skipped_before_and_after_an_extension_are_both_told():
    rule = extendable(Unit.BUSINESS_DAYS, 10)
    sentences = told(rule, extension=letter("2025-06-08 09:00", date(2025, 6, 20)))
    assert sentences[2] == "4 weekend days were skipped."


def test_a_date_on_the_paper_says_that_an_extension_moves_nothing():
    extension = Extension(RECEIVED, date(2025, 7, 1), "letter")
    assert told(SUBPOENA, extension=extension, paper=date(2025, 6, 14))[2] == (
        "The extension of 2 Jun 2025 moved nothing: this rule allows none."
    )


def test_every_kind_of_step_has_its_sentence():
    assert set(SENTENCES) == set(StepKind)


def test_a_step_keeps_its_sentences_and_parameters_for_translation():
    rule_step = derive(ACCESS, CHICAGO, RECEIVED, (), None, LONG_AFTER).steps[1]
    assert (rule_step.msgid, rule_step.plural, rule_step.params["count"]) == (
        "%(rule)s: %(count)d calendar day (%(citation)s).",
        "%(rule)s: %(count)d calendar days (%(citation)s).",
        30,
    )
