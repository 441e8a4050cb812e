"""What every answer carries, and what no page may ask of a browser.

Rules of routes: `tests/rules`; ends of sessions and guessing at sign-in: `tests/web/account`; guessing of
tracking codes and pickups: `tests/workflows/release`.
"""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from duecare.app import create_app
from duecare.core.installation import Installation
from duecare.core.jobs import runner
from duecare.settings import Settings
from duecare.web import hooks
from tests.core.documents import made
from tests.support import world as worlds
from tests.support.api import ApiClient, issue_token
from tests.support.world import World

PARAMETER = re.compile(r"<(?:(?P<converter>[^:>]+):)?(?P<name>\w+)>")
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
WITHOUT_FORMS = ("api.", f"{hooks.pages.name}.")
SOURCES = ("src", "href", "action", "formaction", "poster", "data", "srcset")
ACTIVE_SCHEMES = {"javascript", "data", "vbscript"}
STORABLE = "assets.file"
CLOSED = {"'none'", "'self'", "'self' data:"}


class _Asked(HTMLParser):
    """What a page has the browser fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.inline: list[str] = []
        self._is_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.addresses += [given[name] for name in SOURCES if name in given]
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        self.inline += [tag] if tag == "style" else []
        self._is_script = tag == "script" and "src" not in given and "json" not in given.get("type", "")

    def handle_data(self, data: str) -> None:
        if self._is_script and data.strip():
            self.inline.append(data)


@pytest.fixture
def number(world: World) -> str:
    with world.installation.database.transaction() as session:
        return worlds.bring_to(world, session, worlds.create(world, session), "in_progress").number


def address(rule: Rule, number: str) -> str:
    """An address of the rule: of the case where there is one, of something unknown for the rest."""
    known = {"number": number, "code": "riverside", "step": "who", "page": "1", "stage": "intake"}
    known |= {"action": "hold", "kind": "csv", "file_format": "csv", "name": "notes", "id": "x"}
    return PARAMETER.sub(lambda found: known.get(found["name"], "x"), rule.rule)


def everybody(app: Flask, world: World) -> Iterator[FlaskClient]:
    yield app.test_client()
    for name in ("alice", "sofia", "quentin", "adam"):
        yield worlds.sign_in_as(app, world, name)


def every_answer(app: Flask, world: World, number: str) -> Iterator[tuple[Rule, TestResponse]]:
    """Each address that can be read, as each kind of person, and an address that does not exist."""
    app.testing = False
    for client in everybody(app, world):
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()):
                with client.get(address(rule, number)) as answer:
                    yield rule, answer


@pytest.fixture
def answers(app: Flask, world: World, number: str) -> list[tuple[Rule, TestResponse]]:
    return [(rule, answer) for rule, answer in every_answer(app, world, number)]


def test_every_answer_carries_the_headers_of_a_careful_site(answers: list[tuple[Rule, TestResponse]]) -> None:
    for rule, answer in answers:
        headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff", rule
        assert headers["X-Frame-Options"] == "DENY", rule
        assert headers["Referrer-Policy"] == "same-origin", rule
        directives = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert directives["default-src"] == "'none'", rule
        assert set(directives.values()) <= CLOSED, rule
        assert directives["script-src"] == directives["style-src"] == "'self'", rule


def test_nothing_but_assets_is_stored(answers: list[tuple[Rule, TestResponse]]) -> None:
    stored = {rule.endpoint for rule, answer in answers if answer.headers.get("Cache-Control") != "no-store"}
    assert stored <= {STORABLE}


def test_no_page_asks_another_origin_or_runs_anything_inline(
    answers: list[tuple[Rule, TestResponse]],
) -> None:
    pages = [(rule, answer) for rule, answer in answers if answer.mimetype == "text/html"]
    assert sum(answer.status_code == 200 for _, answer in pages) > 20
    for rule, answer in pages:
        asked = _Asked()
        asked.feed(answer.text)
        assert asked.inline == [], rule
        parts = [urlsplit(each) for each in asked.addresses]
        assert [each for each in parts if each.netloc or each.scheme in ACTIVE_SCHEMES] == [], rule


def test_no_answer_is_an_unforeseen_error(answers: list[tuple[Rule, TestResponse]]) -> None:
    assert [str(rule) for rule, answer in answers if answer.status_code == 500] == []


def test_an_unknown_address_and_a_wrong_method_carry_them_too(app: Flask, world: World) -> None:
    client = app.test_client()
    for answer in (client.get("/no/such/page"), client.delete("/releases"), client.get("/api/v1/nothing")):
        assert answer.status_code in {404, 405}
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("name", [None, "alice", "sofia", "quentin", "adam"])
def test_no_unsafe_request_without_a_token_gets_to_its_page(
    app: Flask, world: World, number: str, name: str | None
) -> None:
    app.testing = False
    client = worlds.sign_in_as(app, world, name) if name else app.test_client()
    reached: list[str] = []

    def noting(endpoint: str) -> Callable[..., str]:
        return lambda **_: reached.append(endpoint) or ""  # type: ignore[func-returns-value]

    asked = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(WITHOUT_FORMS):
            continue
        view = app.view_functions[rule.endpoint]
        for method in set(UNSAFE) & (rule.methods or set()):
            stand_in = noting(rule.endpoint)
            stand_in.access_rule = view.access_rule  # type: ignore[attr-defined]
            app.view_functions[rule.endpoint] = stand_in
            for data in ({}, {"csrf_token": "made-up"}):
                answer = client.open(address(rule, number), method=method, data=data)
                is_sent_to_sign_in = (answer.location or "").startswith("/sign-in")
                assert answer.status_code in {303, 400, 404} or is_sent_to_sign_in, str(rule)
                asked += 1
            app.view_functions[rule.endpoint] = view
    assert asked > 50
    assert reached == []


def test_a_cookie_is_no_key_to_the_api(app: Flask, world: World, number: str) -> None:
    alice = worlds.sign_in_as(app, world, "alice")
    assert alice.get(f"/api/v1/releases/{number}").status_code == 401
    assert alice.post("/api/v1/releases", json={}).status_code == 401


def test_cookies_are_for_this_site_over_tls_and_not_for_scripts(
    settings: Settings, installation: Installation, world: World
) -> None:
    served = settings.model_copy(update={"public_url": "https://duecare.example"})
    client = create_app(served, installation).test_client()
    answer = client.get("/sign-in?language=es", base_url="https://duecare.example")
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        flags = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "samesite=lax"} <= flags
        assert not any(flag.startswith("domain") for flag in flags)
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


# Documents


@pytest.fixture
def alice(app: Flask, world: World) -> ApiClient:
    return ApiClient(app, issue_token(world, "alice"))


def contents(
    app: Flask, world: World, alice: ApiClient, number: str
) -> tuple[list[TestResponse], TestResponse]:
    """The content of the case's only document by page and API, and the picture of its first page."""
    with world.installation.database.reading() as session:
        [document] = session.scalars(worlds.select(worlds.Document)).all()
    page = f"/releases/{number}/documents/{document.public_id}"
    client = worlds.sign_in_as(app, world, "alice")
    by_api = alice.get(f"/documents/{document.public_id}/content")
    return [client.get(f"{page}/content"), by_api], client.get(f"{page}/pages/1")


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [("visit.pdf", made.pdf(), "application/pdf"), ("note.txt", b"<b>plain</b>", "text/plain")],
)
def test_a_document_is_saved_and_never_shown_by_the_browser(
    app: Flask, world: World, alice: ApiClient, number: str, name: str, content: bytes, media_type: str
) -> None:
    alice.upload(number, "record", content, name)
    runner.run_due(world.installation)
    saved, picture = contents(app, world, alice, number)
    for answer in saved:
        assert answer.status_code == 200
        assert answer.mimetype == media_type
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert picture.mimetype == "image/jpeg" if media_type == "application/pdf" else picture.status_code == 404


@pytest.mark.parametrize("is_inspected", [False, True])
def test_what_was_not_accepted_is_served_nowhere(
    app: Flask, world: World, alice: ApiClient, number: str, is_inspected: bool
) -> None:
    hostile = b"<!doctype html><script>alert(1)</script>"
    assert alice.upload(number, "record", hostile, "visit.pdf").status_code == 201
    if is_inspected:
        runner.run_due(world.installation)
    saved, picture = contents(app, world, alice, number)
    assert {answer.status_code for answer in (*saved, picture)} <= {404, 409}
    assert not any(b"alert(1)" in answer.data for answer in (*saved, picture))
