"""Extra fields: what the organisation asks for beyond the built-in form, per type of request, in versions."""

import json
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from duecare.core import desk_forms, extra_field_versions, requests
from duecare.core import extra_fields as fields_of
from duecare.core import workflow as workflows
from duecare.core.access import Permission
from duecare.core.errors import Missing, NotFound
from duecare.core.extra_field_rows import BLANK, FieldRow, rows_of, schema_of
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.web.admin.frame import blueprint
from duecare.web.admin.rules import type_label
from duecare.web.admin.shared import write

SAVE, SAVE_JSON, ADD = "save", "save-json", "add"


@dataclass
class Desk:
    """A form under work: its rows, its JSON as typed, and what is wrong."""

    rows: list[FieldRow]
    text: str
    errors: dict[str, str]
    is_json: bool = False


@blueprint.get("/extra-fields")
@requires(Permission.ORGANISATION_MANAGE)
def extra_fields() -> str:
    """The types of request and how many fields each has."""
    session, organisation = requests.reading(), requests.organisation_id()
    forms = [
        {
            "workflow": workflow,
            "type": each,
            "label": type_label(workflow.code, each),
            "fields": fields_of.fields(fields_of.in_force(session, organisation, workflow.code, each)),
        }
        for workflow in workflows.registered()
        for each in extra_field_versions.request_types(workflow.code)
    ]
    return render_template("admin/extra_fields.html", forms=forms)


@blueprint.route("/extra-fields/<workflow>/<request_type>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
def extra_fields_edit(workflow: str, request_type: str) -> str | Response:
    """Edits the fields of a type of request as a table, or as JSON."""
    _check_known(workflow, request_type)
    before = fields_of.in_force(requests.reading(), requests.organisation_id(), workflow, request_type)
    if (typed := desk_forms.typed_before()) is not None:
        return _page(workflow, request_type, _taken(typed, before)[0])
    if request.method == "GET":
        return _page(workflow, request_type, Desk(rows_of(before), _as_text(before), {}))
    desk, schema = _taken(request.form, before)
    if schema is not None and _published(workflow, request_type, schema, desk):
        flash(_("The fields are in force. Requests taken before keep what was asked then."), "success")
        return redirect(url_for("admin.extra_fields_edit", workflow=workflow, request_type=request_type))
    return _page(workflow, request_type, desk)


def _taken(form: MultiDict[str, str], before: dict[str, Any]) -> tuple[Desk, dict[str, Any] | None]:
    """What was typed, and the schema that it is if it is to be saved."""
    act = form.get("act", SAVE)
    if act == SAVE_JSON:
        return _taken_as_json(form.get("json", ""), before)
    rows = _rows(form)
    if act == ADD:
        return Desk([*rows, BLANK], _as_text(before), {}), None
    schema, errors = schema_of(rows, before)
    return Desk(rows, _as_text(schema), errors), None if errors else schema


def _taken_as_json(text: str, before: dict[str, Any]) -> tuple[Desk, dict[str, Any] | None]:
    desk = Desk(rows_of(before), text, {}, is_json=True)
    try:
        schema = json.loads(text)
    except json.JSONDecodeError as error:
        desk.errors["json"] = _("This is not JSON: line %(line)s, %(why)s.", line=error.lineno, why=error.msg)
        return desk, None
    if not isinstance(schema, dict):
        desk.errors["json"] = _("A schema is an object: { … }.")
        return desk, None
    return desk, schema


def _rows(form: MultiDict[str, str]) -> list[FieldRow]:
    """The rows of the table in their order; empty ones and those marked to go are left out."""
    numbers = sorted(int(name[5:]) for name in form if name.startswith("name-") and name[5:].isdecimal())
    rows = [
        FieldRow(
            name=form.get(f"name-{number}", "").strip(),
            label=form.get(f"label-{number}", "").strip(),
            kind=form.get(f"kind-{number}", "text"),
            is_required=form.get(f"required-{number}") == "on",
            choices=form.get(f"choices-{number}", "").strip(),
        )
        for number in numbers
        if form.get(f"remove-{number}") != "on"
    ]
    return [row for row in rows if row.name or row.label]


def _published(workflow: str, request_type: str, schema: dict[str, Any], desk: Desk) -> bool:
    caller, organisation = requests.caller(), requests.organisation_id()
    try:
        write(
            lambda session: extra_field_versions.publish(
                session, caller, organisation, workflow, request_type, schema
            )
        )
    except Missing as error:
        desk.errors["json" if desk.is_json else "rows"] = error.detail
        return False
    return True


def _page(workflow: str, request_type: str, desk: Desk) -> str:
    session, organisation = requests.reading(), requests.organisation_id()
    versions = extra_field_versions.versions(session, organisation, workflow, request_type)
    in_force = versions[0].schema if versions else {}
    return render_template(
        "admin/extra_fields_edit.html",
        workflow=workflow,
        request_type=request_type,
        label=type_label(workflow, request_type),
        desk=desk,
        rows=desk.rows or [BLANK],
        preview=fields_of.fields(in_force),
        versions=[(row, len(fields_of.fields(row.schema))) for row in versions],
    )


def _check_known(workflow: str, request_type: str) -> None:
    known = {each.code for each in workflows.registered()}
    if workflow not in known or request_type not in extra_field_versions.request_types(workflow):
        raise NotFound(_("There is no such form."))


def _as_text(schema: dict[str, Any]) -> str:
    return json.dumps(schema or {"type": "object", "properties": {}}, indent=2, ensure_ascii=False)
