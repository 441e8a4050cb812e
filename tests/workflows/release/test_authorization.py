"""What an authorization must contain for which records and requests, and what spoils one."""

from datetime import date

import pytest

from duecare.core.errors import Missing
from duecare.core.installation import Installation
from duecare.workflows.release import authorization, guards, operations
from duecare.workflows.release.authorization import PARTS, parts_needed
from duecare.workflows.release.models import AuthorizationCheck
from tests.support import world as worlds
from tests.support.world import World

TODAY = date(2026, 3, 2)
NOTES, SUBSTANCE, LAB = "psychotherapy_notes", "substance_use_records", "lab_results"
NINE = [part.code for part in PARTS]


def check(**changes):
    findings = {part.code: {"finding": "present", "where": "page 1"} for part in PARTS}
    findings |= {code: {"finding": found, "where": ""} for code, found in changes.pop("found", {}).items()}
    return AuthorizationCheck(findings=findings, **changes)


@pytest.mark.parametrize(
    ("request_type", "records", "codes"),
    [
        ("patient_access", [LAB, NOTES, SUBSTANCE], []),
        ("third_party", [LAB], NINE),
        ("third_party", [NOTES], [*NINE, "psychotherapy_apart"]),
        ("third_party", [SUBSTANCE], [*NINE, "part_2_consent"]),
        ("third_party", [NOTES, SUBSTANCE], [*NINE, "psychotherapy_apart", "part_2_consent"]),
        ("continuity_of_care", [LAB], []),
        ("continuity_of_care", [NOTES], [*NINE, "psychotherapy_apart"]),
        ("continuity_of_care", [SUBSTANCE], ["part_2_consent"]),
        ("subpoena", [LAB], []),
        ("subpoena", [SUBSTANCE], ["part_2_consent"]),
        ("court_order", [LAB, SUBSTANCE], []),
    ],
)
def test_what_is_needed_depends_on_who_asks_for_which_records(request_type, records, codes):
    assert [part.code for part in parts_needed(request_type, records)] == codes


def test_a_whole_authorization_is_valid_with_six_of_six():
    verdict = authorization.judge(check(), TODAY)
    assert verdict.is_valid
    assert (verdict.present, verdict.statements) == (6, 3)


@pytest.mark.parametrize("code", NINE)
@pytest.mark.parametrize("found", ["missing", "unsure"])
def test_each_part_that_is_not_wholly_present_is_a_defect(code, found):
    verdict = authorization.judge(check(found={code: found}), TODAY)
    assert not verdict.is_valid
    assert len(verdict.defects) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_on": date(2026, 3, 1)},
        {"is_revoked": True},
        {"is_compound": True},
        {"is_known_false": True},
    ],
)
def test_a_spoiled_one_is_not_valid(changes):
    assert not authorization.judge(check(**changes), TODAY).is_valid


def test_one_that_expires_today_is_still_good():
    assert authorization.judge(check(expires_on=TODAY), TODAY).is_valid


def test_a_cure_asks_for_just_what_is_missing():
    lacking = authorization.lacking(check(found={"purpose": "missing", "expiry": "unsure"}))
    assert [part.code for part in lacking] == ["purpose", "expiry"]


def test_psychotherapy_notes_are_not_covered_by_a_common_authorization(
    world: World, installation: Installation
):
    with installation.database.transaction() as session:
        case = worlds.create(world, session, record_types=[NOTES])
        worlds.assign(world, session, case)
        worlds.add_document(session, case, "authorization")
        common = {part.code: {"finding": "present"} for part in PARTS}
        with pytest.raises(Missing) as caught:
            operations.record_check(session, world.caller("alice"), case, "intake", common)
        assert list(caught.value.errors) == ["psychotherapy_apart"]
        combined = common | {"psychotherapy_apart": {"finding": "missing"}}
        operations.record_check(session, world.caller("alice"), case, "intake", combined)
        assert guards.has_authorization(session, case, world.caller("alice"))
        apart = common | {"psychotherapy_apart": {"finding": "present"}}
        operations.record_check(session, world.caller("alice"), case, "intake", apart)
        assert guards.has_authorization(session, case, world.caller("alice")) is None


def test_the_check_at_release_must_be_made_after_the_package_came_in(
    world: World, installation: Installation
):
    with installation.database.transaction() as session:
        case = worlds.create(world, session)
        worlds.assign(world, session, case)
        worlds.check_authorization(world, session, case, "release", "quentin")
        worlds.add_document(session, case, "authorization")
        worlds.add_document(session, case, "release_package")
        worlds.check_authorization(world, session, case, "intake", "alice")
        operations.act(session, world.caller("alice"), case, "submit_for_review")
        with pytest.raises(Missing):
            operations.act(session, world.caller("quentin"), case, "complete")
        worlds.check_authorization(world, session, case, "release", "quentin")
        operations.act(session, world.caller("quentin"), case, "complete")
        assert case.status == "completed"
