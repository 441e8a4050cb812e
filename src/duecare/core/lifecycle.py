"""Statuses and transitions as data, and `fire()`: the only function that changes a status.

`fire()` checks, then writes status, event, audit entry, clock and jobs in the caller's transaction, or raises
and leaves nothing. Pages, the API, the documents' diagrams and the tests read the same table.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from duecare.core import audit
from duecare.core.access import Caller
from duecare.core.cases import Case, CaseEvent
from duecare.core.errors import Forbidden, Missing, NotPossible, Stale
from duecare.core.time import now
from duecare.core.validation import errors_of

UNCHANGED = None


class Needs(BaseModel):
    """What an action needs from its caller. Actions declare a subclass; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


@dataclass(frozen=True)
class Status:
    """A state a case can be in. `tone` is how it looks: neutral, active, waiting, attention, good, ended."""

    code: str
    label: str
    tone: str
    is_open: bool = True
    next_action: str = ""
    waiting_on: str | None = None


@dataclass(frozen=True)
class Firing:
    """One action under way: what guards and effects get to see; it leaves `source`, begun at `since`."""

    session: Session
    case: Any
    caller: Caller
    needs: Any
    at: datetime
    source: str
    since: datetime


@dataclass(frozen=True)
class Guard:
    """A condition beyond status and role. `check` gives None, or the reason why the action must wait."""

    name: str
    check: Callable[[Session, Any, Caller], str | None]
    status: int = 422


@dataclass(frozen=True)
class Transition:
    """One row of a lifecycle. `target` None leaves the status as it is; a mapping chooses by source.

    `scope` is the permission that an API token's scopes must include besides its user's role.
    """

    action: str
    label: str
    sources: tuple[str, ...]
    target: str | Mapping[str, str] | None
    who: frozenset[str]
    scope: str = ""
    needs: type[Needs] = Needs
    guards: tuple[Guard, ...] = ()
    effects: tuple[Callable[[Firing], None], ...] = ()
    consequence: str = ""
    is_primary: bool = False

    def target_from(self, source: str) -> str:
        if self.target is UNCHANGED:
            return source
        return self.target if isinstance(self.target, str) else self.target.get(source, source)

    def is_for(self, caller: Caller) -> bool:
        """True if one of the caller's roles may take it and the caller's token, if any, reaches so far."""
        return bool(self.who & caller.roles) and caller.reaches(self.scope)


@dataclass(frozen=True)
class Option:
    """An action as a caller sees it now: possible when `reason` is None."""

    transition: Transition
    reason: str | None


@dataclass(frozen=True)
class Lifecycle:
    """A workflow's statuses and transitions. `settle` runs last on every firing (clock, next action)."""

    workflow: str
    statuses: tuple[Status, ...]
    transitions: tuple[Transition, ...]
    settle: Callable[[Firing], None]

    def status(self, code: str) -> Status:
        return next(status for status in self.statuses if status.code == code)

    def transition(self, action: str) -> Transition:
        """The transition of an action; raises `NotPossible` for one that does not exist."""
        for transition in self.transitions:
            if transition.action == action:
                return transition
        raise NotPossible(f"There is no action “{action}”.")

    def options(self, session: Session, case: Case, caller: Caller) -> list[Option]:
        """The actions of the case's status that the caller's roles allow, with what stands in the way."""
        return [
            Option(transition, _obstacle(transition, session, case, caller))
            for transition in self.transitions
            if case.status in transition.sources and transition.is_for(caller)
        ]

    def allowed(self, session: Session, case: Case, caller: Caller) -> list[str]:
        """The actions the caller may take now."""
        return [
            option.transition.action for option in self.options(session, case, caller) if not option.reason
        ]


