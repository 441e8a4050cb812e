"""Status, history, audit, clock and jobs change together or not at all: each statement in turn is cut off."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from duecare.core import schema
from duecare.core.backup.folder import packed
from duecare.core.installation import Installation, open_installation
from duecare.core.metadata import metadata
from duecare.core.people.models import Organisation
from duecare.settings import load as load_settings
from duecare.workflows import load as load_workflows
from duecare.workflows.release import operations
from duecare.workflows.release.lifecycle import LIFECYCLE
from duecare.workflows.release.models import ReleaseRequest
from tests.support import world as worlds
from tests.support.world import World

MOST_STATEMENTS = 200


class Cut(Exception):
    """The database was cut off."""


@pytest.fixture
def place(any_database_url: str, tmp_path: Path) -> Iterator[Installation]:
    load_workflows()
    settings = load_settings(
        {}, environment="test", database_url=any_database_url, storage_url=f"file://{tmp_path / 'store'}"
    )
    opened = open_installation(settings)
    schema.upgrade(opened.database)
    yield opened
    opened.database.dispose()


@contextmanager
def cut_after(engine: Engine, statements: int) -> Iterator[Callable[..., None]]:
    """Lets so many statements through and fails the next; gives what stands for the commit."""
    left = statements

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Cut

    event.listen(engine, "before_cursor_execute", count)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", count)


def everything(place: Installation) -> dict[str, list[list[object]]]:
    with place.database.reading() as session:
        return {
            table.name: [
                packed(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in metadata.sorted_tables
        }


Prepare = Callable[[World, Session], ReleaseRequest]


def brought_to(status: str) -> Prepare:
    """A patient's own request where federal law alone governs, so that it may also be extended."""

    def prepare(world: World, session: Session) -> ReleaseRequest:
        session.get_one(Organisation, world.riverside.id).state = "IL"
        session.flush()
        case = worlds.create(
            world, session, request_type="patient_access", requester={"kind": "patient"}, purpose=""
        )
        return worlds.bring_to(world, session, case, status)

    return prepare


def ready(status: str, stage: str, by: str) -> Prepare:
    """An attorney's request with a package, a paper and a checked authorization."""

    def prepare(world: World, session: Session) -> ReleaseRequest:
        case = worlds.bring_to(world, session, worlds.create(world, session), status)
        worlds.add_document(session, case, "authorization")
        worlds.add_document(session, case, "release_package")
        worlds.check_authorization(world, session, case, stage, by)
        return case

    return prepare


def five_days_after_due(case: ReleaseRequest) -> str:
    assert case.first_due_at is not None
    return (case.first_due_at + timedelta(days=5)).date().isoformat()


Data = Callable[[World, ReleaseRequest], dict[str, Any]]
HOLD = {"reason_code": "awaiting_clarification", "reason": "Which admission?"}
REASON = {"reason": "Because"}
FIRINGS: dict[str, tuple[Prepare, str, Data]] = {
    "assign": (
        brought_to("in_progress"),
        "sofia",
        lambda world, _: {"assignee": world.people["bob"].public_id},
    ),
    "submit_for_review": (ready("in_progress", "intake", "alice"), "alice", lambda *_: {}),
    "hold": (brought_to("in_progress"), "alice", lambda *_: HOLD),
    "resume": (brought_to("on_hold"), "alice", lambda *_: {"notes": "The letter arrived"}),
    "complete": (ready("in_review", "release", "quentin"), "quentin", lambda *_: {}),
    "return_for_correction": (
        brought_to("in_review"),
        "quentin",
        lambda *_: {"notes": "Page 3 is missing"},
    ),
    "extend": (
        brought_to("in_progress"),
        "sofia",
        lambda _, case: {"until": five_days_after_due(case), **REASON},
    ),
    "deny": (brought_to("in_progress"), "sofia", lambda *_: {"basis": "no_such_records", **REASON}),
    "cancel": (brought_to("on_hold"), "sofia", lambda *_: REASON),
    "reopen": (brought_to("completed"), "sofia", lambda *_: REASON),
}


def test_every_action_of_the_table_is_cut_off_here():
    assert set(FIRINGS) == {transition.action for transition in LIFECYCLE.transitions}


@pytest.mark.slow
@pytest.mark.parametrize("action", FIRINGS)
def test_an_action_that_fails_after_any_statement_leaves_nothing(place, action):
    prepare, who, data_of = FIRINGS[action]
    world = worlds.build(place)
    with place.database.transaction() as session:
        case = prepare(world, session)
        case_id, data = case.id, data_of(world, case)
    before = everything(place)

    def act(before_commit: Callable[..., None]) -> None:
        with place.database.transaction() as session:
            case = session.get_one(ReleaseRequest, case_id)
            operations.act(session, world.caller(who), case, action, data)
            before_commit()

    statements = first_uncut(place, act, lambda: everything(place) == before)
    assert statements > 8
    assert everything(place) != before


def first_uncut(place: Installation, act: Callable[..., None], nothing_changed: Callable[[], bool]) -> int:
    """How many statements the action takes; after each earlier cut nothing may have changed."""
    for statements in range(MOST_STATEMENTS):
        try:
            with cut_after(place.database.engine, statements) as before_commit:
                act(before_commit)
        except Cut:
            assert nothing_changed(), f"a cut after {statements} statements left something"
        else:
            return statements
    raise AssertionError("the action never came to its end")
