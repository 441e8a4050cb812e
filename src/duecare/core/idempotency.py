"""Remembers the answer to a write that a client may send twice, so that it happens once.

The answer is kept with the effect, in the same transaction, encrypted: it may hold PHI and a code that is
kept nowhere else. It is forgotten after a day.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from duecare.core.access import Caller
from duecare.core.db import Base, BigId, Id
from duecare.core.errors import Missing
from duecare.core.time import now

KEPT_FOR = timedelta(hours=24)
MAX_ANSWER_BYTES = (1 << 24) - 1


class RememberedAnswer(Base):
    """An answer under the key its client chose. `fingerprint` is the SHA-256 of what was asked."""

    __tablename__ = "remembered_answers"
    __table_args__ = (UniqueConstraint("organisation_id", "user_id", "key"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("users.id"))
    key: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[str] = mapped_column(String(64))
    answer: Mapped[bytes] = mapped_column(LargeBinary(MAX_ANSWER_BYTES))
    expires_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True)
class Asked:
    """A write under a key: who asked, and the exact request."""

    caller: Caller
    key: str
    request: str
    body: bytes

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.request.encode() + b"\0" + self.body).hexdigest()


class Memory:
    """Answers of one installation; `secret` is its key."""

    def __init__(self, secret: str) -> None:
        key = hashlib.sha256(b"remembered answers\0" + secret.encode()).digest()
        self._cipher = Fernet(base64.urlsafe_b64encode(key))

    def claim(self, session: Session, asked: Asked) -> RememberedAnswer:
        """The key's row: a new one, still empty, or the one of the first time. Waits for a racer's commit.

        Raises `Missing` when the key was used for another request.
        """
        sweep(session)
        row = _new_row(asked)
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:
            row = session.scalars(_same_key(asked)).one()
        if row.fingerprint != asked.fingerprint:
            message = "This Idempotency-Key was used for another request: choose a new one."
            raise Missing(message, {"Idempotency-Key": message})
        return row

    def keep(self, row: RememberedAnswer, answer: dict[str, Any]) -> None:
        """Fills a claimed row with the answer."""
        row.answer = self._cipher.encrypt(json.dumps(answer).encode())

    def recall(self, row: RememberedAnswer) -> dict[str, Any] | None:
        """The answer of the first time; None for a row that was just claimed."""
        if not row.answer:
            return None
        answer: dict[str, Any] = json.loads(self._cipher.decrypt(row.answer))
        return answer


def sweep(session: Session) -> int:
    """Forgets what is older than a day; gives how many answers that were."""
    swept = session.execute(delete(RememberedAnswer).where(RememberedAnswer.expires_at < now()))
    return int(swept.rowcount)  # type: ignore[attr-defined]


def _new_row(asked: Asked) -> RememberedAnswer:
    return RememberedAnswer(
        organisation_id=asked.caller.organisation_id,
        user_id=asked.caller.user_id,
        key=hashlib.sha256(asked.key.encode()).hexdigest(),
        fingerprint=asked.fingerprint,
        answer=b"",
        expires_at=now() + KEPT_FOR,
    )


def _same_key(asked: Asked) -> Any:
    return select(RememberedAnswer).where(
        RememberedAnswer.organisation_id == asked.caller.organisation_id,
        RememberedAnswer.user_id == asked.caller.user_id,
        RememberedAnswer.key == hashlib.sha256(asked.key.encode()).hexdigest(),
    )
