"""Offering a completed package: a link that expires, and a second factor the requester knows.

The link is signed when it is sent, so that the database alone opens nothing.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core.documents.models import Document
from duecare.core.organisation import profile_of
from duecare.workflows.release.models import Pickup, ReleaseRequest

MAX_TRIES = 5
PURPOSE = "pickup"


def offer(session: Session, case: ReleaseRequest, package: Document, at: datetime) -> Pickup:
    """Opens a pickup of the package for the organisation's number of days; earlier ones are withdrawn."""
    withdraw(session, case, at)
    days = profile_of(case.organisation).pickup_days
    pickup = Pickup(case_id=case.id, document_id=package.id, expires_at=at + timedelta(days=days))
    session.add(pickup)
    session.flush()
    return pickup


def withdraw(session: Session, case: ReleaseRequest, at: datetime) -> None:
    """Ends every pickup of the case that is still open."""
    offered = select(Pickup).where(Pickup.case_id == case.id, Pickup.withdrawn_at.is_(None))
    for pickup in session.scalars(offered):
        pickup.withdrawn_at = at


def is_open(pickup: Pickup, at: datetime) -> bool:
    """True while the package can be fetched."""
    return pickup.withdrawn_at is None and at < pickup.expires_at and pickup.tries < MAX_TRIES
