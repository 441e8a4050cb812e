"""Signing in with a password: who gets in, what everybody else is told, and how often one may try."""

import re

import pytest

from tests.support.world import PASSWORD
from tests.web.account.steps import change, end_sessions_of, sessions, sign_in, token_of

WRONG = "not the right one at all"


def test_the_page_has_a_heading_and_labels(client):
    html = client.get("/sign-in").text
    assert "<h1>Sign in</h1>" in html
    assert '<label for="email">' in html
    assert '<label for="password">' in html


def test_the_right_password_starts_a_session_and_leads_home(client, installation):
    answer = sign_in(client)
    assert answer.location == "/"
    assert [row.end_reason for row in sessions(installation)] == [None]
    assert client.get("/account").status_code == 200


def test_an_address_in_capitals_is_the_same_address(client):
    assert sign_in(client, email=" Alice@DueCare.Example ").location == "/"


def test_a_session_ended_on_the_other_side_is_nobodys(client, installation, world):
    sign_in(client)
    end_sessions_of(installation, world.people["alice"])
    assert client.get("/account").location == "/sign-in?next=/account"


def answer_to(client, email, password=WRONG):
    answer = sign_in(client, email=email, password=password)
    html = re.sub(r'name="csrf_token" value="[^"]+"', "", answer.text)
    return answer.status_code, html.replace(email, "ADDRESS")


def test_unknown_disabled_and_wrong_are_answered_alike(client, installation):
    change(installation, "bob", active=False)
    change(installation, "sofia", password=None)
    known = answer_to(client, "alice@duecare.example")
    assert "do not fit" in known[1]
    assert answer_to(client, "nobody@duecare.example") == known
    assert answer_to(client, "bob@duecare.example") == known
    assert answer_to(client, "bob@duecare.example", PASSWORD) == known
    assert answer_to(client, "sofia@duecare.example") == known
    assert sessions(installation) == []


def test_the_eleventh_try_on_an_account_is_refused_even_with_the_right_password(client):
    for _ in range(10):
        assert sign_in(client, password=WRONG).status_code == 200
    assert sign_in(client).status_code == 429
    assert sign_in(client, email="bob@duecare.example").status_code == 302


def test_an_unknown_account_is_locked_like_a_known_one(client):
    for _ in range(10):
        sign_in(client, email="nobody@duecare.example", password=WRONG)
    assert sign_in(client, email="nobody@duecare.example").status_code == 429


def test_a_success_starts_the_count_afresh(client, app):
    for _ in range(9):
        sign_in(client, password=WRONG)
    sign_in(client)
    other = app.test_client()
    assert sign_in(other, password=WRONG).status_code == 200


def test_a_post_without_its_token_is_refused(client):
    answer = client.post("/sign-in", data={"email": "alice@duecare.example", "password": PASSWORD})
    assert answer.status_code == 400


def test_signing_out_ends_the_session_at_once(client, installation):
    sign_in(client)
    token = token_of(client.get("/account").text)
    assert client.post("/sign-out", data={"csrf_token": token}).location == "/sign-in"
    assert [row.end_reason for row in sessions(installation)] == ["signed_out"]
    assert client.get("/account").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "http://localhost@evil.example/",
        "http://localhost.evil.example/",
    ],
)
def test_signing_in_never_leads_to_another_site(client, target):
    location = sign_in(client, next=target).location
    assert location is None or location == "/" or re.match(r"/(?![/\\])[^\\\t]*$", location)
    assert location is None or "evil" not in location or location.startswith("/%")


def test_signing_in_leads_back_to_the_page_that_asked_for_it(client):
    location = client.get("/account?x=1").location
    assert location == "/sign-in?next=/account?x%3D1"
    html = client.get(location).text
    assert 'name="next" value="/account?x=1"' in html
    assert sign_in(client, next="/account?x=1").location == "/account?x=1"


def test_a_form_sent_after_the_session_ran_out_leads_back_to_its_page(client, installation, world):
    sign_in(client)
    token = token_of(client.get("/account").text)
    end_sessions_of(installation, world.people["alice"])
    answer = client.post(
        "/account", data={"csrf_token": token}, headers={"Referer": "http://localhost/account"}
    )
    assert answer.location == "/sign-in?next=/account"
    assert "what you typed is kept" in client.get(answer.location).text


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(client):
    cookie = sign_in(client).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
