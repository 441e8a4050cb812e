"""Workers that are killed again and again lose no job, and no job takes effect twice."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from duecare.core.cases import NumberSeries
from duecare.core.installation import Installation
from duecare.core.jobs import queue
from duecare.core.jobs.models import Job
from duecare.core.metadata import metadata
from duecare.core.time import monotonic
from tests.system import job_worker

ROOT = Path(__file__).parents[2]
JOBS, WORKERS = 1000, 3
KILLS = {"sqlite": 50, "postgresql": 20, "mysql": 20}
DEADLINE_SECONDS = 60


@pytest.fixture
def place(any_database_url, monkeypatch):
    monkeypatch.setattr(queue, "_kinds", dict(queue.kinds()))
    opened = job_worker.opened(any_database_url)
    metadata.create_all(opened.database.engine)
    yield opened
    opened.database.dispose()


def start(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "tests.system.job_worker", url], cwd=ROOT)


def left(place: Installation) -> int:
    with place.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Job).where(Job.state != "done")) or 0


def kill_at_work(place: Installation, url: str, kills: int) -> None:
    """Writes some jobs, kills the oldest worker while they run, starts another, again and again."""
    chance = random.Random(27)
    workers = [start(url) for _ in range(WORKERS)]
    try:
        for _ in range(kills):
            time.sleep(chance.uniform(0.5, 1.0))
            put(place, JOBS // kills)
            time.sleep(chance.uniform(0.0, 0.25))
            victim = workers.pop(0)
            victim.kill()
            victim.wait()
            workers.append(start(url))
        deadline = monotonic() + DEADLINE_SECONDS
        while left(place) and monotonic() < deadline:
            time.sleep(0.2)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def put(place: Installation, count: int) -> None:
    with place.database.transaction() as session:
        for number in range(count):
            queue.enqueue(session, job_worker.ALONE if number % 2 else job_worker.TOGETHER)


@pytest.mark.slow
def test_a_thousand_jobs_survive_kills_each_with_one_effect(place, any_database_url):
    kill_at_work(place, any_database_url, KILLS[place.database.dialect])
    with place.database.reading() as session:
        effects = session.scalars(select(NumberSeries.last).where(NumberSeries.series.like("JOB-%"))).all()
        attempts = session.scalar(select(func.sum(Job.attempts))) or 0
    assert left(place) == 0
    assert effects == [1] * JOBS
    assert attempts > JOBS, "no kill met a job at work"
