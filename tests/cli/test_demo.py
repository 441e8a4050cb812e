"""`duecare demo` on data that is there already: kept when it fits this version, else made anew."""

import socket
import sqlite3
from pathlib import Path

import pytest

from duecare.cli.demo import FILLED, FOLDER
from duecare.core import schema
from duecare.core.db import Database
from duecare.core.metadata import metadata
from duecare.demo import load

ANEW = "made by another version of duecare. It is made anew."


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A folder of the test's own; each time that the demonstration's data is made leaves a word here."""
    monkeypatch.chdir(tmp_path)
    made: list[str] = []
    monkeypatch.setattr("duecare.demo.load.fill", lambda *_: made.append("made"))
    return made


@pytest.fixture
def demo(run, filled, capsys):
    """Runs `duecare demo --fill-only`; gives what it said."""

    def command() -> str:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        assert run("demo", "--fill-only", "--port", str(port)) == 0
        return capsys.readouterr().out

    return command


def change(statement: str) -> None:
    connection = sqlite3.connect(FOLDER / "duecare.db")
    with connection:
        connection.execute(statement)
    connection.close()


def drop_a_table() -> None:
    change("DROP TABLE unsent_forms")


def forget_the_revision() -> None:
    change("UPDATE alembic_version SET version_num = '0000'")


def garble_the_database() -> None:
    (FOLDER / "duecare.db").write_bytes(b"no database at all" * 500)
    for name in ("duecare.db-wal", "duecare.db-shm"):
        (FOLDER / name).unlink(missing_ok=True)


def be_of_an_older_edition() -> None:
    (FOLDER / FILLED).write_text("1")


def be_of_the_first_edition() -> None:
    (FOLDER / FILLED).write_text("")


AGES = (
    drop_a_table,
    forget_the_revision,
    garble_the_database,
    be_of_an_older_edition,
    be_of_the_first_edition,
)


def test_data_of_this_version_is_kept(demo, filled):
    demo()
    assert ANEW not in demo()
    assert filled == ["made"]


@pytest.mark.parametrize("age", AGES)
def test_data_of_another_version_is_made_anew_and_that_is_said(demo, filled, age):
    assert ANEW not in demo()
    age()
    assert ANEW in demo()
    assert filled == ["made", "made"]
    database = Database(f"sqlite:///{FOLDER / 'duecare.db'}")
    assert schema.faults(database, metadata) == []
    database.dispose()
    assert (FOLDER / FILLED).read_text() == load.EDITION


def test_data_that_was_broken_off_is_made_again(demo, filled):
    demo()
    (FOLDER / FILLED).unlink()
    assert ANEW not in demo()
    assert filled == ["made", "made"]
