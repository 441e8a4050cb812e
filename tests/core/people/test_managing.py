"""Managing people of one organisation: accounts shared with another, and the last administrator."""

import pytest
from sqlalchemy import select

from duecare.core.access import SYSTEM
from duecare.core.errors import NotFound, NotPossible
from duecare.core.people import directory, operations, sign_in
from duecare.core.people.models import Membership, SignIn, User

SHARED = [operations.disable, operations.enable, operations.remove_second_factor]


def do(world, operation, person, *arguments, by="adam"):
    with world.installation.database.transaction() as session:
        caller = world.caller(by)
        return operation(session, caller, caller.organisation_id, world.people[person].public_id, *arguments)


@pytest.fixture
def shared(world):
    """Bob works at Lakeside too."""
    with world.installation.database.transaction() as session:
        session.add(
            Membership(user_id=world.people["bob"].id, organisation_id=world.lakeside.id, role="specialist")
        )
    return world


@pytest.mark.parametrize("operation", SHARED, ids=lambda each: each.__name__)
def test_an_account_shared_with_another_organisation_is_not_one_organisations_to_change(shared, operation):
    with pytest.raises(NotPossible):
        do(shared, operation, "bob")


def test_the_roles_of_a_shared_account_can_be_changed_here_only(shared):
    do(shared, operations.set_roles, "bob", ["reviewer"])
    with shared.installation.database.reading() as session:
        rows = session.execute(
            select(Membership.organisation_id, Membership.role).where(
                Membership.user_id == shared.people["bob"].id
            )
        ).all()
    assert sorted(map(tuple, rows)) == sorted(
        [(shared.riverside.id, "reviewer"), (shared.lakeside.id, "specialist")]
    )


def test_ending_sessions_leaves_those_in_another_organisation(shared):
    with shared.installation.database.transaction() as session:
        bob = session.get_one(User, shared.people["bob"].id)
        for organisation in (shared.riverside, shared.lakeside):
            sign_in.start(session, bob, organisation, "127.0.0.1", "test")
    do(shared, operations.end_sessions, "bob")
    with shared.installation.database.reading() as session:
        left = session.scalars(select(SignIn.organisation_id).where(SignIn.ended_at.is_(None))).all()
    assert left == [shared.lakeside.id]


def test_the_last_administrator_keeps_the_role(world):
    with pytest.raises(NotPossible):
        do(world, operations.set_roles, "adam", ["supervisor"])


def test_the_last_administrator_cannot_be_disabled_even_from_the_command_line(world):
    with pytest.raises(NotPossible), world.installation.database.transaction() as session:
        operations.disable(session, SYSTEM, world.riverside.id, world.people["adam"].public_id)


def test_people_are_listed_with_their_roles_here(shared):
    with shared.installation.database.reading() as session:
        found = {member.user.name: member for member in directory.members(session, shared.riverside.id)}
    assert found["Quinn Example"].roles == ("reviewer", "specialist")
    assert found["Bob Example"].roles == ("specialist",)
    assert found["Bob Example"].belongs_elsewhere
    assert "Charlie Example" not in found


def test_a_list_of_people_goes_on_after_its_last_row(world, monkeypatch):
    monkeypatch.setattr(directory, "PAGE", 2)
    names, after = [], ""
    with world.installation.database.reading() as session:
        while rows := directory.members(session, world.riverside.id, after=after)[:2]:
            names += [row.user.name for row in rows]
            after = rows[-1].user.public_id
    assert names == sorted(names)
    assert len(names) == 7


def test_people_are_found_by_name_and_address(world):
    with world.installation.database.reading() as session:
        assert len(directory.members(session, world.riverside.id, "ALICE@")) == 1
        assert not directory.members(session, world.riverside.id, "%")


def test_somebody_of_another_organisation_is_not_found(world):
    with (
        world.installation.database.reading() as session,
        pytest.raises(NotFound),
    ):
        directory.member(session, world.riverside.id, world.people["charlie"].public_id)
