"""`kill -9` at any point of an upload loses no acknowledged document and shows no half-made one."""

import hashlib
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from duecare.core import schema
from duecare.core.documents.models import ACCEPTED, QUARANTINED, Document
from duecare.core.installation import Installation
from duecare.core.jobs import runner
from duecare.core.jobs.models import Job
from duecare.core.time import now
from tests.support import world as worlds
from tests.system.uploader import installation_in

ROOT = Path(__file__).parents[2]
POINTS = (
    "documents.after_temp_write",
    "documents.after_sync",
    "documents.after_put",
    "documents.landed",
    "documents.row_written",
    "documents.job_written",
)
INSPECTION_POINTS = (
    "documents.after_temp_write:2",
    "documents.after_sync:2",
    "documents.after_put:2",
    "documents.kept",
)
KILLS = 200


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Installation]:
    """An installation with one request, which uploads go to."""
    opened = installation_in(tmp_path)
    schema.upgrade(opened.database)
    world = worlds.build(opened)
    with opened.database.transaction() as session:
        worlds.create(world, session)
    opened.database.dispose()
    yield opened
    opened.database.dispose()


def kill_uploads(folder: Path, plan: list[str]) -> int:
    """Uploads once per line of the plan and gives how many were killed."""
    command = [sys.executable, "-m", "tests.system.uploader", str(folder)]
    told = subprocess.run(
        command, input="\n".join(plan), stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT
    ).stdout.split()
    return told.count(str(int(signal.SIGKILL)))


def the_plan() -> list[str]:
    """Every named point many times over, and moments that nobody chose."""
    chance = random.Random(29)
    moments = [f"after {chance.randrange(1, 200)}" for _ in range(60)]
    plan = [*POINTS * 28, *INSPECTION_POINTS * 8, *moments]
    chance.shuffle(plan)
    return plan


def restart(opened: Installation) -> None:
    """What happens after a crash: leases run out and the jobs are taken over."""
    with opened.database.transaction() as session:
        session.execute(update(Job).where(Job.state == "running").values(leased_until=now()))
    while runner.run_due(opened):
        pass


@pytest.mark.slow
def test_killed_uploads_lose_no_acknowledged_document_and_show_no_half_made_one(living, tmp_path):
    killed = kill_uploads(tmp_path, the_plan())
    restart(living)
    acknowledged = dict(line.split() for line in (tmp_path / "acknowledged").read_text().splitlines())
    with living.database.reading() as session:
        documents = {row.public_id: row for row in session.scalars(select(Document))}
        unfinished = session.scalars(select(Job).where(Job.state != "done")).all()
    assert killed >= KILLS
    assert unfinished == []
    assert {name: documents[name].original_sha256 for name in acknowledged} == acknowledged
    assert {row.state for row in documents.values()} == {ACCEPTED}
    assert [row.public_id for row in documents.values() if stored(living, row) != row.sha256] == []


def stored(opened: Installation, document: Document) -> str:
    return hashlib.sha256(b"".join(opened.store.get_stream(document.key))).hexdigest()


def test_an_upload_that_is_not_inspected_yet_is_kept_as_it_came(living, tmp_path):
    assert kill_uploads(tmp_path, ["documents.kept"]) == 1
    with living.database.reading() as session:
        document = session.scalars(select(Document)).one()
    assert document.state == QUARANTINED
    assert stored(living, document) == document.original_sha256
