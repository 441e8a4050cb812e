"""The steps of a due date's derivation in the reader's language."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date

from duecare.core.clock import ClockError, Derivation, Step
from duecare.core.texts import gettext, locale, ngettext


def lines_of(derivation: Derivation, reasons: Mapping[str, Any]) -> list[str]:
    """Each step as a sentence; `reasons` says what the codes of pauses mean."""
    return [sentence_of(step, reasons) for step in derivation.steps]


def sentence_of(step: Step, reasons: Mapping[str, Any]) -> str:
    """One step, its dates and its reason code in words."""
    values = {name: _shown(name, value, reasons) for name, value in step.params.items()}
    if step.plural is None:
        return gettext(step.msgid, **values)
    return ngettext(step.msgid, step.plural, int(str(step.params["count"])), **values)


def fault_of(error: ClockError) -> str:
    """Why the clock cannot say a date."""
    return gettext(error.msgid, **{name: _shown(name, value, {}) for name, value in error.params.items()})


def _shown(name: str, value: object, reasons: Mapping[str, Any]) -> object:
    if isinstance(value, date):
        return format_date(value, "EEE d MMM y", locale=locale())
    return str(reasons.get(str(value), value)) if name == "reason" else value
