"""Taking documents in: streamed to a quarantine key, then one commit of row and inspection job.

A document is acknowledged only when both are committed. Nothing else writes the document table.
"""

from collections.abc import Iterable
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import audit, faults
from duecare.core.access import Caller
from duecare.core.cases import Case
from duecare.core.db import opaque_id
from duecare.core.documents.arriving import ALONE, FILES_TOGETHER
from duecare.core.documents.models import ACCEPTED, QUARANTINED, Document
from duecare.core.documents.store import Store, Stored, TooLarge
from duecare.core.errors import Missing, NotFound
from duecare.core.jobs.queue import enqueue
from duecare.core.texts import gettext as _

INSPECT = "documents.inspect"
CHUNK_BYTES = 1 << 20
QUARANTINE = "quarantine"


class Landed:
    """A file that lies in quarantine, not yet anybody's: what `attach` turns into a document."""

    def __init__(self, public_id: str, key: str, given_name: str, stored: Stored) -> None:
        self.public_id, self.key, self.given_name, self.stored = public_id, key, given_name, stored


def land(store: Store, stream: BinaryIO, given_name: str, max_bytes: int) -> Landed:
    """Streams a file into quarantine, synced. Raises `Missing` for an empty or too large file."""
    if cut := getattr(stream, "cut", ""):
        raise _too_large(max_bytes, cut)
    public_id = opaque_id()
    key = f"{QUARANTINE}/{public_id}"
    try:
        stored = store.put_stream(key, chunks(stream), max_bytes=max_bytes)
    except TooLarge:
        raise _too_large(max_bytes) from None
    if stored.size == 0:
        store.delete(key)
        raise Missing(_("The file is empty. Choose the file again."), {"file": _("The file is empty.")})
    faults.point("documents.landed")
    return Landed(public_id, key, given_name.replace("\0", ""), stored)


def _too_large(max_bytes: int, cut: str = ALONE) -> Missing:
    megabytes = max_bytes // 1_000_000
    if cut == ALONE:
        message = _(
            "The file is larger than %(size)s MB. Split it, or scan it at a lower resolution.", size=megabytes
        )
    else:
        message = _(
            "The files together are larger than %(size)s MB. Send this one by itself.",
            size=FILES_TOGETHER * megabytes,
        )
    return Missing(message, {"file": message})


def attach(session: Session, caller: Caller, case: Case, kind: str, landed: Landed) -> Document:
    """Writes the row and its inspection job. The same file twice on a case gives the first again."""
    same = select(Document).where(
        Document.case_id == case.id,
        Document.kind == kind,
        Document.original_sha256 == landed.stored.sha256,
        Document.state != "refused",
    )
    with session.no_autoflush:  # a document is flushed as soon as it is added
        session.execute(select(Case.id).where(Case.id == case.id).with_for_update())  # racers wait in line
        known = session.scalar(same)
    if known is not None:
        return known
    document = Document(
        public_id=landed.public_id,
        organisation_id=case.organisation_id,
        case_id=case.id,
        kind=kind,
        given_name=landed.given_name[:300],
        state=QUARANTINED,
        key=landed.key,
        size=landed.stored.size,
        sha256=landed.stored.sha256,
        original_sha256=landed.stored.sha256,
        uploaded_by_id=caller.user_id,
        uploaded_by=caller.name,
    )
    session.add(document)
    audit.record(
        session,
        caller,
        "document.uploaded",
        document.public_id,
        {"case": case.number, "kind": kind, "size": document.size, "sha256": document.sha256},
        chain=case.organisation_id,
    )
    session.flush()
    faults.point("documents.row_written")
    enqueue(session, INSPECT, {"document": document.id}, organisation_id=case.organisation_id)
    session.flush()
    faults.point("documents.job_written")
    return document


def accepted(session: Session, case: Case, public_ids: Iterable[str]) -> list[Document]:
    """The case's accepted documents of these ids, in the ids' order. Raises `NotFound` for any other id."""
    wanted = list(public_ids)
    rows = session.scalars(
        select(Document).where(
            Document.case_id == case.id, Document.public_id.in_(wanted), Document.state == ACCEPTED
        )
    )
    found = {row.public_id: row for row in rows}
    if missing := [each for each in wanted if each not in found]:
        raise NotFound(f"{len(missing)} of the chosen documents are not accepted documents of this request.")
    return [found[each] for each in wanted]


def chunks(stream: BinaryIO) -> Iterable[bytes]:
    """The stream's bytes, a megabyte at a time."""
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk
