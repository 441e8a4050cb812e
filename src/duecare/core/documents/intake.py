"""The inspection job: a quarantined file becomes an accepted document, or is refused with a reason.

The seeds' function on upload. Accepted bytes are the rewritten ones; a file without a verdict stays in
quarantine and is tried again.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from duecare.core import audit, faults
from duecare.core.access import SYSTEM
from duecare.core.cases import Case
from duecare.core.documents.inspection import Accepted, inspect
from duecare.core.documents.models import ACCEPTED, QUARANTINED, REFUSED, Document
from duecare.core.documents.operations import CHUNK_BYTES, INSPECT, QUARANTINE
from duecare.core.documents.policy import Policy
from duecare.core.documents.refusals import Refused
from duecare.core.documents.scanner import ClamAV
from duecare.core.documents.store import Store, Stored
from duecare.core.jobs.queue import JobKind, Work
from duecare.core.time import now
from duecare.settings import Settings

AfterVerdict = Callable[[Session, Case, Document], None]
_after_acceptance: dict[str, AfterVerdict] = {}
_after_refusal: dict[str, AfterVerdict] = {}


def after_acceptance(workflow: str, act: AfterVerdict) -> None:
    """Lets a workflow act, in the same commit, when a document of one of its cases was accepted."""
    _after_acceptance[workflow] = act


def after_refusal(workflow: str, act: AfterVerdict) -> None:
    """Lets a workflow act, in the same commit, when a document of one of its cases was refused."""
    _after_refusal[workflow] = act


def run(work: Work) -> None:
    """Inspects one document; one that has its verdict already is left alone."""
    installation = work.installation
    with installation.database.reading() as session:
        document = session.get_one(Document, work.payload["document"])
        case = session.get_one(Case, document.case_id)
        final_key = key_of(case, document)
        session.expunge_all()
    if document.state != QUARANTINED:
        return
    with TemporaryDirectory(prefix="duecare-") as folder:
        verdict = _inspected(installation.store, installation.settings, document, Path(folder))
        stored = _kept(installation.store, final_key, verdict)
    faults.point("documents.kept")
    with work.finishing({"state": REFUSED if stored is None else ACCEPTED}) as session:
        row = session.get_one(Document, document.id)
        _decide(session, row, verdict, final_key, stored)
    installation.store.delete(f"{QUARANTINE}/{document.public_id}")


def key_of(case: Case, document: Document) -> str:
    """Where an accepted document lies: organisation, workflow, year, month, case number, document id."""
    return (
        f"{case.organisation_id}/{case.workflow}/{case.received_at:%Y/%m}/{case.number}/{document.public_id}"
    )


def thumbnail_key(key: str) -> str:
    """Where the picture of an accepted document's first page lies."""
    return f"{key}.thumbnail"


def policy_of(settings: Settings) -> Policy:
    """What this installation accepts."""
    return Policy(max_bytes=settings.upload_max_bytes)


def _inspected(store: Store, settings: Settings, document: Document, folder: Path) -> Accepted | Refused:
    scan = ClamAV(settings.malware_scan_url) if settings.malware_scan_url else None
    with store.open_local(f"{QUARANTINE}/{document.public_id}") as path:
        return inspect(path, document.given_name, folder, policy_of(settings), scan)


def _kept(store: Store, key: str, verdict: Accepted | Refused) -> Stored | None:
    if isinstance(verdict, Refused):
        return None
    if verdict.thumbnail is not None:
        store.put_stream(thumbnail_key(key), _chunks(verdict.thumbnail))
    return store.put_stream(key, _chunks(verdict.rewritten))


def _decide(
    session: Session, row: Document, verdict: Accepted | Refused, key: str, stored: Stored | None
) -> None:
    row.inspected_at = now()
    case = session.get_one(Case, row.case_id)
    if isinstance(verdict, Refused) or stored is None:
        assert isinstance(verdict, Refused)
        row.state, row.refusal_code, row.refusal = REFUSED, verdict.code, verdict.message
        row.details = {"params": dict(verdict.params)}
    else:
        row.state, row.media_type, row.pages, row.key = ACCEPTED, verdict.media_type, verdict.pages, key
        row.size, row.sha256 = stored.size, stored.sha256
        row.details = {"removed": list(verdict.removed), "thumbnail": verdict.thumbnail is not None}
    session.flush()
    details = {"case": case.number, "kind": row.kind, "code": row.refusal_code, "sha256": row.sha256}
    audit.record(session, SYSTEM, f"document.{row.state}", row.public_id, details, chain=row.organisation_id)
    acts = _after_acceptance if row.state == ACCEPTED else _after_refusal
    if case.workflow in acts:
        acts[case.workflow](session, case, row)


def _chunks(path: Path) -> Iterable[bytes]:
    def pieces() -> Iterator[bytes]:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk

    return pieces()


INSPECT_DOCUMENT = JobKind(INSPECT, "Inspect an uploaded document", run)
