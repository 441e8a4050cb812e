"""A desk with a signed-in person, and the forms they fill."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from duecare.core.jobs import runner
from duecare.workflows.release.models import ReleaseRequest
from tests.support import world as worlds
from tests.support.world import World

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def signed_in(app: Flask, world: World) -> SignIn:
    """Gives the browser of a person of the world."""
    app.config["WTF_CSRF_ENABLED"] = False
    return lambda name: worlds.sign_in_as(app, world, name)


@pytest.fixture
def case_in(world: World) -> Callable[..., ReleaseRequest]:
    """Makes a request and brings it to a status."""

    def make(status: str = "received", **changes: object) -> ReleaseRequest:
        with world.installation.database.transaction() as session:
            return worlds.bring_to(world, session, worlds.create(world, session, **changes), status)

    return make


@pytest.fixture
def run_jobs(world: World) -> Callable[[], int]:
    """Runs every due job."""
    return lambda: runner.run_due(world.installation)
