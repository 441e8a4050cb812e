"""The dashboard's figures are kept, and never out of date for anybody who changed something."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from duecare.core import queues, requests
from duecare.core.audit import last_change
from duecare.workflows.release import operations
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.overview import Overview, overview, read
from duecare.workflows.release.question import parse
from tests.support.pages import statements
from tests.support.world import World, create

MONDAY = datetime(2026, 3, 2, 15, 0, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MONDAY, tick=False) as travelling:
        yield travelling


def seen(world: World, at: datetime, by: str = "sofia", look=overview) -> Overview:
    scope = queues.scope_of(world.caller(by))
    assert scope is not None
    question = parse({}, at.astimezone(ZoneInfo(scope.zone)).date())
    with world.installation.database.reading() as session:
        return look(session, scope, question, at)


def asked_of(world: World, at: datetime) -> int:
    with statements(world.installation) as asked:
        seen(world, at)
    return len(asked)


def test_figures_are_read_once_while_nothing_changes(world: World):
    assert asked_of(world, MONDAY) == 5
    assert asked_of(world, MONDAY + timedelta(seconds=30)) == 1


def test_a_request_that_was_logged_or_assigned_is_counted_at_once(world: World):
    assert seen(world, MONDAY).present.total.open == 0
    with world.installation.database.transaction() as session:
        case = create(world, session, "alice")
    assert (seen(world, MONDAY).present.unassigned, seen(world, MONDAY).present.total.open) == (1, 1)
    with world.installation.database.transaction() as session:
        mine = session.get_one(ReleaseRequest, case.id)
        operations.act(
            session, world.caller("sofia"), mine, "assign", {"assignee": world.people["bob"].public_id}
        )
    assert seen(world, MONDAY).present.unassigned == 0


def test_what_was_rolled_back_is_not_counted(world: World):
    with world.installation.database.trial() as session:
        create(world, session, "alice")
        session.flush()
    assert seen(world, MONDAY).present.total.open == 0


def test_what_becomes_overdue_is_counted_within_a_minute(world: World):
    with world.installation.database.transaction() as session:
        due = create(world, session, "alice").due_at
    assert due is not None
    assert seen(world, due - timedelta(seconds=1)).present.total.overdue == 0
    assert seen(world, due + timedelta(seconds=60)).present.total.overdue == 1


def test_kept_figures_equal_those_read_anew(world: World):
    with world.installation.database.transaction() as session:
        create(world, session, "alice")
    seen(world, MONDAY)
    assert seen(world, MONDAY) == seen(world, MONDAY, look=read)


def test_another_organisation_is_counted_apart(world: World):
    with world.installation.database.transaction() as session:
        create(world, session, "alice")
    assert seen(world, MONDAY).present.total.open == 1
    assert seen(world, MONDAY, by="sven").present.total.open == 0


def test_who_only_reads_changes_nothing(app, world: World):
    def change() -> int:
        with world.installation.database.reading() as session:
            return last_change(session, world.riverside.id)

    with world.installation.database.transaction() as session:
        create(world, session, "alice")
    before = change()
    with app.test_request_context():
        requests.g.caller = world.caller("sofia")
        requests.note_read("cases.listed", "inbox")
        requests.write_reads()
    assert (before > 0, change()) == (True, before)
