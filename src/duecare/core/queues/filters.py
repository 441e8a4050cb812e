"""What a list of cases can be narrowed to, and whose cases a caller may list at all.

A scope is made from a caller and never from what they typed; filters only ever narrow it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from duecare.core import workflow as workflows
from duecare.core.access import Caller
from duecare.core.cases import PRIORITIES, Case
from duecare.core.errors import Missing
from duecare.core.people.models import User
from duecare.core.workflow import Workflow

State = Literal["open", "closed", "any"]
STATES: tuple[State, ...] = ("open", "closed", "any")
ME, NOBODY = "me", "nobody"
PRESSING_DAYS, PRESSING_PRIORITIES = 2, ("stat", "urgent")
MOST_DAYS = 3_660
TRUE, FALSE = ("true", "1", "on"), ("false", "0", "")
Columns = ReadOnlyColumnCollection[str, Any]
CASES: Columns = Case.__table__.c


@dataclass(frozen=True)
class Scope:
    """Whose cases: one organisation, the workflows the caller may read, the zone in which days begin."""

    organisation_id: int
    workflows: tuple[Workflow, ...]
    zone: str
    user_id: int | None = None


@dataclass(frozen=True)
class Filters:
    """What is asked for. Empty fields ask for everything; days are days of the facility, both ends included.

    `statuses` wins over `state`. `assignee` is `me`, `nobody` or a person's opaque id. `is_pressing` is what
    must be completed first: overdue, due within `PRESSING_DAYS`, stat or urgent. `was_late` ended after its
    due date. The `event_…` fields ask for something that happened to a case, see `history`. `also` holds a
    workflow's own conditions on the table of cases.
    """

    workflows: tuple[str, ...] = ()
    state: State = "any"
    statuses: tuple[str, ...] = ()
    assignee: str = ""
    is_overdue: bool = False
    is_due_today: bool = False
    is_waiting: bool = False
    is_pressing: bool = False
    was_late: bool = False
    due_within: int | None = None
    priority: str = ""
    received_from: date | None = None
    received_to: date | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    turnaround_from: int | None = None
    turnaround_to: int | None = None
    events: tuple[str, ...] = ()
    event_left: str = ""
    event_by: str = ""
    event_from: date | None = None
    event_to: date | None = None
    text: str = ""
    also: tuple[ColumnElement[bool], ...] = ()


def scope_of(caller: Caller) -> Scope | None:
    """The cases a caller may list; None where their roles let them read none."""
    readable = workflows.readable(caller)
    if caller.organisation_id is None or not readable:
        return None
    return Scope(caller.organisation_id, readable, caller.zone, caller.user_id)


def parse(given: Mapping[str, str], state: State = "any") -> Filters:
    """Filters from a query string; `state` applies where no status is asked for. Raises `Missing`."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for parameter, (name, read) in _PARAMETERS.items():
        try:
            values[name] = read(given.get(parameter, "").strip())
        except ValueError as error:
            errors[parameter] = str(error)
    if errors:
        raise Missing(_("Some of the filters cannot be read."), errors)
    asked = values.pop("statuses")
    kept = tuple(each for each in asked if each not in STATES)
    states = [each for each in asked if each in STATES]
    return Filters(statuses=kept, state=states[0] if states else state, **values)


def conditions(filters: Filters, scope: Scope, at: datetime) -> list[ColumnElement[bool]]:
    """Everything filters ask for but workflow, status and text, which choose the way the rows are read."""
    found = list(filters.also)
    if filters.assignee:
        found.append(_held_by(filters.assignee, scope))
    if filters.is_overdue:
        found += [CASES["is_open"].is_(True), CASES["due_at"] < at]
    if filters.is_due_today:
        found += [CASES["is_open"].is_(True), *due_today(scope.zone, at)]
    if filters.is_waiting:
        found += [CASES["is_open"].is_(True), CASES["waiting_on"].is_not(None)]
    if filters.priority:
        found.append(CASES["priority"] == filters.priority)
    found += _by_due_date(filters, scope.zone, at)
    found += between(CASES["received_at"], filters.received_from, filters.received_to, scope.zone)
    found += between(CASES["closed_at"], filters.closed_from, filters.closed_to, scope.zone)
    return found + _by_turnaround(filters)


def stretches(workflow: Workflow, filters: Filters, only: str | None) -> list[tuple[bool, str | None]]:
    """Which (open, status) of a workflow can hold rows; status None stands for every one.

    `only` is the one status of a segment of the order, if it has one.
    """
    asked = [flag for flag in (True, False) if _is_asked(filters, is_open=flag)]
    wanted = {only} if only else set(filters.statuses)
    if not wanted:
        return [(flag, None) for flag in asked]
    return [
        (status.is_open, status.code)
        for status in workflow.lifecycle.statuses
        if status.code in wanted
        and (status.code in filters.statuses if filters.statuses else status.is_open in asked)
    ]


