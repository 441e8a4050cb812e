"""A client of the JSON API per person of the world, each with a token of their own."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.api import ApiClient, issue_token
from tests.support.world import World


@pytest.fixture
def client_of(app: Flask, world: World) -> Callable[..., ApiClient]:
    """`client_of("alice")`, `client_of("alice", scopes={"releases:read"})`."""

    def make(name: str, **token: Any) -> ApiClient:
        return ApiClient(app, issue_token(world, name, **token))

    return make


@pytest.fixture
def alice(client_of: Callable[..., ApiClient]) -> ApiClient:
    return client_of("alice")


@pytest.fixture
def sofia(client_of: Callable[..., ApiClient]) -> ApiClient:
    return client_of("sofia")


@pytest.fixture
def quentin(client_of: Callable[..., ApiClient]) -> ApiClient:
    return client_of("quentin")


@pytest.fixture
def charlie(client_of: Callable[..., ApiClient]) -> ApiClient:
    """A stranger: a specialist of the other organisation."""
    return client_of("charlie")


@pytest.fixture
def nobody(app: Flask) -> ApiClient:
    return ApiClient(app, None)


@pytest.fixture
def release(alice: ApiClient) -> dict[str, Any]:
    """A new release of Riverside, as its creation answered."""
    answer: TestResponse = alice.post("/releases", json=alice.new_release())
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.get_json()
    return created
