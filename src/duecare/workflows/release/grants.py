"""Grants: a browser that proved it may see one thing may do so for a short time, and no longer.

The address of a page opens nothing; the grant lies on the server and ends by itself.
"""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from duecare.core.db import opaque_id
from duecare.core.time import now
from duecare.workflows.release.drafts import token_digest
from duecare.workflows.release.public_models import PublicGrant

STATUS, PICKUP = "status", "pickup"
GOOD_FOR = timedelta(minutes=30)


def give(session: Session, purpose: str, subject_id: int) -> str:
    """A new grant; gives the token for the browser's session."""
    token = opaque_id()
    grant = PublicGrant(
        token_digest=token_digest(token),
        purpose=purpose,
        subject_id=subject_id,
        expires_at=now() + GOOD_FOR,
    )
    session.add(grant)
    session.flush()
    return token


def subject(session: Session, purpose: str, token: str | None) -> int | None:
    """The id of what the token lets its browser see; None for an unknown, ended or other one."""
    if not token:
        return None
    return session.scalar(
        select(PublicGrant.subject_id).where(
            PublicGrant.token_digest == token_digest(token),
            PublicGrant.purpose == purpose,
            PublicGrant.expires_at > now(),
        )
    )


def end(session: Session, token: str) -> None:
    """Ends a grant."""
    session.execute(delete(PublicGrant).where(PublicGrant.token_digest == token_digest(token)))
