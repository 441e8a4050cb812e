"""Users and memberships: who may change them, what ends with it, and that all of it is audited."""

import pytest
from sqlalchemy import select

from duecare.core.audit import AuditEntry
from duecare.core.errors import Forbidden, Missing, NotFound, NotPossible
from duecare.core.notices.models import Notice
from duecare.core.people import operations
from duecare.core.people.models import ApiToken, Membership, Organisation, SignIn, User
from tests.support.world import sign_in_as


@pytest.fixture
def session(world, installation):
    with installation.database.transaction() as session:
        yield session


@pytest.fixture
def riverside(world, session):
    return session.get_one(Organisation, world.riverside.id)


def add(session, world, riverside, email="dora@duecare.example", by="adam", roles=("specialist",)):
    return operations.add_user(session, world.caller(by), riverside, email, "Dora Example", roles)


def roles_of(session, user, organisation):
    mine = (Membership.user_id == user.id, Membership.organisation_id == organisation.id)
    return sorted(session.scalars(select(Membership.role).where(*mine)))


def last_action(session):
    return session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def test_a_new_person_has_roles_no_password_and_an_invitation(session, world, riverside):
    user = add(session, world, riverside, roles=("specialist", "reviewer"))
    assert user.password is None
    assert roles_of(session, user, riverside) == ["reviewer", "specialist"]
    assert session.scalars(select(Notice)).one().template == "account.invitation"
    assert last_action(session).action == "user.added"


def test_the_invitation_in_the_database_does_not_open_the_account(session, world, riverside):
    from duecare.core.people.password_links import user_of

    add(session, world, riverside)
    kept = session.scalars(select(Notice)).one().link.rpartition("/")[2]
    assert user_of(session, world.installation.settings.key, kept) is None


def test_an_address_is_kept_in_small_letters(session, world, riverside):
    assert add(session, world, riverside, "Dora@DueCare.Example").email == "dora@duecare.example"


def test_somebody_from_elsewhere_keeps_their_account_and_gets_the_roles_here(session, world, riverside):
    user = add(session, world, riverside, "charlie@duecare.example", roles=("reviewer",))
    assert user.id == world.people["charlie"].id
    assert roles_of(session, user, riverside) == ["reviewer"]
    assert session.scalars(select(Notice)).all() == []


def test_somebody_who_is_here_cannot_be_added_again(session, world, riverside):
    with pytest.raises(NotPossible):
        add(session, world, riverside, "bob@duecare.example")


@pytest.mark.parametrize(("email", "roles"), [("not an address", ()), ("x@duecare.example", ("emperor",))])
def test_a_wrong_address_or_role_is_named(session, world, riverside, email, roles):
    with pytest.raises(Missing) as caught:
        add(session, world, riverside, email, roles=roles)
    assert caught.value.errors


@pytest.mark.parametrize("by", ["alice", "sofia", "priya"])
def test_only_an_administrator_manages_people(session, world, riverside, by):
    with pytest.raises(Forbidden):
        add(session, world, riverside, by=by)


def test_another_organisations_people_do_not_exist_for_an_administrator(session, world, riverside):
    charlie = world.people["charlie"].public_id
    with pytest.raises(NotFound):
        operations.disable(session, world.caller("adam"), riverside.id, charlie)
    with pytest.raises(NotFound):
        operations.disable(session, world.caller("anna"), riverside.id, world.people["alice"].public_id)


def test_disabling_revokes_the_tokens(session, world, riverside):
    from datetime import timedelta

    from duecare.core.people import tokens
    from duecare.core.time import now

    alice = session.get_one(User, world.people["alice"].id)
    scopes, until = ["releases:read"], now() + timedelta(days=1)
    tokens.issue(session, world.caller("alice"), alice, riverside, name="t", scopes=scopes, expires_at=until)
    operations.disable(session, world.caller("adam"), riverside.id, alice.public_id)
    assert session.scalars(select(ApiToken)).one().revoked_at is not None


def test_nobody_disables_themselves(session, world, riverside):
    with pytest.raises(NotPossible):
        operations.disable(session, world.caller("adam"), riverside.id, world.people["adam"].public_id)


def test_the_last_administrator_stays_one(session, world, riverside):
    adam = world.people["adam"].public_id
    with pytest.raises(NotPossible):
        operations.set_roles(session, world.caller("adam"), riverside.id, adam, ["specialist"])


def test_roles_are_replaced_and_both_sides_are_audited(session, world, riverside):
    quinn = world.people["quinn"]
    operations.set_roles(session, world.caller("adam"), riverside.id, quinn.public_id, ["supervisor"])
    assert roles_of(session, quinn, riverside) == ["supervisor"]
    assert last_action(session).details == {"before": ["reviewer", "specialist"], "after": ["supervisor"]}


def test_without_roles_a_person_belongs_to_the_organisation_no_more(session, world, riverside):
    bob = world.people["bob"]
    operations.set_roles(session, world.caller("adam"), riverside.id, bob.public_id, [])
    with pytest.raises(NotFound):
        operations.enable(session, world.caller("adam"), riverside.id, bob.public_id)


def test_an_enabled_person_may_sign_in_again(session, world, riverside):
    bob = world.people["bob"].public_id
    operations.disable(session, world.caller("adam"), riverside.id, bob)
    assert operations.enable(session, world.caller("adam"), riverside.id, bob).active


def test_a_lost_second_factor_is_taken_off_and_sessions_end(app, world, installation):
    sign_in_as(app, world, "alice")
    with installation.database.transaction() as session:
        alice = session.get_one(User, world.people["alice"].id)
        alice.tf_primary_method, alice.tf_totp_secret = "authenticator", "kept"
    with installation.database.transaction() as session:
        caller = world.caller("adam")
        operations.remove_second_factor(session, caller, world.riverside.id, alice.public_id)
    with installation.database.reading() as session:
        assert session.get_one(User, alice.id).tf_totp_secret is None
        assert session.scalars(select(SignIn)).one().end_reason == "second_factor_removed"


def test_an_invitation_can_be_sent_again_until_there_is_a_password(session, world, riverside):
    user = add(session, world, riverside)
    operations.invite_again(session, world.caller("adam"), riverside, user.public_id)
    assert len(session.scalars(select(Notice)).all()) == 2
    with pytest.raises(NotPossible):
        operations.invite_again(session, world.caller("adam"), riverside, world.people["bob"].public_id)
