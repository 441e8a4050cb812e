"""The outbox, the bell and the templates an organisation may word its own way."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from duecare.core.db import Base, BigId, Code, Id, OpaqueId
from duecare.core.time import now


class Notice(Base):
    """One message to one person by one channel. Written with its cause; sent by a job afterwards.

    `code_origin` is what the code in its body is made of, together with the installation's key.
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("channel IN ('email', 'in_app')", name="channel_known"),
        CheckConstraint("user_id IS NOT NULL OR address IS NOT NULL", name="has_recipient"),
        Index("ix_notices_bell", "user_id", "channel", "read_at", "id"),
        Index("ix_notices_case", "case_id", "id"),
    )

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    case_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("cases.id"))
    template: Mapped[Code]
    channel: Mapped[str] = mapped_column(String(16))
    locale: Mapped[str] = mapped_column(String(8), default="en")
    user_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("users.id"))
    address: Mapped[str | None] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(500), default="")
    code_origin: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class NoticeTemplate(Base):
    """An organisation's own wording of a notice; the built-in one applies where there is none."""

    __tablename__ = "notice_templates"
    __table_args__ = (UniqueConstraint("organisation_id", "template", "locale"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    template: Mapped[Code]
    locale: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
