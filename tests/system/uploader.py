"""A process that uploads documents and dies where it is told to: `python -m tests.system.uploader FOLDER`.

For each line `point` on standard input it forks a child that uploads one new letter and lets it be inspected,
with the fault point set; the child appends `public id, SHA-256` to FOLDER/acknowledged once its upload is
committed. The signal that ended the child is the answer. A line `after N` kills it N milliseconds after its
start instead.
"""

import hashlib
import os
import signal
import sys
from io import BytesIO
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from sqlalchemy import select

from duecare.core.access import SYSTEM
from duecare.core.cases import Case
from duecare.core.documents import operations
from duecare.core.installation import Installation, open_installation
from duecare.core.jobs import runner
from duecare.settings import load as load_settings
from duecare.workflows import load as load_workflows

MAX_BYTES = 1_000_000


def installation_in(folder: Path) -> Installation:
    load_workflows()
    settings = load_settings(
        {},
        environment="test",
        database_url=f"sqlite:///{folder / 'duecare.db'}",
        storage_url=f"file://{folder / 'store'}",
        mail_url=f"file://{folder / 'outbox'}",
    )
    return open_installation(settings)


def upload(opened: Installation, folder: Path) -> None:
    """One upload as a request does it: land, attach, commit, acknowledge; then its inspection."""
    content = f"A letter, number {os.urandom(16).hex()}.\n".encode() * 50
    landed = operations.land(opened.store, BytesIO(content), "letter.txt", MAX_BYTES)
    with opened.database.transaction() as session:
        case = session.scalars(select(Case).limit(1)).one()
        operations.attach(session, SYSTEM, case, "correspondence", landed)
    with (folder / "acknowledged").open("a") as file:
        file.write(f"{landed.public_id} {hashlib.sha256(content).hexdigest()}\n")
    runner.run_due(opened, limit=1, name=operations.INSPECT)


def serve(folder: Path) -> None:
    opened = installation_in(folder)
    with Flask("texts").app_context() as context:
        Babel(context.app)
        for line in sys.stdin:
            sys.stdout.write(f"{killed_by(opened, folder, line.strip())}\n")
            sys.stdout.flush()


def killed_by(opened: Installation, folder: Path, point: str) -> int:
    """The signal that ended a child, 0 for one that came to its end."""
    child = os.fork()
    if child == 0:
        prepare_to_die(point)
        upload(opened, folder)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def prepare_to_die(point: str) -> None:
    os.environ["DUECARE_TESTING"] = "1"
    if point.startswith("after "):
        signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        signal.setitimer(signal.ITIMER_REAL, int(point.removeprefix("after ")) / 1000)
    else:
        os.environ["DUECARE_FAULT_POINT"] = point


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
