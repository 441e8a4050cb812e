"""`duecare serve` and `duecare worker` as processes: jobs run beside pages, and both end when told."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from duecare.core import schema
from duecare.core.installation import Installation
from duecare.core.jobs import queue
from duecare.core.jobs.models import Job, JobRunner
from duecare.core.time import monotonic
from tests.system.uploader import installation_in

DEADLINE_SECONDS = 18
PROGRAM = "import sys; from duecare.cli import main; sys.exit(main())"
REDIS = os.environ.get("DUECARE_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Installation]:
    opened = installation_in(tmp_path)
    schema.upgrade(opened.database)
    yield opened
    opened.database.dispose()


@contextlib.contextmanager
def running(folder: Path, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command as its own process, ended by SIGTERM."""
    environment = {
        **os.environ,
        "DUECARE_ENVIRONMENT": "test",
        "DUECARE_DATABASE_URL": f"sqlite:///{folder / 'duecare.db'}",
        "DUECARE_STORAGE_URL": f"file://{folder / 'store'}",
        "DUECARE_MAIL_URL": f"file://{folder / 'outbox'}",
        **settings,
    }
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments], env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(DEADLINE_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(holds: Callable[[], object]) -> bool:
    deadline = monotonic() + DEADLINE_SECONDS
    while monotonic() < deadline:
        with contextlib.suppress(OSError):
            if holds():
                return True
        time.sleep(0.1)
    return False


def answers(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
        return bool(answer.status == 200)


def put(place: Installation) -> int:
    with place.database.transaction() as session:
        job = queue.enqueue(session, "core.verify")
    return job.id


def is_done(place: Installation, job_id: int) -> bool:
    with place.database.reading() as session:
        return session.get_one(Job, job_id).state == "done"


def runner_pid(place: Installation) -> int | None:
    with place.database.reading() as session:
        name = session.scalar(select(JobRunner.name).order_by(JobRunner.seen_at.desc()).limit(1))
    return int(name.rpartition(":")[2]) if name else None


@pytest.mark.slow
def test_the_server_runs_jobs_and_begins_a_killed_runner_again(place, tmp_path):
    port = free_port()
    with running(tmp_path, "serve", "--port", str(port), "--workers", "1") as server:
        assert eventually(lambda: answers(port))
        job = put(place)
        assert eventually(lambda: is_done(place, job))
        first = runner_pid(place)
        assert first not in {None, server.pid}
        os.kill(first, signal.SIGKILL)
        assert eventually(lambda: runner_pid(place) != first)
    assert server.returncode == 0


@pytest.mark.slow
def test_the_jobs_process_ends_when_its_server_is_killed(place, tmp_path):
    port = free_port()
    with running(tmp_path, "serve", "--port", str(port), "--workers", "1") as server:
        assert eventually(lambda: answers(port) and runner_pid(place))
        child = runner_pid(place)
        server.kill()
        assert eventually(lambda: not is_alive(child))


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.slow
def test_a_worker_runs_jobs_and_ends_when_told(place, tmp_path):
    job = put(place)
    with running(tmp_path, "worker") as worker:
        assert eventually(lambda: is_done(place, job))
    assert worker.returncode == 0


@pytest.mark.slow
@pytest.mark.servers
def test_a_celery_worker_hears_of_a_job_through_the_broker(place, tmp_path, monkeypatch):
    pytest.importorskip("celery", reason="Celery is an extra: tools/venv celery")
    ensure_listening(REDIS)
    from duecare.core.jobs import celery_runner

    monkeypatch.setattr(queue, "_tellers", [])
    with running(tmp_path, "worker", DUECARE_QUEUE_URL=REDIS):
        assert eventually(lambda: runner_pid(place))
        celery_runner.tell_workers(REDIS)
        for _ in range(3):  # a worker that only looked by itself would need a minute
            job = put(place)
            assert eventually(lambda wanted=job: is_done(place, wanted))


def ensure_listening(url: str) -> None:
    place = urlsplit(url)
    try:
        socket.create_connection((place.hostname or "", place.port or 6379), timeout=2).close()
    except OSError as error:
        pytest.skip(f"no Redis at {url} (DUECARE_TEST_REDIS_URL): {error}")
