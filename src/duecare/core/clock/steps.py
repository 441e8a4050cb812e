"""The steps by which a due date was reached, as data a page can translate and a person can read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from duecare.core.clock.text import N_, Value, ngettext, plain


class StepKind(StrEnum):
    RECEIVED = "received"
    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"
    FIXED_DATE = "fixed_date"
    WEEKENDS = "weekends"
    CLOSURE = "closure"
    PAUSE_HELD = "pause_held"
    PAUSE_HOLDS = "pause_holds"
    PAUSE_WITHOUT_DAY = "pause_without_day"
    PAUSE_AFTER_DUE = "pause_after_due"
    PAUSE_NOT_ALLOWED = "pause_not_allowed"
    FIRST_DUE = "first_due"
    EXTENDED = "extended"
    EXTENSION_SHORTENED = "extension_shortened"
    EXTENSION_NOT_ALLOWED = "extension_not_allowed"
    EXTENSION_TOO_LATE = "extension_too_late"
    EXTENSION_NOT_LATER = "extension_not_later"
    STOPPED = "stopped"
    IF_RESUMED = "if_resumed"
    DUE = "due"


SENTENCES: Mapping[StepKind, tuple[str, str | None]] = {
    StepKind.RECEIVED: (N_("Received on %(on)s, which is day 0."), None),
    StepKind.CALENDAR_DAYS: ngettext(
        "%(rule)s: %(count)d calendar day (%(citation)s).",
        "%(rule)s: %(count)d calendar days (%(citation)s).",
    ),
    StepKind.BUSINESS_DAYS: ngettext(
        "%(rule)s: %(count)d business day (%(citation)s).",
        "%(rule)s: %(count)d business days (%(citation)s).",
    ),
    StepKind.FIXED_DATE: (N_("%(rule)s: the date on the paper (%(citation)s)."), None),
    StepKind.WEEKENDS: ngettext(
        "%(count)d weekend day was skipped.",
        "%(count)d weekend days were skipped.",
    ),
    StepKind.CLOSURE: (N_("%(on)s was skipped: %(name)s."), None),
    StepKind.PAUSE_HELD: ngettext(
        "The pause from %(start)s to %(end)s (%(reason)s) held the clock for %(count)d day.",
        "The pause from %(start)s to %(end)s (%(reason)s) held the clock for %(count)d days.",
    ),
    StepKind.PAUSE_HOLDS: (N_("The pause since %(start)s (%(reason)s) holds the clock."), None),
    StepKind.PAUSE_WITHOUT_DAY: (
        N_("The pause begun on %(start)s (%(reason)s) moved nothing: no counted day ended inside it."),
        None,
    ),
    StepKind.PAUSE_AFTER_DUE: (
        N_("The pause begun on %(start)s (%(reason)s) moved nothing: the due date had passed."),
        None,
    ),
    StepKind.PAUSE_NOT_ALLOWED: (
        N_("The pause begun on %(start)s (%(reason)s) moved nothing: no pause stops this rule's clock."),
        None,
    ),
    StepKind.FIRST_DUE: (N_("Before the extension it was due on %(on)s."), None),
    StepKind.EXTENDED: (N_("Extended on %(granted)s to %(on)s (%(reason)s)."), None),
    StepKind.EXTENSION_SHORTENED: (
        N_("Extended on %(granted)s to %(asked)s (%(reason)s); this rule allows %(on)s at most."),
        None,
    ),
    StepKind.EXTENSION_NOT_ALLOWED: (
        N_("The extension of %(granted)s moved nothing: this rule allows none."),
        None,
    ),
    StepKind.EXTENSION_TOO_LATE: (
        N_("The extension of %(granted)s moved nothing: the due date, %(first)s, had passed."),
        None,
    ),
    StepKind.EXTENSION_NOT_LATER: (
        N_("The extension of %(granted)s moved nothing: %(asked)s is not after the due date, %(first)s."),
        None,
    ),
    StepKind.STOPPED: ngettext(
        "The clock is stopped with %(count)d day left.",
        "The clock is stopped with %(count)d days left.",
    ),
    StepKind.IF_RESUMED: (N_("Resumed on %(resumed)s, it would be due on %(on)s."), None),
    StepKind.DUE: (N_("Due at the end of %(on)s."), None),
}


@dataclass(frozen=True)
class Step:
    """One step of a derivation.

    Translate with ``ngettext(step.msgid, step.plural, step.params["count"])`` where ``plural`` is set, else
    with ``gettext(step.msgid)``; ``params`` holds the local dates, numbers and names to fill in.
    """

    kind: StepKind
    on: date | None = None
    params: Mapping[str, Value] = field(default_factory=dict)

    @property
    def msgid(self) -> str:
        return SENTENCES[self.kind][0]

    @property
    def plural(self) -> str | None:
        return SENTENCES[self.kind][1]

    def describe(self) -> str:
        """Return the step as a plain English sentence."""
        one = self.plural is None or self.params["count"] == 1
        return plain(self.msgid if one else self.plural or self.msgid, self.params)


def step(kind: StepKind, on: date | None = None, **params: Value) -> Step:
    """Build a step whose sentence may name its own date as ``on``."""
    return Step(kind, on, params if on is None else {"on": on, **params})
