"""The rows of the aging report: open requests as they stand, and those completed since the report before.

Read as a stream, so that memory stays bounded however much is open. Carries no patient.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from duecare.core.clock.aging import age_days, aging_bucket, days_overdue
from duecare.core.clock.calendars import Calendar
from duecare.core.exports import Cell, Sheet
from duecare.core.lists import PRIORITY_LABELS
from duecare.core.people.models import User
from duecare.core.queues.filters import CASES
from duecare.core.reports.declaration import Occasion
from duecare.core.texts import gettext as _
from duecare.workflows.release import terms
from duecare.workflows.release.lifecycle import LIFECYCLE
from duecare.workflows.release.models import WORKFLOW, ReleaseRequest

BATCH = 1_000
REQUESTS: Any = ReleaseRequest.__table__.c
COLUMNS = (
    *(CASES[name] for name in ("number", "status", "priority", "title", "is_open", "received_at", "due_at")),
    *(CASES[name] for name in ("closed_at", "turnaround_days")),
    REQUESTS["request_type"],
    User.name.label("specialist"),
)


@dataclass(frozen=True)
class Entry:
    """A request in the report, with the moment and the calendar by which its age counts."""

    number: str
    status: str
    priority: str
    title: str
    is_open: bool
    received_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    turnaround_days: int | None
    request_type: str
    specialist: str | None
    at: datetime
    calendar: Calendar

    @property
    def age(self) -> int:
        """The facility's days since receipt."""
        return age_days(self.received_at, self.at, self.calendar)

    @property
    def days_overdue(self) -> int:
        return days_overdue(self.due_at, self.at, self.calendar)

    @property
    def was_on_time(self) -> bool | None:
        """Whether it was completed by its due date; None without either."""
        return None if self.closed_at is None or self.due_at is None else self.closed_at <= self.due_at

    def local(self, moment: datetime | None) -> datetime | None:
        """A moment on the facility's clock."""
        return moment.astimezone(self.calendar.zone) if moment else None


@dataclass(frozen=True)
class Reader:
    """Reads the entries of one organisation as of an occasion."""

    session: Session
    organisation_id: int
    occasion: Occasion
    calendar: Calendar

    def open(self) -> Iterator[Entry]:
        """Every open request; what is due first comes first, what has no due date last."""
        order = (CASES["due_at"].is_(None), CASES["due_at"], CASES["id"])
        return self._entries((CASES["is_open"].is_(True),), order)

    def completed(self) -> Iterator[Entry]:
        """The requests completed since the report before, in the order of completion."""
        closed = CASES["closed_at"]
        in_time = (closed >= self.occasion.since, closed < self.occasion.until)
        return self._entries((*in_time, CASES["status"] == "completed"), (closed, CASES["id"]))

    def _entries(self, asked: Sequence[ColumnElement[bool]], order: Sequence[Any]) -> Iterator[Entry]:
        found = self.session.execute(
            select(*COLUMNS)
            .join_from(CASES["id"].table, ReleaseRequest.__table__, REQUESTS["id"] == CASES["id"])
            .outerjoin(User, User.id == CASES["assignee_id"])
            .where(CASES["organisation_id"] == self.organisation_id, CASES["workflow"] == WORKFLOW, *asked)
            .order_by(*order)
            .execution_options(yield_per=BATCH)
        )
        return (Entry(**row._mapping, at=self.occasion.at, calendar=self.calendar) for row in found)


@dataclass(frozen=True)
class Column:
    """A column of the report's tables."""

    label: Any
    cell: Callable[[Entry], Cell]


SHARED = (
    Column(_l("Number"), lambda each: each.number),
    Column(_l("Status"), lambda each: str(LIFECYCLE.status(each.status).label)),
    Column(_l("Priority"), lambda each: str(PRIORITY_LABELS[each.priority])),
    Column(_l("Type"), lambda each: str(terms.REQUEST_TYPES[each.request_type])),
    Column(_l("What"), lambda each: each.title),
    Column(_l("Specialist"), lambda each: each.specialist),
    Column(_l("Received"), lambda each: each.local(each.received_at)),
    Column(_l("Due"), lambda each: each.local(each.due_at)),
)
OPEN_ONLY = (
    Column(_l("Age in days"), lambda each: each.age if each.is_open else None),
    Column(_l("Age group"), lambda each: _age_group(each) if each.is_open else None),
    Column(_l("Overdue"), lambda each: _yes(_is_overdue(each)) if each.is_open else None),
    Column(_l("Days overdue"), lambda each: each.days_overdue if each.is_open else None),
)
COMPLETED_ONLY = (
    Column(_l("Completed"), lambda each: each.local(each.closed_at)),
    Column(_l("Turnaround in days"), lambda each: each.turnaround_days),
    Column(_l("On time"), lambda each: None if each.was_on_time is None else _yes(each.was_on_time)),
)
PART = Column(_l("Part"), lambda each: _("open") if each.is_open else _("completed"))


def sheet(title: str, columns: Sequence[Column], entries: Iterator[Entry]) -> Sheet:
    """A table of entries for a file."""
    header = [str(column.label) for column in columns]
    return Sheet(title, header, ([column.cell(each) for column in columns] for each in entries))


def _age_group(each: Entry) -> str:
    return aging_bucket(each.received_at, each.at, each.calendar).label


def _is_overdue(each: Entry) -> bool:
    return each.due_at is not None and each.due_at < each.at


def _yes(is_so: bool) -> str:
    return _("yes") if is_so else _("no")
