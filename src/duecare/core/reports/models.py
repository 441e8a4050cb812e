"""Reports that were made: their figures as they stood, and where their files lie."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from duecare.core.db import Base, BigId, Code, Id, Name, OpaqueId
from duecare.core.time import now


class ReportRun(Base):
    """One making of a report for an organisation. `files` maps pdf/xlsx/csv to store keys."""

    __tablename__ = "report_runs"
    __table_args__ = (
        UniqueConstraint("organisation_id", "name", "occasion"),
        Index("ix_report_runs_made", "organisation_id", "name", "made_at"),
    )

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    name: Mapped[Code]
    occasion: Mapped[Code]
    period_from: Mapped[date]
    period_to: Mapped[date]
    figures: Mapped[dict[str, Any]]
    files: Mapped[dict[str, Any]]
    made_by: Mapped[Name] = mapped_column(default="duecare")
    made_at: Mapped[datetime] = mapped_column(default=now)
