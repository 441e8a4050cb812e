"""Derives due dates from what happened: rules, calendars, pauses and one extension.

Pure arithmetic: nothing here reads a database, a request or the system clock, and nothing here stores a
result.

The semantics, in full in ``docs/decisions/0002-clock-semantics.md``: the local day of receipt is day 0. A
later local day counts when the rule counts that kind of day and, where the rule lets pauses stop the clock,
the clock is running at the day's last second. The request is due at the last second of the day on which the
count reaches the rule's amount. Only the ends of local days matter, so daylight saving time never moves a
due date.
"""

from duecare.core.clock.aging import (
    AGING_BUCKETS,
    AgingBucket,
    TimeLeft,
    age_days,
    aging_bucket,
    days_overdue,
    time_left,
)
from duecare.core.clock.calendars import Calendar, calendar_for
from duecare.core.clock.derivation import Derivation, Governed, derive, govern, validate_extension
from duecare.core.clock.errors import (
    BadIntervalError,
    BadRuleError,
    ClockError,
    ExtensionAlreadyGrantedError,
    ExtensionNotAllowedError,
    ExtensionNotLaterError,
    ExtensionTooLateError,
    ExtensionTooLongError,
    FixedDateMissingError,
    NaiveTimeError,
    NoRuleAppliesError,
    UnknownCalendarError,
)
from duecare.core.clock.facts import Extension, Pause
from duecare.core.clock.rules import Rule, Unit, load_rules
from duecare.core.clock.steps import Step, StepKind

__all__ = [
    "AGING_BUCKETS",
    "AgingBucket",
    "BadIntervalError",
    "BadRuleError",
    "Calendar",
    "ClockError",
    "Derivation",
    "Extension",
    "ExtensionAlreadyGrantedError",
    "ExtensionNotAllowedError",
    "ExtensionNotLaterError",
    "ExtensionTooLateError",
    "ExtensionTooLongError",
    "FixedDateMissingError",
    "Governed",
    "NaiveTimeError",
    "NoRuleAppliesError",
    "Pause",
    "Rule",
    "Step",
    "StepKind",
    "TimeLeft",
    "Unit",
    "UnknownCalendarError",
    "age_days",
    "aging_bucket",
    "calendar_for",
    "days_overdue",
    "derive",
    "govern",
    "load_rules",
    "time_left",
    "validate_extension",
]
