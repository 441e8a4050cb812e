"""The organisation's own facts and settings: checked, audited, and moving due dates where they must."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from duecare.core import organisation as organisations
from duecare.core import recalculation
from duecare.core.audit import AuditEntry
from duecare.core.errors import Forbidden, Missing, NotFound
from duecare.core.jobs.models import Job
from duecare.core.people.models import Organisation


def change(world, by="adam", where="riverside", **changes):
    with world.installation.database.transaction() as session:
        found = session.get_one(Organisation, getattr(world, where).id)
        profile = replace(organisations.profile_of(found), **changes)
        return organisations.change(session, world.caller(by), found, profile)


def rows(world, model, *where):
    with world.installation.database.reading() as session:
        return session.scalars(select(model).where(*where)).all()


def test_what_was_changed_is_written(world):
    change(world, name="Riverside Regional", pickup_days=14, second_factor="required", locale="es")
    [found] = rows(world, Organisation, Organisation.id == world.riverside.id)
    profile = organisations.profile_of(found)
    assert (profile.name, profile.pickup_days, profile.second_factor, profile.locale) == (
        "Riverside Regional",
        14,
        "required",
        "es",
    )


def test_only_what_changed_is_audited_before_and_after(world):
    change(world, phone="555 0100")
    [entry] = rows(world, AuditEntry, AuditEntry.action == "organisation.changed")
    assert entry.details == {"before": {"phone": ""}, "after": {"phone": "555 0100"}}


def test_saving_the_same_again_leaves_no_trace(world):
    assert change(world) == {}
    assert not rows(world, AuditEntry, AuditEntry.action == "organisation.changed")


@pytest.mark.parametrize(("field", "value"), [("zone", "America/New_York"), ("state", "CA")])
def test_a_new_zone_or_state_has_the_due_dates_worked_out_again(world, field, value):
    change(world, **{field: value})
    assert len(rows(world, Job, Job.name == recalculation.RECALCULATE)) == 1


def test_a_new_phone_number_moves_no_due_date(world):
    change(world, phone="555 0100")
    assert not rows(world, Job, Job.name == recalculation.RECALCULATE)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("zone", "Mars/Base"),
        ("state", "ZZ"),
        ("pickup_days", 0),
        ("pickup_days", 366),
        ("pickup_factor", "none"),
        ("second_factor", "never"),
        ("locale", "xx"),
    ],
)
def test_a_wrong_value_is_refused_by_field(world, field, value):
    with pytest.raises(Missing) as refused:
        change(world, **{field: value})
    assert set(refused.value.errors) == {field}


def test_only_an_administrator_changes_it(world):
    with pytest.raises(Forbidden):
        change(world, by="sofia", name="Mine")


def test_another_organisation_does_not_exist_for_an_administrator(world):
    with pytest.raises(NotFound):
        change(world, by="anna", name="Theirs")
