"""What holds for every history, whatever happened to the request."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from duecare.core.clock import Derivation, Pause, Rule, StepKind, Unit, derive
from tests.core.clock.histories import History, random_history, random_pauses

NEVER = datetime.max.replace(tzinfo=UTC)
rngs = st.randoms(use_true_random=False)
histories = rngs.map(random_history)


def counted(history: History) -> Rule:
    rule = history.rules[0]
    assume(rule.unit is not Unit.FIXED_DATE)
    return rule


def derived(history: History, rule: Rule) -> Derivation:
    return derive(
        rule,
        history.calendar,
        history.received_at,
        history.pauses,
        history.extension,
        history.as_of,
        history.fixed_date,
    )


@given(histories)
def test_nothing_is_due_on_the_day_of_receipt_or_before(history):
    due_at = derived(history, counted(history)).due_at or NEVER
    assert due_at > history.calendar.end_of_day(history.calendar.local_date(history.received_at))


@given(rngs)
def test_another_pause_never_makes_it_earlier(rng):
    history = random_history(rng)
    more = random_pauses(rng, history.calendar.zone, history.calendar.local_date(history.received_at))
    rule = counted(history)
    before = derived(history, rule).due_at or NEVER
    after = derived(replace(history, pauses=history.pauses + more), rule).due_at or NEVER
    assert after >= before


@given(histories)
def test_an_extension_never_makes_it_earlier(history):
    rule = counted(history)
    before = derived(replace(history, extension=None), rule).due_at or NEVER
    assert (derived(history, rule).due_at or NEVER) >= before


@given(histories)
def test_a_rule_that_is_never_paused_ignores_pauses(history):
    rule = replace(counted(history), pausable=False)
    assert derived(history, rule).due_at == derived(replace(history, pauses=()), rule).due_at


@given(histories)
def test_the_order_in_which_pauses_are_told_does_not_matter(history):
    backwards = replace(history, pauses=history.pauses[::-1])
    rule = counted(history)
    assert derived(backwards, rule).due_at == derived(history, rule).due_at


@given(histories)
def test_one_day_more_in_the_rule_is_due_later(history):
    history = replace(history, extension=None, pauses=())
    rule = counted(history)
    longer = replace(rule, amount=rule.amount + 1)
    assert derived(history, longer).due_at > derived(history, rule).due_at


@given(histories)
def test_the_hour_of_receipt_does_not_matter(history):
    end = history.calendar.end_of_day(history.calendar.local_date(history.received_at))
    at_night = replace(history, received_at=end)
    rule = counted(history)
    assert derived(at_night, rule).due_at == derived(history, rule).due_at


@given(histories)
def test_a_clock_is_stopped_exactly_when_it_has_no_due_date(history):
    derivation = derived(history, history.rules[0])
    assert derivation.stopped is (derivation.due_at is None)
    assert derivation.stopped is bool(derivation.days_left_when_stopped)
    assert derivation.stopped is (derivation.due_if_resumed is not None)


@given(histories)
def test_a_clock_resumed_later_is_not_due_earlier(history):
    on_hold = replace(history, pauses=(*history.pauses, Pause(history.received_at, None, "hold")))
    rule = replace(counted(history), pausable=True)
    now = derived(on_hold, rule)
    later = derived(replace(on_hold, as_of=history.as_of + timedelta(days=1)), rule)
    assert (later.due_if_resumed or later.due_at) >= (now.due_if_resumed or now.due_at)


@given(histories)
def test_every_derivation_can_be_read_from_receipt_to_result(history):
    steps = derived(history, history.rules[0]).steps
    assert all(step.describe().endswith(".") for step in steps)
    assert steps[0].kind is StepKind.RECEIVED
    assert steps[-1].kind in {StepKind.DUE, StepKind.IF_RESUMED}
