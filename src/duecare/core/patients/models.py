"""The patient table: one row per patient and organisation."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from duecare.core.db import Base, BigId, Id, OpaqueId
from duecare.core.time import now


class Patient(Base):
    """A patient as an organisation knows them. `name_key` is the folded name, for look-ups."""

    __tablename__ = "patients"
    __table_args__ = (
        Index("ix_patients_birth", "organisation_id", "date_of_birth"),
        Index("ix_patients_mrn", "organisation_id", "mrn"),
        Index("ix_patients_name", "organisation_id", "name_key"),
    )

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(200))
    date_of_birth: Mapped[date]
    mrn: Mapped[str | None] = mapped_column(String(64))
    phone: Mapped[str] = mapped_column(String(64), default="")
    email: Mapped[str] = mapped_column(String(255), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"
