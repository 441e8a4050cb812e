"""Extra fields as rows of a table that people edit, and as the JSON Schema that they are.

What a row cannot show (limits, patterns, hints) is kept from the schema before.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from duecare.core import extra_fields
from duecare.core.texts import gettext as _

KINDS = ("text", "date", "number", "integer", "boolean", "choice")
NAME = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
SHOWN = frozenset({"title", "type", "format", "enum"})
TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
}


@dataclass(frozen=True)
class FieldRow:
    """One field as typed. `choices` are separated by semicolons."""

    name: str
    label: str
    kind: str
    is_required: bool
    choices: str = ""


BLANK = FieldRow("", "", "text", is_required=False)


def rows_of(schema: Mapping[str, Any]) -> list[FieldRow]:
    """The rows of a schema, in its order."""
    return [
        FieldRow(field.name, field.label, field.kind, field.is_required, "; ".join(field.choices))
        for field in extra_fields.fields(schema)
    ]


def schema_of(rows: Sequence[FieldRow], before: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The schema of the rows and what is wrong with them, by `column-row number`."""
    errors: dict[str, str] = {}
    seen: set[str] = set()
    for number, row in enumerate(rows):
        errors |= {f"{column}-{number}": fault for column, fault in _faults(row, seen).items()}
        seen.add(row.name)
    old = before.get("properties", {})
    schema = {
        **{name: value for name, value in before.items() if name not in {"properties", "required"}},
        "type": "object",
        "properties": {row.name: _rule(row, old.get(row.name, {})) for row in rows},
        "required": [row.name for row in rows if row.is_required],
        "additionalProperties": False,
    }
    return schema, errors


def _rule(row: FieldRow, old: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in old.items() if name not in SHOWN}
    kind = TYPES.get(row.kind) or {"enum": _choices(row.choices)}
    return {"title": row.label or row.name, **kind, **kept}


def _choices(text: str) -> list[str]:
    return list(dict.fromkeys(each.strip() for each in text.split(";") if each.strip()))


def _faults(row: FieldRow, seen: set[str]) -> dict[str, str]:
    faults = {}
    if not NAME.match(row.name):
        faults["name"] = _("Use small letters, digits and _, e.g. department.")
    elif row.name in seen:
        faults["name"] = _("Another field has this name.")
    if row.kind not in KINDS:
        faults["kind"] = _("Choose one of the list.")
    if row.kind == "choice" and len(_choices(row.choices)) < 2:
        faults["choices"] = _("Enter at least two choices, separated by semicolons.")
    return faults
