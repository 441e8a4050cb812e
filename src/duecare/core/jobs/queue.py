"""The job queue: declaring a kind of job, writing a job with its cause, claiming it, finishing it.

A job is claimed by a conditional update under a lease, and finished in the same commit as its effect, so that
a process that dies at any point leaves a job that another one takes over. Handlers are therefore idempotent.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from duecare.core.installation import Installation
from duecare.core.jobs.models import DEAD, DONE, RUNNING, WAITING, Job
from duecare.core.jobs.schedule import Schedule
from duecare.core.time import now


class LeaseLost(Exception):
    """Another worker took the job over, because this one was silent too long: nothing may be written."""


@dataclass(frozen=True)
class JobKind:
    """A kind of job, declared beside the workflow it belongs to."""

    name: str
    label: str
    run: Callable[["Work"], None]
    schedule: Schedule | None = None
    max_attempts: int = 8
    lease_seconds: int = 120


@dataclass
class Work:
    """A claimed job in the hands of its handler."""

    installation: Installation
    job_id: int
    name: str
    organisation_id: int | None
    payload: dict[str, Any]
    lease: str
    lease_seconds: int
    attempt: int
    finished: bool = field(default=False)

    @contextmanager
    def finishing(self, result: dict[str, Any] | None = None) -> Iterator[Session]:
        """A transaction for the job's effect that also marks the job done. Raises `LeaseLost`."""
        with self.installation.database.transaction() as session:
            self._own(
                session, state=DONE, finished_at=now(), leased_until=None, result=result or {}, error=""
            )
            yield session
        self.finished = True

    def progress(self, done: int, total: int) -> None:
        """Tells people how far the job is, and renews its lease."""
        until = now() + timedelta(seconds=self.lease_seconds)
        with self.installation.database.transaction() as session:
            self._own(session, progress_done=done, progress_total=total, leased_until=until)

    def _own(self, session: Session, **values: Any) -> None:
        mine = update(Job).where(Job.id == self.job_id, Job.lease == self.lease, Job.state == RUNNING)
        if session.execute(mine.values(**values)).rowcount != 1:  # type: ignore[attr-defined]
            raise LeaseLost(self.name)


_kinds: dict[str, JobKind] = {}


def declare(kind: JobKind) -> JobKind:
    """Makes a kind of job known to every runner."""
    if _kinds.setdefault(kind.name, kind) != kind:
        raise ValueError(f"job {kind.name!r} is declared twice")
    return kind


def kinds() -> dict[str, JobKind]:
    """Every declared kind by name."""
    return dict(sorted(_kinds.items()))


def enqueue(
    session: Session,
    name: str,
    payload: dict[str, Any] | None = None,
    *,
    organisation_id: int | None = None,
    key: str | None = None,
    run_at: datetime | None = None,
) -> Job:
    """Writes a job in the transaction that causes it. With a `key` already used, gives the existing job."""
    if name not in _kinds:
        raise KeyError(f"no job is called {name!r}")
    job = Job(
        name=name, payload=payload or {}, organisation_id=organisation_id, key=key, run_at=run_at or now()
    )
    if key is None:
        session.add(job)
        return job
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:
        return session.scalars(select(Job).where(Job.key == key)).one()
    return job


def claim(installation: Installation, limit: int = 1) -> list[Work]:
    """Takes up to `limit` due jobs, oldest first, among them those whose worker went silent."""
    with installation.database.transaction() as session:
        return [work for row in _due(session, limit) if (work := _claimed(installation, session, row))]


def _due(session: Session, limit: int) -> list[Any]:
    moment = now()
    columns = (Job.id, Job.name, Job.organisation_id, Job.payload, Job.attempts, Job.lease, Job.state)
    waiting = (
        select(*columns)
        .where(Job.state == WAITING, Job.run_at <= moment)
        .order_by(Job.run_at, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    silent = (
        select(*columns)
        .where(Job.state == RUNNING, Job.leased_until < moment)
        .order_by(Job.leased_until)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = list(session.execute(silent)) + list(session.execute(waiting))
    return found[:limit]


def _claimed(installation: Installation, session: Session, row: Any) -> Work | None:
    kind = _kinds.get(row.name)
    seconds = kind.lease_seconds if kind else 60
    lease = secrets.token_hex(16)
    unchanged = or_(Job.lease == row.lease, Job.lease.is_(None)) if row.lease else Job.lease.is_(None)
    taken = session.execute(
        update(Job)
        .where(Job.id == row.id, Job.state == row.state, unchanged)
        .values(
            state=RUNNING,
            lease=lease,
            leased_until=now() + timedelta(seconds=seconds),
            attempts=row.attempts + 1,
        )
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        return None
    return Work(
        installation,
        row.id,
        row.name,
        row.organisation_id,
        row.payload,
        lease,
        seconds,
        row.attempts + 1,
    )


def fail(work: Work, error: str, max_attempts: int) -> None:
    """Puts a failed job back with a growing wait, or on the dead list when it failed too often."""
    dead = work.attempt >= max_attempts
    wait = min(2 ** min(work.attempt, 12), 3600)
    values = {"state": DEAD, "finished_at": now()} if dead else {"state": WAITING}
    with work.installation.database.transaction() as session:
        session.execute(
            update(Job)
            .where(Job.id == work.job_id, Job.lease == work.lease)
            .values(
                **values,
                run_at=now() + timedelta(seconds=wait),
                lease=None,
                leased_until=None,
                error=error[:2000],
            )
        )


def revive(job: Job) -> None:
    """Takes a job off the dead list: it runs again now, with all its attempts."""
    job.state, job.attempts, job.run_at, job.finished_at = WAITING, 0, now(), None
