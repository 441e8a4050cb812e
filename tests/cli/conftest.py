"""Commands are run in a folder and an environment of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from duecare import cli

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `duecare …` on an installation in the test's own folder and gives the exit status."""
    monkeypatch.setenv("DUECARE_ENVIRONMENT", "test")
    monkeypatch.setenv("DUECARE_DATABASE_URL", f"sqlite:///{tmp_path / 'duecare.db'}")
    monkeypatch.setenv("DUECARE_STORAGE_URL", f"file://{tmp_path / 'store'}")
    monkeypatch.setenv("DUECARE_MAIL_URL", f"file://{tmp_path / 'outbox'}")

    def command(*arguments: str) -> int:
        return cli.main(list(arguments))

    return command
