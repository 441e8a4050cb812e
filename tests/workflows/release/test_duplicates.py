"""A request like one that is there already is noticed, also when a name is spelled slightly otherwise."""

from datetime import date, timedelta

import pytest

from duecare.core.installation import Installation
from duecare.core.patients import queries as patients
from duecare.workflows.release import duplicates, operations
from duecare.workflows.release.duplicates import Asked
from tests.support import world as worlds
from tests.support.world import World

BORN = date(1971, 4, 3)
MARIA = Asked("Maria", "Lopez", BORN, "448210", ["discharge_summary"], date(2024, 6, 1), date(2024, 7, 1))


def like(**changes):
    return Asked(**{**MARIA.__dict__, **changes})


@pytest.fixture
def logged(world: World, installation: Installation):
    with installation.database.transaction() as session:
        return worlds.create(world, session)


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        (MARIA, True),
        (like(mrn=None), True),
        (like(first_name="Marla", mrn=None), True),
        (like(first_name="Lopez", last_name="María", mrn=None), True),
        (like(date_of_birth=None), True),
        (like(record_types=[]), True),
        (like(record_types=["complete_record"]), True),
        (like(range_from=None, range_to=None), True),
        (like(first_name="Omar", last_name="Haddad", mrn=None), False),
        (like(date_of_birth=date(1971, 4, 4), mrn=None), False),
        (like(date_of_birth=None, mrn=None), False),
        (like(record_types=["billing_records"]), False),
        (like(range_from=date(2025, 1, 1), range_to=None), False),
    ],
)
def test_a_likely_duplicate_is_told_from_another_request(
    world: World, installation: Installation, logged, asked, is_found
):
    with installation.database.reading() as session:
        found = duplicates.likely(session, world.riverside.id, asked)
        assert [case.number for case in found] == ([logged.number] if is_found else [])


def test_another_organisations_request_is_never_found(world: World, installation: Installation, logged):
    with installation.database.reading() as session:
        assert duplicates.likely(session, world.lakeside.id, MARIA) == []


def test_a_cancelled_and_an_old_request_are_not_found(world: World, installation: Installation, logged):
    with installation.database.transaction() as session:
        case = session.get_one(type(logged), logged.id)
        operations.act(session, world.caller("sofia"), case, "cancel", {"reason": "x"})
        assert duplicates.likely(session, world.riverside.id, MARIA) == []
        old = worlds.create(world, session)
        old.received_at -= timedelta(days=366)
        session.flush()
        assert duplicates.likely(session, world.riverside.id, MARIA) == []


@pytest.mark.parametrize("text", ["mar", "lopez maria", "Lóp", "4/3/1971", "1971-04-03", "448210", "4482"])
def test_a_patient_is_found_by_whatever_a_caller_says(world: World, installation: Installation, logged, text):
    with installation.database.reading() as session:
        assert [each.name for each in patients.find(session, world.riverside.id, text)] == ["Maria Lopez"]
        assert patients.find(session, world.lakeside.id, text) == []


@pytest.mark.parametrize("text", ["", "  ", "zz", "4/4/1971"])
def test_nobody_is_found_by_what_fits_nobody(world: World, installation: Installation, logged, text):
    with installation.database.reading() as session:
        assert patients.find(session, world.riverside.id, text) == []
