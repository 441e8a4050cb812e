"""The audit chain finds every way of tampering, and names the first bad entry."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.access import Caller
from duecare.core.audit import AuditEntry, AuditHead, Fault
from duecare.core.installation import Installation

CHAIN = 7
ALICE = Caller("user", "Alice Example", CHAIN, 1)


def written(session: Session, number: int = 5) -> None:
    for each in range(number):
        audit.record(session, ALICE, "case.read", f"ROI-2026-{each:06d}", {"fields": ["name", each]})


def tampered(installation: Installation, tamper: Callable[[Session], None]) -> list[Fault]:
    """The faults found after five entries were written and something was done to them."""
    with installation.database.transaction() as session:
        written(session)
    with installation.database.transaction() as session:
        tamper(session)
    with installation.database.reading() as session:
        return audit.verify(session)


def set_entry(sequence: int, **values: object) -> Callable[[Session], None]:
    return lambda session: session.execute(  # type: ignore[return-value]
        update(AuditEntry).where(AuditEntry.sequence == sequence).values(**values)
    )


def remove(*sequences: int) -> Callable[[Session], None]:
    return lambda session: session.execute(  # type: ignore[return-value]
        delete(AuditEntry).where(AuditEntry.sequence.in_(sequences))
    )


def swap(session: Session) -> None:
    """Exchanges what entries 2 and 3 say and hash to."""
    second, third = session.scalars(
        select(AuditEntry).where(AuditEntry.sequence.in_((2, 3))).order_by(AuditEntry.sequence)
    ).all()
    second.subject, third.subject = third.subject, second.subject
    second.hash, third.hash = third.hash, second.hash


def slip_in(session: Session) -> None:
    """Adds a sixth entry behind the head's back."""
    row = session.execute(select(audit.ENTRIES).where(audit.ENTRIES.c.sequence == 5)).mappings().one()
    session.execute(insert(audit.ENTRIES), {**row, "id": 999, "sequence": 6})


def cut_short_with_head(session: Session) -> None:
    """Removes the last entry and moves the head's sequence back, without knowing a fitting hash."""
    session.execute(delete(AuditEntry).where(AuditEntry.sequence == 5))
    session.execute(update(AuditHead).values(sequence=4))


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        pytest.param(set_entry(3, subject="ROI-2026-000099"), 3, id="edited subject"),
        pytest.param(set_entry(2, details={"fields": []}), 2, id="edited details"),
        pytest.param(set_entry(4, actor_name="Bob Example"), 4, id="edited actor"),
        pytest.param(set_entry(1, hash="0" * 64), 1, id="edited hash"),
        pytest.param(remove(1), 1, id="first deleted"),
        pytest.param(remove(3), 3, id="middle deleted"),
        pytest.param(remove(5), 5, id="cut short"),
        pytest.param(remove(1, 2, 3, 4, 5), 1, id="all deleted"),
        pytest.param(swap, 2, id="reordered"),
        pytest.param(slip_in, 6, id="inserted"),
        pytest.param(cut_short_with_head, 4, id="cut short and head moved back"),
    ],
)
def test_tampering_is_found_and_the_first_bad_entry_named(
    installation: Installation, tamper: Callable[[Session], None], found: int
) -> None:
    faults = tampered(installation, tamper)
    assert [(fault.chain, fault.sequence) for fault in faults] == [(CHAIN, found)]


def test_an_untouched_chain_holds(installation: Installation) -> None:
    assert tampered(installation, lambda _: None) == []


def test_whoever_waits_hears_how_far_the_check_is(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "VERIFY_BATCH", 2)
    heard: list[tuple[int, int]] = []
    with installation.database.transaction() as session:
        written(session)
        audit.record(session, ALICE, "case.read", "ROI-2026-000001", chain=8)
    with installation.database.reading() as session:
        assert audit.verify(session, tell=lambda done, total: heard.append((done, total))) == []
    assert heard == [(2, 6), (4, 6), (5, 6), (6, 6)]


def test_a_chain_whose_head_was_deleted_is_reported(installation: Installation) -> None:
    faults = tampered(installation, lambda session: session.execute(delete(AuditHead)))  # type: ignore[arg-type, return-value]
    assert [fault.reason for fault in faults] == ["the chain has no head"]


def test_chains_of_organisations_are_apart(installation: Installation) -> None:
    with installation.database.transaction() as session:
        written(session)
        audit.record(session, ALICE, "case.read", "ROI-2026-000001", chain=8)
    with installation.database.transaction() as session:
        session.execute(update(AuditEntry).where(AuditEntry.chain == 8).values(subject="another"))
    with installation.database.reading() as session:
        assert audit.verify(session, CHAIN) == []
        assert [fault.chain for fault in audit.verify(session)] == [8]


def test_an_entry_undone_with_its_savepoint_leaves_the_chain_whole(installation: Installation) -> None:
    with installation.database.transaction() as session:
        written(session, 2)
        nested = session.begin_nested()
        written(session, 2)
        nested.rollback()
        written(session, 1)
    with installation.database.reading() as session:
        assert audit.verify(session) == []
        assert session.scalars(select(AuditEntry.sequence)).all() == [1, 2, 3]
