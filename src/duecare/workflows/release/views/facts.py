"""Changing one fact of a request where it stands."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import EmailField, Field, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from duecare.core import requests
from duecare.core.desk_forms import DeskForm
from duecare.core.errors import Missing, NotFound, NotPossible, Stale
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.workflows.release import amendments, terms
from duecare.workflows.release.forms import LANGUAGES, ChecksField, DayField, choices
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.roles import Permission
from duecare.workflows.release.views.shared import as_number, clock_face, load, show

pages = Blueprint("release_facts", __name__, url_prefix="/releases", template_folder="../templates")
Answer = str | Response | tuple[str, int]
KINDS: dict[str, tuple[type[Field], dict[str, Any]]] = {
    "requester_email": (EmailField, {}),
    "requester_address": (TextAreaField, {}),
    "requester_locale": (SelectField, {"choices": choices(LANGUAGES)}),
    "record_types": (ChecksField, {"choices": choices(terms.RECORD_TYPES)}),
    "range_from": (DayField, {"validators": [Optional()]}),
    "range_to": (DayField, {"validators": [Optional()]}),
    "paper_date": (DayField, {"validators": [Optional()]}),
    "delivery": (SelectField, {"choices": choices(terms.DELIVERIES)}),
    "priority": (SelectField, {"choices": choices(terms.PRIORITIES)}),
    "notes": (TextAreaField, {}),
}


@pages.get("/<number>/facts/<name>")
@requires(Permission.RELEASES_WORK)
def fact(number: str, name: str) -> str:
    """The form of one fact."""
    case = load(requests.reading(), number)
    form = _form(name)(data={"value": getattr(case, name), "version": str(case.version)})
    return _page(case, name, form)


@pages.post("/<number>/facts/<name>")
@requires(Permission.RELEASES_WORK)
def change(number: str, name: str) -> Answer:
    """Changes it, or shows the form again with what was typed and why it is not possible."""
    form = _form(name)()
    case = load(requests.reading(), number)
    if not form.validate_on_submit():
        return _page(case, name, form), Missing.status
    value = form.value.data if form.value.data is not None or isinstance(form.value, DayField) else ""
    try:
        with requests.transaction() as session:
            case = load(session, number)
            amendments.amend(session, requests.caller(), case, {name: value}, as_number(form.version.data))
    except (Missing, NotPossible, Stale) as error:
        case = load(requests.reading(), number)
        form.value.errors = [error.errors.get(name) or next(iter(error.errors.values()), error.detail)]
        form.version.data = str(case.version)
        return _page(case, name, form), error.status
    flash(_("Changed: %(label)s.", label=amendments.EDITABLE[name]), "success")
    return redirect(url_for("release_cases.case", number=case.number, part=_part(name)))


def _form(name: str) -> type[DeskForm]:
    if name not in amendments.EDITABLE:
        raise NotFound(_("There is no such fact."))
    kind, options = KINDS.get(name, (StringField, {}))
    members = {"value": kind(amendments.EDITABLE[name], **options), "version": HiddenField()}
    return type("FactForm", (DeskForm,), members)


def _page(case: ReleaseRequest, name: str, form: DeskForm) -> str:
    show(case)
    return render_template(
        "release/fact.html",
        case=case,
        name=name,
        form=form,
        label=amendments.EDITABLE[name],
        part=_part(name),
        **clock_face(),
    )


def _part(name: str) -> str:
    return "requester" if name.startswith(amendments.REQUESTER) else "request"
