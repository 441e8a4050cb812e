"""Derives a request's due date, under one rule or the one that governs it, with the steps that explain it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from duecare.core.clock.calendars import Calendar
from duecare.core.clock.course import Counter, Course, Outcome, Verdict
from duecare.core.clock.errors import (
    ExtensionAlreadyGrantedError,
    ExtensionNotAllowedError,
    ExtensionNotLaterError,
    ExtensionTooLateError,
    ExtensionTooLongError,
    FixedDateMissingError,
    NoRuleAppliesError,
)
from duecare.core.clock.facts import Extension, Pause, known_pauses, resumed_at
from duecare.core.clock.narrative import Account, Facts, narrate
from duecare.core.clock.rules import Rule, Unit
from duecare.core.clock.steps import Step

END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Derivation:
    """A due date under one rule, and how it was reached.

    ``due_at`` is the last second of the due day in UTC, or ``None`` while an open pause holds the clock
    (``stopped``); then ``days_left_when_stopped`` counts days in the rule's unit and ``due_if_resumed`` is
    the due date if the clock ran again from the moment of the derivation. ``first_due_at`` is the due date
    as it stood when the extension was granted, and equals ``due_at`` where no extension moved it.
    """

    rule: Rule
    due_at: datetime | None
    first_due_at: datetime | None
    stopped: bool
    days_left_when_stopped: int | None
    due_if_resumed: datetime | None
    steps: tuple[Step, ...]

    @property
    def sort_key(self) -> tuple[bool, datetime]:
        """Earliest due first; a stopped clock after every running one."""
        return (self.stopped, self.due_at or self.due_if_resumed or END_OF_TIME)


@dataclass(frozen=True)
class Governed:
    """The derivation that governs a request, and those of the other applicable rules by due date."""

    winner: Derivation
    others: tuple[Derivation, ...]


def derive(  # noqa: PLR0917 - the facts of one request, spelled out
    rule: Rule,
    calendar: Calendar,
    received_at: datetime,
    pauses: Iterable[Pause],
    extension: Extension | None,
    as_of: datetime,
    fixed_date: date | None = None,
) -> Derivation:
    """Derive the due date under ``rule`` from what was known at ``as_of``.

    Pauses begun and extensions granted after ``as_of`` are left out; a pause ended after it is taken as
    open. An extension that ``rule`` does not permit moves nothing, and one that reaches too far is
    shortened to what it permits. Raises ``FixedDateMissingError`` when the rule needs the date on the paper
    and none is given.
    """
    facts = Facts(
        received_on=calendar.local_date(received_at),
        pauses=known_pauses(pauses, as_of),
        extension=extension if extension and extension.granted_at <= as_of else None,
        as_of_day=calendar.local_date(as_of),
    )
    counter = Counter(rule, calendar)
    if rule.unit is Unit.FIXED_DATE:
        account = _fixed(counter, facts, fixed_date)
    else:
        account = _counted(counter, facts, as_of)
    verdict = account.verdict
    first_due = verdict.first_due if verdict and verdict.moves else account.course.due
    return Derivation(
        rule=rule,
        due_at=_end(calendar, account.course.due),
        first_due_at=_end(calendar, first_due),
        stopped=account.course.stopped,
        days_left_when_stopped=account.course.left if account.course.stopped else None,
        due_if_resumed=_end(calendar, account.if_resumed),
        steps=narrate(account),
    )


def govern(  # noqa: PLR0913, PLR0917 - the facts of one request, spelled out
    rules: Iterable[Rule],
    request_type: str,
    jurisdictions: Collection[str],
    calendar: Calendar,
    received_at: datetime,
    pauses: Collection[Pause],
    extension: Extension | None,
    as_of: datetime,
    fixed_date: date | None = None,
) -> Governed:
    """Derive under every rule in force on the local day of receipt; the earliest due date wins.

    A running clock goes before a stopped one; among stopped clocks the one that would be due first if
    resumed. Between equals the rule listed first wins. Raises ``NoRuleAppliesError`` when there is none.
    """
    day = calendar.local_date(received_at)
    applicable = [rule for rule in rules if rule.applies(request_type, jurisdictions, day)]
    if not applicable:
        raise NoRuleAppliesError(request_type=request_type, on=day)
    derivations = sorted(
        (derive(rule, calendar, received_at, pauses, extension, as_of, fixed_date) for rule in applicable),
        key=lambda derivation: derivation.sort_key,
    )
    return Governed(derivations[0], tuple(derivations[1:]))


def validate_extension(
    rule: Rule,
    calendar: Calendar,
    received_at: datetime,
    pauses: Iterable[Pause],
    proposed: Extension,
    existing: Extension | None = None,
) -> None:
    """Raise a ``ClockError`` unless ``rule`` permits the proposed extension.

    It must allow one, none may have been granted, the first due date must not have passed when it is
    granted, and the new date must lie after that date by at most the rule's ``extension_days`` (45 CFR
    164.524(b)(2) for the right of access).
    """
    if rule.extension_days == 0:
        raise ExtensionNotAllowedError(rule=rule.name)
    if existing is not None:
        raise ExtensionAlreadyGrantedError(rule=rule.name, granted=calendar.local_date(existing.granted_at))
    running = known_pauses(pauses, proposed.granted_at) if rule.pausable else ()
    verdict = Counter(rule, calendar).judge(calendar.local_date(received_at), running, proposed)
    if verdict.outcome is Outcome.TOO_LATE:
        raise ExtensionTooLateError(first=verdict.first_due)
    if verdict.outcome is Outcome.NOT_LATER:
        raise ExtensionNotLaterError(until=proposed.until, first=verdict.first_due)
    if verdict.outcome is Outcome.SHORTENED:
        raise ExtensionTooLongError(until=proposed.until, rule=rule.name, latest=verdict.latest)


def _fixed(counter: Counter, facts: Facts, fixed_date: date | None) -> Account:
    if fixed_date is None:
        raise FixedDateMissingError(rule=counter.rule.name)
    refused = Verdict(Outcome.NOT_ALLOWED, fixed_date, fixed_date, fixed_date) if facts.extension else None
    return Account(counter.rule, counter.calendar, facts, Course(fixed_date), refused)


def _counted(counter: Counter, facts: Facts, as_of: datetime) -> Account:
    running = facts.pauses if counter.rule.pausable else ()
    verdict = counter.judge(facts.received_on, running, facts.extension) if facts.extension else None
    course = _course(counter, facts, running, verdict)
    resumed = _course(counter, facts, resumed_at(running, as_of), verdict) if course.stopped else None
    return Account(counter.rule, counter.calendar, facts, course, verdict, resumed.day if resumed else None)


def _course(counter: Counter, facts: Facts, pauses: Sequence[Pause], verdict: Verdict | None) -> Course:
    if facts.extension and verdict and verdict.moves:
        granted_on = counter.calendar.local_date(facts.extension.granted_at)
        return counter.extended(facts.received_on, pauses, granted_on, verdict.until)
    return counter.run(facts.received_on, counter.rule.amount, pauses)


def _end(calendar: Calendar, day: date | None) -> datetime | None:
    return None if day is None else calendar.end_of_day(day)
