"""Promise 21: at 1,000,000 cases with 4 clients at once, list, search and case pages answer in 100 ms and
the dashboard in 200 ms (95th percentile), each at most 1.5 times the same page at 10,000, in at most 10
statements; one client alone 20 ms (median). On SQLite and PostgreSQL.

The pages are served by `duecare serve` as it comes, over HTTP, to a signed-in supervisor. `dashboard anew`
asks about another period each time, so that no figure was worked out before.
`DUECARE_BENCH_CASES=10000,100000` measures other sizes.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from itertools import cycle
from statistics import median, quantiles

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import event, text

from benchmarks.installations import installation, staff
from benchmarks.population import populate
from duecare.app import create_app
from duecare.core.access import Caller
from duecare.core.installation import Installation
from duecare.core.people import sign_in
from duecare.core.people.models import Organisation, User
from duecare.core.time import monotonic, now

SIZES = tuple(int(each) for each in os.environ.get("DUECARE_BENCH_CASES", "10000,1000000").split(","))
KINDS = tuple(os.environ.get("DUECARE_BENCH_DATABASES", "sqlite,postgresql").split(","))
CLIENTS = 4
REQUESTS = 60
WARM_UP = 6
START_SECONDS = 60

SERVER = """
import sys
from duecare import server
from duecare.app import create_app
from duecare.core import logging
from duecare.settings import load
settings = load(environment="test")
logging.configure(settings)
server.serve(create_app(settings), "127.0.0.1", int(sys.argv[1]), server.usual_processes(), jobs=False)
"""


def main() -> list[str]:
    """Measures every page on both databases at both sizes; ratios are against the first size."""
    lines = []
    for kind in KINDS:
        first: dict[str, float] = {}
        for size in SIZES:
            measured = _measured(kind, size)
            for page, (alone, together, statements) in measured.items():
                ratio = together / first.setdefault(page, together)
                lines.append(
                    f"{kind} {size:>9,} {page:<14} alone {alone:6.1f} ms (median)   "
                    f"{CLIENTS} clients {together:6.1f} ms (p95)   × {ratio:.2f}   {statements} statements"
                )
    return lines


def _measured(kind: str, size: int) -> dict[str, tuple[float, float, int]]:
    with installation(kind) as opened:
        callers = staff(opened)
        populate(opened, callers, size)
        pages = _pages(opened)
        cookie = _cookie(opened, callers["supervisor"])
        statements = {page: _statements(opened, cookie, paths[0]) for page, paths in pages.items()}
        with _served(opened) as port:
            return {page: (*_timed(port, cookie, paths), statements[page]) for page, paths in pages.items()}


def _pages(opened: Installation) -> dict[str, list[str]]:
    with opened.database.reading() as session:
        rows = session.execute(text("SELECT number FROM cases ORDER BY due_at DESC LIMIT 40")).scalars().all()
        names = session.execute(text("SELECT last_name FROM patients LIMIT 400")).scalars().all()[::20]
    today = now().date()
    return {
        "inbox": ["/"],
        "list": ["/releases", "/releases?overdue=true", "/releases?status=closed&sort=-received"],
        "search": [f"/find?q={name}" for name in names]
        + [f"/find?q=04/03/1971+{name}" for name in names[:5]],
        "case": [f"/releases/{number}" for number in rows],
        "dashboard": ["/releases/dashboard"],
        "dashboard anew": [f"/releases/dashboard?to={today - timedelta(days=back)}" for back in range(400)],
    }


def _timed(port: int, cookie: str, paths: list[str]) -> tuple[float, float]:
    _requests(port, cookie, paths[:1], WARM_UP * CLIENTS)
    alone = _requests(port, cookie, paths, REQUESTS)
    with ThreadPoolExecutor(CLIENTS) as clients:
        starts = [REQUESTS * (1 + client) % len(paths) for client in range(CLIENTS)]
        parts = clients.map(
            lambda start: _requests(port, cookie, paths[start:] + paths[:start], REQUESTS), starts
        )
        together = [each for part in parts for each in part]
    return median(alone) * 1000, quantiles(together, n=20)[-1] * 1000


def _requests(port: int, cookie: str, paths: list[str], number: int) -> list[float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    times = []
    for _, path in zip(range(number), cycle(paths), strict=False):
        started = monotonic()
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        times.append(monotonic() - started)
        assert answer.status in {200, 302}, f"{path} answered {answer.status}"
    connection.close()
    return times


def _statements(opened: Installation, cookie: str, path: str) -> int:
    client = create_app(opened.settings, opened).test_client(use_cookies=False)
    headers = {"Cookie": cookie}
    client.get(path, headers=headers)
    counted: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            counted.append(statement)

    event.listen(opened.database.engine, "before_cursor_execute", count)
    client.get(path, headers=headers)
    event.remove(opened.database.engine, "before_cursor_execute", count)
    return len(counted)


def _cookie(opened: Installation, caller: Caller) -> str:
    app = create_app(opened.settings, opened)
    with opened.database.transaction() as session:
        user = session.get_one(User, caller.user_id)
        hospital = session.get_one(Organisation, caller.organisation_id)
        token = sign_in.start(session, user, hospital, "127.0.0.1", "benchmark").token
        identity = user.fs_uniquifier
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None, "the app has a key"
    value = serializer.dumps({sign_in.COOKIE_KEY: token, "_user_id": identity, "_fresh": True})
    return f"{app.config['SESSION_COOKIE_NAME']}={value}"


@contextmanager
def _served(opened: Installation) -> Iterator[int]:
    opened.database.dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DUECARE_DATABASE_URL": opened.settings.database_url,
        "DUECARE_STORAGE_URL": opened.settings.storage_url,
        "DUECARE_MAIL_URL": opened.settings.mail_url,
        "DUECARE_LOG_LEVEL": "ERROR",
    }
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(port)], env=environment)
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait(port: int) -> None:
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise TimeoutError("the server did not start")
