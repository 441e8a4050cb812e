"""One key, one effect, on every database, whoever comes first."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from duecare.core.idempotency import Asked, Memory
from duecare.core.installation import Installation, open_installation
from duecare.core.metadata import metadata
from duecare.settings import load
from tests.support.world import build

RACERS = 4


@pytest.fixture
def elsewhere(any_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation on each kind of database."""
    store = f"file://{tmp_path_factory.mktemp('store')}"
    opened = open_installation(load({}, environment="test", database_url=any_database_url, storage_url=store))
    metadata.create_all(opened.database.engine)
    yield opened
    opened.database.dispose()


def test_racers_under_one_key_get_the_answer_of_the_first(elsewhere: Installation) -> None:
    asked = Asked(build(elsewhere).caller("alice"), "key", "POST /releases", b"{}")
    memory, start = Memory("a secret"), Barrier(RACERS)

    def race(number: int) -> tuple[bool, int]:
        start.wait()
        with elsewhere.database.transaction() as session:
            row = memory.claim(session, asked)
            if known := memory.recall(row):
                return False, known["winner"]
            memory.keep(row, {"winner": number})
            return True, number

    with ThreadPoolExecutor(RACERS) as pool:
        results = list(pool.map(race, range(RACERS)))
    assert sum(won for won, _ in results) == 1
    assert len({winner for _, winner in results}) == 1
