"""Documents that duecare makes itself: letters and packages. They are accepted as they are made.

Only bytes written by this installation may come in here; a stranger's file goes through inspection.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.access import Caller
from duecare.core.cases import Case
from duecare.core.documents.intake import key_of
from duecare.core.documents.models import ACCEPTED, Document
from duecare.core.documents.operations import CHUNK_BYTES
from duecare.core.documents.store import Store, Stored
from duecare.core.jobs.queue import Work
from duecare.core.signing import signed
from duecare.core.time import now

PDF = "application/pdf"
ID_LENGTH = 32


@dataclass(frozen=True)
class Kept:
    """A generated file in the store, not yet a document."""

    public_id: str
    key: str
    stored: Stored


def keep(work: Work, store: Store, case: Case, path: Path) -> Kept:
    """Puts a file that a job made into the store. The same job run again replaces the same object."""
    signature = signed(work.installation.settings.key, "generated", str(work.job_id)).rpartition(".")[2]
    public_id = signature[:ID_LENGTH]
    key = key_of(case, Document(public_id=public_id))
    return Kept(public_id, key, store.put_stream(key, _chunks(path)))


def add(
    session: Session,
    caller: Caller,
    case: Case,
    kept: Kept,
    *,
    kind: str,
    name: str,
    pages: int,
    details: dict[str, Any] | None = None,
) -> Document:
    """Makes a kept PDF an accepted document of a case."""
    document = Document(
        public_id=kept.public_id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        kind=kind,
        given_name=name,
        state=ACCEPTED,
        key=kept.key,
        media_type=PDF,
        pages=pages,
        size=kept.stored.size,
        sha256=kept.stored.sha256,
        original_sha256=kept.stored.sha256,
        details={"generated": True, **(details or {})},
        uploaded_by_id=caller.user_id,
        uploaded_by=caller.name,
        inspected_at=now(),
    )
    session.add(document)
    session.flush()
    audit.record(
        session,
        caller,
        "document.generated",
        document.public_id,
        {"case": case.number, "kind": kind, "sha256": document.sha256},
        chain=case.organisation_id,
    )
    return document


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
