"""Jobs: which there are, starting a scheduled one now, and how far a run is."""

from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import select

from duecare.api.operation import PREFIX, Answer, Call, Operation
from duecare.core import audit, requests
from duecare.core.access import Caller, Permission
from duecare.core.errors import NotFound
from duecare.core.jobs import queue, scheduling
from duecare.core.jobs.models import DEAD, Job
from duecare.core.jobs.queue import JobKind
from duecare.core.resources import Shown


class JobView(Shown):
    """A kind of job that runs by itself and can be started by hand."""

    name: str
    label: str
    at: str = Field(description="Local time of the facility")
    days: list[int] = Field(description="Days of the week, Monday is 0")


class JobList(Shown):
    """Every kind of job that can be started by hand."""

    items: list[JobView]


class ProgressView(Shown):
    """How far a run is; `total` 0 while that is not known."""

    done: int
    total: int


class RunView(Shown):
    """One run of a job."""

    id: str
    name: str
    state: str = Field(description="waiting, running, done or dead (failed for good)")
    progress: ProgressView
    attempts: int
    error: str | None = Field(description="The kind of failure of the last attempt")
    result: dict[str, Any]
    created_at: datetime
    finished_at: datetime | None


def listed(_call: Call) -> Answer:
    """The kinds of job."""
    caller = requests.caller()
    return Answer(JobList(items=[_job_view(kind) for kind in _startable().values() if _may(caller, kind)]))


def start(call: Call) -> Answer:
    """Writes a job that runs as soon as a runner is free."""
    kind = _startable().get(call.path["name"])
    if kind is None:
        raise NotFound("There is no job of this name that can be started.")
    caller = requests.caller()
    _need(caller, kind)
    with requests.transaction() as session:
        (job,) = scheduling.enqueue_run(session, kind.name, requests.organisation_id())
        session.flush()
        audit.record(session, caller, "job.started", job.public_id, {"name": kind.name})
        location = f"{PREFIX}/jobs/runs/{job.public_id}"
        return Answer(_run_view(job), 202, {"Location": location})


def run(call: Call) -> Answer:
    """How far a run of the organisation is."""
    job = requests.reading().scalar(
        select(Job).where(Job.public_id == call.path["id"], Job.organisation_id == requests.organisation_id())
    )
    kind = _startable().get(job.name) if job else None
    if job is None or kind is None:
        raise NotFound("There is no such run here.")
    _need(requests.caller(), kind)
    return Answer(_run_view(job))


def _may(caller: Caller, kind: JobKind) -> bool:
    """Whoever the kind names, and whoever manages jobs."""
    return caller.may(kind.permission) or caller.may(Permission.JOBS_MANAGE)


def _need(caller: Caller, kind: JobKind) -> None:
    if not _may(caller, kind):
        caller.need(kind.permission)


def _startable() -> dict[str, JobKind]:
    """What runs by itself for each organisation; the rest has a cause or concerns the installation."""
    return {
        name: kind for name, kind in queue.kinds().items() if kind.schedule and kind.schedule.per_organisation
    }


def _job_view(kind: JobKind) -> JobView:
    assert kind.schedule is not None, "only scheduled kinds are listed"
    at = kind.schedule.at.isoformat("minutes")
    return JobView(name=kind.name, label=str(kind.label), at=at, days=sorted(kind.schedule.days))


def _run_view(job: Job) -> RunView:
    return RunView(
        id=job.public_id,
        name=job.name,
        state=job.state,
        progress=ProgressView(done=job.progress_done, total=job.progress_total),
        attempts=job.attempts,
        error=job.error.partition(":")[0] or (DEAD if job.state == DEAD else None),
        result=job.result,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


OPERATIONS = (
    Operation(
        "list_jobs",
        "GET",
        "/jobs",
        "jobs",
        "List the jobs that can be started",
        listed,
        answer=JobList,
    ),
    Operation(
        "start_job",
        "POST",
        "/jobs/{name}/runs",
        "jobs",
        "Start a job now",
        start,
        answer=RunView,
        status=202,
        problems=(403,),
    ),
    Operation(
        "get_job_run",
        "GET",
        "/jobs/runs/{id}",
        "jobs",
        "How far a run is",
        run,
        answer=RunView,
        problems=(403,),
    ),
)
