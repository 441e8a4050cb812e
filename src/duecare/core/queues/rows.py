"""Reads pages of cases: at most two statements whatever the number of cases, only the columns of a row.

Each stretch of the order is read along an index by a branch of its own (one workflow, open or closed, or one
status), and the few rows of all branches are merged. A text that few cases match is turned round: its cases
are looked up and sorted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, Subquery, literal, select, union_all
from sqlalchemy.orm import Session

from duecare.core import search
from duecare.core.cases import Case
from duecare.core.patients.models import Patient
from duecare.core.people.models import User
from duecare.core.queues.filters import CASES, Columns, Filters, Scope, conditions, stretches
from duecare.core.queues.history import happened
from duecare.core.queues.order import (
    DEFAULT_SORT,
    Cursor,
    Order,
    Segment,
    beyond,
    cursor_from,
    order_of,
)
from duecare.core.time import now

MOST_ROWS = 200
Branch = tuple[ColumnElement[bool], ...]
Found = tuple[int, datetime | None, "CaseRow"]


@dataclass(frozen=True)
class CaseRow:
    """One line of a list. Times are aware UTC; the names are what the line shows of patient and assignee."""

    id: int
    public_id: str
    number: str
    workflow: str
    status: str
    priority: str
    title: str
    waiting_on: str | None
    is_open: bool
    received_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    assignee_id: int | None
    assignee_public_id: str | None
    assignee_name: str | None
    patient_first_name: str | None
    patient_last_name: str | None
    date_of_birth: date | None
    mrn: str | None

    @property
    def patient_name(self) -> str:
        return " ".join(filter(None, (self.patient_first_name, self.patient_last_name)))


@dataclass(frozen=True)
class CasePage:
    """Rows of a list, and the opaque cursors of the pages around it; None where the list ends."""

    rows: tuple[CaseRow, ...]
    next: str | None
    previous: str | None


def page(
    session: Session,
    scope: Scope,
    filters: Filters,
    *,
    sort: str = DEFAULT_SORT,
    cursor: str = "",
    limit: int = 50,
) -> CasePage:
    """A page of at most `limit` cases. Raises `Missing` for an unknown sort or a foreign cursor."""
    order = order_of(sort, scope.workflows)
    start = cursor_from(cursor, order) if cursor else None
    is_backward = start is not None and start.is_backward
    read = _Reading(session, scope, filters, order.backward() if is_backward else order)
    found = read.rows(start, min(max(limit, 1), MOST_ROWS) + 1)
    return _paged(order, found, min(max(limit, 1), MOST_ROWS), start)


def batches(
    session: Session, scope: Scope, filters: Filters, *, sort: str = DEFAULT_SORT
) -> Iterator[tuple[CaseRow, ...]]:
    """Every case of a list in its order, page by page, so that memory stays bounded."""
    cursor: str | None = ""
    while cursor is not None:
        found = page(session, scope, filters, sort=sort, cursor=cursor, limit=MOST_ROWS)
        if found.rows:
            yield found.rows
        cursor = found.next


class _Reading:
    """One reading of a list: what is read from, and the branches along its order."""

    def __init__(self, session: Session, scope: Scope, filters: Filters, order: Order) -> None:
        self.session, self.scope, self.filters, self.order = session, scope, filters, order
        self.narrowed = conditions(filters, scope, now()) + happened(filters, scope)
        self.cases: Columns = CASES
        found = search.plan(session, scope.organisation_id, filters.text)
        if found.is_selective:
            self.cases = _looked_up([*found.conditions(CASES["id"]), *self.narrowed]).c
            self.narrowed = []
        else:
            self.narrowed += found.conditions(CASES["id"])

    def rows(self, start: Cursor | None, wanted: int) -> list[Found]:
        """Up to `wanted` rows after a cursor, each with the rank of its segment and its key."""
        first = self._rank(start.rank) if start else 0
        found = self._read(range(first, len(self.order.segments)), start, wanted)
        return [(self._rank(rank), key, row) for rank, key, row in found]

    def _rank(self, rank: int) -> int:
        """A rank in the list's own direction, as this reading counts it; and back."""
        return len(self.order.segments) - 1 - rank if self.order.is_backward else rank

    def _read(self, ranks: range, start: Cursor | None, wanted: int) -> list[Found]:
        first = self._rank(start.rank) if start else None
        arms = [
            self._arm(rank, branch, start if rank == first else None, wanted)
            for rank in ranks
            for branch in self._branches(self.order.segments[rank])
        ]
        if not arms:
            return []
        merged = self._merged(union_all(*(select(arm) for arm in arms)).subquery("found"), wanted)
        return [(each[0], each[1], CaseRow(*each[2:])) for each in self.session.execute(merged)]

    def _arm(self, rank: int, branch: Branch, start: Cursor | None, wanted: int) -> Subquery:
        segment, cases = self.order.segments[rank], self.cases
        key = cases[segment.key]
        query = select(literal(rank).label("rank"), key.label("key"), cases["id"].label("id")).where(
            *branch, *segment.conditions(cases), *self.narrowed
        )
        if start:
            query = query.where(beyond(cases, segment, start, descends=self.order.descends))
        return query.order_by(self._directed(key), self._directed(cases["id"])).limit(wanted).subquery()

    def _branches(self, segment: Segment) -> list[Branch]:
        """Conditions of equality, one branch for each stretch of an index that holds rows of the segment."""
        cases = self.cases
        return [
            (
                cases["organisation_id"] == self.scope.organisation_id,
                cases["workflow"] == workflow.code,
                cases["is_open"].is_(is_open),
                *((cases["status"] == status,) if status else ()),
            )
            for workflow in self.scope.workflows
            if not self.filters.workflows or workflow.code in self.filters.workflows
            for is_open, status in stretches(workflow, self.filters, segment.status)
        ]

    def _directed(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return column.desc() if self.order.descends else column.asc()

    def _merged(self, found: Subquery, wanted: int) -> Select[Any]:
        return (
            select(found.c.rank, found.c.key, *_COLUMNS)
            .select_from(found)
            .join(Case.__table__, CASES["id"] == found.c.id)
            .outerjoin(Patient, Patient.id == CASES["patient_id"])
            .outerjoin(User, User.id == CASES["assignee_id"])
            .order_by(found.c.rank, self._directed(found.c.key), self._directed(found.c.id))
            .limit(wanted)
        )


def _looked_up(narrowed: list[ColumnElement[bool]]) -> CTE:
    """The few cases that a text names, read by id once; the branches keep to the organisation.

    Nothing here names a column that an index of the lists begins with, so that none is walked instead.
    """
    names = ("id", "organisation_id", "workflow", "is_open", "status", "priority", "due_at", "received_at")
    return select(*(CASES[name] for name in names)).where(*narrowed).cte("looked_up")


_COLUMNS = (
    CASES["id"],
    CASES["public_id"],
    CASES["number"],
    CASES["workflow"],
    CASES["status"],
    CASES["priority"],
    CASES["title"],
    CASES["waiting_on"],
    CASES["is_open"],
    CASES["received_at"],
    CASES["due_at"],
    CASES["closed_at"],
    CASES["assignee_id"],
    User.public_id,
    User.name,
    Patient.first_name,
    Patient.last_name,
    Patient.date_of_birth,
    Patient.mrn,
)


def _paged(order: Order, found: list[Found], limit: int, start: Cursor | None) -> CasePage:
    """The page as it is read from top to bottom, with the cursors of its neighbours."""
    is_backward = start is not None and start.is_backward
    has_more, kept = len(found) > limit, found[:limit]
    if is_backward:
        kept.reverse()
    follows, precedes = (start is not None, has_more) if is_backward else (has_more, start is not None)
    return CasePage(
        rows=tuple(row for _rank, _key, row in kept),
        next=_cursor(order, kept[-1], is_backward=False) if kept and follows else None,
        previous=_cursor(order, kept[0], is_backward=True) if kept and precedes else None,
    )


def _cursor(order: Order, place: Found, *, is_backward: bool) -> str:
    rank, key, row = place
    return Cursor(order.sort, rank, key, row.id, is_backward).text()
