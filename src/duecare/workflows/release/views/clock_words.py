"""The steps of a release's due date in the reader's language."""

from duecare.core import clock_words
from duecare.core.clock import Derivation, Step
from duecare.workflows.release import terms


def lines_of(derivation: Derivation) -> list[str]:
    """Each step as a sentence."""
    return clock_words.lines_of(derivation, terms.HOLD_REASONS)


def sentence_of(step: Step) -> str:
    """One step, its dates and its reason code in words."""
    return clock_words.sentence_of(step, terms.HOLD_REASONS)
