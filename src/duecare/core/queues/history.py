"""Cases by what happened to them: an action, by somebody, in a time, or the leaving of a status."""

from typing import Any

from sqlalchemy import ColumnElement, select

from duecare.core.cases import CaseEvent
from duecare.core.queues.filters import CASES, Filters, Scope, between, person

EVENTS: Any = CaseEvent.__table__.c


def happened(filters: Filters, scope: Scope) -> list[ColumnElement[bool]]:
    """What a case's history must hold for the `event_…` fields; all of them must meet in one event."""
    wanted = [
        *([EVENTS["action"].in_(filters.events)] if filters.events else []),
        *(left(filters.event_left) if filters.event_left else []),
        *([EVENTS["actor_id"] == person(filters.event_by, scope)] if filters.event_by else []),
        *between(EVENTS["at"], filters.event_from, filters.event_to, scope.zone),
    ]
    if not wanted:
        return []
    ours = EVENTS["organisation_id"] == scope.organisation_id
    kinds = EVENTS["workflow"].in_([each.code for each in scope.workflows])
    return [CASES["id"].in_(select(EVENTS["case_id"]).where(ours, kinds, *wanted))]


def left(status: str) -> tuple[ColumnElement[bool], ...]:
    """The events with which a case left a status."""
    return EVENTS["from_status"] == status, EVENTS["hours_in_status"].is_not(None)
