"""The pages of reports: what there is, making one now, earlier ones, one with its figures and files."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse

from duecare.core import audit, requests
from duecare.core.access import Permission
from duecare.core.db import opaque_id
from duecare.core.errors import NotFound
from duecare.core.jobs.models import DEAD, DONE, RUNNING, WAITING, Job
from duecare.core.jobs.queue import enqueue
from duecare.core.reports import declaration, runs
from duecare.core.reports.declaration import Report
from duecare.core.reports.making import FORMATS
from duecare.core.reports.models import ReportRun
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.core.time import now

pages = Blueprint("reports", __name__, url_prefix="/reports")
JOB_STATES = {WAITING: "queued", RUNNING: "running", DONE: "done", DEAD: "failed"}
FORMAT_LABELS = {"pdf": _l("PDF"), "xlsx": _l("Excel"), "csv": _l("CSV")}


@pages.get("")
@requires(Permission.REPORTS_READ)
def index() -> str:
    """Every report with what makes it, and the runs there are, newest first."""
    session, organisation_id = requests.reading(), requests.organisation_id()
    found = runs.latest(session, organisation_id, request.args.get("before", ""))
    shown = found[: runs.ROWS]
    return render_template(
        "reports/index.html",
        reports=[_report(each, _job_of(each)) for each in declaration.reports()],
        runs=[_run(each) for each in shown],
        older_url=url_for(".index", before=shown[-1].public_id) if len(found) > len(shown) else None,
        is_first="before" not in request.args,
    )


@pages.post("/<name>/runs")
@requires(Permission.REPORTS_READ)
def make(name: str) -> AnyResponse:
    """Writes the job that makes a report now, unless one is under way."""
    report, caller = _named(name), requests.caller()
    caller.need(report.permission)
    with requests.transaction() as session:
        job = runs.under_way(session, requests.organisation_id(), name)
        if job is None:
            day = now().astimezone(ZoneInfo(caller.zone)).date()
            payload = {"occasion": f"{day}:{opaque_id()}", "made_by": caller.name}
            job = enqueue(session, name, payload, organisation_id=caller.organisation_id)
            session.flush()
            audit.record(session, caller, "job.started", job.public_id, {"name": name})
        public_id = job.public_id
    return redirect(url_for(".index", report=name, job=public_id))


@pages.get("/<name>/jobs/<public_id>")
@requires(Permission.REPORTS_READ)
def progress(name: str, public_id: str) -> Response:
    """How far the making of a report is, as JSON."""
    job = runs.job(requests.reading(), requests.organisation_id(), name, public_id)
    return jsonify(_progress(_named(name), job))


@pages.get("/<public_id>")
@requires(Permission.REPORTS_READ)
def show(public_id: str) -> str:
    """One run: its figures as they stood, and its files."""
    run = runs.by_id(requests.reading(), requests.organisation_id(), public_id)
    return render_template("reports/run.html", run=_run(run), period=run, zone=requests.caller().zone)


@pages.get("/<public_id>/<any(pdf, xlsx, csv):kind>")
@requires(Permission.REPORTS_READ)
def file(public_id: str, kind: str) -> Response:
    """One file of a run, to be saved."""
    run = runs.by_id(requests.reading(), requests.organisation_id(), public_id)
    if kind not in run.files:
        raise NotFound(_("This report has no such file."))
    requests.note_read("report.downloaded", run.public_id, {"format": kind})
    chunks = requests.installation().store.get_stream(run.files[kind])
    response = Response(chunks, mimetype=FORMATS[kind])
    name = f"{run.name.replace('.', '-')}-{run.period_to.isoformat()}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _named(name: str) -> Report:
    found = declaration.named(name)
    if found is None:
        raise NotFound(_("There is no such report."))
    return found


def _job_of(report: Report) -> Job | None:
    """The job the address asks to follow, or the one under way."""
    session, organisation_id = requests.reading(), requests.organisation_id()
    asked = request.args.get("job", "")
    if asked and request.args.get("report") == report.name:
        return runs.job(session, organisation_id, report.name, asked)
    return runs.under_way(session, organisation_id, report.name)


def _report(report: Report, job: Job | None) -> dict[str, Any]:
    return {
        "label": report.label,
        "summary": report.summary,
        "at": report.schedule.at,
        "on_weekdays": len(report.schedule.days) < 7,
        "make_url": url_for(".make", name=report.name),
        "may_make": requests.caller().may(report.permission),
        "job": _progress(report, job) if job else None,
    }


def _run(run: ReportRun) -> dict[str, Any]:
    report = declaration.named(run.name)
    lines = report.lines if report else ()
    groups = report.groups if report else ()
    return {
        "label": report.label if report else run.name,
        "url": url_for(".show", public_id=run.public_id),
        "made_at": run.made_at,
        "made_by": run.made_by,
        "figures": [
            (line.label, line.said(run.figures[line.key])) for line in lines if line.key in run.figures
        ],
        "groups": [
            (group.title, [(group.named(code), count) for code, count in run.figures[group.key].items()])
            for group in groups
            if group.key in run.figures
        ],
        "files": [
            (FORMAT_LABELS[kind], url_for(".file", public_id=run.public_id, kind=kind))
            for kind in FORMATS
            if kind in run.files
        ],
    }


def _progress(report: Report, job: Job) -> dict[str, Any]:
    """A job in the shape of the progress bar."""
    state = JOB_STATES[job.state]
    messages = {
        "queued": _("Waiting to be made.") if not job.attempts else _("It did not work; it is tried again."),
        "running": _("Being made."),
        "done": _("Made. The supervisors were told."),
        "failed": _("It could not be made. Try again, or tell your administrator."),
    }
    made = job.result.get("report")
    percent = round(100 * job.progress_done / job.progress_total) if job.progress_total else None
    return {
        "label": str(report.label),
        "url": url_for(".progress", name=report.name, public_id=job.public_id),
        "value": 100 if state == "done" else percent,
        "message": messages[state],
        "state": state,
        "result_url": url_for(".show", public_id=made) if made else None,
        "result_label": _("Open the report"),
    }
