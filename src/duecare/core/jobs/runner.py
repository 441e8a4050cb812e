"""Runs due jobs: in a thread of the server, in `duecare worker`, or once from the command line."""

import threading
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core.installation import Installation
from duecare.core.jobs import queue
from duecare.core.jobs.models import Job
from duecare.core.jobs.queue import JobKind, LeaseLost, Work
from duecare.core.people.models import Organisation
from duecare.core.time import now

log = structlog.get_logger(__name__)
PAUSE_SECONDS = 0.5
SCHEDULE_SECONDS = 20


def run_due(installation: Installation, limit: int = 100) -> int:
    """Runs due jobs until none is left or `limit` is reached; gives how many ran."""
    ran = 0
    while ran < limit and (claimed := queue.claim(installation)):
        for work in claimed:
            run_one(work)
            ran += 1
    return ran


def run_one(work: Work) -> None:
    """Runs a claimed job to its end: done, to be tried again, or dead. Never raises."""
    kind = queue.kinds().get(work.name)
    try:
        if kind is None:
            raise LookupError(f"no job is called {work.name!r}")
        kind.run(work)
        if not work.finished:
            with work.finishing():
                pass
    except LeaseLost:
        log.warning("job.lease_lost", job=work.job_id, name=work.name)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the runner goes on
        log.warning("job.failed", job=work.job_id, name=work.name, error=type(error).__name__)
        queue.fail(work, f"{type(error).__name__}: {error}", kind.max_attempts if kind else 1)


def enqueue_scheduled(installation: Installation, moment: datetime | None = None) -> int:
    """Writes the jobs whose latest occasion has come and was not written yet; gives how many."""
    moment = moment or now()
    with installation.database.transaction() as session:
        organisations = session.execute(
            select(Organisation.id, Organisation.zone, Organisation.created_at)
        ).all()
        written = 0
        for kind in queue.kinds().values():
            if kind.schedule is None:
                continue
            targets = organisations if kind.schedule.per_organisation else [(None, "UTC", None)]
            for organisation_id, zone, since in targets:
                written += _enqueue_occasion(session, kind, organisation_id, zone, since, moment)
        return written


def _enqueue_occasion(
    session: Session,
    kind: JobKind,
    organisation_id: int | None,
    zone: str,
    since: datetime | None,
    moment: datetime,
) -> int:
    schedule = kind.schedule
    assert schedule is not None
    day = schedule.latest_occasion(moment, ZoneInfo(zone))
    if day is None or (since and schedule.instant(day, ZoneInfo(zone)) < since):
        return 0
    key = f"{kind.name}:{organisation_id or 'all'}:{day.isoformat()}"
    if session.scalar(select(Job.id).where(Job.key == key)) is not None:
        return 0
    queue.enqueue(session, kind.name, {"occasion": day.isoformat()}, organisation_id=organisation_id, key=key)
    return 1


class Runner:
    """Runs jobs in the background until stopped."""

    def __init__(self, installation: Installation, tick: Callable[[], None] | None = None) -> None:
        self._installation = installation
        self._tick = tick
        self._stopping = threading.Event()
        self._scheduled_at: datetime | None = None

    def run(self) -> None:
        """Blocks until `stop()`; a fault of the database is waited out, not died of."""
        while not self._stopping.is_set():
            try:
                self._once()
            except Exception as error:  # noqa: BLE001 - a database that is away comes back
                log.warning("runner.waiting", error=type(error).__name__)
                self._stopping.wait(5)

    def start(self) -> threading.Thread:
        """Runs in a daemon thread, which it gives."""
        thread = threading.Thread(target=self.run, name="duecare-jobs", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        self._stopping.set()

    def _once(self) -> None:
        if self._scheduled_at is None or (now() - self._scheduled_at).total_seconds() > SCHEDULE_SECONDS:
            enqueue_scheduled(self._installation)
            self._scheduled_at = now()
        if self._tick:
            self._tick()
        if not run_due(self._installation):
            self._stopping.wait(PAUSE_SECONDS)
