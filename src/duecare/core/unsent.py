"""What somebody typed into a form that could not be sent, because their session was gone by then.

It is kept for the person who was shown the form, in the organisation they worked for, until a day has
passed; nobody else can open it. What is secret or a file is never kept.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from duecare.core.db import Base, BigId, Id, OpaqueId
from duecare.core.time import now

KEPT_FOR = timedelta(days=1)
MOST_EACH = 20
PAGE_LENGTH = 300
Fields = list[list[str]]


class UnsentForm(Base):
    """The fields of a form, as pairs of name and value, and the page on which it stands."""

    __tablename__ = "unsent_forms"
    __table_args__ = (Index("ix_unsent_forms_expiry", "expires_at"),)

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("organisations.id"))
    page: Mapped[str] = mapped_column(String(PAGE_LENGTH))
    fields: Mapped[list[Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]


def keep(
    session: Session, user_id: int, organisation_id: int | None, page: str, fields: Iterable[tuple[str, str]]
) -> UnsentForm:
    """Keeps a form; of one person's forms the last ones only."""
    row = UnsentForm(
        user_id=user_id,
        organisation_id=organisation_id,
        page=page,
        fields=[[name, value] for name, value in fields],
        expires_at=now() + KEPT_FOR,
    )
    session.add(row)
    session.flush()
    mine = select(UnsentForm.id).where(UnsentForm.user_id == user_id)
    oldest = session.scalars(mine.order_by(UnsentForm.id.desc()).offset(MOST_EACH).limit(MOST_EACH)).all()
    session.execute(delete(UnsentForm).where(UnsentForm.id.in_(oldest)))
    return row


def find(
    session: Session, public_id: str, user_id: int, organisation_id: int | None, page: str
) -> Fields | None:
    """The fields of a form that this person could not send on this page, unless they have expired."""
    return session.scalar(
        select(UnsentForm.fields).where(
            UnsentForm.public_id == public_id,
            UnsentForm.user_id == user_id,
            UnsentForm.organisation_id == organisation_id,
            UnsentForm.page == page,
            UnsentForm.expires_at > now(),
        )
    )


def sweep(session: Session) -> int:
    """Deletes what has expired; gives how many."""
    swept = session.execute(delete(UnsentForm).where(UnsentForm.expires_at <= now()))
    return int(swept.rowcount)  # type: ignore[attr-defined]
