"""Sentences as translatable ids with parameters; translating and formatting them is the caller's part."""

from collections.abc import Mapping
from datetime import date

Value = str | int | date


def N_(text: str) -> str:  # noqa: N802 - the name message extractors look for
    """Mark a sentence for translation and return it unchanged."""
    return text


def ngettext(singular: str, plural: str) -> tuple[str, str]:
    """Mark a sentence and its plural for translation and return them unchanged."""
    return singular, plural


def plain(msgid: str, params: Mapping[str, Value]) -> str:
    """Return the sentence in plain English, dates as ``25 Nov 2024``."""
    return msgid % {name: _plain_value(value) for name, value in params.items()}


def _plain_value(value: Value) -> str | int:
    return f"{value.day} {value:%b %Y}" if isinstance(value, date) else value
