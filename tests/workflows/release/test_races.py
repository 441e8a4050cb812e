"""Fifty people act on the same case at once: one wins, the others are told, nothing is half done."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import func, select

from duecare.core.cases import CaseEvent
from duecare.core.errors import DomainError
from duecare.core.installation import Installation, open_installation
from duecare.core.metadata import metadata
from duecare.settings import load
from duecare.workflows import load as load_workflows
from duecare.workflows.release import operations
from duecare.workflows.release.models import ReleaseRequest
from tests.support import world as worlds
from tests.support.world import World, build

RACERS = 50
AT_ONCE = 8


@pytest.fixture
def racing(any_database_url: str, tmp_path: Path):
    """A world on each kind of database."""
    settings = load(
        {}, environment="test", database_url=any_database_url, storage_url=f"file://{tmp_path / 'store'}"
    )
    load_workflows()
    installation = open_installation(settings)
    metadata.create_all(installation.database.engine)
    yield build(installation)
    installation.database.dispose()


def race(installation: Installation, act: Callable[[int], None]) -> Counter[str]:
    """How the racers ended: `won`, or the name of the error that told them that they lost."""

    def run(number: int) -> str:
        try:
            act(number)
        except DomainError as error:
            return type(error).__name__
        return "won"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(run, range(RACERS)))


def prepared(world: World, status: str) -> ReleaseRequest:
    with world.installation.database.transaction() as session:
        case = worlds.bring_to(world, session, worlds.create(world, session), status)
        if status == "in_progress":
            worlds.add_document(session, case, "authorization")
            worlds.add_document(session, case, "release_package")
            worlds.check_authorization(world, session, case, "intake", "alice")
        return case


def events(world: World, case: ReleaseRequest, action: str) -> int:
    with world.installation.database.reading() as session:
        query = select(func.count()).where(CaseEvent.case_id == case.id, CaseEvent.action == action)
        return session.scalar(query) or 0


def test_fifty_who_log_a_request_get_fifty_numbers_without_a_gap(racing: World) -> None:
    def log(_number: int) -> None:
        with racing.installation.database.transaction() as session:
            worlds.create(racing, session)

    with racing.installation.database.transaction() as session:
        first = worlds.create(racing, session).number
    assert race(racing.installation, log) == {"won": RACERS}
    with racing.installation.database.reading() as session:
        numbers = session.scalars(select(ReleaseRequest.number).order_by(ReleaseRequest.number)).all()
    prefix, _, start = first.rpartition("-")
    assert numbers == [f"{prefix}-{int(start) + place:06d}" for place in range(RACERS + 1)]


def test_of_fifty_who_assign_what_they_saw_one_wins(racing: World) -> None:
    case = prepared(racing, "received")
    people = ("alice", "bob", "quinn")

    def assign(number: int) -> None:
        with racing.installation.database.transaction() as session:
            found = session.get_one(ReleaseRequest, case.id)
            data = {"assignee": racing.people[people[number % len(people)]].public_id}
            operations.act(session, racing.caller("sofia"), found, "assign", data, case.version)

    assert race(racing.installation, assign) == {"won": 1, "Stale": RACERS - 1}
    assert events(racing, case, "assign") == 1


def test_of_fifty_who_submit_one_wins(racing: World) -> None:
    case = prepared(racing, "in_progress")

    def submit(_number: int) -> None:
        with racing.installation.database.transaction() as session:
            found = session.get_one(ReleaseRequest, case.id)
            operations.act(session, racing.caller("alice"), found, "submit_for_review")

    ended = race(racing.installation, submit)
    assert ended["won"] == 1
    assert set(ended) <= {"won", "Stale", "NotPossible"}
    assert events(racing, case, "submit_for_review") == 1
