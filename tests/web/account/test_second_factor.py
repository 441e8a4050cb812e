"""The second step: the authenticator app and the recovery codes, the whole way, and each code once."""

import re

import pytest
from passlib.totp import TOTP
from sqlalchemy import select

from duecare.core.audit import AuditEntry
from duecare.core.people.models import Organisation, User, WebAuthn
from duecare.core.time import now
from tests.web.account.steps import ALICE, post, sessions, sign_in, token_of

KEY = re.compile(r"data-authenticator-key>([^<]+)<")
CODE = re.compile(r"<code>([0-9A-Z]{5}-[0-9A-Z]{5})</code>")
HOURS = 3600


@pytest.fixture
def clock(time_machine):
    time_machine.move_to("2026-03-02T15:00:00Z", tick=False)
    return time_machine


def code_for(key, clock_shift=0):
    return TOTP(key=key).generate(now().timestamp() + clock_shift).token


def set_up(client):
    """Sets the app up from the account; gives its key."""
    html = post(client, "/account/authenticator", setup="authenticator").text
    action = re.search(r'action="(/account/authenticator/[^"]+)"', html)[1]
    key = KEY.search(html)[1].replace("-", "")
    answer = client.post(action, data={"csrf_token": token_of(html), "code": code_for(key)})
    assert answer.location == "/account"
    return key


@pytest.fixture
def key(client, clock):
    """Alice's authenticator app; she is signed out again and its code is used up."""
    sign_in(client)
    key = set_up(client)
    client.post("/sign-out", data={"csrf_token": token_of(client.get("/account").text)})
    clock.shift(60)
    return key


