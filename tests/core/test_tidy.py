"""The nightly tidying deletes what is stale and nothing else, and what it did can be read."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from duecare.core import throttle, tidy, unsent
from duecare.core.access import SYSTEM
from duecare.core.documents import operations
from duecare.core.documents.models import Document
from duecare.core.documents.store import StoreUnavailable
from duecare.core.idempotency import Asked, Memory, RememberedAnswer
from duecare.core.jobs.models import Job
from duecare.core.jobs.runner import run_now
from duecare.core.people.models import Throttle
from duecare.core.time import now
from duecare.core.unsent import UnsentForm
from duecare.workflows.release import drafts
from duecare.workflows.release.public_models import PublicDraft
from tests.support import world as worlds
from tests.support.world import World

LATER = timedelta(days=3)


def tidied(world: World) -> dict[str, int]:
    """Runs the job; gives what it said."""
    run_now(world.installation, tidy.TIDY)
    with world.installation.database.reading() as session:
        job = session.scalars(select(Job).where(Job.name == tidy.TIDY).order_by(Job.id.desc())).first()
    assert job.state == "done"
    return {name: count for name, count in job.result.items() if count}


def landed(world: World, name: str) -> operations.Landed:
    path = Path(__file__)
    with path.open("rb") as stream:
        return operations.land(world.installation.store, stream, name, 1_000_000)


def fill(world: World) -> None:
    """One of everything that goes stale."""
    alice = world.people["alice"].id
    with world.installation.database.transaction() as session:
        throttle.hit(session, "a key", 5, timedelta(minutes=1))
        unsent.keep(session, alice, world.riverside.id, "/releases/new", [("notes", "x")])
        memory, asked = Memory(world.installation.settings.key), Asked(world.caller("alice"), "k", "r", b"")
        memory.keep(memory.claim(session, asked), {"status": 201})
        draft, _token = drafts.begin(session, world.riverside)
        drafts.add_file(session, draft, "identification", landed(world, "of a draft.txt"))
    landed(world, "of a form that was never sent.txt")


def rows(world: World) -> int:
    counted = (Throttle, UnsentForm, RememberedAnswer, PublicDraft)
    with world.installation.database.reading() as session:
        return sum(session.scalar(select(func.count()).select_from(model)) or 0 for model in counted)


def keys(world: World) -> set[str]:
    return {each.key for each in world.installation.store.list()}


def test_what_is_fresh_stays(world: World):
    fill(world)
    before = keys(world)
    assert tidied(world) == {}
    assert (rows(world), keys(world)) == (4, before)


def test_what_is_stale_goes_and_is_counted(world: World, time_machine):
    fill(world)
    time_machine.move_to(now() + LATER, tick=False)
    assert tidied(world) == {
        "tries": 1,
        "unsent forms": 1,
        "remembered answers": 1,
        "landed files": 1,
        "public forms": 1,
    }
    assert (rows(world), keys(world)) == (0, set())
    assert tidied(world) == {}


def test_a_document_that_waits_for_its_inspection_stays_however_long(world: World, time_machine):
    file = landed(world, "waiting.txt")
    with world.installation.database.transaction() as session:
        case = worlds.create(world, session)
        operations.attach(session, SYSTEM, case, "correspondence", file)
    time_machine.move_to(now() + timedelta(days=30), tick=False)
    assert "landed files" not in tidied(world)
    assert file.key in keys(world)
    with world.installation.database.reading() as session:
        assert session.scalars(select(Document)).one().key == file.key


def test_a_write_that_a_crash_cut_short_goes(world: World, tmp_path: Path):
    partial = tmp_path / "store" / ".incoming" / "cut.part"
    landed(world, "makes the folder.txt")
    partial.write_bytes(b"half")
    assert tidied(world) == {}
    old = (now() - LATER).timestamp()
    os.utime(partial, (old, old))
    assert tidied(world) == {"unfinished writes": 1}
    assert not partial.exists()


def test_a_store_that_is_down_is_tried_again_and_hides_no_chore_done(world: World, time_machine, monkeypatch):
    fill(world)
    time_machine.move_to(now() + LATER, tick=False)

    def down(*_: object) -> None:
        raise StoreUnavailable("down")

    monkeypatch.setattr(type(world.installation.store), "remove_abandoned", down)
    assert [job.state for job in run_now(world.installation, tidy.TIDY)] == ["waiting"]
    assert rows(world) == 1
    monkeypatch.undo()
    assert tidied(world)["public forms"] == 1


def test_two_chores_of_one_name_are_a_mistake():
    with pytest.raises(ValueError, match="two chores"):
        tidy.also("tries", lambda _work: 0)
