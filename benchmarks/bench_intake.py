"""Promise 22: intake of a case with a 200 KB document takes at most 4 times the bare synced write and insert;
at least 100 a second with 4 clients.

Both are measured in turns in one run: `bare` writes 200 KB to a file, syncs file and folder, and commits one
row of the same width; `intake` is the product's own: land, create, attach, one commit.
"""

import os
import sqlite3
from datetime import date
from io import BytesIO
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from flask import Flask
from flask_babel import Babel

from benchmarks.installations import installation, staff
from duecare import workflows
from duecare.core.access import Caller
from duecare.core.documents import operations as documents
from duecare.core.installation import Installation, open_installation
from duecare.core.people.models import Organisation
from duecare.core.time import monotonic
from duecare.settings import Settings
from duecare.workflows.release import codes, operations
from duecare.workflows.release.intake import ReleaseIntake

DOCUMENT = os.urandom(200_000)
ROUNDS, PER_ROUND = 15, 20
CLIENTS, PER_CLIENT = 4, 150
MAX_BYTES = 10_000_000


def main() -> list[str]:
    """Measures one client in turns with the bare write, then four clients at once."""
    lines = []
    for kind in ("sqlite", "postgresql"):
        with installation(kind) as opened, TemporaryDirectory() as folder, _texts():
            caller = staff(opened)["specialist"]
            bare, ours = _in_turns(opened, caller, Path(folder))
            times = f"bare {bare * 1000:.1f} ms, intake {ours * 1000:.1f} ms"
            lines.append(f"{kind}: {times}, ratio {ours / bare:.1f} (at most 4)")
            rate = _together(opened, caller)
            lines.append(f"{kind}: {CLIENTS} clients: {rate:.0f} intakes a second (at least 100)")
    return lines


def _in_turns(opened: Installation, caller: Caller, folder: Path) -> tuple[float, float]:
    connection = _bare_table(folder)
    bare, ours = [], []
    _intakes(opened, caller, 5)
    for _ in range(ROUNDS):
        bare.append(_timed(lambda: _bare_writes(connection, folder, PER_ROUND)) / PER_ROUND)
        ours.append(_timed(lambda: _intakes(opened, caller, PER_ROUND)) / PER_ROUND)
    return median(bare), median(ours)


def _together(opened: Installation, caller: Caller) -> float:
    opened.database.dispose()
    context = get_context("spawn")
    ready = context.Barrier(CLIENTS + 1)
    clients = [context.Process(target=_client, args=(opened.settings, caller, ready)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    ready.wait()
    seconds = _timed(lambda: [client.join() for client in clients])
    assert all(client.exitcode == 0 for client in clients), "a client failed"
    return CLIENTS * PER_CLIENT / seconds


def _client(settings: Settings, caller: Caller, ready: Barrier) -> None:
    workflows.load()
    opened = open_installation(settings)
    with _texts():
        _intakes(opened, caller, 3)
        ready.wait()
        _intakes(opened, caller, PER_CLIENT)


def _intakes(opened: Installation, caller: Caller, number: int) -> None:
    for _ in range(number):
        intake = ReleaseIntake.model_validate(_FIELDS | {"patient": _patient()})
        landed = documents.land(opened.store, BytesIO(DOCUMENT), "authorization.pdf", MAX_BYTES)
        with opened.database.transaction() as session:
            hospital = session.get_one(Organisation, caller.organisation_id)
            tracking = codes.made(opened.settings.key, codes.TRACKING)
            case = operations.create(session, caller, hospital, intake, tracking).case
            documents.attach(session, caller, case, "authorization", landed)


def _bare_table(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE intake (id INTEGER PRIMARY KEY, said TEXT, file TEXT)")
    return connection


def _bare_writes(connection: sqlite3.Connection, folder: Path, number: int) -> None:
    for _ in range(number):
        name = os.urandom(12).hex()
        with (folder / name).open("wb") as file:
            file.write(DOCUMENT)
            file.flush()
            os.fsync(file.fileno())
        descriptor = os.open(folder, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)
        connection.execute("INSERT INTO intake (said, file) VALUES (?, ?)", ("x" * 600, name))


def _patient() -> dict[str, object]:
    drawn = os.urandom(4).hex()
    return {
        "first_name": f"Ana{drawn[:4]}",
        "last_name": f"Lopez{drawn[4:]}",
        "date_of_birth": date(1971, 4, 3),
        "mrn": drawn,
    }


def _timed(act) -> float:  # type: ignore[no-untyped-def]
    started = monotonic()
    act()
    return monotonic() - started


def _texts():  # type: ignore[no-untyped-def]
    app = Flask("benchmark")
    Babel(app)
    return app.app_context()


_FIELDS: dict[str, object] = {
    "requester": {"kind": "attorney", "name": "Harold Finch", "email": "harold@finch-wren.example"},
    "channel": "fax",
    "request_type": "third_party",
    "record_types": ["discharge_summary"],
    "purpose": "Legal claim",
}
