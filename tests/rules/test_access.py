"""Rules about the routes themselves: each declares who may call it, reads well, and is safe to call."""

import inspect
import re

import pytest

from duecare.app import create_app
from duecare.core import requests
from duecare.settings import load as load_settings

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
WORD = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)?$")
PARAMETER = re.compile(r"<(?:(?P<converter>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
COUNTED = {"page": "the number of a page of a document, within a document behind its access check"}
ACTION_CODES = re.compile(r"/actions/[a-z_]+$")
NO_CSRF = {
    "api": "a bearer token, which no browser sends by itself",
    "hooks": "a signature of the body",
}
WRITES_ON_GET = {
    "admin.audit_export": "notes in the audit log that the log was taken out",
    "public_pickup.package": "counts and audits that the package was fetched",
    "public_status.letter": "audits that a letter was fetched",
}


@pytest.fixture(scope="module")
def app():
    return create_app(load_settings({}, environment="test", database_url="sqlite://"))


@pytest.fixture(scope="module")
def routes(app):
    return list(app.url_map.iter_rules())


def source_of(app, endpoint):
    return inspect.getsource(inspect.unwrap(app.view_functions[endpoint]))


def test_every_route_declares_who_may_call_it(app, routes):
    bare = [f"{rule.rule} ({rule.endpoint})" for rule in routes if not requests.rule_of(app, rule.endpoint)]
    assert not bare, "declare public(…), signed_in or requires(…) on: " + ", ".join(bare)


def test_every_public_route_says_why_that_is_safe(app, routes):
    found = {rule.endpoint: requests.rule_of(app, rule.endpoint) for rule in routes}
    assert not [endpoint for endpoint, rule in found.items() if rule.is_public and not rule.reason.strip()]


def test_every_permission_that_a_route_asks_for_is_granted_to_some_role(app, routes):
    from duecare.core.access import all_roles

    granted = frozenset().union(*(role.permissions for role in all_roles()))
    asked = {requests.rule_of(app, rule.endpoint).permission for rule in routes} - {None}
    assert asked <= granted


def test_addresses_are_in_kebab_case(routes):
    strange = [
        rule.rule
        for rule in routes
        for part in PARAMETER.sub("x", ACTION_CODES.sub("", rule.rule)).strip("/").split("/")
        if part and not WORD.match(part)
    ]
    assert not strange


def test_no_address_counts_rows(routes):
    """Ids in addresses are opaque or numbers behind an access check: a counter could be guessed."""
    counted = [
        rule.rule
        for rule in routes
        for found in PARAMETER.finditer(rule.rule)
        if found["converter"] in {"int", "float"} and found["name"] not in COUNTED
    ]
    assert not counted


def test_reading_a_page_changes_nothing(app, routes):
    writing = {
        rule.endpoint
        for rule in routes
        if not rule.methods & UNSAFE and "transaction(" in source_of(app, rule.endpoint)
    }
    assert writing == set(WRITES_ON_GET)


def test_every_unsafe_request_carries_a_token_against_forgery(app):
    csrf = app.extensions["csrf"]
    blueprints = {getattr(each, "name", each) for each in csrf._exempt_blueprints}
    assert (blueprints, csrf._exempt_views) == (set(NO_CSRF), set())
