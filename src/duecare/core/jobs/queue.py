"""The job queue: declaring a kind of job, writing a job with its cause, claiming it, finishing it.

A job is claimed by a conditional update under a lease, and finished in the same commit as its effect, so that
a process that dies at any point leaves a job that another one takes over. Handlers are therefore idempotent.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, Table, and_, bindparam, event, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from duecare.core.access import Permission
from duecare.core.installation import Installation
from duecare.core.jobs.models import DEAD, DONE, RUNNING, WAITING, Job
from duecare.core.jobs.schedule import Schedule
from duecare.core.time import now

LONGEST_WAIT_SECONDS = 3600
OUTAGE_WAIT_SECONDS = 15
UNKNOWN_LEASE_SECONDS = 60
DIED = "The process that ran it ended each time before it was done."


class LeaseLost(Exception):
    """Another worker took the job over, because this one was silent too long: nothing may be written."""


@dataclass(frozen=True)
class JobKind:
    """A kind of job, declared beside the workflow it belongs to.

    `shares_commit`: the handler reads and writes nothing but the session of `Work.finishing()`, so that many
    such jobs may be claimed at once and share a commit; when one fails, each is run again by itself.
    `permission`: who may start a scheduled kind on demand and follow its runs, besides whoever manages jobs.
    """

    name: str
    label: str
    run: Callable[["Work"], None]
    schedule: Schedule | None = None
    max_attempts: int = 8
    lease_seconds: int = 120
    shares_commit: bool = False
    permission: str = Permission.JOBS_MANAGE


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
    shared: "SharedCommit | None" = field(default=None)

    @contextmanager
    def finishing(self, result: dict[str, Any] | None = None) -> Iterator[Session]:
        """A transaction for the job's effect that also marks the job done. Raises `LeaseLost`."""
        if self.shared is not None:
            self.shared.finished.append((self, result or {}))
            yield self.shared.session
        else:
            with self.installation.database.transaction() as session:
                self._own(session, result=result or {}, **_done())
                yield session
        self.finished = True

    def progress(self, done: int, total: int) -> None:
        """Tells people how far the job is, and renews its lease."""
        until = now() + timedelta(seconds=self.lease_seconds)
        with self.installation.database.transaction() as session:
            self._own(session, progress_done=done, progress_total=total, leased_until=until)

    def _own(self, session: Session, **values: Any) -> None:
        mine = update(Job).where(Job.id == self.job_id, Job.lease == self.lease, Job.state == RUNNING)
        changed = session.execute(mine.values(**values), execution_options={"synchronize_session": False})
        if changed.rowcount != 1:  # type: ignore[attr-defined]
            raise LeaseLost(self.name)


@dataclass
class SharedCommit:
    """The session of jobs that are done together, or not at all."""

    session: Session
    finished: list[tuple[Work, dict[str, Any]]] = field(default_factory=list)

    def mark_done(self) -> None:
        """Marks every job done. Raises `LeaseLost` when one of them was taken over."""
        marking = (
            update(_JOBS)
            .where(
                _JOBS.c.id == bindparam("job"), _JOBS.c.lease == bindparam("own"), _JOBS.c.state == RUNNING
            )
            .values(result=bindparam("found"), **_done())
        )
        rows = [{"job": work.job_id, "own": work.lease, "found": result} for work, result in self.finished]
        if self.session.connection().execute(marking, rows).rowcount != len(rows):
            raise LeaseLost("one of several")


def _done() -> dict[str, Any]:
    return {"state": DONE, "finished_at": now(), "leased_until": None, "error": ""}


_JOBS = cast("Table", Job.__table__)
_kinds: dict[str, JobKind] = {}
_tellers: list[Callable[[], None]] = []
_WILL_TELL = "duecare_tells_of_jobs"


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
    _tell_when_committed(session)
    if key is None:
        session.add(job)
        return job
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:
        return session.scalars(select(Job).where(Job.key == key)).one()
    return job


def after_commit(tell: Callable[[], None]) -> None:
    """Calls `tell` after each commit that wrote a job: for runners that are told instead of looking."""
    _tellers[:] = [tell]


def _tell_when_committed(session: Session) -> None:
    if _tellers and not session.info.get(_WILL_TELL):
        session.info[_WILL_TELL] = True
        event.listen(session, "after_commit", _tell, once=True)


def _tell(_session: Session) -> None:
    for tell in _tellers:
        tell()


def is_any_due(installation: Installation) -> bool:
    """Whether there is something to claim, asked without holding anything up."""
    with installation.database.reading() as session:
        return any(session.scalar(query.limit(1)) for query in _queries(now()))


