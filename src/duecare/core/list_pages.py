"""The request's side of a list: shows it, exports it, acts on many of its cases; the same for every workflow.

Each case of a bulk action is a transaction of its own: one that cannot be done never undoes the others.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, render_template, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import audit, exports, lists, queues, requests
from duecare.core import workflow as workflows
from duecare.core.access import Permission
from duecare.core.errors import DomainError, Forbidden, NotFound
from duecare.core.exports import Cell, Sheet
from duecare.core.lists import PRIORITY_LABELS, ListPage
from duecare.core.people import colleagues, saved_views
from duecare.core.queues import CasePage, CaseRow, Scope
from duecare.core.time import now
from duecare.core.workflow import Workflow

MOST_AT_ONCE = queues.MOST_ROWS
FORMATS = {"csv": exports.CSV_TYPE, "xlsx": exports.XLSX_TYPE}
SAFE_TO_AUDIT = (
    "status",
    "assignee",
    "priority",
    "overdue",
    "waiting",
    "received_from",
    "received_to",
    "sort",
)


@dataclass(frozen=True)
class Column:
    """A column of an export: its heading, and its cell of a row and of the workflow's own facts."""

    label: Any
    cell: Callable[[CaseRow, Any], Cell]


@dataclass(frozen=True)
class Outcome:
    """What a bulk action did to one case: done when `reason` is None."""

    number: str
    url: str
    reason: str | None


def scope() -> Scope:
    """The caller's scope. Raises `Forbidden` for those who may read no cases."""
    found = queues.scope_of(requests.caller())
    if found is None:
        raise Forbidden(_("Your role does not show cases. Ask an administrator if you need it."))
    return found


def show(page: ListPage, template: str = "shell/list.html", **more: Any) -> str:
    """A page of the list that the address asks for."""
    caller, session = requests.caller(), requests.reading()
    given = page.kept(request.args)
    found = _found(page, given)
    people = colleagues.assignable(session, requests.organisation_id(), _assignable(page))
    requests.note_read("cases.listed", page.code, lists.numbers(found.rows))
    return render_template(
        template,
        list_page=page,
        filters=lists.bar(page, given, {"assignee": people}),
        carried=lists.carried(page, given, {"event_by": people}),
        lines=[lists.line(row, caller) for row in found.rows],
        summary=_summary(found),
        is_filtered=bool(given),
        views=_views(page, given),
        may_share=caller.may(Permission.VIEWS_SHARE),
        query=lists.address("", given).removeprefix("?"),
        given=given,
        people=people,
        columns=lists.heads(page, given),
        **lists.neighbours(page.path, given, found),
        **more,
    )


def export(
    page: ListPage,
    file_format: str,
    columns: Sequence[Column],
    facts: Callable[[Session, Sequence[CaseRow]], Mapping[int, Any]],
) -> Response:
    """The whole filtered list as a file, streamed and audited; `facts` reads a workflow's own, by id."""
    if file_format not in FORMATS:
        raise NotFound(_("There is no export of that kind."))
    given, caller = page.kept(request.args), requests.caller()
    wanted, here = page.filters(given), scope()
    with requests.transaction() as session:
        asked = {name: given[name] for name in SAFE_TO_AUDIT if name in given}
        details = {"format": file_format, "filters": asked, "searched": "q" in given}
        audit.record(session, caller, "cases.exported", page.code, details)
    rows = _export_rows(here, wanted, given.get("sort", queues.DEFAULT_SORT), columns, facts)
    header = [str(column.label) for column in columns]
    body = (
        exports.as_csv(header, rows)
        if file_format == "csv"
        else exports.as_xlsx(Sheet(str(page.title)[:28], header, rows))
    )
    response = Response(stream_with_context(body), mimetype=FORMATS[file_format])
    name = f"{page.code.replace('.', '-')}-{now().astimezone(ZoneInfo(caller.zone)):%Y-%m-%d}.{file_format}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def act_on_each(
    workflow: Workflow, numbers: Iterable[str], action: str, data: Mapping[str, Any]
) -> list[Outcome]:
    """Takes an action on each case by itself, in the order given; every number gets its outcome."""
    chosen = list(dict.fromkeys(number.strip().upper() for number in numbers))[:MOST_AT_ONCE]
    return [_outcome(workflow, number, action, data) for number in chosen]


