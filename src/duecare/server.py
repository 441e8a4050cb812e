"""`duecare serve`: gunicorn's processes for pages, and one child for jobs that is begun again when it ends.

Jobs have a process of their own, so that a long one never slows a page. The app is built once, before the
processes part; nothing here may open a connection before that.
"""

import gc
import os
import signal
import socket
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from duecare.core import charts
from duecare.core.jobs.runner import Runner
from duecare.core.requests import EXTENSION
from duecare.core.time import monotonic

THREADS = 8
PROCESSES_PER_CORE = 2
GRACE_SECONDS = 30
RESTART_SECONDS = 5


class JobsChild:
    """The process that runs jobs. `tend` is called about once a second and starts it where it is not."""

    def __init__(self, body: Callable[[], None]) -> None:
        self._body = body
        self._pid: int | None = None
        self._started_at = float("-inf")

    def tend(self) -> None:
        """Starts the process if it is not there, at most every few seconds."""
        if not self.is_running() and monotonic() - self._started_at >= RESTART_SECONDS:
            self._started_at = monotonic()
            self._pid = os.fork() or self._run()

    def is_running(self) -> bool:
        if self._pid is None:
            return False
        try:
            ended, _ = os.waitpid(self._pid, os.WNOHANG)
        except ChildProcessError:
            ended = self._pid
        if ended:
            self._pid = None
        return not ended

    def signal(self, number: int) -> None:
        if self.is_running():
            os.kill(self._pid or 0, number)

    def _run(self) -> int:
        status = 1
        try:
            util._setproctitle("jobs [duecare]")
            self._body()
            status = 0
        finally:
            os._exit(status)


class Server(Arbiter):  # type: ignore[misc]
    """gunicorn's parent process, which also tends the jobs child."""

    def __init__(self, app: "Application", jobs: JobsChild | None) -> None:
        self._jobs = jobs
        super().__init__(app)

    def manage_workers(self) -> None:
        super().manage_workers()
        if self._jobs:
            self._jobs.tend()

    def handle_int(self) -> None:
        """Ctrl-C is as gentle as SIGTERM."""
        self.handle_term()

    def stop(self, graceful: bool = True) -> None:
        jobs, self._jobs = self._jobs, None
        if jobs:
            jobs.signal(signal.SIGTERM)
        super().stop(graceful)
        if jobs:
            jobs.signal(signal.SIGKILL)


class PlainLogger(Logger):  # type: ignore[misc]
    """Hands gunicorn's lines to the log set up by `core.logging`, instead of handlers of its own."""

    def setup(self, cfg: Any) -> None:
        self.error_log.propagate = True
        self.error_log.setLevel("WARNING")
        self.cfg = cfg


class Application(BaseApplication):  # type: ignore[misc]
    """The app with gunicorn's settings."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def usual_processes() -> int:
    """How many processes serve pages unless somebody says so: enough that none waits behind a busy one."""
    granted = getattr(os, "sched_getaffinity", None)
    return PROCESSES_PER_CORE * (len(granted(0)) if granted else os.cpu_count() or 1)


def serve(app: Flask, host: str, port: int, workers: int, *, jobs: bool = True) -> None:
    """Serves until SIGTERM or SIGINT, then ends the process with gunicorn's status. Raises `OSError`."""
    ensure_free(host, port)
    installation = app.extensions[EXTENSION]
    installation.database.dispose()
    gc.collect()
    gc.freeze()  # what is loaded by now stays: no process looks through it again while somebody waits
    child = JobsChild(lambda: run_jobs(app, parent=os.getppid())) if jobs else None
    Server(Application(app, _options(host, port, workers)), child).run()


def run_jobs(app: Flask, parent: int | None = None) -> None:
    """Runs jobs until SIGTERM or SIGINT, or until the parent process is gone."""
    runner = Runner(app.extensions[EXTENSION], app.app_context)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: runner.stop())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    runner.run(lambda: parent is None or os.getppid() == parent)


def ensure_free(host: str, port: int) -> None:
    """Raises `OSError` when the address cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _begin(_worker: object) -> None:
    """In a worker that was just parted: the chart renderer starts while the first requests are answered."""
    charts.warm()


def _options(host: str, port: int, workers: int) -> dict[str, Any]:
    return {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": workers,
        "worker_class": "gthread",
        "threads": THREADS,
        "graceful_timeout": GRACE_SECONDS,
        "keepalive": 5,
        "preload_app": True,
        "logger_class": PlainLogger,
        "control_socket_disable": True,
        "proc_name": "duecare",
        "post_worker_init": _begin,
    }
