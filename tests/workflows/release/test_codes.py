"""Who holds the database without the installation's key can neither read nor try the requesters' codes."""

import hashlib
import itertools
from pathlib import Path

import pytest
from sqlalchemy import select

from duecare.core.backup.folder import packed
from duecare.core.jobs.runner import run_due
from duecare.core.metadata import metadata
from duecare.core.signing import CODE_ALPHABET, keyed_digest
from duecare.workflows.release import codes, collection, lookups
from duecare.workflows.release.models import Pickup
from tests.support import world as worlds
from tests.support.world import World
from tests.workflows.release.public import Visitor, code_on

KEY = "the key of one installation, 32 or more"


def whole_database(world: World) -> str:
    """Everything that every table holds."""
    with world.installation.database.reading() as session:
        rows = [row for table in metadata.sorted_tables for row in session.execute(select(table))]
    return "\n".join(str(packed(row)) for row in rows)


def mails(world: World) -> str:
    folder = world.installation.settings.mail_url.removeprefix("file://")
    return "\n".join(path.read_text() for path in Path(folder).glob("*.eml"))


def forms_of(code: str) -> list[str]:
    """The ways in which a careless table would show a code."""
    bare = code.replace("-", "")
    return [code, bare, *(hashlib.sha256(each.encode()).hexdigest() for each in (code, bare))]


def test_the_same_seed_makes_the_same_code_and_another_key_another_one():
    first, again = codes.made(KEY, codes.TRACKING, "seed"), codes.made(KEY, codes.TRACKING, "seed")
    assert first == again
    assert codes.made(KEY + "!", codes.TRACKING, "seed").text != first.text
    assert codes.made(KEY, codes.PICKUP, "seed").text != first.text
    assert codes.made(KEY, codes.TRACKING).text != codes.made(KEY, codes.TRACKING).text


def test_a_code_is_found_however_it_is_typed_and_only_with_the_key():
    code = codes.made(KEY, codes.TRACKING)
    for typed in (code.text.lower(), code.text.replace("-", " "), f" {code.text} "):
        assert codes.digest_of(KEY, codes.TRACKING, typed) == code.digest
    assert codes.digest_of(KEY + "!", codes.TRACKING, code.text) != code.digest
    assert code.digest == keyed_digest(KEY, codes.TRACKING, code.text)
    assert set(code.text) <= set(CODE_ALPHABET) | {"-"}


def test_nothing_in_the_database_tells_the_tracking_code_and_the_mail_does(app, world: World):
    visitor = Visitor(app)
    visitor.fill_as_patient()
    code = code_on(visitor.send())
    Visitor(app, address="198.51.100.7").look_up(code)
    for run in range(2):
        held = whole_database(world)
        assert [form for form in forms_of(code) if form in held] == [], f"after {run} runs of the jobs"
        while run_due(world.installation):
            pass
    assert f"tracking code is {code}" in " ".join(mails(world).replace("=\n", "").split())


def test_a_database_under_another_key_finds_nobody(world: World):
    code = codes.made(world.installation.settings.key, codes.TRACKING)
    with world.installation.database.transaction() as session:
        case = worlds.create(world, session)
        case.tracking_digest = code.digest
        born = case.patient.date_of_birth
        caller = lookups.anonymous("192.0.2.1")
        tried = codes.digest_of(KEY, codes.TRACKING, code.text)
        assert lookups.find(session, caller, tried, born) is None
        assert lookups.find(session, caller, code.digest, born) is case


@pytest.mark.parametrize("purposes", list(itertools.permutations((codes.TRACKING, codes.PICKUP))))
def test_a_code_of_one_kind_is_none_of_the_other(purposes):
    made, tried = purposes
    code = codes.made(KEY, made)
    assert codes.digest_of(KEY, tried, code.text) != code.digest


def test_a_pickup_keeps_no_code_either(app, world: World, case_in):
    case = case_in("completed")
    with world.installation.database.transaction() as session:
        organisation = session.get_one(type(world.riverside), world.riverside.id)
        organisation.settings = {**organisation.settings, "pickup_factor": "code"}
        offered = session.scalars(select(Pickup).where(Pickup.case_id == case.id)).one()
        code = codes.made(world.installation.settings.key, codes.PICKUP)
        fresh = session.get_one(type(case), case.id)
        collection.send_code(session, lookups.anonymous("192.0.2.1"), offered, fresh, code)
    held = whole_database(world)
    assert [form for form in forms_of(code.text) if form in held] == []
    run_due(world.installation)
    assert f"Your code is {code.text}." in " ".join(mails(world).split())
