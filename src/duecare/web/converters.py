"""Typed parts of addresses: what does not look like an id is no address at all."""

from datetime import date

from flask import Flask
from werkzeug.routing import BaseConverter, ValidationError

LONGEST_NUMBER = 18


class OpaqueConverter(BaseConverter):
    """An opaque id: 32 hexadecimal digits (`core.db.opaque_id`)."""

    regex = "[0-9a-f]{32}"


class IsoDateConverter(BaseConverter):
    """A calendar day, e.g. `2026-12-24`."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValidationError from None

    def to_url(self, value: date) -> str:
        return value.isoformat()


def row_number(text: str) -> int:
    """The number of a row in a query or a form. Raises `ValueError` for what no database could hold."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise ValueError(text[:LONGEST_NUMBER])
    return int(text)


def init_app(app: Flask) -> None:
    """Makes `<opaque:…>` and `<iso_date:…>` known to the routes."""
    app.url_map.converters["opaque"] = OpaqueConverter
    app.url_map.converters["iso_date"] = IsoDateConverter
