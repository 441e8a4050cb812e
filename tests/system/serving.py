"""The product as an administrator starts it: `duecare serve` in a process of its own, on a free port."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TypeVar

from duecare.core import schema
from duecare.core.installation import Installation, open_installation
from duecare.core.time import monotonic
from duecare.settings import Settings
from duecare.settings import load as load_settings
from duecare.workflows import load as load_workflows

COMMAND = "import sys; from duecare.cli import main; sys.exit(main())"
PATIENCE_SECONDS = 90
ASK_AGAIN_SECONDS = 0.1
Found = TypeVar("Found")


@dataclass(frozen=True)
class Served:
    """A running server: where it answers, and the folder of the mail it sent."""

    address: str
    outbox: Path

    def mail(self, to: str, about: str) -> EmailMessage:
        """The mail to an address whose subject holds `about`; waits until it is sent."""
        return until(lambda: next(self._mails(to, about), None), f"a mail to {to} about {about}")

    def _mails(self, to: str, about: str) -> Iterator[EmailMessage]:
        for path in self.outbox.glob("*.eml"):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            if isinstance(mail, EmailMessage) and mail["To"] == to and about in mail["Subject"]:
                yield mail


def until(found: Callable[[], Found | None], what: str) -> Found:
    """What `found` gives once it gives something; it is asked again and again, for another process's work."""
    deadline = monotonic() + PATIENCE_SECONDS
    pause = threading.Event()
    while (given := found()) is None:
        assert monotonic() < deadline, f"no {what} within {PATIENCE_SECONDS} s"
        pause.wait(ASK_AGAIN_SECONDS)
    return given


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_in(folder: Path, port: int) -> dict[str, str]:
    """The environment of an installation that lives in a folder and answers on a port."""
    return {
        "DUECARE_ENVIRONMENT": "test",
        "DUECARE_DATABASE_URL": f"sqlite:///{folder / 'duecare.db'}",
        "DUECARE_STORAGE_URL": f"file://{folder / 'store'}",
        "DUECARE_MAIL_URL": f"file://{folder / 'outbox'}",
        "DUECARE_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }


@contextmanager
def served(folder: Path, fill: Callable[[Installation], object]) -> Iterator[Served]:
    """Makes a database, fills it, and serves it with pages and jobs until the block ends."""
    port = free_port()
    environment = settings_in(folder, port)
    _fill(load_settings(environment), fill)
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "serve", "--port", str(port), "--workers", "1"],
            env={**_without_settings(), **environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        until(lambda: _answers(server, port) or None, "answer of the server")
        yield Served(environment["DUECARE_PUBLIC_URL"], folder / "outbox")
    finally:
        server.terminate()
        server.wait(PATIENCE_SECONDS)


def _fill(settings: Settings, fill: Callable[[Installation], object]) -> None:
    load_workflows()
    opened = open_installation(settings)
    schema.upgrade(opened.database)
    fill(opened)
    opened.database.dispose()


def _without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("DUECARE_")}


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    assert server.poll() is None, "the server ended"
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
