"""The shared case: what a release, a referral, a second opinion and a follow-up have in common.

One row per case whatever its workflow, so that there is one inbox, one search and one aging calculation.
A case's status is changed by `lifecycle.fire()` and by nothing else; a case is never deleted.
"""

from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column, relationship

from duecare.core.db import Base, BigId, Code, Id, OpaqueId
from duecare.core.errors import NotFound
from duecare.core.patients.models import Patient
from duecare.core.people.models import Organisation, User
from duecare.core.time import now

PRIORITIES = ("stat", "urgent", "routine")
TERM = (
    String(64)
    .with_variant(String(64, collation="C"), "postgresql")
    .with_variant(String(64, collation="utf8mb4_bin"), "mysql", "mariadb")
)


class Case(Base):
    """One piece of work with a number, a status, an owner and a due date.

    `due_at` is the precomputed end of the derivation in `clock`; it is null while the clock stands still.
    `waiting_on` is set while somebody other than the assignee must act next.
    """

    __tablename__ = "cases"
    __table_args__: tuple[Any, ...] = (
        CheckConstraint("(closed_at IS NULL) = (is_open)", name="closed_has_time"),
        CheckConstraint("priority IN ('stat', 'urgent', 'routine')", name="priority_known"),
        Index("ix_cases_queue", "organisation_id", "is_open", "workflow", "due_at", "id"),
        Index(
            "ix_cases_status",
            *("organisation_id", "is_open", "workflow", "status", "due_at", "id"),
            *("assignee_id", "received_at", "priority"),
        ),
        Index("ix_cases_assignee", "organisation_id", "is_open", "assignee_id", "workflow", "due_at", "id"),
        Index("ix_cases_waiting", "organisation_id", "is_open", "workflow", "waiting_on"),
        Index("ix_cases_priority", "organisation_id", "is_open", "workflow", "priority", "due_at", "id"),
        Index("ix_cases_age", "organisation_id", "is_open", "workflow", "received_at", "id"),
        Index("ix_cases_received", "organisation_id", "workflow", "received_at", "id"),
        Index(
            "ix_cases_closed",
            *("organisation_id", "workflow", "closed_at", "status", "turnaround_days"),
            *("assignee_id", "due_at"),
        ),
        Index("ix_cases_patient", "patient_id", "received_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    workflow: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(24), unique=True)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    partner_organisation_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("organisations.id"))
    status: Mapped[str] = mapped_column(String(32))
    is_open: Mapped[bool] = mapped_column(Boolean, default=True)
    priority: Mapped[str] = mapped_column(String(16), default="routine")
    title: Mapped[str] = mapped_column(String(200))
    waiting_on: Mapped[str | None] = mapped_column(String(64))
    patient_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("patients.id"))
    assignee_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"), index=True)
    received_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    first_due_at: Mapped[datetime | None]
    rule_code: Mapped[Code | None]
    status_since: Mapped[datetime] = mapped_column(default=now)
    closed_at: Mapped[datetime | None]
    turnaround_days: Mapped[int | None]
    extra: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now)

    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    patient: Mapped[Patient | None] = relationship()
    assignee: Mapped[User | None] = relationship()

    __mapper_args__ = {"polymorphic_on": "workflow", "version_id_col": version}


C = TypeVar("C", bound=Case)


class CaseEvent(Base):
    """What happened to a case, in order: the timeline people read and the history figures are made of.

    `hours_in_status` is how many whole hours the case had been in `from_status` when it left it; null where
    the status did not change.
    """

    __tablename__ = "case_events"
    __table_args__ = (
        Index("ix_case_events_case", "case_id", "id"),
        Index(
            "ix_case_events_activity",
            *("organisation_id", "workflow", "at", "actor_id", "action", "case_id"),
        ),
    )

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    workflow: Mapped[str] = mapped_column(String(20))
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"), index=True)
    actor_kind: Mapped[str] = mapped_column(String(16))
    actor_name: Mapped[str] = mapped_column(String(200))
    action: Mapped[Code]
    from_status: Mapped[str | None] = mapped_column(String(32))
    to_status: Mapped[str] = mapped_column(String(32))
    hours_in_status: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    is_internal: Mapped[bool] = mapped_column(Boolean, default=False)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class CasePause(Base):
    """A time in which a case waited; whether it stops the clock is for the rule to say."""

    __tablename__ = "case_pauses"

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id"), index=True)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[Code]
    note: Mapped[str] = mapped_column(Text, default="")


class CaseExtension(Base):
    """The one extension of a case's due date, told in writing; the unique key makes a second impossible."""

    __tablename__ = "case_extensions"

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id"), unique=True)
    granted_at: Mapped[datetime]
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)


class NumberSeries(Base):
    """The last number given in a series such as `ROI-2026`."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(String(32), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)


class SearchTerm(Base):
    """A folded word by which a case can be found."""

    __tablename__ = "search_terms"

    organisation_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    term: Mapped[str] = mapped_column(TERM, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id"), primary_key=True)

    __table_args__ = (Index("ix_search_terms_case", "case_id", "term"),)


def by_number(session: Session, model: type[C], organisation_id: int, number: str) -> C:
    """The organisation's case of a kind by its number; raises `NotFound` for any other number."""
    case = session.scalar(
        select(model)
        .where(Case.number == number.upper(), Case.organisation_id == organisation_id)
        .options(joinedload(Case.patient), joinedload(Case.assignee), joinedload(Case.organisation))
    )
    if case is None:
        raise NotFound(f"There is no request {number[:40]!r} here.")
    return case


def next_number(session: Session, prefix: str, year: int) -> str:
    """The next number of a series, e.g. `ROI-2026-000123`. Holds the series' row until the commit."""
    series = f"{prefix}-{year}"
    row = session.scalar(select(NumberSeries).where(NumberSeries.series == series).with_for_update())
    if row is None:
        row = _opened_series(session, series)
    row.last += 1
    return f"{series}-{row.last:06d}"


def _opened_series(session: Session, series: str) -> NumberSeries:
    """Adds a series' row; a racer that was faster is found, and waited for, instead."""
    try:
        with session.begin_nested():
            session.add(NumberSeries(series=series, last=0))
    except IntegrityError:
        session.expire_all()
    return session.scalars(select(NumberSeries).where(NumberSeries.series == series).with_for_update()).one()
