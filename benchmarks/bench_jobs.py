"""Claims and finishes of jobs on SQLite: how many a second, beside what one synced commit costs here.

A kind that shares commits (only database work) is measured apart from one that has each job in its own.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from duecare.core.cases import NumberSeries
from duecare.core.db import Database
from duecare.core.installation import Installation
from duecare.core.jobs import queue, runner
from duecare.core.jobs.queue import JobKind, Work
from duecare.core.metadata import metadata
from duecare.core.time import monotonic
from duecare.settings import load
from duecare.workflows import load as load_workflows

JOBS = {"shared": 5000, "alone": 500}
SYNCS = 200


def main() -> list[str]:
    load_workflows()
    for name in JOBS:
        queue.declare(JobKind(f"bench.{name}", name, count_up, shares_commit=name == "shared"))
    with tempfile.TemporaryDirectory() as folder:
        installation = installation_in(Path(folder))
        syncs = SYNCS / seconds(lambda: sync_often(Path(folder) / "synced"))
        rates = {name: rate(installation, name, count) for name, count in JOBS.items()}
    return [
        f"synced writes of 4 KB: {syncs:,.0f} a second",
        *(f"jobs, {name} commit: {found:,.0f} claims and finishes a second" for name, found in rates.items()),
        f"shared / synced writes: {rates['shared'] / syncs:.1f}",
    ]


def count_up(work: Work) -> None:
    """The effect of a job: one row."""
    with work.finishing() as session:
        session.add(NumberSeries(series=f"BENCH-{work.job_id}", last=1))


def rate(installation: Installation, name: str, count: int) -> float:
    with installation.database.transaction() as session:
        for _ in range(count):
            queue.enqueue(session, f"bench.{name}")
    return count / seconds(lambda: runner.run_due(installation, limit=count))


def seconds(act: Callable[[], object]) -> float:
    began = monotonic()
    act()
    return monotonic() - began


def sync_often(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())


def installation_in(folder: Path) -> Installation:
    settings = load({}, environment="test", storage_url=f"file://{folder / 'store'}")
    database = Database(f"sqlite:///{folder / 'duecare.db'}")
    metadata.create_all(database.engine)
    return Installation(settings, database)
