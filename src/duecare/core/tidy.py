"""The nightly tidying: what is stale goes, so that nothing is kept longer than it is needed.

Each chore deletes what nobody can use any more, in commits of its own, and says how much that was. Must never
touch a case, a document, the audit log, or a file that anything still names.
"""

from collections.abc import Callable
from datetime import time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import idempotency, throttle, unsent
from duecare.core.documents.models import Document
from duecare.core.documents.operations import QUARANTINE
from duecare.core.jobs.queue import JobKind, Work
from duecare.core.jobs.schedule import Schedule
from duecare.core.time import now

TIDY = "core.tidy"
TRIES_KEPT_FOR = timedelta(days=2)
UNFINISHED_FOR = timedelta(days=1)
LANDED_FOR = timedelta(days=2)  # twice as long as a form may still bring a landed file along
AT_ONCE = 500

Chore = Callable[[Work], int]
Claim = Callable[[Session, list[str]], set[str]]


def run(work: Work) -> None:
    """Does every chore; the job's result says how many things each one deleted."""
    done = {name: chore(work) for name, chore in _chores.items()}
    with work.finishing(done):
        pass


def also(name: str, chore: Chore) -> None:
    """Adds a workflow's chore; the same name twice is the same chore."""
    if _chores.setdefault(name, chore) is not chore:
        raise ValueError(f"two chores are called {name!r}")


def keep_landed(claim: Claim) -> None:
    """Adds a workflow's claim: of given ids of landed files, those that its tables still name."""
    if claim not in _claims:
        _claims.append(claim)


def _in_one_commit(sweep: Callable[[Session], int]) -> Chore:
    def chore(work: Work) -> int:
        with work.installation.database.transaction() as session:
            return sweep(session)

    return chore


def _documents(session: Session, ids: list[str]) -> set[str]:
    return set(session.scalars(select(Document.public_id).where(Document.public_id.in_(ids))))


def _forget_unfinished_writes(work: Work) -> int:
    return work.installation.store.remove_abandoned(now() - UNFINISHED_FOR)


def _forget_landed_files(work: Work) -> int:
    """Deletes files that landed with a form which was never sent."""
    store, deleted, stale = work.installation.store, 0, _landed_long_ago(work)
    for start in range(0, len(stale), AT_ONCE):
        ids = {key.rpartition("/")[2]: key for key in stale[start : start + AT_ONCE]}
        with work.installation.database.reading() as session:
            claimed = set().union(*(claim(session, list(ids)) for claim in _claims))
        for public_id in ids.keys() - claimed:
            store.delete(ids[public_id])
            deleted += 1
    return deleted


def _landed_long_ago(work: Work) -> list[str]:
    before = now() - LANDED_FOR
    return [each.key for each in work.installation.store.list(QUARANTINE) if each.modified < before]


_claims: list[Claim] = [_documents]
_chores: dict[str, Chore] = {
    "tries": _in_one_commit(lambda session: throttle.sweep(session, now() - TRIES_KEPT_FOR)),
    "unsent forms": _in_one_commit(unsent.sweep),
    "remembered answers": _in_one_commit(idempotency.sweep),
    "unfinished writes": _forget_unfinished_writes,
    "landed files": _forget_landed_files,
}
TIDY_UP = JobKind(
    TIDY,
    "Delete what is stale",
    run,
    Schedule(time(4, 30), per_organisation=False),
    lease_seconds=1800,
)
