"""Tells an outage of something the product depends on from a fault of the work itself."""

import errno

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from duecare.core.documents.sandbox import SandboxUnavailable
from duecare.core.documents.scanner import ScannerUnavailable
from duecare.core.documents.store import StoreUnavailable
from duecare.core.errors import Unavailable

AWAY = (PoolTimeout, SandboxUnavailable, ScannerUnavailable, StoreUnavailable)
OUTAGES = (DBAPIError, OSError, *AWAY)
FULL_OR_GONE = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS}


def is_outage(error: BaseException) -> bool:
    """True where trying the same again later is likely to work."""
    if isinstance(error, OSError):
        return isinstance(error, ConnectionError | TimeoutError) or error.errno in FULL_OR_GONE
    return isinstance(error, (Unavailable, *AWAY)) or is_database_outage(error)


def is_database_outage(error: BaseException) -> bool:
    """True where the database does not answer, is full or had to break a deadlock."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError | InterfaceError)
