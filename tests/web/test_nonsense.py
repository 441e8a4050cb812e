"""Nonsense in addresses, forms and bodies: no page answers it with a fault of its own."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask, url_for
from werkzeug.routing import BuildError, Rule
from werkzeug.test import TestResponse

from tests.support import world as worlds
from tests.support.world import World, sign_in_as

NONSENSE = (
    "\0",
    "A" * 20_000,
    "-1",
    "9" * 23,
    "0001-01-01",
    "9999-12-31",
    "\u202e<script>&'\"%00",
    "[]",
    "=1+1",
)
BODIES = (b"{", b"[]", b"null", b'"x"', b'{"a": "\\ud800"}', b"[" * 5000, b"\xff\xfe")
ASKED = (
    *(
        "q",
        "status",
        "assignee",
        "overdue",
        "priority",
        "sort",
        "cursor",
        "from",
        "to",
        "type",
        "limit",
        "age",
    ),
    *(
        "who",
        "action",
        "subject",
        "since",
        "until",
        "before",
        "document",
        "kept",
        "next",
        "year",
        "lang",
        "due",
    ),
)
SENT = (
    "version",
    "notes",
    "reason",
    "act",
    "json",
    "order",
    "chosen",
    "letter",
    "decision",
    "day",
    "assignee",
    "code",
)
NAMED = {
    "workflow": "release",
    "request_type": "third_party",
    "stage": "intake",
    "code": "riverside",
    "locale": "en",
    "action": "hold",
    "name": "purpose",
    "day": date(2026, 7, 3),
    "page": 1,
}
INTERNAL_ERROR = 500
pytestmark = pytest.mark.slow


@pytest.fixture
def number(world: World) -> str:
    with world.installation.database.transaction() as session:
        return worlds.create(world, session, "alice").number


def paths(app: Flask, method: str, number: str) -> list[str]:
    """An address of every page that takes a method, with ids that mostly name nothing."""
    found = set()
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and not rule.endpoint.startswith(("assets", "security.logout")):
            found.add(address(app, rule, number))
    return sorted(found - {""})


def address(app: Flask, rule: Rule, number: str) -> str:
    named = NAMED | {"number": number}
    try:
        with app.test_request_context():
            return url_for(rule.endpoint, **{name: named.get(name, "x" * 32) for name in rule.arguments})
    except (BuildError, ValueError):
        return ""


def failing(answers: Iterator[tuple[str, str, TestResponse]]) -> list[tuple[str, str]]:
    """Where a page failed, and at what."""
    found = []
    for path, given, answer in answers:
        answer.get_data()
        if answer.status_code >= INTERNAL_ERROR:
            found.append((path, given[:20]))
    return found


@pytest.mark.parametrize("who", ["sofia", "adam", "priya"])
def test_no_page_fails_at_a_nonsensical_address(app: Flask, world: World, number: str, who: str) -> None:
    app.testing = False
    client = sign_in_as(app, world, who)
    answers = (
        (path, nonsense, client.get(path, query_string=dict.fromkeys(ASKED, nonsense)))
        for path in paths(app, "GET", number)
        for nonsense in NONSENSE
    )
    assert failing(answers) == []


@pytest.mark.parametrize("who", ["alice", "sofia", "adam"])
def test_no_page_fails_at_a_nonsensical_form(app: Flask, world: World, number: str, who: str) -> None:
    app.testing = False
    app.config["WTF_CSRF_ENABLED"] = False
    client = sign_in_as(app, world, who)

    def answers() -> Iterator[tuple[str, str, TestResponse]]:
        for path in paths(app, "POST", number):
            fields = {*SENT, *re.findall(r'name="([^"]+)"', client.get(path).get_data(as_text=True))}
            for nonsense in NONSENSE:
                yield path, nonsense, client.post(path, data=dict.fromkeys(fields, nonsense))
            for body in BODIES:
                yield path, repr(body), client.post(path, data=body, content_type="application/json")

    assert failing(answers()) == []


def test_a_page_takes_no_json(app: Flask, world: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    answer = sign_in_as(app, world, "adam").post("/account", json={"name": "Adam"})
    assert answer.status_code == 415
