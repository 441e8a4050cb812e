"""Fields that an organisation adds to a workflow's form: a JSON Schema per request type, kept in versions.

Describes the fields for a form, reads what was typed into JSON values and checks them. Only flat objects of
text, numbers, yes/no, dates and choices are offered; anything else in a schema is refused when it is saved.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, SchemaError, ValidationError
from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from duecare.core.db import Base, BigId, Code, Id, OpaqueId
from duecare.core.errors import Missing
from duecare.core.kept import Kept
from duecare.core.people.models import Organisation
from duecare.core.texts import gettext as _
from duecare.core.time import now

KINDS = ("string", "number", "integer", "boolean")
CHECKER = Draft202012Validator.FORMAT_CHECKER
MAX_TEXT = 2000
PREFIX = "extra."
_in_force: Kept[dict[str, Any]] = Kept(most=1000)
TRUE_WORDS = frozenset({"true", "on", "1", "yes"})


class ExtraFieldSchema(Base):
    """One version of an organisation's extra fields for a request type; the highest version is in force."""

    __tablename__ = "extra_field_schemas"
    __table_args__ = (UniqueConstraint("organisation_id", "workflow", "request_type", "version"),)

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    workflow: Mapped[Code]
    request_type: Mapped[Code]
    schema: Mapped[dict[str, Any]]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)


@dataclass(frozen=True)
class ExtraField:
    """One field as a form shows it. `kind`: text, date, number, integer, boolean or choice."""

    name: str
    label: str
    kind: str
    is_required: bool
    hint: str = ""
    choices: tuple[str, ...] = ()
    max_length: int = MAX_TEXT


def in_force(session: Session, organisation_id: int, workflow: str, request_type: str) -> dict[str, Any]:
    """The schema of a request type; an empty one where the organisation asks for nothing more."""
    organisation = session.get_one(Organisation, organisation_id)
    key = (organisation_id, organisation.terms_version, workflow, request_type)
    return deepcopy(
        _in_force.get(session, key, lambda: _newest(session, organisation_id, workflow, request_type))
    )


def save(
    session: Session, organisation_id: int, workflow: str, request_type: str, schema: dict[str, Any]
) -> ExtraFieldSchema:
    """Adds a version of the fields. Raises `Missing` for a schema that no form can show."""
    if fault := fault_of(schema):
        raise Missing(fault, {"schema": fault})
    newest = select(ExtraFieldSchema.version).where(
        ExtraFieldSchema.organisation_id == organisation_id,
        ExtraFieldSchema.workflow == workflow,
        ExtraFieldSchema.request_type == request_type,
    )
    last = max(session.scalars(newest), default=0)
    row = ExtraFieldSchema(
        organisation_id=organisation_id,
        workflow=workflow,
        request_type=request_type,
        schema=schema,
        version=last + 1,
    )
    session.add(row)
    session.get_one(Organisation, organisation_id).renew_terms()
    session.flush()
    return row


def fault_of(schema: Mapping[str, Any]) -> str | None:
    """Why a schema cannot be used for a form; None when it can."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return _("This is not a JSON Schema: %(why)s", why=error.message[:200])
    for name, rule in schema.get("properties", {}).items():
        if not isinstance(rule, Mapping) or _unshowable(rule):
            return _("The field “%(name)s” must be text, a number, yes or no, a date or a choice.", name=name)
    return None


def fields(schema: Mapping[str, Any]) -> tuple[ExtraField, ...]:
    """The fields of a schema, in its order."""
    required = set(schema.get("required", ()))
    return tuple(
        ExtraField(
            name=name,
            label=str(rule.get("title") or name.replace("_", " ").capitalize()),
            kind=_kind(rule),
            is_required=name in required,
            hint=str(rule.get("description", "")),
            choices=tuple(str(choice) for choice in rule.get("enum", ())),
            max_length=min(int(rule.get("maxLength", MAX_TEXT)), MAX_TEXT),
        )
        for name, rule in schema.get("properties", {}).items()
    )


def read(schema: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, Any]:
    """JSON values of what was typed into the fields; what is no number stays text, for `check` to name."""
    rules = schema.get("properties", {})
    values: dict[str, Any] = {}
    for field in fields(schema):
        text = typed.get(field.name, "").strip()
        if field.kind == "boolean":
            values[field.name] = text.casefold() in TRUE_WORDS
        elif text:
            values[field.name] = _value(rules[field.name], field.kind, text)
    return values


def check(schema: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Raises `Missing` naming each field (`extra.name`) that is missing, wrong or not asked for."""
    known = {field.name: field for field in fields(schema)}
    errors = {PREFIX + name: _("This field does not exist.") for name in values if name not in known}
    for error in _validator(_frozen(schema)).iter_errors(dict(values)):
        for name in _names(error):
            if name in known:
                errors.setdefault(PREFIX + name, _sentence(error, known[name]))
    if errors:
        raise Missing(_("Some of the additional fields are missing or wrong."), errors)


def texts(values: Mapping[str, Any]) -> list[str]:
    """The values as words by which a case is found; yes and no find nothing."""
    return [
        str(value) for value in values.values() if value not in (None, "") and not isinstance(value, bool)
    ]


def _newest(session: Session, organisation_id: int, workflow: str, request_type: str) -> dict[str, Any]:
    newest = (
        select(ExtraFieldSchema.schema)
        .where(
            ExtraFieldSchema.organisation_id == organisation_id,
            ExtraFieldSchema.workflow == workflow,
            ExtraFieldSchema.request_type == request_type,
        )
        .order_by(ExtraFieldSchema.version.desc())
        .limit(1)
    )
    return session.scalar(newest) or {}


def _kind(rule: Mapping[str, Any]) -> str:
    if "enum" in rule:
        return "choice"
    if rule.get("format") == "date":
        return "date"
    kind = str(rule.get("type", "string"))
    return "text" if kind == "string" else kind


def _unshowable(rule: Mapping[str, Any]) -> bool:
    return "enum" not in rule and rule.get("type", "string") not in KINDS


def _value(rule: Mapping[str, Any], kind: str, text: str) -> Any:
    if kind == "choice":
        return next((choice for choice in rule["enum"] if str(choice) == text), text)
    if kind not in {"integer", "number"}:
        return text
    try:
        return int(text) if kind == "integer" else float(text)
    except ValueError:
        return text


def _names(error: ValidationError) -> list[str]:
    if error.validator == "required":
        needed: Any = error.validator_value
        given: Any = error.instance
        return [name for name in needed if name not in given]
    return [str(error.path[0])] if error.path else []


def _sentence(error: ValidationError, field: ExtraField) -> str:
    limit = error.validator_value
    kinds = {
        "integer": _("Enter a whole number, e.g. 12."),
        "number": _("Enter a number, e.g. 12.5."),
        "boolean": _("Choose yes or no."),
    }
    sentences = {
        "required": _("Fill in “%(label)s”.", label=field.label),
        "minLength": _("Enter at least %(limit)s characters.", limit=limit),
        "maxLength": _("Enter at most %(limit)s characters.", limit=limit),
        "minimum": _("Enter %(limit)s or more.", limit=limit),
        "maximum": _("Enter %(limit)s or less.", limit=limit),
        "enum": _("Choose one of the list."),
        "format": _("Enter a date that exists."),
        "pattern": field.hint or _("This does not have the form that is asked for."),
        "type": kinds.get(field.kind, _("Enter text.")),
    }
    return sentences.get(str(error.validator), _("This value is not allowed."))


def _frozen(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, sort_keys=True)


@lru_cache(maxsize=256)
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema), format_checker=CHECKER)
