"""The job table: the queue, its leases, its history and its dead list; and who runs jobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from duecare.core.db import Base, BigId, Code, Id, OpaqueId
from duecare.core.time import now

STATES = ("waiting", "running", "done", "dead")
WAITING, RUNNING, DONE, DEAD = STATES


class Job(Base):
    """One piece of work. `key` makes a cause unique: a second job with the same key cannot exist."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'dead')", name="state_known"),
        CheckConstraint("state != 'running' OR leased_until IS NOT NULL", name="running_has_lease"),
        Index("ix_jobs_due", "state", "run_at", "id"),
        Index("ix_jobs_lease", "state", "leased_until"),
        Index("ix_jobs_name", "name", "id"),
    )

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    name: Mapped[Code]
    organisation_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("organisations.id"))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(16), default=WAITING)
    run_at: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    lease: Mapped[str | None] = mapped_column(String(64))
    leased_until: Mapped[datetime | None]
    progress_done: Mapped[int] = mapped_column(default=0)
    progress_total: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]


class JobRunner(Base):
    """A process that runs jobs, and when it was last seen at it."""

    __tablename__ = "job_runners"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
