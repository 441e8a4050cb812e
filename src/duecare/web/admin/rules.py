"""Clock rules: built-in ones with their citation, the organisation's own versions, and a box to try them."""

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp

from duecare.core import clock, clocks, requests, time_rules
from duecare.core import workflow as workflows
from duecare.core.access import Permission
from duecare.core.clock_words import fault_of, lines_of
from duecare.core.desk_forms import DeskForm
from duecare.core.errors import NotFound
from duecare.core.extra_field_versions import request_types
from duecare.core.people.models import Organisation
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.core.time import now
from duecare.core.time_rules import RuleDraft
from duecare.web.admin.frame import blueprint
from duecare.web.admin.people import RolesField
from duecare.web.admin.shared import choices, moved_or_asked, own_organisation

CODE = re.compile(r"^[a-z][a-z0-9-]*$")
UNITS = {
    "calendar_days": _l("calendar days"),
    "business_days": _l("business days"),
    "fixed_date": _l("date on the paper"),
}
MOST_DAYS = 3650


class RuleForm(DeskForm):
    """A version of an own rule."""

    code = StringField(
        _l("Code"),
        [
            InputRequired(_l("Enter a code.")),
            Length(max=64),
            Regexp(CODE, message=_l("Use small letters, digits and hyphens, e.g. target-third-party.")),
        ],
    )
    name = StringField(_l("Name"), [InputRequired(_l("Enter a name.")), Length(max=200)])
    citation = StringField(_l("Who says so"), [InputRequired(_l("Name the source.")), Length(max=500)])
    request_types = RolesField(_l("Types of request"), [InputRequired(_l("Choose at least one type."))])
    unit = SelectField(_l("Counted in"), choices=choices(UNITS.items()))
    amount = IntegerField(_l("How many"), [Optional(), NumberRange(0, MOST_DAYS)], default=0)
    extension_days = IntegerField(
        _l("Extension, days at most"), [Optional(), NumberRange(0, MOST_DAYS)], default=0
    )
    pausable = BooleanField(_l("A hold stops the clock"))
    jurisdiction = SelectField(_l("Applies"))
    valid_from = DateField(_l("For requests received from"), [InputRequired(_l("Choose the first day."))])
    note = TextAreaField(_l("Note"), [Optional(), Length(max=2000)])


class EndForm(DeskForm):
    """The end of an own rule."""

    valid_to = DateField(_l("First day without it"), [InputRequired(_l("Choose a day."))])


@blueprint.get("/rules")
@requires(Permission.RULES_MANAGE)
def rules() -> str:
    """Every rule of every workflow, and what a due date would be under them."""
    session = requests.reading()
    found = own_organisation(session)
    today = now().astimezone(ZoneInfo(found.zone)).date()
    return render_template(
        "admin/rules.html",
        tables=[
            {
                "workflow": workflow,
                "builtin": _builtin(session, found, workflow.code),
                "own": time_rules.own_rules(session, found.id, workflow.code),
            }
            for workflow in workflows.registered()
        ],
        units=UNITS,
        today=today,
        trial=_trial(found, today),
    )


@blueprint.route("/rules/<workflow>/add", methods=["GET", "POST"])
@requires(Permission.RULES_MANAGE)
def rules_add(workflow: str) -> str | Response:
    """Adds a rule or its next version; `?code=` starts from the one in force."""
    found = own_organisation(requests.reading())
    form = RuleForm(data=_start(found, _known(workflow), request.args.get("code", "")))
    form.request_types.choices = choices(
        (each, type_label(workflow, each)) for each in request_types(workflow)
    )
    form.jurisdiction.choices = choices([("", _("everywhere")), *((each, each) for each in _places(found))])
    if form.validate_on_submit():
        draft = _draft(form)
        answer = moved_or_asked(
            form,
            lambda session: time_rules.add_rule(
                session, requests.caller(), own_organisation(session), workflow, draft
            ),
            title=_("Put “%(name)s” in force?", name=draft.name),
            back=url_for("admin.rules"),
            done=_("The rule was added. Due dates are being worked out again."),
        )
        if answer is not None:
            return answer
    return render_template("admin/rule_form.html", form=form, workflow=workflow)


