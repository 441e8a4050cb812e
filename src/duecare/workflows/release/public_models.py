"""Tables of the pages without an account: forms being filled, and short-lived grants to see one thing.

A browser holds only an opaque token; the tables hold only its digest, so that neither opens anything alone.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from duecare.core.db import Base, BigId, Code, Id, OpaqueId
from duecare.core.people.models import Organisation
from duecare.core.time import now
from duecare.workflows.release.models import ReleaseRequest


class PublicDraft(Base):
    """A public request form being filled. `answers` holds what was typed, by step and field, wrong or right.

    Once the form was sent, `case_id` is set and the answers are gone.
    """

    __tablename__ = "public_drafts"
    __table_args__ = (Index("ix_public_drafts_expiry", "expires_at"),)

    id: Mapped[Id]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    case_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("release_requests.id"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship()
    case: Mapped[ReleaseRequest | None] = relationship()
    files: Mapped[list["PublicDraftFile"]] = relationship(
        order_by="PublicDraftFile.id", cascade="all, delete-orphan"
    )


class PublicDraftFile(Base):
    """A file that came with a form being filled; it lies in quarantine and becomes a document on sending."""

    __tablename__ = "public_draft_files"

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    draft_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("public_drafts.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[Code]
    given_name: Mapped[str] = mapped_column(String(300))
    key: Mapped[str] = mapped_column(String(300))
    size: Mapped[int] = mapped_column(BigId)
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(default=now)


class PublicGrant(Base):
    """A browser that proved it may see one request's status, or fetch one package, for a short time."""

    __tablename__ = "public_grants"
    __table_args__ = (
        CheckConstraint("purpose IN ('status', 'pickup')", name="purpose_known"),
        Index("ix_public_grants_expiry", "expires_at"),
    )

    id: Mapped[Id]
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(16))
    subject_id: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
