"""The core's kinds of job, declared in one call."""

from duecare.core import throttle, verify
from duecare.core.documents import intake
from duecare.core.jobs.queue import declare
from duecare.core.notices import delivery

KINDS = (
    delivery.SEND_NOTICE,
    intake.INSPECT_DOCUMENT,
    throttle.SWEEP_THROTTLES,
    verify.VERIFY_INSTALLATION,
)


def load() -> None:
    """Makes the core's kinds of job known to every runner."""
    for kind in KINDS:
        declare(kind)
