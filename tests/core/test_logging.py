"""Log lines carry a request id and no protected byte, whatever went wrong."""

import io
import json
import logging as standard
import sys

import pytest
import structlog

from duecare.core import logging, requests
from duecare.core.errors import Missing
from duecare.settings import load as load_settings

CANARY = "Maria Lopez 1971-04-03"


@pytest.fixture
def json_lines(monkeypatch):
    """Logging as a log service reads it; gives the lines written so far."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    before = standard.root.handlers[:], standard.root.level
    logging.configure(load_settings({}, environment="test", log_format="json"))
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    structlog.reset_defaults()
    standard.root.handlers[:] = before[0]
    standard.root.setLevel(before[1])


def test_a_line_has_the_names_that_log_services_know(json_lines):
    structlog.get_logger("duecare").warning("store.slow", seconds=3)
    (line,) = json_lines()
    assert (line["severity"], line["message"], line["seconds"]) == ("WARNING", "store.slow", 3)
    assert "time" in line


def test_a_library_s_line_has_the_same_form(json_lines):
    standard.getLogger("library").error("lost %s of %s", 1, 2)
    (line,) = json_lines()
    assert (line["severity"], line["message"], line["logger"]) == ("ERROR", "lost 1 of 2", "library")


def test_an_exception_is_logged_without_its_message(json_lines):
    try:
        raise ValueError(CANARY)
    except ValueError:
        standard.getLogger("library").exception("failed")
    (line,) = json_lines()
    assert line["error"].startswith("ValueError at ")
    assert CANARY not in json.dumps(line)


def test_the_domain_s_own_words_are_kept():
    assert logging.described(Missing("The note is empty.")) == "Missing: The note is empty."


def test_a_request_is_one_line_with_its_route_and_id(json_lines, app):
    answer = app.test_client().get("/healthz?q=Maria+Lopez", headers={"X-Request-ID": "abcdefgh-1"})
    (line,) = json_lines()
    assert (line["route"], line["status"], line["request_id"]) == ("/healthz", 200, "abcdefgh-1")
    assert answer.headers["X-Request-ID"] == "abcdefgh-1"
    assert "Lopez" not in json.dumps(line)


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "Maria Lopez 1971", "a\tb-12345678"])
def test_a_request_id_that_is_none_is_replaced(app, given):
    answer = app.test_client().get("/healthz", headers={"X-Request-ID": given})
    assert logging.REQUEST_ID.fullmatch(answer.headers["X-Request-ID"])
    assert answer.headers["X-Request-ID"] != given


def test_a_fault_of_a_page_is_logged_without_what_was_typed(json_lines, app):
    @requests.public("a page of this test")
    def failing():
        raise ValueError(CANARY)

    app.add_url_rule("/failing/<name>", "failing", lambda name: failing())
    app.view_functions["failing"].access_rule = requests.Rule(is_public=True)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert app.test_client().get("/failing/Lopez").status_code == 500
    lines = json_lines()
    assert any(line["severity"] == "ERROR" for line in lines)
    assert "Lopez" not in json.dumps(lines)
