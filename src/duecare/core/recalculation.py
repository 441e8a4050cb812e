"""Working out open cases' due dates again after an organisation's rules, closures, zone or state changed.

`impact` says beforehand what would follow; the job does it, batch by batch, each due date's move audited and
told on the case's timeline. A second run finds nothing left to move.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectin_polymorphic

from duecare.core import clock, clocks
from duecare.core.access import Caller
from duecare.core.cases import Case
from duecare.core.jobs.models import Job
from duecare.core.jobs.queue import JobKind, Work, enqueue
from duecare.core.lifecycle import record_event
from duecare.core.people.models import Organisation

RECALCULATE = "core.recalculate-clocks"
ACTION = "due_recalculated"
BATCH = 200
LOOKED_AT_MOST = 2_000


@dataclass(frozen=True)
class Impact:
    """What a change does to due dates. `is_all` False: there are more open cases than were looked at."""

    looked_at: int
    moved: int
    earlier: int
    without_rule: tuple[str, ...]
    is_all: bool


@dataclass(frozen=True)
class Move:
    """A case and the derivation that differs from what is stored; None where no rule applies any more."""

    case: Case
    winner: clock.Derivation | None


def impact(session: Session, organisation_id: int) -> Impact:
    """Compares open cases with what their due dates would be under what the session sees."""
    looked_at, moved, earlier, without = 0, 0, 0, []
    for batch in _batches(session, organisation_id):
        looked_at += len(batch)
        for move in _moves(session, organisation_id, batch):
            if move.winner is None:
                without.append(move.case.number)
                continue
            moved += 1
            earlier += _is_earlier(move)
        if looked_at >= LOOKED_AT_MOST:
            break
    total = _count(session, organisation_id)
    return Impact(looked_at, moved, earlier, tuple(without), looked_at >= total)


def ask(session: Session, caller: Caller, organisation_id: int) -> Job:
    """Writes the job that moves the due dates, in the transaction of the change that moves them."""
    payload = {"user_id": caller.user_id, "name": caller.name, "address": caller.address}
    return enqueue(session, RECALCULATE, payload, organisation_id=organisation_id)


def run(work: Work) -> None:
    """Moves the due dates of an organisation's open cases; each batch is a commit of its own."""
    assert work.organisation_id is not None
    caller = _asker(work)
    with work.installation.database.reading() as session:
        total = _count(session, work.organisation_id)
    done, moved, after = 0, 0, 0
    while True:
        with work.installation.database.transaction() as session:
            batch = _batch(session, work.organisation_id, after)
            moved += _write(session, caller, work.organisation_id, batch)
        if not batch:
            break
        after, done = batch[-1].id, done + len(batch)
        work.progress(done, max(total, done))
    with work.finishing({"cases": done, "moved": moved}):
        pass


def _asker(work: Work) -> Caller:
    """Who made the change: the moves that follow from it are theirs."""
    return Caller(
        kind="user",
        name=work.payload["name"],
        organisation_id=work.organisation_id,
        user_id=work.payload["user_id"],
        address=work.payload["address"],
    )


def _write(session: Session, caller: Caller, organisation_id: int, batch: list[Case]) -> int:
    moves = [move for move in _moves(session, organisation_id, batch) if move.winner]
    for move in moves:
        assert move.winner is not None
        before = _shown(move.case)
        clocks.apply(move.case, move.winner)
        data = {"before": before, "after": _shown(move.case)}
        record_event(session, move.case, ACTION, caller, source=move.case.status, data=data)
    return len(moves)


def _shown(case: Case) -> dict[str, Any]:
    return {"due_at": case.due_at.isoformat() if case.due_at else None, "rule": case.rule_code}


def _moves(session: Session, organisation_id: int, batch: list[Case]) -> Iterator[Move]:
    ids = [case.id for case in batch]
    pauses, extensions = clocks.pauses_of(session, ids), clocks.extensions_of(session, ids)
    organisation = session.get_one(Organisation, organisation_id)
    terms = {name: clocks.terms_of(session, organisation, name) for name in {case.workflow for case in batch}}
    for case in batch:
        try:
            winner = clocks.govern_under(
                terms[case.workflow], case, pauses.get(case.id, ()), extensions.get(case.id)
            ).winner
        except clock.NoRuleAppliesError:
            yield Move(case, None)
            continue
        if (winner.due_at, winner.first_due_at, winner.rule.code) != (
            case.due_at,
            case.first_due_at,
            case.rule_code,
        ):
            yield Move(case, winner)


def _is_earlier(move: Move) -> bool:
    due = move.winner.due_at if move.winner else None
    return due is not None and (move.case.due_at is None or due < move.case.due_at)


def _batches(session: Session, organisation_id: int) -> Iterator[list[Case]]:
    after = 0
    while batch := _batch(session, organisation_id, after):
        yield batch
        after = batch[-1].id


def _batch(session: Session, organisation_id: int, after: int) -> list[Case]:
    open_cases = (
        select(Case)
        .where(Case.organisation_id == organisation_id, Case.is_open.is_(True), Case.id > after)
        .options(selectin_polymorphic(Case, _kinds_of_case()))
        .order_by(Case.id)
        .limit(BATCH)
    )
    return list(session.scalars(open_cases))


def _kinds_of_case() -> list[type[Case]]:
    return [mapper.class_ for mapper in Case.__mapper__.self_and_descendants if mapper.class_ is not Case]


def _count(session: Session, organisation_id: int) -> int:
    mine = (Case.organisation_id == organisation_id, Case.is_open.is_(True))
    return session.scalar(select(func.count()).select_from(Case).where(*mine)) or 0


RECALCULATE_CLOCKS = JobKind(RECALCULATE, "Work out due dates again", run)
