"""A worker that counts its jobs up until it is killed: `python -m tests.system.job_worker DATABASE_URL`.

The effect of a job is one row in `number_series`: `last` says how often the job took effect.
"""

import sys
import time

from duecare.core.cases import NumberSeries
from duecare.core.db import Database
from duecare.core.installation import Installation
from duecare.core.jobs import queue, runner
from duecare.core.jobs.queue import JobKind, Work
from duecare.settings import load as load_settings
from duecare.workflows import load as load_workflows

LEASE_SECONDS = 1
WORK_SECONDS = 0.01
TOGETHER, ALONE = "count.together", "count.alone"


def count_up(work: Work) -> None:
    with work.finishing() as session:
        time.sleep(WORK_SECONDS)
        name = f"JOB-{work.job_id}"
        row = session.get(NumberSeries, name) or NumberSeries(series=name, last=0)
        row.last += 1
        session.add(row)


def declare_kinds() -> None:
    load_workflows()
    for name in (TOGETHER, ALONE):
        kind = JobKind(
            name,
            name,
            count_up,
            max_attempts=1000,
            lease_seconds=LEASE_SECONDS,
            shares_commit=name == TOGETHER,
        )
        queue.declare(kind)


def opened(url: str) -> Installation:
    declare_kinds()
    return Installation(load_settings({}, environment="test", storage_url="memory://"), Database(url))


if __name__ == "__main__":
    runner.Runner(opened(sys.argv[1]), pause_seconds=0.05).run()
