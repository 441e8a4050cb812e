"""Checking an authorization part by part, and asking the requester for what it lacks."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional

from duecare.core import requests
from duecare.core.access import Caller
from duecare.core.desk_forms import DeskForm
from duecare.core.documents.models import ACCEPTED
from duecare.core.errors import Forbidden, Missing, NotFound
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.workflows.release import authorization, operations, queries
from duecare.workflows.release.authorization import FINDINGS, Part
from duecare.workflows.release.forms import DayField, choices
from duecare.workflows.release.models import AuthorizationCheck, ReleaseRequest
from duecare.workflows.release.roles import Permission
from duecare.workflows.release.views.documents import preview_of
from duecare.workflows.release.views.shared import clock_face, load, show

pages = Blueprint("release_authorizations", __name__, url_prefix="/releases", template_folder="../templates")
STAGES = operations.CHECKED_BY
WHERE_LENGTH = 200


class CheckForm(DeskForm):
    """What spoils an authorization; the parts are added per request."""

    expires_on = DayField(_l("It expires on"), [Optional()])
    expiry_event = StringField(_l("or with this event"), [Optional(), Length(max=300)])
    is_revoked = BooleanField(_l("It was revoked"))
    is_compound = BooleanField(_l("It is combined or conditioned in a way the rule forbids"))
    is_known_false = BooleanField(_l("Something material in it is known to be false"))


@pages.get("/<number>/authorization/<stage>")
@requires(Permission.RELEASES_READ)
def check(number: str, stage: str) -> str:
    """The form of a check; at release it shows what intake found, each to be confirmed anew."""
    session = requests.reading()
    case = load(session, number)
    _may(stage)
    return _page(session, case, stage, _form(session, case, stage))


@pages.post("/<number>/authorization/<stage>")
@requires(Permission.RELEASES_READ)
def record(number: str, stage: str) -> str | Response | tuple[str, int]:
    """Records the check."""
    session = requests.reading()
    case = load(session, number)
    _may(stage)
    form = _form(session, case, stage)
    if not form.validate_on_submit():
        return _page(session, case, stage, form), Missing.status
    with requests.transaction() as writing:
        found = load(writing, number)
        operations.record_check(
            writing, requests.caller(), found, stage, _findings(form, found), **_rest(form)
        )
    flash(_("The check is recorded."), "success")
    if stage == "release":
        return redirect(url_for("release_reviews.review", number=case.number))
    return redirect(url_for("release_cases.case", number=case.number, part="authorization"))


@pages.post("/<number>/authorization/cure")
@requires(Permission.RELEASES_WORK)
def cure(number: str) -> Response:
    """Has the letter written that asks for what is missing."""
    with requests.transaction() as session:
        case = load(session, number)
        operations.ask_for_cure(session, requests.caller(), case)
    flash(_("The letter is being written; it will stand among the documents."), "success")
    return redirect(url_for("release_cases.case", number=case.number, part="authorization"))


def _may(stage: str) -> Caller:
    """The caller, if they check at this stage; raises `NotFound` or `Forbidden`."""
    if stage not in STAGES:
        raise NotFound(_("There is no such check."))
    caller = requests.caller()
    if not caller.may(STAGES[stage]):
        raise Forbidden(_("Your role does not make this check."))
    return caller


def _form(session: Session, case: ReleaseRequest, stage: str) -> CheckForm:
    """The form with one choice and one place per part, prefilled from the last check where that helps."""
    last = authorization.latest(session, case)
    members: dict[str, Any] = {}
    for part in authorization.needed(case):
        members[part.code] = RadioField(
            part.label,
            [InputRequired(_l("Say whether it is present, missing or unsure."))],
            choices=choices(FINDINGS),
            description=part.citation,
        )
        members[f"{part.code}_where"] = StringField(_l("Where"), [Optional(), Length(max=WHERE_LENGTH)])
    form: type[CheckForm] = type("PartsForm", (CheckForm,), members)
    return form(data=_known(last, stage)) if last else form()


def _known(last: AuthorizationCheck, stage: str) -> dict[str, Any]:
    """What the last check says. At release the findings themselves are left open: each is confirmed anew."""
    known: dict[str, Any] = {
        "expires_on": last.expires_on,
        "expiry_event": last.expiry_event,
        "is_revoked": last.is_revoked,
        "is_compound": last.is_compound,
        "is_known_false": last.is_known_false,
    }
    for code, finding in last.findings.items():
        known[f"{code}_where"] = finding.get("where", "")
        if stage != "release" or last.stage == "release":
            known[code] = finding.get("finding")
    return known


def _findings(form: CheckForm, case: ReleaseRequest) -> dict[str, dict[str, str]]:
    return {
        part.code: {"finding": form[part.code].data, "where": form[f"{part.code}_where"].data or ""}
        for part in authorization.needed(case)
    }


def _rest(form: CheckForm) -> dict[str, Any]:
    return {
        "expires_on": form.expires_on.data,
        "expiry_event": form.expiry_event.data or "",
        "is_revoked": form.is_revoked.data,
        "is_compound": form.is_compound.data,
        "is_known_false": form.is_known_false.data,
    }


def _page(session: Session, case: ReleaseRequest, stage: str, form: CheckForm) -> str:
    show(case)
    parts: tuple[Part, ...] = authorization.needed(case)
    documents = queries.documents(session, case)
    papers = [each for each in documents if each.kind == "authorization" and each.state == ACCEPTED]
    chosen = request.args.get("document") or (papers[-1].public_id if papers else None)
    return render_template(
        "release/authorization.html",
        case=case,
        stage=stage,
        form=form,
        parts=parts,
        papers=papers,
        preview=preview_of(case, documents, chosen),
        last=authorization.latest(session, case),
        **clock_face(),
    )
