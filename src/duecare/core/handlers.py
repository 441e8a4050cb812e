"""The core's kinds of job, declared in one call."""

from duecare.core import audit_log, recalculation, tidy, verify
from duecare.core.documents import intake
from duecare.core.jobs.queue import declare
from duecare.core.notices import delivery

KINDS = (
    audit_log.VERIFY_AUDIT,
    delivery.SEND_NOTICE,
    intake.INSPECT_DOCUMENT,
    recalculation.RECALCULATE_CLOCKS,
    tidy.TIDY_UP,
    verify.VERIFY_INSTALLATION,
)


def load() -> None:
    """Makes the core's kinds of job known to every runner."""
    for kind in KINDS:
        declare(kind)
