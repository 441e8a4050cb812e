"""Words for tests about jobs."""

from typing import Any

from sqlalchemy import select

from duecare.core.installation import Installation
from duecare.core.jobs import queue
from duecare.core.jobs.models import Job
from duecare.core.jobs.queue import Work


def nothing(_work: Work) -> None:
    """A handler that has nothing to do."""


def put(installation: Installation, name: str, count: int = 1, **options: Any) -> None:
    """Writes jobs."""
    with installation.database.transaction() as session:
        for _ in range(count):
            queue.enqueue(session, name, **options)


def jobs(installation: Installation) -> list[Job]:
    """Every job, oldest first."""
    with installation.database.reading() as session:
        return list(session.scalars(select(Job).order_by(Job.id)))
