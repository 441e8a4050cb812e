"""The supervisor's board: what nobody has, and how much everybody has."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, joinedload

from duecare.core.cases import Case
from duecare.core.people.models import User
from duecare.core.queues.filters import due_within
from duecare.workflows.release import queries
from duecare.workflows.release.models import WORKFLOW, ReleaseRequest
from duecare.workflows.release.question import SOON_DAYS

SHOWN = 200
UNASSIGNED = "unassigned"
KINDS = ("open", "overdue", "soon", "on_hold")


@dataclass(frozen=True)
class Load:
    """A specialist's open work, and how much of it is overdue, due within `SOON_DAYS`, or on hold."""

    person: User
    open: int = 0
    overdue: int = 0
    soon: int = 0
    on_hold: int = 0


def workload(session: Session, organisation_id: int, at: datetime, zone: str) -> list[Load]:
    """The load of every active specialist, the heaviest last, so that the first has room."""
    counted = [func.sum(case((_is(kind, at, zone), 1), else_=0)) for kind in KINDS[1:]]
    query = (
        select(Case.assignee_id, func.count(), *counted)
        .where(*_open(organisation_id), Case.assignee_id.is_not(None))
        .group_by(Case.assignee_id)
    )
    rows = {row[0]: row[1:] for row in session.execute(query)}
    loads = [
        Load(person, *map(int, rows.get(person.id, (0, 0, 0, 0))))
        for person in queries.specialists(session, organisation_id)
    ]
    return sorted(loads, key=lambda load: (load.open - load.on_hold, load.person.name))


def rows(
    session: Session, organisation_id: int, kind: str, specialist: str | None, at: datetime, zone: str
) -> list[ReleaseRequest]:
    """The open requests of a figure of the board, the most urgent first, at most `SHOWN`."""
    query = _requests(organisation_id)
    if kind == UNASSIGNED:
        query = query.where(ReleaseRequest.assignee_id.is_(None))
    elif kind in KINDS[1:]:
        query = query.where(_is(kind, at, zone))
    if specialist:
        person = select(User.id).where(User.public_id == specialist).scalar_subquery()
        query = query.where(ReleaseRequest.assignee_id == person)
    return list(session.scalars(query.limit(SHOWN)))


def _requests(organisation_id: int) -> Select[ReleaseRequest]:
    return (
        select(ReleaseRequest)
        .where(*_open(organisation_id))
        .options(joinedload(ReleaseRequest.patient), joinedload(ReleaseRequest.assignee))
        .order_by(ReleaseRequest.due_at.is_(None), ReleaseRequest.due_at, ReleaseRequest.id)
    )


def _open(organisation_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Case.organisation_id == organisation_id, Case.is_open.is_(True), Case.workflow == WORKFLOW)


def _is(kind: str, at: datetime, zone: str) -> ColumnElement[bool]:
    conditions = {
        "overdue": Case.due_at < at,
        "soon": and_(*due_within(SOON_DAYS, zone, at)),
        "on_hold": Case.status == "on_hold",
    }
    return conditions[kind]
