"""Tells how a due date was reached, as steps; it reports and must never decide anything about the date."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from duecare.core.clock.calendars import Calendar
from duecare.core.clock.course import Course, Outcome, Verdict
from duecare.core.clock.facts import Extension, Pause
from duecare.core.clock.rules import Rule, Unit
from duecare.core.clock.steps import Step, StepKind, step

RULE_STEPS: Mapping[Unit, StepKind] = {
    Unit.CALENDAR_DAYS: StepKind.CALENDAR_DAYS,
    Unit.BUSINESS_DAYS: StepKind.BUSINESS_DAYS,
    Unit.FIXED_DATE: StepKind.FIXED_DATE,
}
EXTENSION_STEPS: Mapping[Outcome, StepKind] = {
    Outcome.COUNTS: StepKind.EXTENDED,
    Outcome.SHORTENED: StepKind.EXTENSION_SHORTENED,
    Outcome.NOT_ALLOWED: StepKind.EXTENSION_NOT_ALLOWED,
    Outcome.TOO_LATE: StepKind.EXTENSION_TOO_LATE,
    Outcome.NOT_LATER: StepKind.EXTENSION_NOT_LATER,
}


@dataclass(frozen=True)
class Facts:
    """What was known about a request's clock on a local day."""

    received_on: date
    pauses: tuple[Pause, ...]
    extension: Extension | None
    as_of_day: date


@dataclass(frozen=True)
class Account:
    """Everything a derivation found, ready to be told."""

    rule: Rule
    calendar: Calendar
    facts: Facts
    course: Course
    verdict: Verdict | None = None
    if_resumed: date | None = None


def narrate(account: Account) -> tuple[Step, ...]:
    """Return the steps in the order a person would tell them."""
    return (
        step(StepKind.RECEIVED, account.facts.received_on),
        _rule_step(account.rule),
        *_skipped_steps(account),
        *(_pause_step(account, pause) for pause in account.facts.pauses),
        *_extension_steps(account),
        *_conclusion(account),
    )


def _rule_step(rule: Rule) -> Step:
    return step(RULE_STEPS[rule.unit], rule=rule.name, count=rule.amount, citation=rule.citation)


def _skipped_steps(account: Account) -> Iterator[Step]:
    calendar, skipped = account.calendar, account.course.skipped
    weekend_days = sum(calendar.is_weekend(day) for day in skipped)
    if weekend_days:
        yield step(StepKind.WEEKENDS, count=weekend_days)
    for day in skipped:
        if not calendar.is_weekend(day):
            yield step(StepKind.CLOSURE, day, name=calendar.names.get(day, "–"))


def _pause_step(account: Account, pause: Pause) -> Step:
    calendar = account.calendar
    start = calendar.local_date(pause.started_at)
    held = sum(holder is pause for _, holder in account.course.held)
    if pause.ended_at and held:
        end = calendar.local_date(pause.ended_at)
        return step(StepKind.PAUSE_HELD, start, start=start, end=end, reason=pause.reason, count=held)
    return step(_pause_kind(account, pause), start, start=start, reason=pause.reason)


def _pause_kind(account: Account, pause: Pause) -> StepKind:
    if not account.rule.pausable:
        return StepKind.PAUSE_NOT_ALLOWED
    if pause.ended_at is None and account.course.stopped:
        return StepKind.PAUSE_HOLDS
    if pause.started_at > account.calendar.end_of_day(account.course.day):
        return StepKind.PAUSE_AFTER_DUE
    return StepKind.PAUSE_WITHOUT_DAY


def _extension_steps(account: Account) -> Iterator[Step]:
    extension, verdict = account.facts.extension, account.verdict
    if extension is None or verdict is None:
        return
    if verdict.moves:
        yield step(StepKind.FIRST_DUE, verdict.first_due)
    yield step(
        EXTENSION_STEPS[verdict.outcome],
        verdict.until,
        granted=account.calendar.local_date(extension.granted_at),
        asked=extension.until,
        first=verdict.first_due,
        reason=extension.reason,
    )


def _conclusion(account: Account) -> Iterator[Step]:
    if account.if_resumed is None:
        yield step(StepKind.DUE, account.course.day)
        return
    yield step(StepKind.STOPPED, account.facts.as_of_day, count=account.course.left)
    yield step(StepKind.IF_RESUMED, account.if_resumed, resumed=account.facts.as_of_day)