@blueprint.route("/rules/<opaque:rule>/end", methods=["GET", "POST"])
@requires(Permission.RULES_MANAGE)
def rules_end(rule: str) -> str | Response:
    """Ends an own rule."""
    row = time_rules.rule_of(requests.reading(), requests.organisation_id(), rule)
    form = EndForm()
    if form.validate_on_submit():
        day = form.valid_to.data
        answer = moved_or_asked(
            form,
            lambda session: time_rules.end_rule(
                session, requests.caller(), own_organisation(session), rule, day
            ),
            title=_("End “%(name)s”?", name=row.name),
            back=url_for("admin.rules"),
            done=_("The rule was ended. Due dates are being worked out again."),
        )
        if answer is not None:
            return answer
    return render_template("admin/rule_end.html", form=form, rule=row)


def type_label(workflow: str, request_type: str) -> str:
    """A type of request in words."""
    labels = workflows.named(workflow).request_types
    return str(labels.get(request_type, request_type))


def _known(workflow: str) -> str:
    if workflow not in {each.code for each in workflows.registered()}:
        raise NotFound(_("There is no such workflow."))
    return workflow


def _places(found: Organisation) -> list[str]:
    return sorted(clocks.jurisdictions_of(found))


def _builtin(session: Any, found: Organisation, workflow: str) -> list[dict[str, Any]]:
    """Built-in rules with what became of them here."""
    kept = {rule.code: rule for rule in clocks.rules_for(session, found, workflow)}
    own = {row.code for row in time_rules.own_rules(session, found.id, workflow)}
    here = clocks.jurisdictions_of(found)
    return [
        {
            "rule": rule,
            "is_elsewhere": rule.jurisdiction is not None and rule.jurisdiction not in here,
            "replaced_from": kept[rule.code].valid_to if rule.code in own and rule.code in kept else None,
            "is_replaced": rule.code in own,
            "types": [type_label(workflow, each) for each in sorted(rule.request_types)],
        }
        for rule in clocks.builtin_rules(workflow)
    ]


def _start(found: Organisation, workflow: str, code: str) -> dict[str, Any]:
    """What a form begins with: the newest version of the code, or nothing."""
    rules_here = clocks.rules_for(requests.reading(), found, workflow)
    versions = [rule for rule in rules_here if rule.code == code]
    if not versions:
        return {}
    newest = max(versions, key=lambda rule: rule.valid_from)
    kept = ("code", "name", "citation", "amount", "extension_days", "pausable")
    return {
        **{name: getattr(newest, name) for name in kept},
        "unit": newest.unit.value,
        "request_types": sorted(newest.request_types),
        "jurisdiction": newest.jurisdiction or "",
    }


def _draft(form: RuleForm) -> RuleDraft:
    return RuleDraft(
        code=form.code.data.strip(),
        name=form.name.data.strip(),
        unit=form.unit.data,
        amount=form.amount.data or 0,
        pausable=form.pausable.data,
        extension_days=form.extension_days.data or 0,
        citation=form.citation.data.strip(),
        request_types=tuple(form.request_types.data),
        jurisdiction=form.jurisdiction.data or None,
        valid_from=form.valid_from.data,
        note=form.note.data or "",
    )


def _trial(found: Organisation, today: date) -> dict[str, Any]:
    """The try-out box: what was asked for and what the clock answers."""
    given = request.args
    workflow = next((each for each in workflows.registered() if each.code == given.get("workflow")), None)
    workflow = workflow or workflows.registered()[0]
    kinds = {each: type_label(workflow.code, each) for each in request_types(workflow.code)}
    asked = given.get("type", "")
    box: dict[str, Any] = {
        "workflow": workflow.code,
        "types": kinds,
        "type": asked,
        "received": given.get("received", today.isoformat()),
        "paper": given.get("paper", ""),
        "fault": None,
        "governed": None,
    }
    if asked in kinds:
        _answer(box, found)
    return box


def _answer(box: dict[str, Any], found: Organisation) -> None:
    received, paper = _day(box["received"]), _day(box["paper"])
    if received is None:
        box["fault"] = _("Enter the day on which the request was received.")
        return
    terms = clocks.terms_of(requests.reading(), found, box["workflow"])
    try:
        governed = clock.govern(
            terms.rules,
            box["type"],
            terms.jurisdictions,
            terms.calendar,
            datetime.combine(received, time(12), terms.calendar.zone),
            (),
            None,
            now(),
            paper,
        )
    except clock.ClockError as error:
        box["fault"] = fault_of(error)
        return
    box["governed"] = governed
    box["lines"] = lines_of(governed.winner, {})


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