def fire(  # noqa: PLR0917 - who does what to what, with what, seen when
    session: Session,
    lifecycle: Lifecycle,
    case: Case,
    action: str,
    caller: Caller,
    data: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> CaseEvent:
    """Takes `action` on `case`, or raises: `NotPossible`, `Stale` (409), `Forbidden` (403), `Missing` (422).

    `version` is the one the caller saw; None means that the caller does not mind a change in between.
    """
    transition = lifecycle.transition(action)
    _check(lifecycle, transition, case, caller, version)
    needs = parse_needs(transition.needs, data or {})
    _check_guards(transition, session, case, caller)
    firing = Firing(session, case, caller, needs, now(), case.status, case.status_since)
    try:
        _hold(session, case)
        _change(lifecycle, transition, firing)
    except StaleDataError:
        raise Stale("Somebody changed this case at the same moment. Look at it again.") from None
    return _written(firing, action)


def record_event(
    session: Session,
    case: Case,
    action: str,
    caller: Caller,
    *,
    source: str | None,
    note: str = "",
    data: dict[str, Any] | None = None,
    hours_in_status: int | None = None,
) -> CaseEvent:
    """Adds what happened to the case's timeline and to the audit log."""
    event = CaseEvent(
        organisation_id=case.organisation_id,
        workflow=case.workflow,
        case_id=case.id,
        at=now(),
        actor_id=caller.user_id,
        actor_kind=caller.kind,
        actor_name=caller.name,
        action=action,
        from_status=source,
        to_status=case.status,
        hours_in_status=hours_in_status,
        note=note,
        data=data or {},
    )
    session.add(event)
    details = {"from": source, "to": case.status, **({"fields": sorted(data)} if data else {})}
    audit.record(
        session, caller, f"{case.workflow}.{action}", case.number, details, chain=case.organisation_id
    )
    return event


def parse_needs(model: type[Needs], data: Mapping[str, Any]) -> Needs:
    """The checked needs of an action. Raises `Missing` naming each field that is missing or wrong."""
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        raise Missing("Some of what this action needs is missing or wrong.", errors_of(error)) from None


def _check(
    lifecycle: Lifecycle, transition: Transition, case: Case, caller: Caller, version: int | None
) -> None:
    if not transition.is_for(caller):
        raise Forbidden(f"Your role does not allow “{transition.label}”.")
    if version is not None and version != case.version:
        raise Stale("Somebody changed this case after you opened it. Look at the change, then try again.")
    if case.status not in transition.sources:
        label = lifecycle.status(case.status).label
        raise NotPossible(f"“{transition.label}” is not possible while the case is “{label}”.")


def _check_guards(transition: Transition, session: Session, case: Case, caller: Caller) -> None:
    for guard in transition.guards:
        reason = guard.check(session, case, caller)
        if reason and guard.status == Forbidden.status:
            raise Forbidden(reason)
        if reason:
            raise Missing(reason, {guard.name: reason})


def _obstacle(transition: Transition, session: Session, case: Case, caller: Caller) -> str | None:
    reasons = (guard.check(session, case, caller) for guard in transition.guards)
    return next((reason for reason in reasons if reason), None)


def _move(lifecycle: Lifecycle, case: Case, target: str, at: datetime) -> None:
    status = lifecycle.status(target)
    if case.status != target:
        case.status, case.status_since = target, at
    if case.is_open != status.is_open:
        case.is_open = status.is_open
        case.closed_at = None if status.is_open else at
    case.waiting_on = status.waiting_on
    case.updated_at = at


def _hold(session: Session, case: Case) -> None:
    """Holds the case's row until the commit, before anything is written, so that racers wait in one line."""
    row = Case.__table__.c
    held = session.scalar(select(row["version"]).where(row["id"] == case.id).with_for_update())
    if held != case.version:
        raise StaleDataError


def _change(lifecycle: Lifecycle, transition: Transition, firing: Firing) -> None:
    """Moves the case and lets the effects act; the first flush that finds another's version raises."""
    with firing.session.no_autoflush:
        _move(lifecycle, firing.case, transition.target_from(firing.source), firing.at)
        for effect in transition.effects:
            effect(firing)
        firing.session.flush()
        lifecycle.settle(firing)
    firing.session.flush()


def _written(firing: Firing, action: str) -> CaseEvent:
    data = firing.needs.model_dump(mode="json", exclude_none=True)
    note = str(data.pop("notes", "") or data.pop("reason", "") or "")
    return record_event(
        firing.session,
        firing.case,
        action,
        firing.caller,
        source=firing.source,
        note=note,
        data=data,
        hours_in_status=_hours_spent(firing),
    )


def _hours_spent(firing: Firing) -> int | None:
    """Whole hours spent in the status that the firing left, if it left one."""
    if firing.case.status == firing.source:
        return None
    return max(0, int((firing.at - firing.since).total_seconds() // 3600))


def walk(lifecycle: Lifecycle) -> Iterable[tuple[str, Transition]]:
    """Every (status, transition) pair of the table, legal or not: what tests and documents go through."""
    return ((status.code, each) for status in lifecycle.statuses for each in lifecycle.transitions)
