"""How a session ends, in each of its ways, and where it may go."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select

from duecare.core.jobs.runner import run_due
from duecare.core.people import operations
from duecare.core.people.models import Membership, WebAuthn
from tests.support.world import PASSWORD, sign_in_as
from tests.web.account.steps import ALICE, post, sessions, sign_in, token_of

NEW = "a wholly different phrase"


@pytest.fixture
def alice(app, world):
    """A browser in which Alice is signed in."""
    client = app.test_client()
    sign_in(client)
    return client


def is_in(client):
    return client.get("/account").status_code == 200


def do(world, installation, operation, *arguments):
    with installation.database.transaction() as session:
        adam, alice = world.caller("adam"), world.people["alice"].public_id
        return operation(session, adam, world.riverside.id, alice, *arguments)


def reasons(installation):
    return [row.end_reason for row in sessions(installation)]


def test_it_ends_when_the_user_is_disabled(alice, world, installation):
    do(world, installation, operations.disable)
    assert not is_in(alice)
    assert reasons(installation) == ["user_disabled"]


def test_it_ends_when_roles_change(alice, world, installation):
    do(world, installation, operations.set_roles, ["reviewer"])
    assert not is_in(alice)
    assert reasons(installation) == ["roles_changed"]


def test_it_stays_when_the_roles_are_the_same(alice, world, installation):
    do(world, installation, operations.set_roles, ["specialist"])
    assert is_in(alice)


def test_it_ends_when_an_administrator_ends_it(alice, world, installation):
    do(world, installation, operations.end_sessions)
    assert not is_in(alice)
    assert reasons(installation) == ["ended_by_administrator"]


def test_changing_the_password_ends_the_others_and_renews_this_one(alice, app, installation):
    other = app.test_client()
    sign_in(other)
    fields = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    assert post(alice, "/account/password", **fields).location == "/account"
    assert is_in(alice)
    assert not is_in(other)
    assert reasons(installation) == ["password_changed", "password_changed", None]
    assert sign_in(app.test_client()).status_code == 200
    assert sign_in(app.test_client(), password=NEW).location == "/"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "wrong"}, "not your present password"),
        ({"new_password": "short", "new_password_confirm": "short"}, "at least 12"),
        ({"new_password": "alice-example-rules", "new_password_confirm": "alice-example-rules"}, "Leave out"),
        ({"new_password_confirm": "another one entirely"}, "differ"),
        ({"new_password": PASSWORD, "new_password_confirm": PASSWORD}, "is the present one"),
    ],
)
def test_a_password_that_will_not_do_changes_nothing(alice, app, fields, said):
    given = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW, **fields}
    assert said in post(alice, "/account/password", **given).text
    assert sign_in(app.test_client()).location == "/"


def test_it_ends_after_a_time_without_use(client, time_machine):
    time_machine.move_to("2026-03-02T08:00:00Z", tick=False)
    sign_in(client)
    time_machine.shift(31 * 60)
    assert not is_in(client)


def test_use_keeps_it_alive_until_the_absolute_limit(app, world, time_machine):
    time_machine.move_to("2026-03-02T08:00:00Z", tick=False)
    client = app.test_client()
    sign_in(client)
    for _ in range(35):
        time_machine.shift(20 * 60)
        assert is_in(client)
    time_machine.shift(21 * 60)
    assert not is_in(client)


def test_one_ends_another_session_of_ones_own(alice, app, installation):
    other = app.test_client()
    sign_in(other)
    number = sessions(installation)[1].id
    post(alice, "/account/end-session", "/account", session=number)
    assert is_in(alice)
    assert not is_in(other)


def test_one_ends_all_other_sessions(alice, app):
    other = app.test_client()
    sign_in(other)
    post(alice, "/account/end-session", "/account")
    assert is_in(alice)
    assert not is_in(other)


def test_nobody_ends_a_strangers_session(alice, app, world, installation):
    charlie = sign_in_as(app, world, "charlie")
    post(alice, "/account/end-session", "/account", session=sessions(installation)[1].id)
    assert is_in(charlie)


def test_a_cookie_kept_after_signing_out_is_worthless(alice, app):
    kept = alice.get_cookie("duecare").value
    alice.post("/sign-out", data={"csrf_token": token_of(alice.get("/account").text)})
    thief = app.test_client()
    thief.set_cookie("duecare", kept)
    assert not is_in(thief)


def test_switching_leads_to_an_organisation_one_belongs_to(alice, world, installation):
    with installation.database.transaction() as session:
        member = {"user_id": world.people["alice"].id, "organisation_id": world.lakeside.id}
        session.add(Membership(**member, role="reviewer"))
    post(alice, "/account/organisation", "/account", organisation=world.lakeside.public_id)
    assert sessions(installation)[0].organisation_id == world.lakeside.id


def test_switching_elsewhere_is_refused_as_not_found(alice, world, installation):
    answer = post(alice, "/account/organisation", "/account", organisation=world.lakeside.public_id)
    assert answer.status_code == 404
    assert sessions(installation)[0].organisation_id == world.riverside.id


def test_the_next_session_starts_where_the_last_one_was(alice, app, world, installation):
    with installation.database.transaction() as session:
        member = {"user_id": world.people["alice"].id, "organisation_id": world.lakeside.id}
        session.add(Membership(**member, role="reviewer"))
    post(alice, "/account/organisation", "/account", organisation=world.lakeside.public_id)
    sign_in(app.test_client())
    assert sessions(installation)[1].organisation_id == world.lakeside.id


def test_name_and_language_can_be_changed(alice, world):
    post(alice, "/account", name="Alice Newname", locale="es")
    html = alice.get("/account").text
    assert "Alice Newname" in html
    assert '<html lang="es"' in html


def passkey_of(installation, user):
    with installation.database.transaction() as session:
        fields = {"credential_id": b"id", "public_key": b"key", "name": "Key", "usage": "first"}
        times = {"lastuse_datetime": user.created_at, "backup_state": False, "device_type": "single"}
        passkey = WebAuthn(user_id=user.id, **fields, **times)
        session.add(passkey)
    return passkey.id


def passkeys(installation):
    with installation.database.reading() as session:
        return session.scalars(select(WebAuthn)).all()


def test_a_passkey_of_ones_own_can_be_removed(alice, world, installation):
    mine = passkey_of(installation, world.people["alice"])
    post(alice, "/account/remove-passkey", "/account", passkey=mine)
    assert passkeys(installation) == []


def test_a_strangers_passkey_does_not_exist(alice, world, installation):
    strange = passkey_of(installation, world.people["bob"])
    assert post(alice, "/account/remove-passkey", "/account", passkey=strange).status_code == 404
    assert len(passkeys(installation)) == 1


def test_removing_a_passkey_needs_a_fresh_proof(client, world, installation, time_machine):
    time_machine.move_to("2026-03-02T08:00:00Z", tick=False)
    mine = passkey_of(installation, world.people["alice"])
    sign_in(client)
    time_machine.shift(20 * 60)
    answer = post(client, "/account/remove-passkey", "/account", passkey=mine)
    assert answer.location == "/account/confirm?next=/account"
    assert len(passkeys(installation)) == 1


def mailed_link(installation, settings):
    run_due(installation)
    mail = next(Path(settings.mail_url.removeprefix("file://")).glob("*.eml")).read_text()
    return re.search(r"http://\S+(/set-password/\S+)", mail.replace("=\n", ""))[1]


def test_a_forgotten_password_is_set_anew_by_a_mailed_link(alice, app, installation, settings):
    stranger = app.test_client()
    assert "Look at your e-mail" in post(stranger, "/forgotten-password", email=ALICE).text
    link = mailed_link(installation, settings)
    assert post(stranger, link, password=NEW, once_more=NEW).location == "/sign-in"
    assert not is_in(alice)
    assert sign_in(app.test_client(), password=NEW).location == "/"
    assert stranger.get(link).status_code == 404


def test_asking_for_an_unknown_account_is_answered_alike(client):
    known = post(client, "/forgotten-password", email=ALICE)
    unknown = post(client, "/forgotten-password", email="nobody@duecare.example")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)


def test_asking_without_end_is_refused(client):
    for _ in range(10):
        post(client, "/forgotten-password", email="nobody@duecare.example")
    assert post(client, "/forgotten-password", email="nobody@duecare.example").status_code == 429


def test_a_link_is_too_old_after_a_day(client, installation, settings, time_machine):
    time_machine.move_to("2026-03-02T08:00:00Z", tick=False)
    post(client, "/forgotten-password", email=ALICE)
    link = mailed_link(installation, settings)
    assert client.get(link).status_code == 200
    time_machine.shift(25 * 3600)
    assert client.get(link).status_code == 404


def test_a_forged_link_is_refused(client, installation, settings):
    post(client, "/forgotten-password", email=ALICE)
    link = mailed_link(installation, settings)
    assert client.get(link[:-1] + ("a" if link[-1] != "a" else "b")).status_code == 404


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_to_the_code_page_does_not_end_it(alice, method):
    token = token_of(alice.get("/account").text)
    alice.open("/sign-in/code", method=method, data={"csrf_token": token} if method == "POST" else None)
    assert alice.get("/account").status_code == 200
