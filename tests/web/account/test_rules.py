"""Every endpoint of signing in and of the account says who may call it, and strangers get no further."""

import pytest

from duecare.core.requests import rule_of
from duecare.web.account.security import PAGES

OWN = ("/account", "/account/recovery-codes", "/account/passkeys", "/account/confirm", "/account/password")
OPEN = ("/sign-in", "/sign-in/help", "/sign-in/passkey", "/forgotten-password")


def test_every_endpoint_declares_its_rule(app):
    endpoints = [rule.endpoint for rule in app.url_map.iter_rules()]
    ours = [name for name in endpoints if name.startswith(("security.", "account."))]
    assert [name for name in ours if rule_of(app, name) is None] == []


def test_nothing_of_the_library_is_served_but_what_is_listed(app):
    served = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("security.")}
    assert served == {f"security.{page.endpoint}" for page in PAGES}


@pytest.mark.parametrize("path", OWN)
def test_a_stranger_is_asked_to_sign_in(client, path):
    assert client.get(path).location == f"/sign-in?next={path}"


@pytest.mark.parametrize("path", OPEN)
def test_an_open_page_has_one_heading_and_is_not_stored(client, path):
    answer = client.get(path)
    assert answer.text.count("<h1") == 1
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/sign-in/code", "/sign-in/recovery-code", "/sign-in/second-step"])
def test_the_second_step_without_the_first_leads_back(client, path):
    assert client.get(path).location == "/sign-in"


def test_setting_up_without_the_first_step_leads_back(client):
    assert client.get("/account/authenticator").location == "/sign-in"


def test_json_is_no_way_around_the_pages(client):
    answer = client.get("/sign-in", headers={"Accept": "application/json"})
    assert answer.mimetype == "text/html"
