"""What every test may ask for: databases, a browser, and the rules of a run."""

import os
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from duecare.app import create_app
from duecare.core.installation import Installation, open_installation
from duecare.core.language import Languages
from duecare.settings import Settings
from duecare.settings import load as load_settings
from duecare.workflows import load as load_workflows
from tests.support import once
from tests.support.browser import FLAGS, chromium_path, hidden_event_loop
from tests.support.databases import MARIADB, POSTGRESQL, temporary_database
from tests.support.no_skips import NoSkips
from tests.support.world import World, build

hypothesis_settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile(
    "ci", hypothesis_settings.get_profile("local"), derandomize=True, print_blob=True
)
hypothesis_settings.load_profile("local")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips",
        action="store_true",
        default=os.environ.get("DUECARE_TEST_NO_SKIPS") == "1",
        help="a skipped test fails, naming its reason (also DUECARE_TEST_NO_SKIPS=1)",
    )


def pytest_configure(config: pytest.Config) -> None:
    load_workflows()  # before a test looks at what is declared and puts it back as it was
    if config.getoption("--no-skips"):
        config.pluginmanager.register(NoSkips(), "no-skips")


def pytest_collection_finish() -> None:
    once.spare_the_collector()


NEEDS = {
    "browser": "browser",
    "postgresql_url": "servers",
    "mariadb_url": "servers",
}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test by what its fixtures need, so that nobody forgets to."""
    for fixture, marker in NEEDS.items():
        if fixture in getattr(item, "fixturenames", ()):
            item.add_marker(marker)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'duecare.db'}"


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    with temporary_database(POSTGRESQL) as url:
        yield url


@pytest.fixture
def mariadb_url() -> Iterator[str]:
    with temporary_database(MARIADB) as url:
        yield url


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.servers),
        pytest.param("mariadb", marks=pytest.mark.servers),
    ]
)
def any_database_url(request: pytest.FixtureRequest) -> str:
    """An empty database of each kind that duecare supports, one after the other."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run; tests take `page` or make their own contexts."""
    path = chromium_path()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def browser_context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile of the test's own: no cookie or storage of another test."""
    context = browser.new_context(locale="en-US", timezone_id="America/New_York", reduced_motion="reduce")
    yield context
    context.close()


@pytest.fixture
def page(browser_context: BrowserContext) -> Page:
    return browser_context.new_page()


@pytest.fixture(autouse=True)
def _no_foreign_event_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    with nullcontext() if "browser" in request.fixturenames else hidden_event_loop():
        yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation that lives in the test's own folder."""
    return load_settings(
        {},
        environment="test",
        database_url=f"sqlite:///{tmp_path / 'duecare.db'}",
        storage_url=f"file://{tmp_path / 'store'}",
        mail_url=f"file://{tmp_path / 'outbox'}",
    )


@pytest.fixture
def installation(settings: Settings) -> Iterator[Installation]:
    """An installation with every table and nothing in it."""
    once.empty_database(settings.database_url)
    opened = open_installation(settings)
    yield opened
    opened.database.dispose()


@pytest.fixture
def world(installation: Installation) -> World:
    """Two hospitals and their people; see `tests.support.world`."""
    return build(installation)


@pytest.fixture
def app(settings: Settings, installation: Installation) -> Flask:
    """The web app of the installation."""
    app = create_app(settings, installation)
    app.jinja_env.bytecode_cache = once.COMPILED
    return app


@pytest.fixture(autouse=True)
def _language() -> Iterator[None]:
    """Texts are English where a test sets no other language."""
    with Flask("texts").app_context() as context:
        Languages(context.app)
        yield
