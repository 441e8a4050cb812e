"""The first people of an installation, and tokens for scripts, from the command line."""

import pytest

ADA = ("users", "add", "ada@example.org", "--name", "Ada Admin", "--role", "administrator")


@pytest.fixture
def opened(run) -> None:
    run("db", "upgrade")
    run(*ADA, "--organisation", "riverside", "--organisation-name", "Riverside General")


def test_the_first_person_opens_their_organisation(run, capsys):
    run("db", "upgrade")
    assert run(*ADA, "--organisation", "riverside", "--organisation-name", "Riverside General") == 0
    assert "ada@example.org is administrator at Riverside General" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("bob@example.org", "--role", "supervisor", "--organisation", "nowhere"), "no organisation"),
        (("bob@example.org", "--role", "king", "--organisation", "riverside"), "no such role"),
        (("no address", "--role", "supervisor", "--organisation", "riverside"), "not right"),
        (("ada@example.org", "--role", "supervisor", "--organisation", "riverside"), "belongs"),
    ],
)
def test_a_person_that_cannot_be_added_is_refused_in_one_line(opened, run, capsys, arguments, reason):
    assert run("users", "add", "--name", "Somebody", *arguments) == 1
    said = capsys.readouterr().err
    assert reason in said
    assert said.count("\n") == 1


def test_a_person_needs_a_role(run):
    assert run("users", "add", "bob@example.org", "--name", "Bob", "--organisation", "riverside") == 2


def test_a_token_is_printed_once(opened, run, capsys):
    capsys.readouterr()
    assert run("tokens", "add", "--user", "ada@example.org", "--scope", "jobs:manage") == 0
    assert capsys.readouterr().out.startswith("duecare_")


def test_a_token_cannot_have_a_scope_that_its_owner_has_not(opened, run, capsys):
    assert run("tokens", "add", "--user", "ada@example.org", "--scope", "releases:read") == 1
    assert "cannot be made" in capsys.readouterr().err


def test_a_disabled_person_is_told_so(opened, run, capsys):
    bob = ("users", "add", "bob@example.org", "--name", "Bob", "--role", "supervisor")
    assert run(*bob, "--organisation", "riverside") == 0
    assert run("users", "disable", "bob@example.org") == 0
    assert "bob@example.org is disabled" in capsys.readouterr().out


def test_the_last_administrator_cannot_be_disabled(opened, run, capsys):
    assert run("users", "disable", "ada@example.org") == 1
    assert "at least one administrator" in capsys.readouterr().err


def test_an_unknown_person_cannot_be_disabled(opened, run):
    assert run("users", "disable", "nobody@example.org") == 1


def test_a_backup_is_made_and_restored_by_command(opened, run, tmp_path, monkeypatch, capsys):
    assert run("backup", str(tmp_path / "backup")) == 0
    monkeypatch.setenv("DUECARE_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    assert run("restore", str(tmp_path / "backup")) == 0
    assert "restored and verified" in capsys.readouterr().out
    assert run("audit", "verify") == 0
    assert run("restore", str(tmp_path / "backup")) == 1
