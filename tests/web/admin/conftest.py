"""A browser of each kind of person, and forms sent the way a browser sends them."""

import re

import pytest

from tests.support.world import sign_in_as


class Visitor:
    """Somebody at a browser: opens pages, sends forms with the page's token."""

    def __init__(self, client):
        self.client = client

    def get(self, path, **arguments):
        return self.client.get(path, **arguments)

    def send(self, path, fields=None, page=None):
        """Sends a form; its token comes from `page` (or the form's own address)."""
        html = self.client.get(page or "/admin/people/invite").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', html)[1]
        return self.client.post(path, data={**(fields or {}), "csrf_token": token})


@pytest.fixture
def visit(app, world):
    """Signs a person of the world in."""
    return lambda name: Visitor(sign_in_as(app, world, name))


@pytest.fixture
def adam(visit):
    """The administrator of Riverside."""
    return visit("adam")
