"""The nightly check that what is kept is whole: audit chains, stored files and the search index.

Reads in bounded batches and changes nothing; a fault is told to the administrators of its organisation.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from duecare.core import audit, search
from duecare.core.cases import Case, SearchTerm
from duecare.core.documents.models import REFUSED, Document
from duecare.core.documents.store import NotFound, Store
from duecare.core.jobs.queue import JobKind, Work
from duecare.core.jobs.schedule import Schedule
from duecare.core.notices import compose
from duecare.core.people.models import Membership, Organisation, User
from duecare.core.reports.models import ReportRun

VERIFY = "core.verify"
BATCH = 50
MOST_NAMED = 20
FAULTS_FOUND = compose.Template(
    "core.verify_failed",
    _l("The nightly check found a fault"),
    _l("The nightly check found a fault at %(organisation)s"),
    _l("The nightly check found something that is not as it was stored. Look at the job's result now:"),
    parameters=("organisation",),
)


@dataclass
class Findings:
    """What one check looked at, and what it found wrong: (organisation id or None, words without PHI)."""

    checked: int = 0
    faults: list[tuple[int | None, str]] = field(default_factory=list)

    def as_result(self) -> dict[str, Any]:
        named = [words for _, words in self.faults[:MOST_NAMED]]
        return {"checked": self.checked, "faults": len(self.faults), "named": named}


def run(work: Work) -> None:
    """Runs every check and keeps what each found as the job's result."""
    database, store = work.installation.database, work.installation.store
    with database.snapshot() as session:
        total = _total(session)
        found = {"audit": _audit_chains(session)}
    with database.reading() as session:
        work.progress(found["audit"].checked, total)
        for name, rows in (("files", _files(session, store)), ("search", _search_index(session))):
            found[name] = Findings()
            for faults in rows:
                found[name].checked += 1
                found[name].faults += faults
                if found[name].checked % BATCH == 0:
                    work.progress(sum(each.checked for each in found.values()), total)
    with work.finishing({name: each.as_result() for name, each in found.items()}) as session:
        _tell(session, {number for each in found.values() for number, _ in each.faults})


def _total(session: Session) -> int:
    counted = (
        select(func.count()).select_from(audit.AuditHead),
        select(func.count()).select_from(Document).where(Document.state != REFUSED),
        select(func.count()).select_from(ReportRun),
        select(func.count()).select_from(Case).where(Case.is_open.is_(True)),
    )
    return sum(session.scalar(query) or 0 for query in counted)


def _audit_chains(session: Session) -> Findings:
    chains = session.scalar(select(func.count()).select_from(audit.AuditHead)) or 0
    faults = [
        (fault.chain or None, f"audit chain {fault.chain}, entry {fault.sequence}: {fault.reason}")
        for fault in audit.verify(session)
    ]
    return Findings(chains, faults)


def _files(session: Session, store: Store) -> Iterator[list[tuple[int | None, str]]]:
    for document in _in_batches(session, Document, Document.state != REFUSED):
        fault = _file_fault(session, store, document)
        yield [(document.organisation_id, f"document {document.public_id}: {fault}")] if fault else []
    for report in _in_batches(session, ReportRun):
        missing = [key for key in report.files.values() if not store.exists(key)]
        yield [(report.organisation_id, f"report {report.public_id}: a file is missing")] if missing else []


def _file_fault(session: Session, store: Store, document: Document) -> str | None:
    """What is wrong with a document's bytes; one that inspection moved in the meantime is looked at anew."""
    found = _digest(store, document.key)
    if found == document.sha256:
        return None
    session.rollback()
    session.refresh(document)
    if document.state == REFUSED or _digest(store, document.key) == document.sha256:
        return None
    return "the file is missing" if found is None else "the file is not what was stored"


def _digest(store: Store, key: str) -> str | None:
    digest = hashlib.sha256()
    try:
        for chunk in store.get_stream(key):
            digest.update(chunk)
    except NotFound:
        return None
    return digest.hexdigest()


def _search_index(session: Session) -> Iterator[list[tuple[int | None, str]]]:
    """Each open case must be found by its number and its patient, in its own organisation."""
    for case in _in_batches(session, Case, Case.is_open.is_(True)):
        kept = select(SearchTerm.term).where(
            SearchTerm.case_id == case.id, SearchTerm.organisation_id == case.organisation_id
        )
        missing = search.terms_of(case, ()) - set(session.scalars(kept))
        yield [(case.organisation_id, f"{case.number} cannot be found by everything")] if missing else []


def _in_batches(session: Session, model: Any, *conditions: Any) -> Iterator[Any]:
    after = 0
    while rows := _batch(session, model, after, conditions):
        yield from rows
        after = rows[-1].id
        session.rollback()
        session.expunge_all()


def _batch(session: Session, model: Any, after: int, conditions: Iterable[Any]) -> Sequence[Any]:
    query = select(model).where(model.id > after, *conditions).order_by(model.id).limit(BATCH)
    return session.scalars(query).all()


def _tell(session: Session, organisations: set[int | None]) -> None:
    """Tells the administrators concerned; a fault of the whole installation concerns all."""
    if not organisations:
        return
    administrators = (
        select(User, Organisation)
        .join(Membership, Membership.user_id == User.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.role == "administrator", User.active.is_(True))
    )
    for user, organisation in session.execute(administrators).all():
        if None in organisations or organisation.id in organisations:
            compose.tell_member(session, user, organisation, FAULTS_FOUND.code, "/admin/jobs")


compose.declare(FAULTS_FOUND)
VERIFY_INSTALLATION = JobKind(
    VERIFY,
    "Check audit log, files and search index",
    run,
    schedule=Schedule(at=time(7, 0), per_organisation=False),
    lease_seconds=1800,
)
