"""The figures of the release workflow: exact, read from indexes, in a handful of statements.

Open work is counted as it stands; what ended, arrived or was done is counted over the days of a question.
Nothing here formats or draws, and no figure may exist without an address in `question.Rows` that opens it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    column,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
    values,
)
from sqlalchemy.orm import Session

from duecare.core.clock.aging import AGING_BUCKETS, AgingBucket
from duecare.core.db import BigId, UtcDateTime
from duecare.core.people.models import Membership, User
from duecare.core.queues.filters import (
    CASES,
    NOBODY,
    Filters,
    Scope,
    between,
    conditions,
    day_start,
    due_today,
    due_within,
    person,
    pressing,
)
from duecare.core.queues.history import EVENTS
from duecare.core.reports.statistics import percentile
from duecare.workflows.release.lifecycle import OPEN, SPECIALIST
from duecare.workflows.release.measures import Activity, Colleague, Ended, Flow, Present, Span, Stays
from duecare.workflows.release.models import WORKFLOW
from duecare.workflows.release.queries import of_type
from duecare.workflows.release.question import SOON_DAYS, Question

MOST_MOVES = 5_000
DAYS_SHOWN_SINGLY = 31
REVIEWED = ("complete", "return_for_correction")
ENDED, DID, WORKED_ON, STAYED = "ended", "did", "worked_on", "stayed"
NO_TEXT, NO_NUMBER = literal(None, String(64)), literal(None, BigId)
NO_TIME = literal(None, UtcDateTime)


class Figures:
    """Reads the figures of one question as of one moment; all that lies behind it in one statement."""

    def __init__(self, session: Session, scope: Scope, question: Question, at: datetime) -> None:
        self._session, self._scope, self._question, self._at = session, scope, question, at
        self._ours: list[ColumnElement[bool]] = [
            CASES["organisation_id"] == scope.organisation_id,
            CASES["workflow"] == WORKFLOW,
        ]
        self._of_type = of_type(question.request_type)
        held = Filters(assignee=question.assignee, also=self._of_type)
        self._narrowed = conditions(held, scope, at)

    def present(self) -> Present:
        """Open work by status and person, by due date and by age."""
        found = Present()
        for row in self._session.execute(self._open_groups()):
            found.total.add(row)
            found.by_status[row.status] += row.open
            for place in range(len(AGING_BUCKETS)):
                found.aging[place] += getattr(row, f"age_{place}")
            if row.assignee_id is None:
                found.unassigned += row.open
            else:
                found.by_person[row.assignee_id].add(row)
        return found

    def ended(self) -> Ended:
        """What ended in the period, by status and person, with the turnaround of what was completed."""
        found = Ended()
        for row in self._past[ENDED]:
            found.by_status[row.what] += row.amount
            if row.what != "completed":
                continue
            found.by_person[row.who] += row.amount
            found.turnaround[row.number] += row.amount
            found.with_due_date += row.amount if row.is_late is not None else 0
            found.late += row.amount if row.is_late else 0
        return found

    def flow(self) -> Flow:
        """What was received and completed, day by day or week by week, and what QA decided."""
        spans = tuple(_spans(self._question.first, self._question.last))
        counted = {(row.kind, row.place): row.amount for row in self._session.execute(self._flow(spans))}
        return Flow(
            tuple(
                Span(first, last, counted.get(("received", place), 0), counted.get(("completed", place), 0))
                for place, (first, last) in enumerate(spans)
            ),
            reviewed=counted["reviewed", 0],
            sent_back=counted["sent_back", 0],
        )

    def activity(self) -> list[Activity]:
        """What each person did in the last days, busiest first."""
        found: dict[int, Activity] = {}
        for row in self._past[WORKED_ON]:
            found[row.who] = Activity(row.who)
            found[row.who].cases, found[row.who].last_at = row.amount, row.last_at
        for row in self._past[DID]:
            found[row.who].actions[row.what] = row.amount
        return sorted(found.values(), key=lambda each: (-each.cases, each.user_id))

    def stays(self) -> list[Stays]:
        """The median time in each status that cases left in the period, longest first."""
        hours: dict[str, Counter[int]] = defaultdict(Counter)
        for row in self._past[STAYED]:
            hours[row.what][row.number] += row.amount
        found = [Stays(code, percentile(each, 50) or 0, each.total()) for code, each in hours.items()]
        return sorted(found, key=lambda each: (-each.median_hours, each.status))

    def people(self, also: Iterable[int]) -> dict[int, Colleague]:
        """The organisation's active specialists and the people named in figures, by id, in order of name."""
        holds_role = exists().where(
            Membership.user_id == User.id,
            Membership.organisation_id == self._scope.organisation_id,
            Membership.role.in_(SPECIALIST),
        )
        is_specialist = and_(User.active.is_(True), holds_role)
        wanted = or_(is_specialist, User.id.in_(sorted(set(also))))
        columns = (User.id, User.public_id, User.name, is_specialist.label("is_specialist"))
        found = self._session.execute(select(*columns).where(wanted).order_by(User.name, User.id))
        return {row.id: Colleague(row.public_id, row.name, bool(row.is_specialist)) for row in found}

    def _open_groups(self) -> Any:
        zone, at = self._scope.zone, self._at
        tallies = {
            "overdue": CASES["due_at"] < at,
            "due_today": and_(*due_today(zone, at)),
            "soon": and_(*due_within(SOON_DAYS, zone, at)),
            "pressing": pressing(zone, at),
            **{f"age_{place}": self._aged(each) for place, each in enumerate(AGING_BUCKETS)},
        }
        return (
            select(CASES["status"], CASES["assignee_id"], func.count().label("open"))
            .add_columns(*(func.sum(case((each, 1), else_=0)).label(name) for name, each in tallies.items()))
            .where(*self._ours, CASES["is_open"].is_(True), *self._of(self._question.open_statuses))
            .where(*self._narrowed)
            .group_by(CASES["status"], CASES["assignee_id"])
        )

    def _aged(self, bucket: AgingBucket) -> ColumnElement[bool]:
        """Received on one of the local days of a bucket; a moment still to come counts as today."""
        today = self._question.today
        oldest = today - timedelta(days=bucket.last) if bucket.last is not None else None
        youngest = today - timedelta(days=bucket.first) if bucket.first else None
        return and_(*between(CASES["received_at"], oldest, youngest, self._scope.zone))

    @cached_property
    def _past(self) -> dict[str, list[Any]]:
        """What ended, who did what and how long cases stayed in a status: rows by their kind."""
        found: dict[str, list[Any]] = {kind: [] for kind in (ENDED, DID, WORKED_ON, STAYED)}
        for row in self._session.execute(union_all(*self._activity(), self._ended(), self._moves())):
            found[row.kind].append(row)
        return found

    def _ended(self) -> Any:
        is_late = case((CASES["due_at"].is_(None), None), (CASES["closed_at"] > CASES["due_at"], 1), else_=0)
        groups = (CASES["assignee_id"], CASES["status"], CASES["turnaround_days"], is_late)
        return (
            _counted(ENDED, *groups, func.count(), NO_TIME)
            .where(*self._ours, *self._of(self._question.ended_statuses), *self._narrowed)
            .where(*self._in_period(CASES["closed_at"]))
            .group_by(*groups)
        )

    def _flow(self, spans: Sequence[tuple[date, date]]) -> Any:
        days = _days(spans, self._scope.zone)
        received = self._per_span(days, "received", CASES["received_at"], *self._of(self._question.statuses))
        completed = self._per_span(
            days,
            "completed",
            CASES["closed_at"],
            *self._of(self._question.statuses),
            CASES["status"] == "completed",
        )
        return union_all(
            received, completed, self._decided("reviewed", REVIEWED), self._decided("sent_back", REVIEWED[1:])
        )

    def _per_span(self, days: Any, kind: str, moment: Any, *asked: ColumnElement[bool]) -> Any:
        starts, ends = days.c.starts, days.c.ends
        return (
            select(literal(kind, String(16)).label("kind"), days.c.place, func.count().label("amount"))
            .join_from(days, CASES["id"].table, and_(moment >= starts, moment < ends))
            .where(*self._ours, *asked, *self._narrowed)
            .group_by(days.c.place)
        )

    def _decided(self, kind: str, actions: tuple[str, ...]) -> Any:
        count = func.count(EVENTS["case_id"].distinct())
        return select(literal(kind, String(16)), literal(0), count).where(
            *self._events(self._narrowed), EVENTS["action"].in_(actions), *self._in_period(EVENTS["at"])
        )

    def _activity(self) -> tuple[Any, Any]:
        question = self._question
        recent = between(EVENTS["at"], question.active_from, question.today, self._scope.zone)
        whose = [*self._events(self._of_type), *recent, self._did()]
        actor, action, last_at = EVENTS["actor_id"], EVENTS["action"], func.max(EVENTS["at"])
        cases = func.count(EVENTS["case_id"].distinct())
        return (
            _counted(DID, actor, action, NO_NUMBER, NO_NUMBER, func.count(), last_at)
            .where(*whose)
            .group_by(actor, action),
            _counted(WORKED_ON, actor, NO_TEXT, NO_NUMBER, NO_NUMBER, cases, last_at)
            .where(*whose)
            .group_by(actor),
        )

    def _did(self) -> ColumnElement[bool]:
        """Whose activity: that of the chosen person, or of everybody with an account."""
        assignee, actor = self._question.assignee, EVENTS["actor_id"]
        if assignee in {"", NOBODY}:
            return actor.is_not(None)  # type: ignore[no-any-return]
        return actor == person(assignee, self._scope)  # type: ignore[no-any-return]

    def _moves(self) -> Any:
        latest = (
            select(EVENTS["from_status"], EVENTS["hours_in_status"])
            .where(*self._events(self._narrowed), EVENTS["hours_in_status"].is_not(None))
            .where(EVENTS["from_status"].in_(OPEN), *self._in_period(EVENTS["at"]))
            .order_by(EVENTS["at"].desc())
            .limit(MOST_MOVES)
            .subquery()
        )
        groups = (latest.c.from_status, latest.c.hours_in_status)
        return _counted(STAYED, NO_NUMBER, *groups, NO_NUMBER, func.count(), NO_TIME).group_by(*groups)

    def _events(self, narrowed: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]]:
        """The events of the question's cases; `narrowed` are conditions on the cases."""
        ours = [EVENTS["organisation_id"] == self._scope.organisation_id, EVENTS["workflow"] == WORKFLOW]
        asked = [*narrowed, *self._of(self._question.statuses)]
        if asked:
            ours.append(exists().where(CASES["id"] == EVENTS["case_id"], *asked))
        return ours

    def _of(self, statuses: tuple[str, ...]) -> list[ColumnElement[bool]]:
        """Cases in some statuses; no condition where the question names none."""
        return [CASES["status"].in_(statuses)] if self._question.statuses else []

    def _in_period(self, moment: ColumnElement[datetime]) -> list[ColumnElement[bool]]:
        return between(moment, self._question.first, self._question.last, self._scope.zone)


