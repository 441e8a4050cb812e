"""The list of releases: filters in the address, saved views, bulk assignment, export of what is filtered."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from duecare.core import list_pages, lists, requests
from duecare.core.errors import Missing
from duecare.core.list_pages import Column, Outcome
from duecare.core.lists import FilterField, ListPage
from duecare.core.people import colleagues
from duecare.core.queues import CaseRow
from duecare.core.queues.filters import CASES
from duecare.core.requests import requires
from duecare.core.workflow import named
from duecare.workflows.release import terms
from duecare.workflows.release.lifecycle import STATUSES
from duecare.workflows.release.models import WORKFLOW, ReleaseRequest
from duecare.workflows.release.roles import Permission
from duecare.workflows.release.views.presenting import EVENT_WORDS

pages = Blueprint("release_list", __name__, template_folder="../templates")
STATUS_LABELS = {status.code: status.label for status in STATUSES}
REQUESTS: Any = ReleaseRequest.__table__.c


def _with(column: str, value: str) -> ColumnElement[bool]:
    return exists().where(REQUESTS["id"] == CASES["id"], REQUESTS[column] == value)


RELEASES = lists.declare(
    ListPage(
        code="releases",
        path="/releases",
        title=_l("Requests"),
        workflow=WORKFLOW,
        fields=(
            lists.SEARCH,
            lists.status_field(STATUS_LABELS),
            lists.ASSIGNEE,
            lists.PRIORITY,
            FilterField(
                "type",
                _l("Type"),
                "select",
                terms.REQUEST_TYPES,
                is_rare=True,
                condition=lambda value: _with("request_type", value),
            ),
            FilterField(
                "channel",
                _l("Channel"),
                "select",
                terms.CHANNELS,
                is_rare=True,
                condition=lambda value: _with("channel", value),
            ),
            lists.RECEIVED_FROM,
            lists.RECEIVED_TO,
            lists.SORT,
            lists.OVERDUE,
            lists.DUE_TODAY,
            lists.WAITING,
            *lists.CARRIED,
            *lists.history_fields(EVENT_WORDS, STATUS_LABELS),
        ),
    )
)
OWN_COLUMNS = (
    Column(_l("Requester"), lambda _row, facts: facts.requester_name),
    Column(_l("Requester's organisation"), lambda _row, facts: facts.requester_organisation),
    Column(_l("Type"), lambda _row, facts: str(terms.REQUEST_TYPES[facts.request_type])),
    Column(_l("Channel"), lambda _row, facts: str(terms.CHANNELS[facts.channel])),
    Column(_l("Turnaround in days"), lambda _row, facts: facts.turnaround_days),
)


@pages.get(RELEASES.path)
@requires(Permission.RELEASES_READ)
def show() -> str:
    """The releases that the address asks for."""
    caller = requests.caller()
    return list_pages.show(
        RELEASES,
        may_assign=caller.may(Permission.RELEASES_ASSIGN),
        assign_path=f"{RELEASES.path}/assign",
        export_path=f"{RELEASES.path}/export" if caller.may(Permission.RELEASES_EXPORT) else None,
    )


@pages.get(f"{RELEASES.path}/export.<file_format>")
@requires(Permission.RELEASES_EXPORT)
def export(file_format: str) -> Response:
    """The whole filtered list as CSV or XLSX."""
    columns = (*list_pages.shared_columns(requests.caller().zone), *OWN_COLUMNS)
    return list_pages.export(RELEASES, file_format, columns, _facts)


@pages.post(f"{RELEASES.path}/assign")
@requires(Permission.RELEASES_ASSIGN)
def assign() -> str | Response:
    """Assigns each chosen release; what cannot be assigned is named with its reason, the others are done."""
    chosen, assignee = request.form.getlist("number"), request.form.get("assignee", "")
    people = colleagues.assignable(requests.reading(), requests.organisation_id(), named(WORKFLOW).assignable)
    if not chosen or assignee not in people:
        message = str(_l("Choose at least one request, and the specialist who gets it."))
        raise Missing(message, {"assignee": message})
    outcomes = list_pages.act_on_each(named(WORKFLOW), chosen, "assign", {"assignee": assignee})
    if all(outcome.reason is None for outcome in outcomes):
        flash(_told(len(outcomes), people[assignee]), "success")
        return redirect(_back())
    return _partly(outcomes, people[assignee])


def _told(count: int, name: str) -> str:
    told = ngettext(
        "%(num)d request is now with %(name)s.", "%(num)d requests are now with %(name)s.", count, name=name
    )
    return str(told)


def _partly(outcomes: list[Outcome], name: str) -> str:
    done = [each for each in outcomes if each.reason is None]
    refused = [each for each in outcomes if each.reason is not None]
    return render_template(
        "shell/outcomes.html", done=done, refused=refused, told=_told(len(done), name), back=_back()
    )


def _back() -> str:
    """The list as it was filtered; only what the list understands is taken from the form."""
    return lists.address(RELEASES.path, RELEASES.kept(dict(lists.pairs(request.form.get("query", "")))))


def _facts(session: Session, rows: Sequence[CaseRow]) -> dict[int, Any]:
    found = session.execute(
        select(
            REQUESTS["id"],
            REQUESTS["requester_name"],
            REQUESTS["requester_organisation"],
            REQUESTS["request_type"],
            REQUESTS["channel"],
            CASES["turnaround_days"],
        )
        .join(CASES["id"].table, CASES["id"] == REQUESTS["id"])
        .where(REQUESTS["id"].in_([row.id for row in rows]))
    )
    return {row.id: row for row in found}
