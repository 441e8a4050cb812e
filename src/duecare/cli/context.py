"""What commands share: settings from the environment, an opened installation, the app, a progress bar."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from flask import Flask

from duecare import workflows
from duecare.app import create_app
from duecare.core import logging
from duecare.core.installation import Installation, open_installation
from duecare.core.requests import EXTENSION
from duecare.settings import Settings, load

Progress = Callable[[int, int], None]


def settings() -> Settings:
    """The settings of this process, with logging set up. Raises `SettingsError`."""
    found = load()
    logging.configure(found)
    return found


@contextmanager
def installation() -> Iterator[Installation]:
    """The installation of the environment, closed afterwards. Every workflow is loaded."""
    workflows.load()
    opened = open_installation(settings())
    try:
        yield opened
    finally:
        opened.database.dispose()


@contextmanager
def app() -> Iterator[Flask]:
    """The app inside its context, for commands that write texts for people."""
    made = create_app(settings())
    try:
        with made.app_context():
            yield made
    finally:
        made.extensions[EXTENSION].database.dispose()


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A bar that a function `(done, total)` moves; on a terminal only."""
    with click.progressbar(length=1, label=label, show_eta=False) as bar:

        def move(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield move
