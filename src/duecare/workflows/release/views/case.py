"""The page of one request: where it stands, what can be done now, its documents, facts and timeline."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from duecare.core import clocks, desk_forms, requests
from duecare.core.access import Permission as Core
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.workflows.release import duplicates, operations, queries
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.roles import Permission
from duecare.workflows.release.views import presenting
from duecare.workflows.release.views.clock_words import lines_of
from duecare.workflows.release.views.documents import listed, preview_of, uploadable
from duecare.workflows.release.views.shared import clock_face, load, show

pages = Blueprint("release_cases", __name__, url_prefix="/releases", template_folder="../templates")
PARTS = ("request", "requester", "authorization", "clock")


@pages.get("/<number>")
@requires(Core.CASES_READ)
def case(number: str) -> str:
    """Everything about a request on one page."""
    session = requests.reading()
    found = load(session, number)
    show(found)
    part = _part()
    return render_template("release/case.html", **page_of(session, found), **parts_of(session, found, part))


@pages.get("/<number>/clock")
@requires(Core.CASES_READ)
def clock(number: str) -> str:
    """How the due date was reached, step by step, and the rules that gave way to a shorter one."""
    session = requests.reading()
    found = load(session, number)
    show(found, "release.clock_viewed")
    governed = clocks.govern(session, found)
    return render_template(
        "release/clock.html",
        case=found,
        winner=governed.winner,
        steps=lines_of(governed.winner),
        others=[(other, lines_of(other)) for other in governed.others],
        **clock_face(),
    )


@pages.get("/<number>/version")
@requires(Core.CASES_READ)
def version(number: str) -> Response:
    """The present version of a request and who changed it last, for a page that is open elsewhere."""
    session = requests.reading()
    found = load(session, number)
    events = queries.timeline(session, found)
    message = presenting.last_change(events[0]) if events else ""
    return jsonify(version=presenting.version_of(session, found), message=message)


@pages.post("/<number>/notes")
@requires(Permission.RELEASES_NOTE)
def add_note(number: str) -> Response:
    """Adds an internal note to the timeline."""
    with requests.transaction() as session:
        found = load(session, number)
        operations.add_note(session, requests.caller(), found, request.form.get("note", ""))
    flash(_("The note stands in the timeline."), "success")
    return redirect(url_for("release_cases.case", number=found.number, _anchor="timeline"))


def page_of(session: Session, found: ReleaseRequest) -> dict[str, Any]:
    """What the page of a request shows, also while one of its forms is open."""
    caller = requests.caller()
    events = queries.timeline(session, found)
    documents = queries.documents(session, found)
    return {
        "case": presenting.header_of(session, found),
        "request_case": found,
        "actions": presenting.actions_of(session, found, caller),
        "events": presenting.timeline_of(events),
        "documents": listed(found, documents),
        "preview": preview_of(found, documents, request.args.get("document")),
        "typed": desk_forms.typed_before(),
        "kinds": uploadable(found, caller),
        "upload": requests.installation().settings,
        "similar": duplicates.similar_open(session, found),
        "may_work": caller.may(Permission.RELEASES_WORK),
        "may_receipt": caller.may(Permission.RELEASES_CREATE),
        "may_note": caller.may(Permission.RELEASES_NOTE),
        "may_audit": caller.may(Core.AUDIT_READ),
        "may_review": caller.may(Permission.RELEASES_REVIEW),
        "version": presenting.version_of(session, found),
        **clock_face(),
    }


def parts_of(session: Session, found: ReleaseRequest, part: str) -> dict[str, Any]:
    """The tabs beside the documents, and what the open one shows."""
    checked = presenting.authorization_of(session, found)
    labels = {
        "request": _("Request"),
        "requester": _("Requester"),
        "authorization": _("Authorization"),
        "clock": _("Clock"),
    }
    tabs = [
        {
            "label": label,
            "url": url_for("release_cases.case", number=found.number, part=code),
            "active": code == part,
        }
        for code, label in labels.items()
        if code != "authorization" or checked
    ]
    for tab in tabs:
        if checked and tab["label"] == labels["authorization"]:
            tab["count"] = checked["count"]
    return {
        "part": part,
        "parts": tabs,
        "authorization": checked,
        "fact_lists": presenting.facts_of(found, requests.caller()),
    }


def _part() -> str:
    asked = request.args.get("part", PARTS[0])
    return asked if asked in PARTS else PARTS[0]
