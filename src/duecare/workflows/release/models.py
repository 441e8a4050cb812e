"""Tables of the release workflow, and the rules that tie a status to what it needs."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from duecare.core.cases import Case
from duecare.core.db import Base, BigId, Code, Id, OpaqueId
from duecare.core.time import now

WORKFLOW = "release"


class ReleaseRequest(Case):
    """A request for a patient's records by somebody."""

    __tablename__ = "release_requests"
    __table_args__ = (
        CheckConstraint(
            "range_from IS NULL OR range_to IS NULL OR range_from <= range_to", name="range_ordered"
        ),
        Index("ix_release_requests_tracking", "tracking_digest", unique=True),
    )
    __mapper_args__ = {"polymorphic_identity": WORKFLOW}

    id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id"), primary_key=True)
    channel: Mapped[Code]
    request_type: Mapped[Code]
    requester_kind: Mapped[Code]
    requester_name: Mapped[str] = mapped_column(String(200))
    requester_organisation: Mapped[str] = mapped_column(String(200), default="")
    requester_email: Mapped[str] = mapped_column(String(255), default="")
    requester_phone: Mapped[str] = mapped_column(String(64), default="")
    requester_address: Mapped[str] = mapped_column(String(500), default="")
    requester_locale: Mapped[str] = mapped_column(String(8), default="en")
    record_types: Mapped[list[Any]] = mapped_column(default=list)
    range_from: Mapped[date | None]
    range_to: Mapped[date | None]
    purpose: Mapped[str] = mapped_column(Text, default="")
    delivery: Mapped[Code] = mapped_column(default="portal")
    paper_date: Mapped[date | None]
    notes: Mapped[str] = mapped_column(Text, default="")
    tracking_digest: Mapped[str] = mapped_column(String(64))
    prepared_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"))
    denial_basis: Mapped[Code | None]
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)


Case.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint(
        "workflow != 'release' OR status IN ('received', 'in_progress', 'on_hold', 'in_review', "
        "'needs_correction', 'completed', 'denied', 'cancelled')",
        name="release_status_known",
    )
)
Case.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint(
        "workflow != 'release' OR status NOT IN "
        "('in_progress', 'on_hold', 'in_review', 'needs_correction', 'completed') OR assignee_id IS NOT NULL",
        name="release_work_has_assignee",
    )
)
Case.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint(
        "workflow != 'release' OR (status IN ('completed', 'denied', 'cancelled')) = (closed_at IS NOT NULL)",
        name="release_end_has_time",
    )
)


class AuthorizationCheck(Base):
    """What a person found on an authorization, element by element, at intake or again at release."""

    __tablename__ = "authorization_checks"
    __table_args__ = (
        CheckConstraint("stage IN ('intake', 'release')", name="stage_known"),
        Index("ix_authorization_checks_case", "case_id", "id"),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id"))
    document_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("documents.id"))
    stage: Mapped[str] = mapped_column(String(16))
    findings: Mapped[dict[str, Any]]
    expires_on: Mapped[date | None]
    expiry_event: Mapped[str] = mapped_column(String(300), default="")
    is_revoked: Mapped[bool] = mapped_column(Boolean, default=False)
    is_compound: Mapped[bool] = mapped_column(Boolean, default=False)
    is_known_false: Mapped[bool] = mapped_column(Boolean, default=False)
    checked_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"))
    checked_by: Mapped[str] = mapped_column(String(200))
    checked_at: Mapped[datetime] = mapped_column(default=now)


class Pickup(Base):
    """An offer to fetch a completed package: a link that expires, and a fact only the requester knows."""

    __tablename__ = "release_pickups"
    __table_args__ = (Index("ix_release_pickups_case", "case_id", "id"),)

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id"))
    document_id: Mapped[int] = mapped_column(BigId, ForeignKey("documents.id"))
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    code_digest: Mapped[str | None] = mapped_column(String(64))
    code_expires_at: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    fetches: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Disclosure(Base):
    """What was disclosed to whom and why (45 CFR 164.528(b)); kept for six years."""

    __tablename__ = "disclosures"
    __table_args__ = (Index("ix_disclosures_patient", "patient_id", "disclosed_at"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id"), index=True)
    patient_id: Mapped[int] = mapped_column(BigId, ForeignKey("patients.id"))
    document_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("documents.id"))
    recipient: Mapped[str] = mapped_column(String(400))
    recipient_address: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    disclosed_at: Mapped[datetime] = mapped_column(default=now)