def claim(installation: Installation, limit: int = 1, name: str | None = None) -> list[Work]:
    """Takes due jobs, oldest first, among them those whose worker went silent.

    More than one only of kinds that share a commit. A job whose worker died each time goes to the dead list.
    """
    with installation.database.transaction() as session:
        rows = _due(session, limit, name)
        worn_out = [row for row in rows if row.attempts >= _max_attempts(row.name)]
        if worn_out:
            _bury(session, [row.id for row in worn_out])
        group = _group([row for row in rows if row not in worn_out])
        return _take(installation, session, group)


def claim_job(installation: Installation, job_id: int) -> list[Work]:
    """Takes one certain job if it is due and nobody has it."""
    with installation.database.transaction() as session:
        rows = [
            row
            for query in _queries(now())
            for row in session.execute(_locked(query.where(Job.id == job_id), limit=1))
        ]
        return _take(installation, session, rows)


def _queries(moment: datetime) -> tuple[Select[*tuple[Any, ...]], ...]:
    columns = (Job.id, Job.name, Job.organisation_id, Job.payload, Job.attempts)
    silent = select(*columns).where(Job.state == RUNNING, Job.leased_until < moment)
    waiting = select(*columns).where(Job.state == WAITING, Job.run_at <= moment)
    return silent.order_by(Job.leased_until), waiting.order_by(Job.run_at, Job.id)


def _locked(query: Select[*tuple[Any, ...]], limit: int) -> Select[*tuple[Any, ...]]:
    return query.limit(limit).with_for_update(skip_locked=True)


def _due(session: Session, limit: int, name: str | None) -> list[Any]:
    rows: list[Any] = []
    for query in _queries(now()):
        named = query if name is None else query.where(Job.name == name)
        rows += session.execute(_locked(named, limit - len(rows))) if len(rows) < limit else []
    return rows


def _group(rows: list[Any]) -> list[Any]:
    """The first row alone, or it and the others that may share its commit."""
    if not rows or not _shares_commit(rows[0].name):
        return rows[:1]
    return [row for row in rows if _shares_commit(row.name)]


def _take(installation: Installation, session: Session, rows: list[Any]) -> list[Work]:
    if not rows:
        return []
    lease, moment = secrets.token_hex(16), now()
    seconds = max(_lease_seconds(row.name) for row in rows)
    free = or_(Job.state == WAITING, and_(Job.state == RUNNING, Job.leased_until < moment))
    session.execute(
        update(Job)
        .where(Job.id.in_([row.id for row in rows]), free)
        .values(
            state=RUNNING,
            lease=lease,
            leased_until=moment + timedelta(seconds=seconds),
            attempts=Job.attempts + 1,
        ),
        execution_options={"synchronize_session": False},
    )
    taken = set(
        session.scalars(select(Job.id).where(Job.id.in_([row.id for row in rows]), Job.lease == lease))
    )
    return [
        Work(
            installation, row.id, row.name, row.organisation_id, row.payload, lease, seconds, row.attempts + 1
        )
        for row in rows
        if row.id in taken
    ]


def fail(work: Work, error: str) -> None:
    """Puts a failed job back with a growing wait, or on the dead list when it failed too often."""
    dead = work.attempt >= _max_attempts(work.name)
    wait = min(2 ** min(work.attempt, 12), LONGEST_WAIT_SECONDS)
    if dead:
        _let_go(work, error, state=DEAD, finished_at=now())
    else:
        _let_go(work, error, state=WAITING, run_at=now() + timedelta(seconds=wait))


def postpone(work: Work, error: str) -> None:
    """Puts back a job whose store, mail server or database is down: soon, and without counting the try."""
    soon = now() + timedelta(seconds=OUTAGE_WAIT_SECONDS)
    _let_go(work, error, state=WAITING, run_at=soon, attempts=work.attempt - 1)


def revive(job: Job) -> None:
    """Takes a job off the dead list: it runs again now, with all its attempts."""
    job.state, job.attempts, job.run_at, job.finished_at = WAITING, 0, now(), None


def _let_go(work: Work, error: str, **values: Any) -> None:
    with work.installation.database.transaction() as session:
        session.execute(
            update(Job)
            .where(Job.id == work.job_id, Job.lease == work.lease, Job.state == RUNNING)
            .values(lease=None, leased_until=None, error=error[:2000], **values)
        )


def _bury(session: Session, ids: list[int]) -> None:
    session.execute(
        update(Job)
        .where(Job.id.in_(ids))
        .values(state=DEAD, finished_at=now(), lease=None, leased_until=None, error=DIED)
    )


def _shares_commit(name: str) -> bool:
    return name in _kinds and _kinds[name].shares_commit


def _lease_seconds(name: str) -> int:
    return _kinds[name].lease_seconds if name in _kinds else UNKNOWN_LEASE_SECONDS


def _max_attempts(name: str) -> int:
    return _kinds[name].max_attempts if name in _kinds else 1
