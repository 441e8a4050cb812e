"""The supervisor's dashboard: what needs a decision, how the period went; every figure opens its rows."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request

from duecare.core import list_pages, lists, queues, requests
from duecare.core.lists import Line
from duecare.core.queues import Filters, Scope
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.core.time import now
from duecare.workflows.release import terms
from duecare.workflows.release.lifecycle import STATUSES
from duecare.workflows.release.measures import Colleague
from duecare.workflows.release.models import WORKFLOW
from duecare.workflows.release.overview import overview
from duecare.workflows.release.queries import of_type
from duecare.workflows.release.question import Question, Rows, parse
from duecare.workflows.release.roles import Permission
from duecare.workflows.release.views import shown_figures as shown

pages = Blueprint("release_dashboard", __name__, template_folder="../templates")
PRIORITY_ROWS = 8


@pages.get("/releases/dashboard")
@requires(Permission.RELEASES_OVERSEE)
def show() -> str:
    """The figures that the address asks for."""
    at, scope = now(), list_pages.scope()
    question = parse(request.args, at.astimezone(ZoneInfo(scope.zone)).date())
    found, rows = overview(requests.reading(), scope, question, at), Rows(question)
    present, ended, flow = found.present, found.ended, found.flow
    return render_template(
        "release/dashboard.html",
        question=question,
        filters=_filters(question, found.people),
        decision=shown.decision(present, rows),
        present_boxes=shown.present_boxes(present, rows),
        period_boxes=shown.period_boxes(ended, flow, question, rows),
        cases=_first(scope, question),
        first_count=present.total.pressing,
        first_url=rows.open(pressing="true"),
        statuses=shown.status_bars(present, question, rows),
        ended=shown.ended_bars(ended, rows),
        aging=shown.aging_bars(present, rows),
        stays=shown.stay_bars(found.stays, rows),
        flow=shown.flow_chart(flow, question, rows),
        turnaround=shown.turnaround_chart(ended, rows),
        workload=shown.workload(present, ended, found.people, rows),
        activity=shown.recent_activity(found.activity, found.people, rows),
        definitions=shown.DEFINITIONS,
        columns=[each for each in lists.heads() if each["key"] not in {"status", "received"}],
        now=at,
        zone=scope.zone,
    )


def _first(scope: Scope, question: Question) -> list[Line]:
    """What must be completed first, due first."""
    wanted = Filters(
        workflows=(WORKFLOW,),
        state="open",
        statuses=question.open_statuses if question.statuses else (),
        assignee=question.assignee,
        is_pressing=True,
        also=of_type(question.request_type),
    )
    if not question.open_statuses:
        return []
    found = queues.page(requests.reading(), scope, wanted, limit=PRIORITY_ROWS).rows
    requests.note_read("cases.listed", "releases.dashboard", lists.numbers(found))
    return [lists.line(row, requests.caller()) for row in found]


def _filters(question: Question, people: Mapping[int, Colleague]) -> list[dict[str, Any]]:
    specialists = [(each.public_id, each.name) for each in people.values() if each.is_specialist]
    statuses = [(status.code, status.label) for status in STATUSES]
    return [
        _field("from", _("From"), "date", question.first.isoformat()),
        _field("to", _("to"), "date", question.last.isoformat()),
        _field("assignee", _("Specialist"), "select", question.assignee, _everybody() + specialists),
        _field("status", _("Status"), "select", ",".join(question.statuses), [("", _("Any")), *statuses]),
        _field(
            "type", _("Type"), "select", question.request_type, [("", _("Any")), *terms.REQUEST_TYPES.items()]
        ),
    ]


def _everybody() -> list[tuple[str, str]]:
    return [("", _("Everybody")), (queues.NOBODY, _("Nobody yet"))]


def _field(
    name: str, label: str, kind: str, value: str, options: list[tuple[str, Any]] | None = None
) -> dict[str, Any]:
    return {"name": name, "label": label, "type": kind, "value": value, "options": options or []}
