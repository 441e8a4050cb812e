"""Reports that were made for the caller's organisation: their figures and their files."""

from datetime import date, datetime
from typing import Annotated, Any

from flask import Response
from pydantic import Field
from sqlalchemy import select
from werkzeug.datastructures import Headers

from duecare.api.operation import ANY_MEDIA, PREFIX, Answer, Call, Operation, Query
from duecare.core import paging, requests
from duecare.core.access import Permission
from duecare.core.errors import NotFound
from duecare.core.reports.models import ReportRun
from duecare.core.resources import Shown

MEDIA_TYPES = {
    "csv": "text/csv",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST = 100


class ReportQuery(Query):
    """A page of runs, newest first."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = 25
    cursor: str | None = None


class ReportView(Shown):
    """One making of a report: figures as they stood, and the addresses of its files by format."""

    id: str
    name: str
    period_from: date
    period_to: date
    made_at: datetime
    made_by: str
    figures: dict[str, Any]
    files: dict[str, str]


class ReportPage(Shown):
    """Runs of a report, newest first."""

    items: list[ReportView]
    next: str | None


def listed(call: Call) -> Answer:
    """The runs of a report; none for a name that has none."""
    query, name = call.query(), call.path["name"]
    key, purpose = requests.installation().settings.key, f"reports:{name}:{requests.organisation_id()}"
    wanted = select(ReportRun).where(
        ReportRun.organisation_id == requests.organisation_id(), ReportRun.name == name
    )
    if query.cursor:
        wanted = wanted.where(ReportRun.id < paging.place_of(key, purpose, query.cursor)[0])
    rows = requests.reading().scalars(wanted.order_by(ReportRun.id.desc()).limit(query.limit + 1)).all()
    shown = rows[: query.limit]
    more = paging.cursor(key, purpose, [shown[-1].id]) if len(rows) > query.limit else None
    return Answer(ReportPage(items=[_view(each) for each in shown], next=more))


def file(call: Call) -> Answer:
    """One file of a run."""
    run = requests.reading().scalar(
        select(ReportRun).where(
            ReportRun.public_id == call.path["id"],
            ReportRun.organisation_id == requests.organisation_id(),
            ReportRun.name == call.path["name"],
        )
    )
    kind = call.path["format"]
    if run is None or kind not in run.files:
        raise NotFound("There is no such file of a report here.")
    requests.note_read("report.downloaded", run.public_id, {"format": kind})
    headers = Headers({"X-Content-Type-Options": "nosniff"})
    headers.add("Content-Disposition", "attachment", filename=f"{run.name}-{run.period_to}.{kind}")
    chunks = requests.installation().store.get_stream(run.files[kind])
    return Answer(Response(chunks, mimetype=MEDIA_TYPES[kind], headers=headers))


def _view(run: ReportRun) -> ReportView:
    address = f"{PREFIX}/reports/{run.name}/runs/{run.public_id}"
    return ReportView(
        id=run.public_id,
        name=run.name,
        period_from=run.period_from,
        period_to=run.period_to,
        made_at=run.made_at,
        made_by=run.made_by,
        figures=run.figures,
        files={kind: f"{address}/{kind}" for kind in run.files},
    )


OPERATIONS = (
    Operation(
        "list_report_runs",
        "GET",
        "/reports/{name}",
        "reports",
        "List the runs of a report and their files",
        listed,
        permission=Permission.REPORTS_READ,
        query=ReportQuery,
        answer=ReportPage,
    ),
    Operation(
        "get_report_file",
        "GET",
        "/reports/{name}/runs/{id}/{format}",
        "reports",
        "Download a file of a report: pdf, xlsx or csv",
        file,
        permission=Permission.REPORTS_READ,
        media=ANY_MEDIA,
        problems=(503,),
    ),
)
