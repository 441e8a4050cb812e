"""The supervisor's board: unassigned requests first, the workload beside them, assigning one or many."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from duecare.core import lists, requests
from duecare.core.errors import DomainError
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.core.texts import ngettext
from duecare.core.time import now
from duecare.workflows.release import board as boards
from duecare.workflows.release import operations
from duecare.workflows.release.lifecycle import LIFECYCLE
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.roles import Permission
from duecare.workflows.release.views.shared import clock_face, load

pages = Blueprint("release_board", __name__, url_prefix="/releases/board", template_folder="../templates")
LABELS = {
    boards.UNASSIGNED: _l("Unassigned"),
    "open": _l("Open"),
    "overdue": _l("Overdue"),
    "soon": _l("Due within 3 days"),
    "on_hold": _l("On hold"),
}
AT_ONCE = 200


@pages.get("")
@requires(Permission.RELEASES_ASSIGN)
def board() -> str:
    """The board; `show` and `specialist` choose the rows of one of its figures."""
    session, at, zone = requests.reading(), now(), requests.caller().zone
    organisation = requests.organisation_id()
    shown = request.args.get("show", boards.UNASSIGNED)
    shown = shown if shown in LABELS else boards.UNASSIGNED
    specialist = request.args.get("specialist") or None
    loads = boards.workload(session, organisation, at, zone)
    found = boards.rows(session, organisation, shown, specialist, at, zone)
    who = next((each.person.name for each in loads if each.person.public_id == specialist), None)
    requests.note_read("release.board_viewed", shown, {"rows": len(found)})
    return render_template(
        "release/board.html",
        loads=loads,
        kinds=boards.KINDS,
        labels=LABELS,
        shown=shown,
        specialist=specialist,
        who=who,
        rows=[_row(each) for each in found],
        is_cut=len(found) == boards.SHOWN,
        people=[(each.person.public_id, f"{each.person.name} · {each.open}") for each in loads],
        **clock_face(),
    )


@pages.post("/assign")
@requires(Permission.RELEASES_ASSIGN)
def assign() -> Response:
    """Assigns the chosen requests to one specialist; one that cannot be assigned never costs the others."""
    numbers = list(dict.fromkeys(request.form.getlist("number")))[:AT_ONCE]
    specialist = request.form.get("assignee", "")
    if not numbers or not specialist:
        flash(_("Choose requests and a specialist."), "error")
        return redirect(request.referrer or url_for("release_board.board"))
    refused = [(number, error) for number in numbers if (error := _assigned(number, specialist))]
    done = len(numbers) - len(refused)
    if done:
        flash(ngettext("%(num)d request was assigned.", "%(num)d requests were assigned.", done), "success")
    for number, error in refused:
        flash(f"{number}: {error.detail}", "error")
    return redirect(url_for("release_board.board"))


def _assigned(number: str, specialist: str) -> DomainError | None:
    """Assigns one request; gives the reason when it cannot be done."""
    try:
        with requests.transaction() as session:
            case = load(session, number)
            operations.act(session, requests.caller(), case, "assign", {"assignee": specialist})
    except DomainError as error:
        return error
    return None


def _row(case: ReleaseRequest) -> dict[str, Any]:
    assert case.patient is not None
    return {
        "number": case.number,
        "url": url_for("release_cases.case", number=case.number),
        "person": case.patient.name,
        "what": lists.what(case.priority, case.title),
        "next_action": str(LIFECYCLE.status(case.status).next_action),
        "due_at": case.due_at,
        "who": lists.short_name(case.assignee.name) if case.assignee else None,
        "mine": False,
        "assign_url": url_for("release_actions.act", number=case.number, action="assign"),
    }
