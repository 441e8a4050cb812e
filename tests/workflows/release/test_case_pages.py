"""The page of a request and its forms: what is shown to whom, what is possible, and never a lost edit."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from duecare.core.audit import AuditEntry
from duecare.core.cases import CaseEvent
from duecare.core.time import now
from duecare.workflows.release import amendments
from duecare.workflows.release.lifecycle import STATUSES
from duecare.workflows.release.models import ReleaseRequest
from tests.support import world as worlds
from tests.support.markup import page, text
from tests.support.pages import statements
from tests.support.world import World

EVERY_STATUS = [status.code for status in STATUSES]
READERS = ("alice", "sofia", "quentin", "priya")
PARTS = ("", "?part=requester", "?part=authorization", "?part=clock", "/clock")


def address(case, rest=""):
    return f"/releases/{case.number}{rest}"


def fresh(world: World, case: ReleaseRequest) -> ReleaseRequest:
    with world.installation.database.reading() as session:
        return session.get_one(ReleaseRequest, case.id)


@pytest.mark.parametrize("status", EVERY_STATUS)
def test_the_page_is_well_formed_in_every_status_for_every_reader(signed_in, case_in, status):
    case = case_in(status)
    for name in READERS:
        shown = page(signed_in(name).get(address(case)))
        assert case.number in text(shown)
        assert "Maria Lopez" in text(shown)


@pytest.mark.parametrize("status", EVERY_STATUS)
def test_the_page_takes_at_most_ten_statements(signed_in, case_in, world, status):
    case = case_in(status)
    for name in READERS:
        client = signed_in(name)
        client.get(address(case))
        for part in PARTS:
            with statements(world.installation) as seen:
                client.get(address(case, part))
            assert len(seen) <= 10, (name, part, seen)


def test_each_part_of_the_page_and_the_clock_are_well_formed(signed_in, case_in):
    case = case_in("in_progress")
    for part in PARTS:
        page(signed_in("alice").get(address(case, part)))


def test_the_clock_names_the_rule_its_citation_and_the_rule_that_gave_way(signed_in, case_in):
    shown = text(page(signed_in("alice").get(address(case_in(), "/clock"))))
    assert "Tex. Occ. Code § 159.006(d)" in shown
    assert "15 business days" in shown
    assert "Rules that gave way" in shown
    assert "Target for third parties" in shown


@pytest.mark.parametrize(("name", "status"), [("charlie", 404), ("adam", 403), ("priya", 200)])
def test_strangers_do_not_learn_that_a_request_exists(signed_in, case_in, name, status):
    assert signed_in(name).get(address(case_in())).status_code == status


def test_reading_is_audited(signed_in, case_in, world: World):
    case = case_in()
    signed_in("priya").get(address(case))
    with world.installation.database.reading() as session:
        read = select(AuditEntry.actor_name).where(
            AuditEntry.action == "release.viewed", AuditEntry.subject == case.number
        )
        assert session.scalars(read).all() == ["Priya Example"]


@pytest.mark.parametrize(
    ("name", "status", "offered"),
    [
        ("sofia", "received", ["Assign", "Extend the due date", "Deny", "Cancel"]),
        ("alice", "received", []),
        ("alice", "in_progress", ["Submit for review", "Put on hold"]),
        ("quentin", "in_review", ["Review the package", "Requires correction"]),
        ("priya", "in_review", []),
        ("sofia", "completed", ["Reopen"]),
    ],
)
def test_only_what_the_person_may_do_now_is_offered(signed_in, case_in, name, status, offered):
    shown = page(signed_in(name).get(address(case_in(status))))
    actions = shown.xpath("//*[contains(@class, 'case-actions')]")
    found = [each for each in offered if each in text(actions[0])] if actions else []
    assert found == offered
    assert bool(actions) == bool(offered)


def primary(shown):
    """The words of the one button that stands out among the actions."""
    return text(shown.xpath("//*[contains(@class, 'case-actions')]//*[contains(@class, 'btn-primary')]")[0])


def test_a_package_that_was_sent_back_is_built_again_before_it_is_submitted(signed_in, case_in, world: World):
    case, alice = case_in("needs_correction"), signed_in("alice")
    assert primary(page(alice.get(address(case)))) == "Build the package"
    with world.installation.database.transaction() as session:
        worlds.add_document(session, session.get_one(ReleaseRequest, case.id), "release_package")
    assert primary(page(alice.get(address(case)))) == "Submit for review"


def test_a_new_link_to_a_completed_package_is_offered_to_those_who_may_send_it(signed_in, case_in):
    case = case_in("completed")
    form = f"//form[@action='{address(case, '/pickup')}']"
    for name, is_offered in [("alice", True), ("quentin", False), ("priya", False)]:
        assert bool(page(signed_in(name).get(address(case))).xpath(form)) == is_offered, name


def test_no_link_is_offered_to_a_requester_without_an_e_mail_address(signed_in, case_in, world: World):
    case = case_in("completed")
    with world.installation.database.transaction() as session:
        session.get_one(ReleaseRequest, case.id).requester_email = ""
    shown = page(signed_in("alice").get(address(case)))
    assert not shown.xpath(f"//form[@action='{address(case, '/pickup')}']")
    assert "The requester gave no e-mail address" in text(shown)


def test_every_event_of_a_pickup_is_told_in_words(signed_in, case_in):
    case, alice = case_in("completed"), signed_in("alice")
    alice.post(address(case, "/pickup"))
    assert "Alice Example sent a new link to the package" in text(page(alice.get(address(case))))


def test_a_closed_request_shows_no_due_date(signed_in, case_in):
    case = case_in("completed")
    for part in PARTS[:-1]:
        assert "no due date" not in text(page(signed_in("alice").get(address(case, part))))


def test_the_receipt_is_reached_from_the_requester_s_facts(signed_in, case_in):
    case, link = case_in("received"), "//a[@href='{}']"
    for name, is_there in [("alice", True), ("priya", False)]:
        shown = page(signed_in(name).get(address(case, "?part=requester")))
        assert bool(shown.xpath(link.format(address(case, "/receipt")))) == is_there, name


def test_what_must_wait_says_why(signed_in, case_in):
    shown = text(page(signed_in("alice").get(address(case_in("in_progress")))))
    assert "There is no accepted release package yet: build or upload one." in shown


@pytest.mark.parametrize(
    ("action", "typed"),
    [
        ("assign", {"assignee": ""}),
        ("hold", {"reason": "kept words"}),
        ("extend", {"reason": "kept words", "until": "soon"}),
        ("deny", {"reason": "kept words"}),
        ("cancel", {"reason": " "}),
    ],
)
def test_each_form_is_well_formed_and_keeps_what_was_typed(signed_in, case_in, action, typed):
    case, sofia = case_in("in_progress"), signed_in("sofia")
    page(sofia.get(address(case, f"/actions/{action}")))
    answer = sofia.post(address(case, f"/actions/{action}"), data=typed)
    assert answer.status_code == 422
    shown = page(answer)
    assert shown.xpath("//*[@data-error-summary]")
    assert "kept words" not in typed.values() or "kept words" in text(shown)


def test_two_people_on_one_case_never_lose_an_edit(signed_in, case_in, world: World):
    case, sofia, alice = case_in("in_progress"), signed_in("sofia"), signed_in("alice")
    form = page(sofia.get(address(case, "/actions/cancel")))
    hidden = {name: form.xpath(f"string(//input[@name='{name}']/@value)") for name in ("version", "seen")}
    held = {"reason_code": "awaiting_records", "reason": "Imaging has them"}
    assert alice.post(address(case, "/actions/hold"), data=held).status_code == 302
    answer = sofia.post(address(case, "/actions/cancel"), data={**hidden, "reason": "Withdrawn by fax"})
    assert answer.status_code == 409
    shown = page(answer)
    assert "Somebody changed this request while you were writing" in text(shown)
    assert "Imaging has them" in text(shown)
    assert "Withdrawn by fax" in text(shown)
    again = {name: shown.xpath(f"string(//input[@name='{name}']/@value)") for name in ("version", "seen")}
    assert sofia.post(address(case, "/actions/cancel"), data={**again, "reason": "x"}).status_code == 302


def test_a_page_open_elsewhere_is_told_of_a_change(signed_in, case_in):
    case, alice, sofia = case_in("in_progress"), signed_in("alice"), signed_in("sofia")
    before = alice.get(address(case, "/version")).json
    assert alice.get(address(case, "/version")).json == before
    sofia.post(address(case, "/notes"), data={"note": "The attorney called"})
    after = alice.get(address(case, "/version")).json
    assert after["version"] != before["version"]
    assert after["message"] == "Sofia Example noted. Reload to see it."


def test_a_note_stands_in_the_timeline_as_text(signed_in, case_in):
    case, alice = case_in(), signed_in("alice")
    alice.post(address(case, "/notes"), data={"note": "<b>Caller</b> asked for the date"})
    shown = page(alice.get(address(case)))
    assert "<b>Caller</b> asked for the date" in text(shown)
    assert not shown.xpath("//b")


@pytest.mark.parametrize("name", list(amendments.EDITABLE))
def test_the_form_of_every_fact_is_well_formed(signed_in, case_in, name):
    page(signed_in("alice").get(address(case_in(), f"/facts/{name}")))


def test_a_changed_fact_is_in_the_timeline_and_only_its_name_in_the_audit_log(
    signed_in, case_in, world: World
):
    case = case_in("in_progress")
    answer = signed_in("alice").post(address(case, "/facts/purpose"), data={"value": "Appeal at court"})
    assert answer.status_code == 302
    assert fresh(world, case).purpose == "Appeal at court"
    with world.installation.database.reading() as session:
        event = session.scalars(select(CaseEvent).where(CaseEvent.action == "amend")).one()
        assert event.data == {"purpose": ["Legal claim", "Appeal at court"]}
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "release.amend")).one()
        assert entry.details["fields"] == ["purpose"]
        assert "Appeal" not in str(entry.details)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("requester_email", "nobody"),
        ("requester_name", ""),
        ("range_to", "2020-01-01"),
        ("delivery", "pigeon"),
        ("priority", "whenever"),
        ("range_from", "2024-02-30"),
    ],
)
def test_a_fact_that_intake_would_refuse_is_refused(signed_in, case_in, world: World, name, value):
    case = case_in("in_progress")
    answer = signed_in("alice").post(address(case, f"/facts/{name}"), data={"value": value})
    assert answer.status_code == 422
    page(answer)
    assert getattr(fresh(world, case), name) == getattr(case, name)


def test_facts_of_an_ended_request_stay_as_they_are(signed_in, case_in, world: World):
    case = case_in("completed")
    answer = signed_in("alice").post(address(case, "/facts/purpose"), data={"value": "x"})
    assert answer.status_code == 409
    assert fresh(world, case).purpose == "Legal claim"
    assert not page(signed_in("alice").get(address(case))).xpath("//a[@data-inline-edit]")


def test_a_refused_document_says_why_and_the_others_arrive(signed_in, case_in, run_jobs):
    case, alice = case_in("in_progress"), signed_in("alice")
    files = [(io.BytesIO(b"Discharged well."), "summary.txt"), (io.BytesIO(b"MZ\x90\x00" * 40), "scan.pdf")]
    alice.post(
        address(case, "/documents"),
        data={"kind": "record", "file": files},
        content_type="multipart/form-data",
    )
    run_jobs()
    shown = page(alice.get(address(case)))
    assert "This file is a program, not a document." in text(shown)
    link = shown.xpath("//a[@data-swap='documents']/@href")[0]
    opened = page(alice.get(link))
    assert "Discharged well." in text(opened)
    content = opened.xpath("//a[contains(@href, '/content')]/@href")[0]
    download = alice.get(content)
    assert download.headers["Content-Disposition"] == "attachment; filename=summary.txt"
    assert signed_in("charlie").get(content).status_code == 404
    assert signed_in("adam").get(content).status_code == 403


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("in_review", "release_package", 409),
        ("received", "release_package", 409),
        ("completed", "record", 409),
        ("completed", "correspondence", 201),
        ("in_progress", "poem", 422),
        ("in_progress", "record", 201),
    ],
)
def test_a_document_comes_in_only_where_it_may(signed_in, case_in, status, kind, code):
    answer = signed_in("alice").post(
        address(case_in(status), "/documents"),
        data={"kind": kind, "file": (io.BytesIO(b"text"), "a.txt")},
        headers={"Accept": "application/json"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == code
    assert answer.json["message" if code == 201 else "detail"]


def test_an_extension_keeps_its_letter(signed_in, case_in, run_jobs, world: World):
    with world.installation.database.transaction() as session:
        session.get_one(type(world.riverside), world.riverside.id).state = "IL"
    case = case_in("in_progress", request_type="patient_access", purpose="")
    until = (now() + timedelta(days=45)).date()
    data = {"until": until.isoformat(), "reason": "Records are on paper"}
    assert signed_in("sofia").post(address(case, "/actions/extend"), data=data).status_code == 302
    run_jobs()
    shown = text(page(signed_in("alice").get(address(case))))
    assert f"Extension letter {case.number}.pdf" in shown
    assert "wrote a letter" in shown


def test_a_cure_letter_is_written_and_the_requester_told(signed_in, case_in, run_jobs, world: World):
    case, alice = case_in("in_progress"), signed_in("alice")
    findings = {part.code: "present" for part in worlds.PARTS} | {"purpose": "missing"}
    answer = alice.post(address(case, "/authorization/intake"), data=findings)
    assert answer.status_code == 302
    shown = page(alice.get(answer.location))
    assert "5 of 6" in text(shown)
    assert alice.post(address(case, "/authorization/cure")).status_code == 302
    run_jobs()
    documents = text(page(alice.get(address(case))))
    assert f"Letter asking for what the authorization lacks {case.number}.pdf" in documents


def test_every_part_of_a_check_must_be_found_one_way_or_the_other(signed_in, case_in):
    case = case_in("in_progress")
    answer = signed_in("alice").post(address(case, "/authorization/intake"), data={"purpose": "present"})
    assert answer.status_code == 422
    shown = page(answer)
    assert text(shown).count("Say whether it is present, missing or unsure.") >= 8
    assert shown.xpath("//input[@name='purpose' and @value='present' and @checked]")
