"""Runs due jobs: in a child of the server, in `duecare worker`, or once from the command line.

Whatever a handler raises, the runner goes on; an outage of the database is waited out.
"""

import os
import platform
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from duecare.core.installation import Installation
from duecare.core.jobs import queue, scheduling
from duecare.core.jobs.models import Job, JobRunner
from duecare.core.jobs.outage import is_outage
from duecare.core.jobs.queue import LeaseLost, SharedCommit, Work
from duecare.core.logging import described
from duecare.core.time import now

log = structlog.get_logger(__name__)
PAUSE_SECONDS = 0.5
OUTAGE_SECONDS = 2
TEND_EVERY = timedelta(seconds=20)
FORGOTTEN_AFTER = timedelta(days=1)
BATCH = 50


class Stranded(Exception):
    """The database went away before these jobs could be put back; it must be told when it is here again."""

    def __init__(self, works: list[Work]) -> None:
        super().__init__(f"{len(works)} jobs")
        self.works = works


def run_due(installation: Installation, limit: int = 100, name: str | None = None) -> int:
    """Runs due jobs until none is left or `limit` is reached; gives how many ran."""
    ran = 0
    while ran < limit and (claimed := queue.claim(installation, min(BATCH, limit - ran), name)):
        run_claimed(claimed)
        ran += len(claimed)
    return ran


def run_claimed(claimed: list[Work]) -> None:
    """Runs jobs that were claimed together."""
    if len(claimed) > 1 and _ran_together(claimed):
        return
    for position, work in enumerate(claimed):
        try:
            run_one(work)
        except Stranded:
            raise Stranded(claimed[position:]) from None


def run_one(work: Work) -> None:
    """Runs a claimed job to its end: done, to be tried again, or dead. Raises only `Stranded`."""
    try:
        _handle(work)
    except Exception as error:  # noqa: BLE001 - whatever a handler raises, the runner goes on
        _put_back(work, error)


def _ran_together(claimed: list[Work]) -> bool:
    """Runs jobs in one commit; if one of them fails, nothing is kept."""
    try:
        with claimed[0].installation.database.transaction() as session:
            shared = SharedCommit(session)
            for work in claimed:
                work.shared = shared
                _handle(work)
            session.flush()
            shared.mark_done()
    except Exception as error:  # noqa: BLE001 - each is run by itself then, and its own error told
        log.info("jobs.apart", error=described(error), count=len(claimed))
        for work in claimed:
            work.shared, work.finished = None, False
        return False
    return True


def run_now(installation: Installation, name: str, moment: datetime | None = None) -> list[Job]:
    """Runs a kind of job at once, as if it were `moment`, and gives its jobs as they ended.

    A scheduled kind runs for every organisation; any other runs what of it is due.
    """
    if queue.kinds()[name].schedule is None:
        return _run_due_of(installation, name)
    with installation.database.transaction() as session:
        jobs = scheduling.enqueue_run(session, name, moment=moment)
    return [_run_job(installation, job.id) for job in jobs]


def _run_due_of(installation: Installation, name: str) -> list[Job]:
    ended: list[Job] = []
    while claimed := queue.claim(installation, name=name):
        run_one(claimed[0])
        ended.append(_job(installation, claimed[0].job_id))
    return ended


def _run_job(installation: Installation, job_id: int) -> Job:
    for work in queue.claim_job(installation, job_id):
        run_one(work)
    return _job(installation, job_id)


def _job(installation: Installation, job_id: int) -> Job:
    with installation.database.reading() as session:
        return session.get_one(Job, job_id)


def _handle(work: Work) -> None:
    kind = queue.kinds().get(work.name)
    if kind is None:
        raise LookupError(f"no job is called {work.name!r}")
    kind.run(work)
    if not work.finished:
        with work.finishing():
            pass


def _put_back(work: Work, error: Exception) -> None:
    if isinstance(error, LeaseLost):
        log.warning("job.lease_lost", job=work.job_id, name=work.name)
        return
    reason = described(error)
    log.warning("job.failed", job=work.job_id, name=work.name, error=reason)
    put = queue.postpone if is_outage(error) else queue.fail
    try:
        put(work, reason)
    except DBAPIError:
        raise Stranded([work]) from error


class Runner:
    """Runs jobs in the background until stopped. `context` surrounds each round (the app's context)."""

    def __init__(
        self,
        installation: Installation,
        context: Callable[[], AbstractContextManager[object]] = nullcontext,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        self._installation = installation
        self._context = context
        self._pause_seconds = pause_seconds
        self._stopping = threading.Event()
        self._stranded: list[Work] = []
        self._tended_at: datetime | None = None
        self._name = f"{platform.node()}:{os.getpid()}"

    def run(self, goes_on: Callable[[], bool] = lambda: True) -> None:
        """Blocks until `stop()`, or until `goes_on` says no."""
        while goes_on() and not self._stopping.is_set():
            try:
                with self._context():
                    self._round()
            except Stranded as error:
                self._stranded += error.works
            except Exception as error:  # noqa: BLE001 - a database that is away comes back
                log.warning("runner.waiting", error=described(error))
                self._stopping.wait(OUTAGE_SECONDS)

    def stop(self) -> None:
        """Lets the job that runs end, then no other begins."""
        self._stopping.set()

    def _round(self) -> None:
        while self._stranded:
            queue.postpone(self._stranded[-1], "The database was away.")
            self._stranded.pop()
        if self._tended_at is None or now() - self._tended_at > TEND_EVERY:
            scheduling.enqueue_scheduled(self._installation)
            self._note_alive()
            self._tended_at = now()
        claimed = queue.claim(self._installation, BATCH) if queue.is_any_due(self._installation) else []
        run_claimed(claimed)
        if not claimed:
            self._stopping.wait(self._pause_seconds)

    def _note_alive(self) -> None:
        with self._installation.database.transaction() as session:
            seen = update(JobRunner).where(JobRunner.name == self._name).values(seen_at=now())
            if session.execute(seen).rowcount == 0:  # type: ignore[attr-defined]
                session.add(JobRunner(name=self._name))
            session.execute(delete(JobRunner).where(JobRunner.seen_at < now() - FORGOTTEN_AFTER))
