"""The audit log: append-only, hash-chained per organisation, written by operations and never by listeners.

Each row's hash covers the row and the hash before it, and the chain's head is kept apart, so that an edit, a
deletion, an insertion, a reordering and a truncation all show. Reading PHI is an event too.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import CheckConstraint, Index, RowMapping, String, Table, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from duecare.core.access import Caller
from duecare.core.db import Base, BigId, Code, Id
from duecare.core.time import now

GENESIS = "0" * 64
INSTALLATION = 0
VERIFY_BATCH = 10_000
Tell = Callable[[int, int], None]


class AuditEntry(Base):
    """One audited fact. `chain` is the organisation's id, or 0 for what concerns the whole installation."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        UniqueConstraint("chain", "sequence"),
        CheckConstraint("sequence > 0", name="sequence_positive"),
        Index("ix_audit_entries_subject", "chain", "subject", "sequence"),
        Index("ix_audit_entries_at", "chain", "at"),
        Index("ix_audit_entries_actor", "chain", "actor_id", "sequence"),
    )

    id: Mapped[Id]
    chain: Mapped[int] = mapped_column(BigId)
    sequence: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    action: Mapped[Code]
    subject: Mapped[str] = mapped_column(String(80))
    details: Mapped[dict[str, Any]]
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The last sequence and hash of a chain; appending holds its row until the commit.

    `last_change` is the sequence of the last entry that is more than a reading: what follows from an
    organisation's rows holds while it stands. Writers wait for each other here, so it never goes back.
    """

    __tablename__ = "audit_heads"

    chain: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigId, default=0)
    hash: Mapped[str] = mapped_column(String(64), default=GENESIS)
    last_change: Mapped[int] = mapped_column(BigId, default=0)


ENTRIES = cast("Table", AuditEntry.__table__)
HASHED = (
    "chain",
    "sequence",
    "actor_kind",
    "actor_id",
    "actor_name",
    "address",
    "action",
    "subject",
    "details",
)
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


@dataclass(frozen=True)
class Fault:
    """Where a chain first fails to hold, and how."""

    chain: int
    sequence: int
    reason: str


def record(
    session: Session,
    caller: Caller,
    action: str,
    subject: str,
    details: dict[str, Any] | None = None,
    chain: int | None = None,
) -> None:
    """Appends an entry in the caller's transaction. `details` is JSON-able; `subject` is an id, never PHI."""
    head = _append(session, caller, action, subject, details, chain)
    head.last_change = head.sequence


def record_reading(
    session: Session, caller: Caller, action: str, subject: str, details: dict[str, Any] | None = None
) -> None:
    """Appends an entry about somebody who was shown something; nothing else was changed."""
    _append(session, caller, action, subject, details)


def last_change(session: Session, chain: int) -> int:
    """The sequence of a chain's last entry that is more than a reading; 0 while there is none."""
    return session.scalar(select(AuditHead.last_change).where(AuditHead.chain == chain)) or 0


def _append(
    session: Session,
    caller: Caller,
    action: str,
    subject: str,
    details: dict[str, Any] | None,
    chain: int | None = None,
) -> AuditHead:
    head = _head(session, chain if chain is not None else caller.organisation_id or INSTALLATION)
    entry: dict[str, Any] = {
        "chain": head.chain,
        "sequence": head.sequence + 1,
        "at": now(),
        "actor_kind": caller.kind,
        "actor_id": caller.user_id,
        "actor_name": caller.name[:200],
        "address": caller.address[:64],
        "action": action,
        "subject": subject[:80],
        "details": details or {},
    }
    entry["hash"] = digest(entry, head.hash)
    session.connection().execute(ENTRIES.insert(), entry)
    head.sequence, head.hash = entry["sequence"], entry["hash"]
    return head


def digest(entry: Mapping[Any, Any], previous: str) -> str:
    """SHA-256 (hex) over the previous hash and the entry's content in one canonical form."""
    moment = entry["at"].astimezone(UTC).isoformat(timespec="microseconds")
    content = [previous, moment, *(entry[name] for name in HASHED)]
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def verify(session: Session, chain: int | None = None, tell: Tell | None = None) -> list[Fault]:
    """The first fault of each chain (or of one); an empty list means that every chain holds.

    `tell` hears how many entries of how many have been checked, a batch at a time.
    """
    heads = select(AuditHead.chain, AuditHead.sequence, AuditHead.hash).order_by(AuditHead.chain)
    if chain is not None:
        heads = heads.where(AuditHead.chain == chain)
    known = session.execute(heads).all()
    total, before, faults = sum(row.sequence for row in known), 0, []
    for row in known:
        heard = (lambda checked, before=before: tell(before + checked, total)) if tell else None
        faults.append(_first_fault(session, row.chain, row.sequence, row.hash, heard))
        before += row.sequence
    found = [fault for fault in faults if fault]
    return found + _headless(session, {row.chain for row in known}, chain)


def _first_fault(
    session: Session, chain: int, last: int, head_hash: str, heard: Callable[[int], None] | None
) -> Fault | None:
    previous, expected = GENESIS, 1
    for entry in _entries(session, chain):
        if heard and expected % VERIFY_BATCH == 0:
            heard(expected)
        if entry["sequence"] != expected:
            return Fault(chain, expected, "entry is missing")
        if digest(entry, previous) != entry["hash"]:
            return Fault(chain, expected, "entry was changed, inserted or moved")
        previous, expected = entry["hash"], expected + 1
    if heard:
        heard(expected - 1)
    if expected - 1 != last:
        return Fault(chain, expected, "the chain was cut short or lengthened")
    return None if previous == head_hash else Fault(chain, last, "the chain's head was changed")


def _entries(session: Session, chain: int) -> Iterator[RowMapping]:
    after = 0
    in_order = select(ENTRIES).where(ENTRIES.c.chain == chain).order_by(ENTRIES.c.sequence)
    while (
        rows := session.execute(in_order.where(ENTRIES.c.sequence > after).limit(VERIFY_BATCH))
        .mappings()
        .all()
    ):
        yield from rows
        after = rows[-1]["sequence"]


def _headless(session: Session, known: set[int], chain: int | None) -> list[Fault]:
    chains = select(AuditEntry.chain).distinct()
    if chain is not None:
        chains = chains.where(AuditEntry.chain == chain)
    return [
        Fault(found, 1, "the chain has no head") for found in session.scalars(chains) if found not in known
    ]


def _head(session: Session, chain: int) -> AuditHead:
    """The chain's head, its row locked: a session holds it from its first entry to its one commit."""
    held: dict[int, AuditHead] = session.info.setdefault("audit_heads", {})
    if chain not in held or held[chain] not in session:  # a savepoint may have taken it back
        held[chain] = _locked_head(session, chain)
    return held[chain]


def _locked_head(session: Session, chain: int) -> AuditHead:
    locked = select(AuditHead).where(AuditHead.chain == chain).with_for_update()
    head = session.scalar(locked)
    if head is None:
        try:
            with session.begin_nested():
                session.add(AuditHead(chain=chain, sequence=0, hash=GENESIS))
        except IntegrityError:
            session.expire_all()
        head = session.scalars(locked).one()
    return head
