"""The figures above the inbox, in one statement: bounded counts over open work, each read from an index."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, literal, select
from sqlalchemy.orm import Session

from duecare.core.queues.filters import CASES, Scope, due_today
from duecare.core.time import now

COUNTED_AT_MOST = 9_999


@dataclass(frozen=True)
class Counters:
    """Open cases of a scope. Each figure stops one above `COUNTED_AT_MOST`: then there are more."""

    overdue: int
    due_today: int
    waiting: int
    unassigned: int
    mine: int


def counted(session: Session, scope: Scope, at: datetime | None = None) -> Counters:
    """The figures of a scope, as of now."""
    at = at or now()
    conditions = {
        "overdue": (CASES["due_at"] < at,),
        "due_today": due_today(scope.zone, at),
        "waiting": (CASES["waiting_on"].is_not(None),),
        "unassigned": (CASES["assignee_id"].is_(None),),
        "mine": (CASES["assignee_id"] == scope.user_id,),
    }
    figures = [_bounded(scope, *each).label(name) for name, each in conditions.items()]
    return Counters(**session.execute(select(*figures)).one()._mapping)


def _bounded(scope: Scope, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    rows = (
        select(literal(1))
        .where(
            CASES["organisation_id"] == scope.organisation_id,
            CASES["is_open"].is_(True),
            CASES["workflow"].in_([each.code for each in scope.workflows]),
            *conditions,
        )
        .limit(COUNTED_AT_MOST + 1)
        .subquery()
    )
    return select(func.count()).select_from(rows).scalar_subquery()
