"""Kinds of job for tests, and an installation on each database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from duecare.core.installation import Installation, open_installation
from duecare.core.jobs import queue
from duecare.core.jobs.queue import JobKind, Work
from duecare.core.metadata import metadata
from duecare.settings import load as load_settings
from duecare.workflows import load as load_workflows

Declare = Callable[..., JobKind]


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Declare:
    """Declares a kind of job for this test only."""
    monkeypatch.setattr(queue, "_kinds", dict(queue.kinds()))

    def declared(name: str, run: Callable[[Work], None], **options: object) -> JobKind:
        return queue.declare(JobKind(name, name, run, **options))  # type: ignore[arg-type]

    return declared


@pytest.fixture
def place(any_database_url: str, tmp_path: Path) -> Iterator[Installation]:
    """An empty installation on each kind of database."""
    load_workflows()
    settings = load_settings(
        {}, environment="test", database_url=any_database_url, storage_url=f"file://{tmp_path / 'store'}"
    )
    opened = open_installation(settings)
    metadata.create_all(opened.database.engine)
    yield opened
    opened.database.dispose()