def shared_columns(zone: str) -> tuple[Column, ...]:
    """The columns that every workflow's cases have; times are the facility's."""
    here = ZoneInfo(zone)

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(here) if moment else None

    return (
        Column(_("Number"), lambda row, _facts: row.number),
        Column(_("Status"), lambda row, _facts: str(_status(row).label)),
        Column(_("Priority"), lambda row, _facts: str(PRIORITY_LABELS[row.priority])),
        Column(_("Patient"), lambda row, _facts: row.patient_name),
        Column(_("Date of birth"), lambda row, _facts: row.date_of_birth),
        Column(_("MRN"), lambda row, _facts: row.mrn),
        Column(_("What"), lambda row, _facts: row.title),
        Column(_("Next action"), lambda row, _facts: str(_status(row).next_action)),
        Column(_("Who"), lambda row, _facts: row.assignee_name),
        Column(_("Received"), lambda row, _facts: local(row.received_at)),
        Column(_("Due"), lambda row, _facts: local(row.due_at)),
        Column(_("Closed"), lambda row, _facts: local(row.closed_at)),
    )


def _found(page: ListPage, given: Mapping[str, str]) -> CasePage:
    return queues.page(
        requests.reading(),
        scope(),
        page.filters(given),
        sort=given.get("sort", queues.DEFAULT_SORT),
        cursor=request.args.get("cursor", ""),
        limit=page.rows,
    )


def _assignable(page: ListPage) -> frozenset[str]:
    asked = (workflows.named(page.workflow),) if page.workflow else workflows.readable(requests.caller())
    return frozenset().union(*(workflow.assignable for workflow in asked))


def _summary(found: CasePage) -> str:
    count = len(found.rows)
    if found.next or found.previous:
        return str(ngettext("%(num)d case on this page", "%(num)d cases on this page", count))
    return str(ngettext("%(num)d case", "%(num)d cases", count))


def _views(page: ListPage, given: Mapping[str, str]) -> list[dict[str, Any]]:
    caller = requests.caller()
    here = lists.address(page.path, given)
    saved = [
        {
            "label": view.name,
            "url": f"{page.path}?{view.query}" if view.query else page.path,
            "shared": view.is_shared,
            "remove_url": url_for("saved_views.remove", public_id=view.public_id)
            if view.is_own or caller.may(Permission.VIEWS_SHARE)
            else None,
        }
        for view in saved_views.offered(requests.reading(), caller, page.code)
    ]
    views = [{"label": _("All"), "url": page.path, "shared": False, "remove_url": None}, *saved]
    return [{**view, "active": view["url"] == here} for view in views]


def _export_rows(
    here: Scope,
    wanted: queues.Filters,
    sort: str,
    columns: Sequence[Column],
    facts: Callable[[Session, Sequence[CaseRow]], Mapping[int, Any]],
) -> Iterator[list[Cell]]:
    with requests.installation().database.reading() as session:
        for rows in queues.batches(session, here, wanted, sort=sort):
            known = facts(session, rows)
            for row in rows:
                yield [column.cell(row, known.get(row.id)) for column in columns]


def _outcome(workflow: Workflow, number: str, action: str, data: Mapping[str, Any]) -> Outcome:
    url = workflow.path_of(number)
    try:
        with requests.transaction() as session:
            model = workflow.model
            ours = model.organisation_id == requests.organisation_id()
            case = session.scalar(select(model).where(model.number == number, ours))
            if case is None:
                raise NotFound(_("There is no such case."))
            workflow.act(session, requests.caller(), case, action, data)
    except DomainError as error:
        return Outcome(number, url, error.detail)
    return Outcome(number, url, None)


def _status(row: CaseRow) -> Any:
    return workflows.named(row.workflow).lifecycle.status(row.status)
