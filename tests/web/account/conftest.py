"""A browser in front of an installation with its people."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.world import World


@pytest.fixture
def client(app: Flask, world: World) -> FlaskClient:
    return app.test_client()
