"""The clock's arithmetic equals that of a slow walk through every minute."""

import math
from random import Random

import pytest

from duecare.core.clock import Derivation, govern
from tests.core.clock.clock_oracle import Answer, solve
from tests.core.clock.histories import History, random_history, seconds


def answer_of(derivation: Derivation) -> Answer:
    def stamp(instant):
        return None if instant is None else seconds(instant)

    return Answer(
        due=stamp(derivation.due_at),
        first_due=stamp(derivation.first_due_at),
        days_left=derivation.days_left_when_stopped,
        due_if_resumed=stamp(derivation.due_if_resumed),
    )


def assert_clock_equals_oracle(history: History) -> None:
    governed = govern(
        history.rules,
        "any",
        (),
        history.calendar,
        history.received_at,
        history.pauses,
        history.extension,
        history.as_of,
        history.fixed_date,
    )
    found = {each.rule.code: answer_of(each) for each in (governed.winner, *governed.others)}
    expected = {rule.code: solve(history.story(rule)) for rule in rules_by_oracle(history)}
    assert found == expected, history
    assert rank(expected[governed.winner.rule.code]) == min(map(rank, expected.values())), history


def rules_by_oracle(history: History) -> list:
    """The rules in force on the local day of receipt: one of old and new, and the overlay if there is one."""
    received_on = history.received_at.astimezone(history.calendar.zone).date()
    old, new, *overlay = history.rules
    return [old if received_on < new.valid_from else new, *overlay]


def rank(answer: Answer) -> tuple[float, float]:
    return (answer.due or math.inf, answer.due_if_resumed or math.inf)


def test_a_few_hundred_random_histories_equal_the_minute_walk():
    rng = Random(20260101)
    for _ in range(600):
        assert_clock_equals_oracle(random_history(rng, ("America/Chicago", "America/Havana", "Africa/Cairo")))


@pytest.mark.slow
def test_a_hundred_thousand_random_histories_equal_the_minute_walk():
    rng = Random(1640524)
    for _ in range(100_000):
        assert_clock_equals_oracle(random_history(rng))
