"""API tokens: shown once, kept as a digest, never more than their user may, and useless once they ended."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from duecare.core.errors import Forbidden, Missing, NotFound
from duecare.core.people import operations, tokens
from duecare.core.people.models import ApiToken, Organisation, User
from duecare.core.time import now

DAY = timedelta(days=1)


@pytest.fixture
def session(world, installation):
    with installation.database.transaction() as session:
        yield session


def issue(session, world, by="alice", of="alice", scopes=("releases:read",), good_for=DAY):
    user, riverside = (
        session.get_one(User, world.people[of].id),
        session.get_one(Organisation, world.riverside.id),
    )
    given = {"name": "Test", "scopes": scopes, "expires_at": now() + good_for}
    return tokens.issue(session, world.caller(by), user, riverside, **given)


def test_a_token_identifies_its_user_within_its_scopes(session, world):
    _, text = issue(session, world)
    caller = tokens.identify(session, text, "203.0.113.9")
    assert caller.user_id == world.people["alice"].id
    assert caller.may("releases:read")
    assert not caller.may("releases:create")


def test_its_text_is_not_kept(session, world):
    token, text = issue(session, world)
    row = session.scalars(select(ApiToken)).one()
    assert text not in {row.digest, row.name, row.public_id}
    assert len(token.digest) == 64


def test_an_unknown_text_identifies_nobody(session, world):
    issue(session, world)
    assert tokens.identify(session, "duecare_made-up") is None


def test_a_revoked_token_identifies_nobody(session, world):
    token, text = issue(session, world)
    tokens.revoke(session, world.caller("alice"), world.riverside.id, token.public_id)
    assert tokens.identify(session, text) is None


def test_an_expired_token_identifies_nobody(session, world, time_machine):
    time_machine.move_to("2026-03-02T15:00:00Z", tick=False)
    _, text = issue(session, world)
    time_machine.shift(DAY)
    assert tokens.identify(session, text) is None


def test_a_disabled_users_token_identifies_nobody(session, world):
    _, text = issue(session, world)
    operations.disable(session, world.caller("adam"), world.riverside.id, world.people["alice"].public_id)
    assert tokens.identify(session, text) is None


def test_a_token_loses_what_its_user_loses(session, world):
    _, text = issue(session, world)
    alice = world.people["alice"].public_id
    operations.set_roles(session, world.caller("adam"), world.riverside.id, alice, ["administrator"])
    session.expire_all()
    assert not tokens.identify(session, text).may("releases:read")


@pytest.mark.parametrize("scopes", [(), ("users:manage",), ("releases:read", "releases:review")])
def test_a_token_never_exceeds_its_users_permissions(session, world, scopes):
    with pytest.raises(Missing):
        issue(session, world, scopes=scopes)


@pytest.mark.parametrize("good_for", [timedelta(0), -DAY, timedelta(days=367)])
def test_a_token_lasts_at_most_a_year(session, world, good_for):
    with pytest.raises(Missing):
        issue(session, world, good_for=good_for)


def test_an_administrator_may_make_one_for_somebody_and_a_colleague_may_not(session, world):
    issue(session, world, by="adam")
    with pytest.raises(Forbidden):
        issue(session, world, by="bob")


def test_another_organisation_cannot_revoke_it(session, world):
    token, _ = issue(session, world)
    with pytest.raises(NotFound):
        tokens.revoke(session, world.caller("anna"), world.lakeside.id, token.public_id)
    with pytest.raises(NotFound):
        tokens.revoke(session, world.caller("anna"), world.riverside.id, token.public_id)


def test_its_use_is_noted_at_most_once_a_minute(session, world, time_machine):
    time_machine.move_to("2026-03-02T15:00:00Z", tick=False)
    token, text = issue(session, world)
    tokens.note_use(session, text)
    first = token.used_at
    time_machine.shift(30)
    tokens.note_use(session, text)
    assert token.used_at == first
    time_machine.shift(31)
    tokens.note_use(session, text)
    assert token.used_at > first
