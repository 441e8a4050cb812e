"""What each command says, and its exit status: 0 done, 1 failed with a reason, 2 wrong use."""

import pytest
from sqlalchemy import text

from duecare import cli
from duecare.core.db import Database


@pytest.mark.parametrize("command", sorted(cli.commands.commands))
def test_every_command_explains_itself(run, capsys, command):
    assert run(command, "--help") == 0
    assert "Usage: duecare" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("jobs", "run"),
        ("jobs", "run", "nonsense"),
        ("jobs", "run", "notices.send", "--at", "yesterday"),
        ("jobs", "run", "notices.send", "--at", "2026-03-02T06:00:00"),
        ("serve", "--port", "0"),
        ("serve", "--workers", "none"),
    ],
)
def test_wrong_use_is_status_2(run, arguments):
    assert run(*arguments) == 2


def test_wrong_settings_are_all_named(run, capsys, monkeypatch):
    monkeypatch.setenv("DUECARE_COLOUR", "blue")
    monkeypatch.setenv("DUECARE_LOG_LEVEL", "loud")
    assert run("db", "check") == 2
    said = capsys.readouterr().err
    assert "DUECARE_COLOUR is not a setting" in said
    assert "DUECARE_LOG_LEVEL" in said


def test_the_schema_is_made_and_then_holds(run, capsys):
    assert run("db", "check") == 1
    assert "duecare db upgrade" in capsys.readouterr().err
    assert run("db", "upgrade") == 0
    assert run("db", "check") == 0
    assert "as it should be" in capsys.readouterr().out


def test_every_kind_of_job_is_listed_with_its_schedule(run, capsys):
    run("db", "upgrade")
    assert run("jobs", "list") == 0
    assert "documents.inspect" in capsys.readouterr().out


def test_a_job_without_anything_due_runs_to_an_end(run):
    run("db", "upgrade")
    assert run("jobs", "run", "notices.send") == 0


def test_a_database_without_tables_is_told_in_one_line(run, capsys):
    assert run("jobs", "list") == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_audit_log_of_a_new_installation_holds(run, capsys):
    run("db", "upgrade")
    assert run("audit", "verify") == 0


def test_a_broken_audit_chain_is_named(run, capsys, tmp_path):
    run("db", "upgrade")
    database = Database(f"sqlite:///{tmp_path / 'duecare.db'}")
    with database.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO audit_heads (chain, sequence, hash, last_change) VALUES (7, 3, 'x', 3)")
        )
    database.dispose()
    assert run("audit", "verify") == 1
    assert "chain 7, entry 1" in capsys.readouterr().err