def actions(installation):
    with installation.database.reading() as session:
        return [entry.action for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def test_setting_up_shows_a_picture_and_the_key_in_text(client, clock):
    sign_in(client)
    html = post(client, "/account/authenticator", setup="authenticator").text
    assert 'src="data:image/svg+xml;base64,' in html
    assert KEY.search(html)


def test_setting_up_is_audited(client, key, installation):
    assert "account.authenticator_changed" in actions(installation)


def test_the_code_of_the_app_opens_the_session(client, key, installation):
    answer = sign_in(client, next="/account?x=1")
    assert answer.location.startswith("/sign-in/code")
    assert len(sessions(installation)) == 1
    page = client.get(answer.location).text
    action = re.search(r'<form method="post" action="([^"]+)"', page)[1].replace("&amp;", "&")
    done = client.post(action, data={"csrf_token": token_of(page), "code": code_for(key)})
    assert done.location == "/account?x=1"
    assert client.get("/account").status_code == 200


def test_the_password_alone_opens_nothing(client, key):
    sign_in(client)
    assert client.get("/account").location == "/sign-in?next=/account"


def test_a_code_with_spaces_is_the_same_code(client, key):
    sign_in(client)
    code = code_for(key)
    assert post(client, "/sign-in/code", code=f"{code[:3]} {code[3:]}").status_code == 302


def test_a_code_is_good_once(client, app, key):
    sign_in(client)
    code = code_for(key)
    assert post(client, "/sign-in/code", code=code).status_code == 302
    other = app.test_client()
    sign_in(other)
    answer = post(other, "/sign-in/code", code=code)
    assert answer.status_code == 200
    assert "does not fit" in answer.text


def test_an_old_code_is_refused(client, key):
    sign_in(client)
    assert post(client, "/sign-in/code", code=code_for(key, -300)).status_code == 200


def test_codes_cannot_be_tried_without_end(client, key):
    sign_in(client)
    for _ in range(10):
        assert post(client, "/sign-in/code", code="000000").status_code == 200
    assert post(client, "/sign-in/code", code=code_for(key)).status_code == 429


def test_a_first_factor_is_good_for_a_short_time_only(client, key, clock):
    sign_in(client)
    clock.shift(HOURS)
    assert client.get("/sign-in/code").location == "/sign-in"


def test_a_person_disabled_between_the_steps_gets_no_session(client, key, installation):
    sign_in(client)
    page = client.get("/sign-in/code").text
    with installation.database.transaction() as session:
        session.scalars(select(User).where(User.email == ALICE)).one().active = False
    answer = client.post("/sign-in/code", data={"csrf_token": token_of(page), "code": code_for(key)})
    assert answer.status_code == 403
    assert len(sessions(installation)) == 1


def make_recovery_codes(client):
    return CODE.findall(post(client, "/account/recovery-codes").text)


@pytest.fixture
def codes(client, clock):
    """Alice's recovery codes; she has an authenticator app and is signed out."""
    sign_in(client)
    set_up(client)
    codes = make_recovery_codes(client)
    client.post("/sign-out", data={"csrf_token": token_of(client.get("/account").text)})
    return codes


def test_there_are_ten_recovery_codes_and_none_is_kept_in_clear(codes, installation):
    with installation.database.reading() as session:
        kept = session.scalars(select(User).where(User.email == ALICE)).one().mf_recovery_codes
    assert len(set(codes)) == len(kept) == 10
    assert not set(codes) & set(kept)


def test_recovery_codes_are_not_shown_again(client, codes):
    sign_in(client)
    post(client, "/sign-in/recovery-code", code=codes[0])
    assert CODE.findall(client.get("/account/recovery-codes?show_codes=y").text) == []


def test_a_recovery_code_takes_the_place_of_the_app_once(client, codes, app):
    sign_in(client)
    assert post(client, "/sign-in/recovery-code", code=codes[0].lower()).location == "/"
    other = app.test_client()
    sign_in(other)
    assert "not one of your unused" in post(other, "/sign-in/recovery-code", code=codes[0]).text
    assert post(other, "/sign-in/recovery-code", code=codes[1]).location == "/"


def test_using_a_recovery_code_is_audited(client, codes, installation):
    sign_in(client)
    post(client, "/sign-in/recovery-code", code=codes[0])
    assert "account.recovery_code_used" in actions(installation)


def test_the_help_page_names_the_ways_in(client):
    assert "Use a recovery code" in client.get("/sign-in/help").text


@pytest.fixture
def required(installation, world):
    with installation.database.transaction() as session:
        session.get_one(Organisation, world.riverside.id).settings = {"second_factor": "required"}


def test_where_a_second_factor_is_required_it_is_set_up_before_anything_else(
    client, clock, required, installation
):
    answer = sign_in(client)
    assert answer.location == "/account/authenticator"
    assert client.get("/account").location == "/sign-in?next=/account"
    sign_in(client)
    html = post(client, "/account/authenticator", setup="authenticator").text
    key = KEY.search(html)[1].replace("-", "")
    done = client.post("/sign-in/code", data={"csrf_token": token_of(html), "code": code_for(key)})
    assert done.location == "/"
    assert client.get("/account").status_code == 200


def test_where_it_is_required_it_cannot_be_removed(client, clock, required, installation):
    sign_in(client)
    html = post(client, "/account/authenticator", setup="authenticator").text
    key = KEY.search(html)[1].replace("-", "")
    client.post("/sign-in/code", data={"csrf_token": token_of(html), "code": code_for(key)})
    assert "Remove" not in client.get("/account/authenticator").text
    post(client, "/account/authenticator", setup="disable")
    with installation.database.reading() as session:
        assert session.scalars(select(User).where(User.email == ALICE)).one().tf_primary_method


def test_another_organisations_requirement_does_not_bind(client, required):
    assert sign_in(client, email="charlie@duecare.example").location == "/"


def test_several_second_factors_leave_the_choice(client, key, installation, world):
    with installation.database.transaction() as session:
        session.add(passkey_of(world.people["alice"]))
    assert sign_in(client).location.startswith("/sign-in/second-step")
    assert "Use a passkey" in client.get("/sign-in/second-step").text
    assert post(client, "/sign-in/second-step", which="webauthn").location.startswith("/sign-in/passkey")
    assert post(client, "/sign-in/second-step", which="authenticator").location.startswith("/sign-in/code")


def test_who_has_the_choice_may_use_a_recovery_code_instead(client, codes, installation, world):
    with installation.database.transaction() as session:
        session.add(passkey_of(world.people["alice"]))
    sign_in(client)
    assert post(client, "/sign-in/recovery-code", code=codes[0]).location == "/"


def test_a_factor_that_one_does_not_have_cannot_be_chosen(client, key, installation, world):
    with installation.database.transaction() as session:
        session.add(passkey_of(world.people["alice"]))
    sign_in(client)
    assert post(client, "/sign-in/second-step", which="sms").location == "/sign-in"


def passkey_of(user):
    fields = {"credential_id": b"id", "public_key": b"key", "name": "Key", "usage": "secondary"}
    return WebAuthn(
        user_id=user.id, lastuse_datetime=now(), backup_state=False, device_type="single", **fields
    )


def test_the_app_can_be_removed(client, clock, installation):
    sign_in(client)
    set_up(client)
    post(client, "/account/authenticator", setup="disable")
    with installation.database.reading() as session:
        assert session.scalars(select(User).where(User.email == ALICE)).one().tf_totp_secret is None


@pytest.mark.parametrize("path", ["/account/authenticator", "/account/recovery-codes", "/account/passkeys"])
def test_changing_how_one_signs_in_needs_a_fresh_proof(client, clock, path):
    sign_in(client)
    clock.shift(20 * 60)
    assert client.get(path).location == f"/account/confirm?next={path}"
    answer = post(client, f"/account/confirm?next={path}", password="correct horse battery")
    assert answer.location == path
    assert client.get(path).status_code == 200


def test_the_proof_cannot_be_guessed_without_end(client, clock):
    sign_in(client)
    for _ in range(10):
        assert post(client, "/account/confirm", password="wrong").status_code == 200
    assert post(client, "/account/confirm", password="wrong").status_code == 429
