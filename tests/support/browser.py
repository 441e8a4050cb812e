"""Chromium for browser tests: which binary, with which flags, and how it shares a thread with other tests."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path() -> str:
    """The browser named by DUECARE_TEST_CHROMIUM or found on the path; skips the test when there is none."""
    named = os.environ.get("DUECARE_TEST_CHROMIUM")
    if named and not Path(named).is_file():
        pytest.skip(f"no Chromium: DUECARE_TEST_CHROMIUM names {named}, which is not a file")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on the path; install it or set DUECARE_TEST_CHROMIUM")
    return found


@contextmanager
def hidden_event_loop() -> Iterator[None]:
    """Hide the loop that Playwright's synchronous API leaves running in this thread.

    Without this, a later test in the same process could not call `asyncio.run`.
    """
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)
