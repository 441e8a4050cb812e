"""Jobs: what waits, runs, is done or has failed for good; and what runs by itself."""

from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from duecare.core import audit_log, requests, verify
from duecare.core.access import Permission
from duecare.core.jobs import operations, queue
from duecare.core.jobs.models import DEAD, DONE, RUNNING, STATES, WAITING, Job
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.web.admin.frame import blueprint
from duecare.web.admin.shared import own_organisation
from duecare.web.converters import row_number

LABELS = {WAITING: _l("Waiting"), RUNNING: _l("Running"), DONE: _l("Done"), DEAD: _l("Failed for good")}
TONES = {WAITING: "wait", RUNNING: "active", DONE: "good", DEAD: "bad"}
PAGE_STATES = {WAITING: "queued", RUNNING: "running", DONE: "done", DEAD: "failed"}


@blueprint.get("/jobs")
@requires(Permission.JOBS_MANAGE)
def jobs() -> str:
    """The organisation's jobs, newest first, and its schedules."""
    session, organisation = requests.reading(), requests.organisation_id()
    state = request.args.get("state", "")
    found = operations.page(session, organisation, state, request.args.get("before", type=row_number))
    shown = found[: operations.PAGE]
    return render_template(
        "admin/jobs.html",
        jobs=[_row(job) for job in shown],
        counters=_counters(operations.counts(session, organisation), state),
        schedules=operations.schedules(session, organisation, own_organisation(session).zone),
        check=audit_log.last_check(session, organisation),
        nightly=_nightly(operations.last_of(session, None, verify.VERIFY)),
        labels=LABELS,
        tones=TONES,
        next_url=_next_url(state, shown[-1]) if len(found) > len(shown) else None,
    )


@blueprint.get("/jobs/<opaque:job>")
@requires(Permission.JOBS_MANAGE)
def jobs_job(job: str) -> str | Response:
    """One job; as JSON for the bar that follows it."""
    found = operations.find(requests.reading(), requests.organisation_id(), job)
    if request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json":
        return jsonify(progress_of(found))
    return render_template(
        "admin/job.html",
        job=found,
        kind=label_of(found.name),
        progress=progress_of(found),
        labels=LABELS,
        tones=TONES,
        dead=DEAD,
    )


@blueprint.post("/jobs/<opaque:job>/retry")
@requires(Permission.JOBS_MANAGE)
def jobs_retry(job: str) -> Response:
    """Takes a job off the dead list."""
    with requests.transaction() as session:
        operations.retry(session, requests.caller(), requests.organisation_id(), job)
    flash(_("The job will run again."), "success")
    return redirect(url_for("admin.jobs_job", job=job))


@blueprint.post("/jobs/run")
@requires(Permission.JOBS_MANAGE)
def jobs_run() -> Response:
    """Runs a scheduled job now."""
    name = request.form.get("name", "")
    with requests.transaction() as session:
        job = operations.run_scheduled(session, requests.caller(), requests.organisation_id(), name)
    return redirect(url_for("admin.jobs_job", job=job.public_id))


def label_of(name: str) -> str:
    """A kind of job in words."""
    kind = queue.kinds().get(name)
    return str(kind.label) if kind else name


def progress_of(job: Job) -> dict[str, Any]:
    """A job as the progress bar wants it."""
    share = round(100 * job.progress_done / job.progress_total) if job.progress_total else None
    return {
        "label": label_of(job.name),
        "url": url_for("admin.jobs_job", job=job.public_id),
        "value": 100 if job.state == DONE else share,
        "message": _message(job),
        "state": PAGE_STATES[job.state],
    }


def _message(job: Job) -> str:
    if job.state == RUNNING and job.progress_total:
        return _("%(done)s of %(total)s", done=job.progress_done, total=job.progress_total)
    if job.state == WAITING and job.error:
        return _("Failed %(count)s times; it will be tried again by itself.", count=job.attempts)
    return str(LABELS[job.state])


def _nightly(job: Job | None) -> dict[str, Any] | None:
    """The installation's nightly check: whether it held, without what it found in other organisations."""
    if job is None:
        return None
    faults = sum(found.get("faults", 0) for found in job.result.values())
    if job.state != DONE:
        label, tone = str(LABELS[job.state]), TONES[job.state]
    else:
        label, tone = (_("Found faults"), "bad") if faults else (_("Whole"), "good")
    return {"label": label, "tone": tone, "at": job.finished_at or job.created_at}


def _row(job: Job) -> dict[str, Any]:
    return {
        "job": job,
        "name": label_of(job.name),
        "url": url_for("admin.jobs_job", job=job.public_id),
        "message": _message(job),
    }


def _counters(counts: dict[str, int], state: str) -> list[dict[str, Any]]:
    most = operations.COUNTED_AT_MOST
    return [
        {
            "label": LABELS[each],
            "value": f"{most}+" if counts[each] >= most else counts[each],
            "url": url_for("admin.jobs", state=each),
            "tone": "bad" if each == DEAD and counts[each] else "neutral",
            "active": each == state,
        }
        for each in STATES
    ]


def _next_url(state: str, last: Job) -> str:
    return url_for("admin.jobs", state=state or None, before=last.id)
