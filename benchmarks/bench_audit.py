"""Promise 19: checking a million audit entries takes less than 60 seconds.

Beside it stands what reading the same rows and hashing as many bytes costs, without the product's checks.
`DUECARE_BENCH_ENTRIES=100000` measures another number.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from benchmarks.installations import installation
from duecare.core import audit
from duecare.core.audit import ENTRIES, GENESIS, AuditHead
from duecare.core.db import Database
from duecare.core.time import monotonic, now

NUMBER = int(os.environ.get("DUECARE_BENCH_ENTRIES", "1000000"))
KINDS = tuple(os.environ.get("DUECARE_BENCH_DATABASES", "sqlite,postgresql").split(","))
CHAIN = 1
BATCH = 20_000
BYTES_OF_AN_ENTRY = 400
LIMIT_SECONDS = 60


def main() -> list[str]:
    """Writes the chain on each database and checks it."""
    lines = []
    for kind in KINDS:
        with installation(kind) as opened:
            _write(opened.database)
            checked, bare = _seconds(_verify, opened.database), _seconds(_bare, opened.database)
            lines.append(
                f"{kind}: {NUMBER:,} entries checked in {checked:.1f} s (less than {LIMIT_SECONDS} for a "
                f"million); read and hashed without checks {bare:.1f} s; ratio {checked / bare:.1f}"
            )
    return lines


def _write(database: Database) -> None:
    head = {"hash": GENESIS}
    entries = _entries(head)
    while batch := list(islice(entries, BATCH)):
        with database.engine.begin() as connection:
            connection.execute(ENTRIES.insert(), batch)
    with database.transaction() as session:
        session.add(AuditHead(chain=CHAIN, sequence=NUMBER, hash=head["hash"]))


def _entries(head: dict[str, str]) -> Iterator[dict[str, Any]]:
    began = now() - timedelta(days=365)
    for sequence in range(1, NUMBER + 1):
        entry: dict[str, Any] = {
            "chain": CHAIN,
            "sequence": sequence,
            "at": began + timedelta(seconds=30 * sequence),
            "actor_kind": "user",
            "actor_id": 1 + sequence % 40,
            "actor_name": "Jordan Kim",
            "address": "192.0.2.17",
            "action": "release.viewed",
            "subject": f"ROI-2026-{sequence:06d}",
            "details": {"from": "in_progress", "to": "in_review", "fields": ["notes"]},
        }
        entry["hash"] = head["hash"] = audit.digest(entry, head["hash"])
        yield entry


def _verify(database: Database) -> None:
    with database.snapshot() as session:
        assert audit.verify(session) == [], "the chain holds"


def _bare(database: Database) -> None:
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT * FROM {ENTRIES.name} ORDER BY chain, sequence")
        while rows.fetchmany(BATCH):
            for _ in range(BATCH):
                hashlib.sha256(bytes(BYTES_OF_AN_ENTRY)).hexdigest()


def _seconds(act: Callable[[Database], None], database: Database) -> float:
    began = monotonic()
    act(database)
    return monotonic() - began
