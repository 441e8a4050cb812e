"""The document table. The bytes lie in the store under `key`; the name a person gave lies only here."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from duecare.core.db import Base, BigId, Code, Id, OpaqueId
from duecare.core.time import now

QUARANTINED, ACCEPTED, REFUSED = "quarantined", "accepted", "refused"


class Document(Base):
    """A file of a case: quarantined until inspected, then accepted or refused with a reason."""

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint("state IN ('quarantined', 'accepted', 'refused')", name="state_known"),
        CheckConstraint("state != 'refused' OR refusal_code IS NOT NULL", name="refused_has_reason"),
        CheckConstraint("state != 'accepted' OR media_type IS NOT NULL", name="accepted_has_type"),
        Index("ix_documents_case", "case_id", "kind", "id"),
        Index("ix_documents_hash", "case_id", "original_sha256"),
    )

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    case_id: Mapped[int] = mapped_column(BigId, ForeignKey("cases.id"))
    kind: Mapped[Code]
    given_name: Mapped[str] = mapped_column(String(300))
    title: Mapped[str] = mapped_column(String(300), default="")
    state: Mapped[str] = mapped_column(String(16), default=QUARANTINED)
    refusal_code: Mapped[Code | None]
    refusal: Mapped[str] = mapped_column(Text, default="")
    key: Mapped[str] = mapped_column(String(300))
    media_type: Mapped[Code | None]
    pages: Mapped[int | None]
    size: Mapped[int] = mapped_column(BigId)
    sha256: Mapped[str] = mapped_column(String(64))
    original_sha256: Mapped[str] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    uploaded_by_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"), index=True)
    uploaded_by: Mapped[str] = mapped_column(String(200))
    uploaded_at: Mapped[datetime] = mapped_column(default=now)
    inspected_at: Mapped[datetime | None]
