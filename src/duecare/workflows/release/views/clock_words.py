"""The steps of a due date's derivation in the reader's language."""

from datetime import date

from babel.dates import format_date

from duecare.core.clock import Derivation, Step
from duecare.core.texts import gettext, locale, ngettext
from duecare.workflows.release import terms


def lines_of(derivation: Derivation) -> list[str]:
    """Each step as a sentence."""
    return [sentence_of(step) for step in derivation.steps]


def sentence_of(step: Step) -> str:
    """One step, its dates and its reason code in words."""
    values = {name: _shown(name, value) for name, value in step.params.items()}
    if step.plural is None:
        return gettext(step.msgid, **values)
    return ngettext(step.msgid, step.plural, int(str(step.params["count"])), **values)


def _shown(name: str, value: object) -> object:
    if isinstance(value, date):
        return format_date(value, "EEE d MMM y", locale=locale())
    if name == "reason":
        return str(terms.HOLD_REASONS.get(str(value), value))
    return value