def _counted(kind: str, *columns: Any) -> Select[Any]:
    """Rows of one kind among those of `_past`: who, what, a number, whether late, how many, when last."""
    names = ("who", "what", "number", "is_late", "amount", "last_at")
    said = (each.label(name) for name, each in zip(names, columns, strict=True))
    return select(literal(kind, String(16)).label("kind"), *said)


def _spans(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The days of a period one by one; of many, its weeks, Monday to Sunday, cut to the period."""
    if (last - first).days < DAYS_SHOWN_SINGLY:
        yield from ((day, day) for day in _each_day(first, last))
        return
    starts = [day for day in _each_day(first, last) if day == first or day.weekday() == 0]
    yield from zip(starts, [*(day - timedelta(days=1) for day in starts[1:]), last], strict=True)


def _each_day(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=count) for count in range((last - first).days + 1))


def _days(spans: Sequence[tuple[date, date]], zone: str) -> CTE:
    """A table of the spans: place, start and end, as instants of the facility's days."""
    rows = [
        (place, day_start(first, zone), day_start(last + timedelta(days=1), zone))
        for place, (first, last) in enumerate(spans)
    ]
    columns = (column("place", Integer), column("starts", UtcDateTime), column("ends", UtcDateTime))
    return values(*columns, name="spans").data(rows).cte("spans")
