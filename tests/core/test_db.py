"""What a session keeps of its reads, and how writers of SQLite wait for each other."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from duecare.core import db
from duecare.core.db import Database, once, remember

KEY = ("documents", 1)


@pytest.fixture
def session() -> Iterator[Session]:
    with Session() as opened:
        yield opened


def test_a_session_that_may_write_reads_anew_each_time(session: Session) -> None:
    answers = count()
    assert [once(session, KEY, lambda: next(answers)) for _ in range(2)] == [0, 1]


def test_a_session_that_remembers_reads_once(session: Session) -> None:
    remember(session)
    answers = count()
    assert [once(session, KEY, lambda: next(answers)) for _ in range(2)] == [0, 0]


def test_what_differs_by_key_is_read_apart(session: Session) -> None:
    remember(session)
    assert (once(session, KEY, lambda: "one"), once(session, ("documents", 2), lambda: "two")) == (
        "one",
        "two",
    )


def test_remembering_again_forgets_what_was_read_before_a_write(session: Session) -> None:
    remember(session)
    once(session, KEY, lambda: "before")
    remember(session)
    assert once(session, KEY, lambda: "after") == "after"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'db.db'}")
    with opened.transaction() as session:
        session.execute(text("CREATE TABLE said (word TEXT)"))
    yield opened
    opened.dispose()


def words(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(text("SELECT word FROM said ORDER BY rowid")))


def test_a_writer_waits_for_the_one_before(database: Database) -> None:
    asks = Event()

    def second() -> None:
        asks.set()
        with database.transaction() as session:
            session.execute(text("INSERT INTO said VALUES ('second')"))

    waiting = Thread(target=second)
    with database.transaction() as session:
        session.execute(text("INSERT INTO said VALUES ('first')"))
        waiting.start()
        asks.wait(5)
        waiting.join(0.05)
        assert waiting.is_alive()
    waiting.join(5)
    assert words(database) == ["first", "second"]


def test_a_writer_who_waited_too_long_is_told_and_the_connection_stays_good(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as first:
        first.execute(text("INSERT INTO said VALUES ('first')"))
        monkeypatch.setattr(db, "BUSY_SECONDS", 0.01)
        with pytest.raises(OperationalError, match="locked"), database.transaction() as second:
            second.execute(text("INSERT INTO said VALUES ('second')"))
    with database.transaction() as third:
        third.execute(text("INSERT INTO said VALUES ('third')"))
    assert words(database) == ["first", "third"]


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("INSERT INTO said VALUES ('first')"))
        assert words(database) == []
