"""Counts local days from receipt to the due date, held by pauses and moved by one extension."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from duecare.core.clock.calendars import Calendar
from duecare.core.clock.facts import Extension, Pause, resumed_at
from duecare.core.clock.rules import Rule, Unit

ONE_DAY = timedelta(days=1)


class Outcome(StrEnum):
    """What an extension means under one rule."""

    COUNTS = "counts"
    SHORTENED = "shortened"
    NOT_ALLOWED = "not_allowed"
    TOO_LATE = "too_late"
    NOT_LATER = "not_later"


@dataclass(frozen=True)
class Verdict:
    """How a rule takes an extension: the first due date when it was granted, and the date it moves to."""

    outcome: Outcome
    first_due: date
    latest: date
    until: date

    @property
    def moves(self) -> bool:
        return self.outcome in {Outcome.COUNTS, Outcome.SHORTENED}


@dataclass(frozen=True)
class Course:
    """A stretch of counting: the day it came to, and the days left then (0 unless a pause holds it there).

    ``held`` pairs each day that a pause kept from counting with that pause; ``skipped`` are the days the
    rule does not count at all.
    """

    day: date
    left: int = 0
    held: tuple[tuple[date, Pause], ...] = ()
    skipped: tuple[date, ...] = ()

    @property
    def stopped(self) -> bool:
        return self.left > 0

    @property
    def due(self) -> date | None:
        return None if self.stopped else self.day


@dataclass(frozen=True)
class Counter:
    """Counts days the way one rule does on one calendar."""

    rule: Rule
    calendar: Calendar

    def counts(self, day: date) -> bool:
        return self.rule.unit is not Unit.BUSINESS_DAYS or self.calendar.is_business_day(day)

    def run(self, start: date, amount: int, pauses: Sequence[Pause]) -> Course:
        """Count ``amount`` days after ``start``, passing over days whose last second lies in a pause."""
        day, left = start, amount
        held: list[tuple[date, Pause]] = []
        skipped: list[date] = []
        while left and not (held and held[-1][1].ended_at is None):
            day += ONE_DAY
            if not self.counts(day):
                skipped.append(day)
            elif pause := self._pause_at_end_of(day, pauses):
                held.append((day, pause))
            else:
                left -= 1
        return Course(day, left, tuple(held), tuple(skipped))

    def judge(self, received_on: date, pauses: Sequence[Pause], extension: Extension) -> Verdict:
        """Say whether an extension moves the due date.

        The first due date is taken as it stood when the extension was granted: with the pauses until then,
        and the clock running from that moment on.
        """
        until_grant = resumed_at(pauses, extension.granted_at)
        first = self.run(received_on, self.rule.amount, until_grant).day
        latest = first + timedelta(days=self.rule.extension_days)
        outcome = self._outcome(first, latest, extension)
        return Verdict(outcome, first, latest, min(extension.until, latest))

    def extended(self, received_on: date, pauses: Sequence[Pause], granted_on: date, until: date) -> Course:
        """Count on from the day of the grant; each counted day held by a pause moves ``until`` by one."""
        span = (granted_on + timedelta(days=n) for n in range(1, (until - granted_on).days + 1))
        before = self.run(received_on, self.rule.amount, pauses)
        after = self.run(granted_on, sum(self.counts(day) for day in span), pauses)
        held = tuple((day, pause) for day, pause in before.held if day < granted_on) + after.held
        skipped = tuple(day for day in before.skipped if day <= granted_on) + after.skipped
        return Course(max(after.day, until), after.left, held, skipped)

    def _outcome(self, first: date, latest: date, extension: Extension) -> Outcome:
        if self.rule.extension_days == 0:
            return Outcome.NOT_ALLOWED
        if self.calendar.local_date(extension.granted_at) > first:
            return Outcome.TOO_LATE
        if extension.until <= first:
            return Outcome.NOT_LATER
        return Outcome.SHORTENED if extension.until > latest else Outcome.COUNTS

    def _pause_at_end_of(self, day: date, pauses: Sequence[Pause]) -> Pause | None:
        if not pauses:
            return None
        last_second = self.calendar.end_of_day(day)
        return next((pause for pause in pauses if pause.covers(last_second)), None)
