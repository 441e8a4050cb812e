"""Random histories of requests and what was done with them, around midnights and changes of the clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from duecare.core.cases import CaseEvent
from duecare.core.clock import age_days
from duecare.core.clock.calendars import Calendar
from duecare.workflows.release.lifecycle import STATUSES, TRANSITIONS
from duecare.workflows.release.terms import REQUEST_TYPES
from tests.support import many
from tests.support.many import Made
from tests.support.world import World

HERE = ZoneInfo("America/Chicago")
CALENDAR = Calendar(HERE)
SPRING = datetime(2026, 3, 9, 15, 0, tzinfo=HERE)  # the day after the clocks went forward
AUTUMN = datetime(2026, 11, 2, 0, 30, tzinfo=HERE)  # just after midnight, the day after they went back
EDGES = (timedelta(0), -timedelta(microseconds=1), timedelta(microseconds=1), timedelta(hours=9))


@dataclass
class History:
    """Cases of Riverside and their events, as plain rows, as of a moment."""

    at: datetime
    cases: list[Made] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each case with its request's own fields."""
        return ({**each.request, **each.case} for each in self.cases)


def made(rng: Random, world: World, at: datetime, count: int = 120) -> History:
    """A history of Riverside; Lakeside gets one of its own for others to trip over."""
    staff = tuple(world.people[name].id for name in ("alice", "bob"))
    history = History(at)
    for one in many.make(rng, count, organisation_id=world.riverside.id, assignees=staff, at=at):
        _move(rng, one, at)
        history.cases.append(one)
        history.events += _events(rng, one, [*staff, world.people["quentin"].id, None], at)
    return history


def write(session: Session, history: History) -> None:
    """Puts the history into the tables."""
    many.write(session, iter(history.cases))
    if history.events:
        session.execute(insert(CaseEvent.__table__), history.events)


def _move(rng: Random, one: Made, at: datetime) -> None:
    """Moves a case's times onto edges of local days, and gives it a type and a turnaround."""
    case = one.case
    one.request["request_type"] = rng.choice(list(REQUEST_TYPES))
    if rng.random() < 0.7:
        case["received_at"] = min(at, _edge(rng, at, 45))
    if case["due_at"] and rng.random() < 0.6:
        case["due_at"] = _edge(rng, at + timedelta(days=6), 12)
    if case["is_open"]:
        return
    case["closed_at"] = max(case["received_at"], min(at, _edge(rng, at, 45)))
    case["turnaround_days"] = age_days(case["received_at"], case["closed_at"], CALENDAR)


def _edge(rng: Random, at: datetime, days_back: int) -> datetime:
    """A moment at or beside a local midnight."""
    day = (at.astimezone(HERE) - timedelta(days=rng.randrange(days_back))).date()
    midnight = datetime(day.year, day.month, day.day, tzinfo=HERE)
    return (midnight.astimezone(at.tzinfo) + rng.choice(EDGES)).astimezone(at.tzinfo)


def _events(rng: Random, one: Made, actors: list[int | None], at: datetime) -> Iterator[dict[str, Any]]:
    for _ in range(rng.randrange(5)):
        transition = rng.choice(TRANSITIONS)
        source = rng.choice(STATUSES).code
        yield {
            "organisation_id": one.case["organisation_id"],
            "workflow": "release",
            "case_id": one.case["id"],
            "at": min(at, _edge(rng, at, 45)),
            "actor_id": rng.choice(actors),
            "actor_kind": "user",
            "actor_name": "",
            "action": transition.action,
            "from_status": source,
            "to_status": rng.choice(STATUSES).code,
            "hours_in_status": rng.choice((None, rng.randrange(400))),
            "note": "",
            "is_internal": False,
            "data": {},
        }
