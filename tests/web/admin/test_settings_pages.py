"""The organisation, its calendar, rules, fields and notices by page; asked first where dates move."""

import pytest
from sqlalchemy import select

from duecare.core import extra_fields, time_rules
from duecare.core.audit import AuditEntry
from duecare.core.jobs.models import Job
from duecare.core.notices.models import NoticeTemplate
from duecare.core.people.models import Organisation
from duecare.core.recalculation import RECALCULATE
from tests.support.world import create

PROFILE = {
    "name": "Riverside General",
    "address": "1 River Road",
    "phone": "555 0100",
    "zone": "America/Chicago",
    "state": "TX",
    "privacy_contact": "Privacy office",
    "accepts_public_requests": "y",
    "pickup_days": "30",
    "pickup_factor": "date_of_birth",
    "second_factor": "optional",
    "locale": "en",
}
RULE = {
    "code": "target-third-party",
    "name": "Our target",
    "citation": "house rule 7",
    "request_types": "third_party",
    "unit": "calendar_days",
    "amount": "10",
    "extension_days": "0",
    "jurisdiction": "",
    "valid_from": "2020-01-01",
}
YES = {"confirmed": "yes"}


def rows(world, model, *where):
    with world.installation.database.reading() as session:
        return session.scalars(select(model).where(*where)).all()


def riverside(world):
    [found] = rows(world, Organisation, Organisation.id == world.riverside.id)
    return found


def closures(world, year=2026):
    with world.installation.database.reading() as session:
        return [row.name for row in time_rules.closures(session, world.riverside.id, year)]


def own_rules(world):
    with world.installation.database.reading() as session:
        return time_rules.own_rules(session, world.riverside.id, "release")


@pytest.fixture
def open_case(world):
    with world.installation.database.transaction() as session:
        create(world, session, request_type="third_party")


def test_facts_that_move_no_date_are_saved_at_once(adam, world):
    assert adam.send("/admin/organisation", PROFILE).status_code == 302
    assert riverside(world).phone == "555 0100"


def test_a_new_zone_is_asked_about_first(adam, world, open_case):
    moved = {**PROFILE, "zone": "Asia/Tokyo"}
    assert "1 due date will move" in adam.send("/admin/organisation", moved).text
    assert riverside(world).zone == "America/Chicago"
    adam.send("/admin/organisation", {**moved, **YES})
    assert riverside(world).zone == "Asia/Tokyo"
    assert len(rows(world, Job, Job.name == RECALCULATE)) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"pickup_days": "900"}, "1 to 365"),
        ({"pickup_days": "x"}, "integer"),
        ({"name": ""}, "Enter the org"),
    ],
)
def test_a_wrong_fact_is_told_and_the_rest_is_kept(adam, world, changes, told):
    answer = adam.send("/admin/organisation", {**PROFILE, "phone": "555 0199", **changes})
    assert told in answer.text
    assert "555 0199" in answer.text
    assert riverside(world).phone == ""


def test_the_state_says_which_rules_it_adds(adam):
    assert "Tex. Occ. Code" in adam.get("/admin/organisation").text


def test_a_closure_is_asked_about_then_added_then_removed(adam, world):
    closure = {"day": "2026-12-24", "name": "Holiday party"}
    assert "No due date will move" in adam.send("/admin/calendar/closures", closure).text
    assert closures(world) == []
    adam.send("/admin/calendar/closures", {**closure, **YES})
    assert closures(world) == ["Holiday party"]
    adam.send("/admin/calendar/closures/2026-12-24/remove", YES)
    assert closures(world) == []


def test_the_same_day_twice_is_told(adam, world):
    closure = {"day": "2026-12-24", "name": "Party"}
    adam.send("/admin/calendar/closures", {**closure, **YES})
    assert "in the list already" in adam.send("/admin/calendar/closures", closure).text


def test_the_calendar_names_the_holidays(adam):
    assert "Thanksgiving" in adam.get("/admin/calendar?year=2026").text


def test_a_rule_is_asked_about_then_put_in_force(adam, world, open_case):
    assert "1 due date will move" in adam.send("/admin/rules/release/add", RULE).text
    assert own_rules(world) == []
    adam.send("/admin/rules/release/add", {**RULE, **YES})
    assert [row.amount for row in own_rules(world)] == [10]


@pytest.mark.parametrize(
    "changes",
    [{"code": "Not A Code"}, {"amount": "0"}, {"amount": "-3"}, {"citation": ""}, {"valid_from": "soon"}],
)
def test_a_wrong_rule_is_told_and_keeps_what_was_typed(adam, world, changes):
    answer = adam.send("/admin/rules/release/add", {**RULE, "name": "Typed with care", **changes})
    assert "There is a problem" in answer.text
    assert "Typed with care" in answer.text


def test_replacing_a_built_in_rule_starts_from_it(adam):
    assert "45 CFR 164.524(b)(2)" in adam.get("/admin/rules/release/add?code=us-right-of-access").text


