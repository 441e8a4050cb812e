"""A server of the test's own, and people who sign in to it with their passwords."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from duecare.core.installation import Installation
from tests.support import world as worlds
from tests.system.desk import Desk, Visitor
from tests.system.serving import Served, served

TIMEOUT_MILLISECONDS = 30_000


@pytest.fixture
def patient_expectations() -> Iterator[None]:
    """What is expected of a page may take long: the server shares the machine with other tests."""
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def fill() -> Callable[[Installation], object]:
    """What is in the database when the server starts."""
    return worlds.build


@pytest.fixture
def server(
    tmp_path: Path, fill: Callable[[Installation], object], patient_expectations: None
) -> Iterator[Served]:
    """`duecare serve` with its jobs child."""
    with served(tmp_path, fill) as running:
        yield running


@pytest.fixture
def profiles(browser: Browser) -> Iterator[Callable[[], BrowserContext]]:
    """Makes browser profiles, so that several people are at work at once."""
    made: list[BrowserContext] = []

    def make() -> BrowserContext:
        context = browser.new_context(locale="en-US", timezone_id="America/Chicago", reduced_motion="reduce")
        context.set_default_timeout(TIMEOUT_MILLISECONDS)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def at_desk(server: Served, profiles: Callable[[], BrowserContext]) -> Callable[[str], Desk]:
    """Signs a person of the world in, by name."""

    def sign_in(name: str) -> Desk:
        desk = Desk(profiles().new_page(), server.address)
        desk.sign_in(f"{name}@duecare.example", worlds.PASSWORD)
        return desk

    return sign_in


@pytest.fixture
def visitor(server: Served, profiles: Callable[[], BrowserContext]) -> Visitor:
    """Somebody without an account."""
    return Visitor(profiles().new_page(), server.address)