def due_today(zone: str, at: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Due later on the facility's present day; what is overdue already does not count."""
    return due_within(0, zone, at)


def due_within(days: int, zone: str, at: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Due later on the facility's present day, or on one of the `days` days after it."""
    return CASES["due_at"] >= at, CASES["due_at"] < _end_of(days, zone, at)


def pressing(zone: str, at: datetime) -> ColumnElement[bool]:
    """What must be completed first: overdue, due within `PRESSING_DAYS`, stat or urgent."""
    is_due_soon = CASES["due_at"] < _end_of(PRESSING_DAYS, zone, at)
    return or_(is_due_soon, CASES["priority"].in_(PRESSING_PRIORITIES))


def day_start(day: date, zone: str) -> datetime:
    """The instant at which a day begins in a zone."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def between(
    column: ColumnElement[datetime], first: date | None, last: date | None, zone: str
) -> list[ColumnElement[bool]]:
    """A time on one of the facility's days from `first` to `last`, both included."""
    found = []
    if first:
        found.append(column >= day_start(first, zone))
    if last:
        found.append(column < day_start(last + timedelta(days=1), zone))
    return found


def person(public_id: str, scope: Scope) -> Any:
    """The id of `me` or of the person with an opaque id."""
    if public_id == ME:
        return scope.user_id
    return select(User.id).where(User.public_id == public_id).scalar_subquery()


def _by_due_date(filters: Filters, zone: str, at: datetime) -> list[ColumnElement[bool]]:
    is_open: ColumnElement[bool] = CASES["is_open"].is_(True)
    found: list[ColumnElement[bool]] = []
    if filters.is_pressing:
        found += [is_open, pressing(zone, at)]
    if filters.due_within is not None:
        found += [is_open, *due_within(filters.due_within, zone, at)]
    if filters.was_late:
        found.append(CASES["closed_at"] > CASES["due_at"])
    return found


def _by_turnaround(filters: Filters) -> list[ColumnElement[bool]]:
    days: ColumnElement[int] = CASES["turnaround_days"]
    bounds = ((filters.turnaround_from, days.__ge__), (filters.turnaround_to, days.__le__))
    return [compare(bound) for bound, compare in bounds if bound is not None]


def _end_of(days: int, zone: str, at: datetime) -> datetime:
    """The instant at which the facility's day `days` after the present one has ended."""
    today = at.astimezone(ZoneInfo(zone)).date()
    return day_start(today + timedelta(days=days + 1), zone)


def _is_asked(filters: Filters, *, is_open: bool) -> bool:
    needs_open = (
        filters.is_overdue
        or filters.is_due_today
        or filters.is_waiting
        or filters.is_pressing
        or filters.due_within is not None
    )
    return filters.state != "closed" if is_open else filters.state != "open" and not needs_open


def _held_by(assignee: str, scope: Scope) -> ColumnElement[bool]:
    column: ColumnElement[int] = CASES["assignee_id"]
    if assignee == NOBODY:
        return column.is_(None)
    held: ColumnElement[bool] = column == person(assignee, scope)
    return held


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in text.replace(",", " ").split() if each))


def _flag(text: str) -> bool:
    if text.lower() not in TRUE + FALSE:
        raise ValueError(_("Use true or false."))
    return text.lower() in TRUE


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(_("Use a date such as 2026-11-25.")) from None
    if found and not 1900 <= found.year <= 2200:
        raise ValueError(_("Use a year between 1900 and 2200."))
    return found


def _whole(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= MOST_DAYS):
        raise ValueError(_("Use a whole number of days, at most %(most)d.", most=MOST_DAYS))
    return int(text)


def _priority(text: str) -> str:
    if text and text not in PRIORITIES:
        raise ValueError(_("Use one of: %(codes)s.", codes=", ".join(PRIORITIES)))
    return text


def _text(text: str) -> str:
    return text[:200].replace("\0", " ")


_PARAMETERS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "workflow": ("workflows", _words),
    "status": ("statuses", _words),
    "assignee": ("assignee", _text),
    "overdue": ("is_overdue", _flag),
    "due_today": ("is_due_today", _flag),
    "waiting": ("is_waiting", _flag),
    "pressing": ("is_pressing", _flag),
    "late": ("was_late", _flag),
    "due_within": ("due_within", _whole),
    "priority": ("priority", _priority),
    "received_from": ("received_from", _day),
    "received_to": ("received_to", _day),
    "closed_from": ("closed_from", _day),
    "closed_to": ("closed_to", _day),
    "turnaround_from": ("turnaround_from", _whole),
    "turnaround_to": ("turnaround_to", _whole),
    "event": ("events", _words),
    "event_left": ("event_left", _text),
    "event_by": ("event_by", _text),
    "event_from": ("event_from", _day),
    "event_to": ("event_to", _day),
    "q": ("text", _text),
}