def test_a_rule_can_be_ended_by_page(adam, world):
    adam.send("/admin/rules/release/add", {**RULE, "code": "house-target", **YES})
    [rule] = own_rules(world)
    adam.send(f"/admin/rules/{rule.public_id}/end", {"valid_to": "2026-06-01", **YES})
    assert own_rules(world)[0].valid_to is not None


def test_another_organisations_rule_does_not_exist(adam, world, visit):
    visit("anna").send("/admin/rules/release/add", {**RULE, **YES})
    with world.installation.database.reading() as session:
        [rule] = time_rules.own_rules(session, world.lakeside.id, "release")
    assert adam.get(f"/admin/rules/{rule.public_id}/end").status_code == 404


def test_the_box_to_try_rules_says_the_date_and_why(adam):
    html = adam.get("/admin/rules?workflow=release&type=patient_access&received=2026-03-02").text
    assert "Due" in html
    assert "Texas physician records" in html
    assert "HIPAA right of access would be due" in html


def test_the_box_says_what_it_lacks(adam):
    html = adam.get("/admin/rules?workflow=release&type=subpoena&received=2026-03-02").text
    assert "needs the date on the paper" in html


FIELD = {"label-0": "Department", "name-0": "department", "kind-0": "choice", "choices-0": "ER; ICU"}
FORM = "/admin/extra-fields/release/third_party"


def in_force(world):
    with world.installation.database.reading() as session:
        return extra_fields.in_force(session, world.riverside.id, "release", "third_party")


def test_a_field_is_put_in_force_and_shown_as_the_form_will(adam, world):
    adam.send(FORM, {**FIELD, "required-0": "on", "act": "save"})
    assert in_force(world)["required"] == ["department"]
    assert "preview-department" in adam.get(FORM).text
    assert "Version 1" in adam.get(FORM).text


def test_another_row_keeps_what_was_typed_and_saves_nothing(adam, world):
    answer = adam.send(FORM, {**FIELD, "act": "add"})
    assert "ER; ICU" in answer.text
    assert 'name="name-1"' in answer.text
    assert in_force(world) == {}


def test_a_wrong_row_is_told_beside_it(adam, world):
    answer = adam.send(FORM, {**FIELD, "choices-0": "one", "act": "save"})
    assert 'id="choices-0-error"' in answer.text
    assert in_force(world) == {}


@pytest.mark.parametrize("text", ["{", "[]", '{"properties": {"x": {"type": "array"}}}', '{"type": 3}'])
def test_a_wrong_schema_is_told_and_kept(adam, world, text):
    answer = adam.send(FORM, {"json": text, "act": "save-json"})
    assert 'id="json-error"' in answer.text
    assert in_force(world) == {}


def test_an_experts_schema_is_put_in_force(adam, world):
    adam.send(
        FORM, {"json": '{"type": "object", "properties": {"ward": {"type": "string"}}}', "act": "save-json"}
    )
    assert list(in_force(world)["properties"]) == ["ward"]


NOTICE = "/admin/notices/release.assigned/en"
OURS = {"subject": "Yours: %(number)s", "body": "Please take %(number)s."}


def test_a_wording_is_previewed_without_being_saved(adam, world):
    answer = adam.send(NOTICE, {**OURS, "act": "preview"})
    assert "Please take ROI-2026-000123." in answer.text
    assert not rows(world, NoticeTemplate)


def test_a_wording_is_saved_and_taken_back(adam, world):
    adam.send(NOTICE, {**OURS, "act": "save"})
    assert "your own" in adam.get("/admin/notices").text
    adam.send(f"{NOTICE}/back-to-built-in")
    assert "your own" not in adam.get("/admin/notices").text


def test_a_wording_that_names_the_patient_is_refused_and_kept(adam, world):
    answer = adam.send(NOTICE, {**OURS, "body": "For %(patient_name)s", "act": "save"})
    assert "names no patient" in answer.text
    assert "For %(patient_name)s" in answer.text
    assert not rows(world, NoticeTemplate)


@pytest.mark.parametrize(
    ("path", "fields", "action"),
    [
        ("/admin/organisation", PROFILE, "organisation.changed"),
        ("/admin/calendar/closures", {"day": "2026-12-24", "name": "Party", **YES}, "calendar.closure_added"),
        ("/admin/rules/release/add", {**RULE, **YES}, "rule.added"),
        (FORM, {**FIELD, "act": "save"}, "extra_fields.published"),
        (NOTICE, {**OURS, "act": "save"}, "notice.reworded"),
    ],
)
def test_a_change_is_audited_with_before_and_after(adam, world, path, fields, action):
    adam.send(path, fields)
    [entry] = rows(world, AuditEntry, AuditEntry.action == action)
    assert entry.actor_name == "Adam Example"
    assert "after" in entry.details
