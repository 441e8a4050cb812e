"""Translated texts, typed, under the names that the extraction of messages looks for."""

import flask_babel

from duecare.core.language import chosen_code


def gettext(message: str, **values: object) -> str:
    """The message in the reader's language, its values filled in."""
    return str(flask_babel.gettext(message, **values))


def ngettext(singular: str, plural: str, num: int, **values: object) -> str:
    """The message with a count in the reader's language, its values filled in."""
    return str(flask_babel.ngettext(singular, plural, num, **values))


def locale() -> str:
    """The code of the reader's language; English outside of a request."""
    return chosen_code()
