"""What a process keeps of its reading: by key, for each database, not for ever."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy.orm import Session

from duecare.core.db import Database
from duecare.core.kept import Kept


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'kept.db'}")
    yield opened
    opened.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.reading() as opened:
        yield opened


def test_a_key_is_read_once(session: Session) -> None:
    kept, read = Kept[int](most=10), count()
    assert [kept.get(session, "a", lambda: next(read)) for _ in range(3)] == [0, 0, 0]
    assert kept.get(session, "b", lambda: next(read)) == 1


def test_a_session_that_writes_shares_with_those_that_read(database: Database, session: Session) -> None:
    kept, read = Kept[int](most=10), count()
    with database.transaction() as writing:
        assert kept.get(writing, "a", lambda: next(read)) == kept.get(session, "a", lambda: next(read))


def test_another_database_has_its_own(session: Session, tmp_path: Path) -> None:
    kept, other = Kept[str](most=10), Database(f"sqlite:///{tmp_path / 'other.db'}")
    kept.get(session, "a", lambda: "here")
    with other.reading() as elsewhere:
        assert kept.get(elsewhere, "a", lambda: "there") == "there"
    other.dispose()


def test_what_was_not_asked_for_longest_makes_room(session: Session) -> None:
    kept, read = Kept[int](most=2), count()
    for key in ("a", "b", "a", "c"):
        kept.get(session, key, lambda: next(read))
    assert kept.get(session, "a", lambda: -1) == 0
    assert kept.get(session, "b", lambda: -1) == -1


def test_what_could_not_be_read_is_not_kept(session: Session) -> None:
    kept = Kept[int](most=2)
    with pytest.raises(ZeroDivisionError):
        kept.get(session, "a", lambda: 1 // 0)
    assert kept.get(session, "a", lambda: 1) == 1


def test_threads_may_ask_at_once(database: Database) -> None:
    kept, together, found = Kept[int](most=3), Barrier(8), []

    def ask(first: int) -> None:
        with database.reading() as session:
            together.wait()
            keys = range(first, first + 50)
            found.extend(kept.get(session, key, lambda key=key: key) == key for key in keys)

    threads = [Thread(target=ask, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 400
