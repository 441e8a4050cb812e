"""Cursors of lists: the place where a page ended, as an opaque text that only this installation can make.

A cursor is good for one list of one organisation; any other text is refused.
"""

import base64
import binascii
import json
from typing import Any

from duecare.core.errors import Missing
from duecare.core.signing import signed, unsigned


def cursor(key: str, purpose: str, place: list[str | int]) -> str:
    """The cursor of a place (JSON-able values), signed with `key` for `purpose`."""
    text = signed(key, f"cursor:{purpose}", json.dumps(place, separators=(",", ":")))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(key: str, purpose: str, text: str) -> list[Any]:
    """The place a cursor names. Raises `Missing` for one that was changed or belongs to another list."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raw = ""
    value = unsigned(key, f"cursor:{purpose}", raw)
    if value is None:
        message = "This cursor is not one of this list: start again without it."
        raise Missing(message, {"cursor": message})
    place: list[Any] = json.loads(value)
    return place
