"""Managing people by page: invitation, roles, disabling, sessions, tokens; what was typed stays."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from duecare.core.audit import AuditEntry
from duecare.core.notices.models import Notice
from duecare.core.people.models import ApiToken, Membership, SignIn, User
from duecare.core.time import now


def rows(world, model, *where):
    with world.installation.database.reading() as session:
        return session.scalars(select(model).where(*where)).all()


def audited(world, action):
    return rows(world, AuditEntry, AuditEntry.action == action)


def of(world, name):
    return world.people[name].public_id


NEW = {"name": "Nora Field", "email": "nora@duecare.example", "roles": "specialist"}


def test_an_invited_person_gets_a_link_by_mail(adam, world):
    adam.send("/admin/people/invite", NEW)
    [user] = rows(world, User, User.email == NEW["email"])
    [notice] = rows(world, Notice, Notice.user_id == user.id)
    assert notice.template == "account.invitation"
    assert "nora@duecare.example" in adam.get("/admin/people").text
    assert len(audited(world, "user.added")) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"email": "not an address"}, "name@example.com"),
        ({"name": ""}, "Enter the person"),
        ({"roles": ""}, "at least one role"),
        ({"email": "bob@duecare.example"}, "belongs to the organisation already"),
    ],
)
def test_a_wrong_invitation_is_told_and_keeps_what_was_typed(adam, world, changes, told):
    answer = adam.send("/admin/people/invite", {**NEW, "name": "Nora Field", **changes})
    assert answer.status_code == 200
    assert told in answer.text
    assert (changes.get("email") or NEW["email"]) in answer.text
    assert not audited(world, "user.added")


def test_changed_roles_end_the_sessions_and_are_audited(adam, world, visit):
    alice = visit("alice")
    adam.send(f"/admin/people/{of(world, 'alice')}/roles", {"roles": ["reviewer"]})
    found = rows(world, Membership.role, Membership.user_id == world.people["alice"].id)
    assert found == ["reviewer"]
    assert "/sign-in" in alice.get("/").location
    [entry] = audited(world, "user.roles_changed")
    assert entry.details == {"before": ["specialist"], "after": ["reviewer"]}


def test_the_last_administrator_is_told_why_the_role_stays(adam, world):
    answer = adam.send(f"/admin/people/{of(world, 'adam')}/roles", {"roles": ["supervisor"]})
    assert "needs at least one administrator" in answer.text


def test_a_disabled_person_is_out_at_once_and_can_be_let_in_again(adam, world, visit):
    bob = visit("bob")
    adam.send(f"/admin/people/{of(world, 'bob')}/disable")
    assert "/sign-in" in bob.get("/").location
    adam.send(f"/admin/people/{of(world, 'bob')}/enable")
    assert rows(world, User, User.public_id == of(world, "bob"))[0].active


def test_an_administrator_sees_and_ends_the_sessions_of_a_person(adam, world, visit):
    visit("bob")
    assert "127.0.0.1" in adam.get(f"/admin/people/{of(world, 'bob')}").text
    adam.send(f"/admin/people/{of(world, 'bob')}/end-sessions")
    open_ones = (SignIn.user_id == world.people["bob"].id, SignIn.ended_at.is_(None))
    assert not rows(world, SignIn, *open_ones)


def test_a_lost_second_factor_is_taken_off(adam, world):
    with world.installation.database.transaction() as session:
        user = session.get_one(User, world.people["bob"].id)
        user.tf_primary_method, user.tf_totp_secret = "authenticator", "secret"
    adam.send(f"/admin/people/{of(world, 'bob')}/remove-second-factor")
    [user] = rows(world, User, User.public_id == of(world, "bob"))
    assert user.tf_totp_secret is None


def test_a_person_taken_out_belongs_here_no_more(adam, world):
    adam.send(f"/admin/people/{of(world, 'bob')}/leave")
    assert adam.get(f"/admin/people/{of(world, 'bob')}").status_code == 404


@pytest.mark.parametrize(
    "act", ["roles", "leave", "disable", "enable", "end-sessions", "remove-second-factor", "invite-again"]
)
def test_a_person_of_another_organisation_does_not_exist(adam, world, act):
    answer = adam.send(f"/admin/people/{of(world, 'charlie')}/{act}", {"roles": ["reviewer"]})
    assert answer.status_code == 404


def token_fields(**changes):
    day = (now() + timedelta(days=30)).date().isoformat()
    return {"name": "Reporting", "scopes": "releases:read", "expires_on": day, **changes}


def test_a_token_is_shown_once_and_never_again(adam, world):
    answer = adam.send(f"/admin/tokens/issue/{of(world, 'sofia')}", token_fields())
    text = re.search(r'value="(duecare_[^"]+)"', answer.text)[1]
    assert text not in adam.get("/admin/tokens").text
    assert "Reporting" in adam.get("/admin/tokens").text
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"scopes": "users:manage"},
        {"expires_on": "2000-01-01"},
        {"expires_on": "2999-01-01"},
        {"expires_on": ""},
    ],
)
def test_a_wrong_token_is_not_made(adam, world, changes):
    answer = adam.send(f"/admin/tokens/issue/{of(world, 'sofia')}", token_fields(**changes))
    assert "There is a problem" in answer.text
    assert not rows(world, ApiToken)


def test_a_token_can_be_revoked(adam, world):
    adam.send(f"/admin/tokens/issue/{of(world, 'sofia')}", token_fields())
    [token] = rows(world, ApiToken)
    adam.send(f"/admin/tokens/{token.public_id}/revoke")
    [token] = rows(world, ApiToken)
    assert token.revoked_at is not None
    assert len(audited(world, "token.revoked")) == 1


def test_a_token_of_another_organisation_does_not_exist(adam, world, visit):
    visit("anna").send(f"/admin/tokens/issue/{of(world, 'sven')}", token_fields())
    [token] = rows(world, ApiToken)
    assert adam.send(f"/admin/tokens/{token.public_id}/revoke").status_code == 404
