"""What an administrator sees of the jobs and does with them: look, retry, run now. Audited; never commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.access import Caller, Permission
from duecare.core.errors import NotFound, NotPossible
from duecare.core.jobs import queue, scheduling
from duecare.core.jobs.models import DEAD, STATES, Job
from duecare.core.jobs.queue import JobKind
from duecare.core.texts import gettext as _
from duecare.core.time import now

COUNTED_AT_MOST = 1_000
PAGE = 50
DAYS_OF_A_WEEK = 7


@dataclass(frozen=True)
class Scheduled:
    """A kind of job that runs by itself: the last run that it left, and when the next one is due."""

    kind: JobKind
    last: Job | None
    next_at: datetime


def counts(session: Session, organisation_id: int) -> dict[str, int]:
    """How many of an organisation's jobs are in each state, counted to `COUNTED_AT_MOST`."""
    return {state: _counted(session, organisation_id, state) for state in STATES}


def page(
    session: Session, organisation_id: int, state: str | None = None, before: int | None = None
) -> Sequence[Job]:
    """An organisation's jobs, newest first: one more than a page when there are further ones."""
    query = select(Job).where(Job.organisation_id == organisation_id)
    if state in STATES:
        query = query.where(Job.state == state)
    if before is not None:
        query = query.where(Job.id < before)
    return session.scalars(query.order_by(Job.id.desc()).limit(PAGE + 1)).all()


def find(session: Session, organisation_id: int, public_id: str) -> Job:
    """A job of the organisation. Raises `NotFound` for any other."""
    mine = (Job.organisation_id == organisation_id, Job.public_id == public_id)
    job = session.scalar(select(Job).where(*mine))
    if job is None:
        raise NotFound(_("There is no such job."))
    return job


def last_of(session: Session, organisation_id: int | None, name: str) -> Job | None:
    """The newest job of a kind; of the whole installation for None."""
    mine = (Job.name == name, Job.organisation_id == organisation_id)
    return session.scalar(select(Job).where(*mine).order_by(Job.id.desc()).limit(1))


def schedules(session: Session, organisation_id: int, zone: str) -> list[Scheduled]:
    """The kinds that run by themselves for each organisation, in the order of their names."""
    return [
        Scheduled(kind, last_of(session, organisation_id, kind.name), _next(kind, ZoneInfo(zone)))
        for kind in queue.kinds().values()
        if kind.schedule and kind.schedule.per_organisation
    ]


def retry(session: Session, caller: Caller, organisation_id: int, public_id: str) -> Job:
    """Takes a job off the dead list. Raises `NotPossible` for one that is not on it."""
    _need(caller, organisation_id)
    job = find(session, organisation_id, public_id)
    if job.state != DEAD:
        raise NotPossible(_("Only a job that has failed for good can be tried again."))
    details = {"name": job.name, "before": {"state": job.state, "attempts": job.attempts}, "after": "waiting"}
    queue.revive(job)
    audit.record(session, caller, "job.retried", job.public_id, details, organisation_id)
    return job


def run_scheduled(session: Session, caller: Caller, organisation_id: int, name: str) -> Job:
    """Runs a scheduled kind now for the organisation. Raises `NotFound` for one that has no schedule here."""
    _need(caller, organisation_id)
    kind = queue.kinds().get(name)
    if kind is None or kind.schedule is None or not kind.schedule.per_organisation:
        raise NotFound(_("There is no such scheduled job."))
    [job] = scheduling.enqueue_run(session, name, organisation_id)
    session.flush()
    audit.record(session, caller, "job.run_now", job.public_id, {"name": name}, organisation_id)
    return job


def _next(kind: JobKind, zone: ZoneInfo) -> datetime:
    schedule = kind.schedule
    assert schedule is not None
    today = now().astimezone(zone).date()
    days = (today + timedelta(days=ahead) for ahead in range(DAYS_OF_A_WEEK + 1))
    return next(
        moment
        for day in days
        if day.weekday() in schedule.days and (moment := schedule.instant(day, zone)) > now()
    )


def _counted(session: Session, organisation_id: int, state: str) -> int:
    some = (
        select(Job.id)
        .where(Job.organisation_id == organisation_id, Job.state == state)
        .limit(COUNTED_AT_MOST)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(some)) or 0


def _need(caller: Caller, organisation_id: int) -> None:
    if caller.organisation_id != organisation_id:
        raise NotFound(_("There is no such organisation."))
    caller.need(Permission.JOBS_MANAGE)
