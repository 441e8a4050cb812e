"""How often an address may do what the public pages allow, before it must wait.

Generous enough for a family, a library or a law firm behind one address; far too few for guessing.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from duecare.core import audit, throttle
from duecare.core.access import Caller
from duecare.core.errors import TooMany
from duecare.core.installation import Installation


@dataclass(frozen=True)
class Limit:
    """So many tries in so long a time."""

    code: str
    tries: int
    window: timedelta


DRAFTS = Limit("drafts", 60, timedelta(hours=1))
UPLOADS = Limit("uploads", 200, timedelta(hours=1))
REQUESTS = Limit("requests", 30, timedelta(hours=1))
LOOK_UPS = Limit("status.address", 30, timedelta(minutes=15))
LOOK_UPS_OF_CODE = Limit("status.code", 10, timedelta(minutes=15))
PICKUPS = Limit("pickup.address", 30, timedelta(minutes=15))
PICKUP_CODES = Limit("pickup.codes", 3, timedelta(hours=1))


def count(installation: Installation, caller: Caller, limit: Limit, key: str) -> None:
    """Counts a try, in a commit of its own. Raises `TooMany` with how long to wait; that is audited once."""
    try:
        with installation.database.transaction() as session:
            throttle.hit(session, f"{limit.code}:{key}", limit.tries, limit.window)
    except TooMany:
        _note(installation, caller, limit, key)
        raise


def _note(installation: Installation, caller: Caller, limit: Limit, key: str) -> None:
    with installation.database.transaction() as session:
        if _is_first(session, limit, key):
            audit.record(session, caller, "public.throttled", limit.code, chain=audit.INSTALLATION)


def _is_first(session: Session, limit: Limit, key: str) -> bool:
    try:
        throttle.hit(session, f"{limit.code}:told:{key}", 1, limit.window)
    except TooMany:
        return False
    return True
