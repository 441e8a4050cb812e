"""Asking for records without an account and without script."""

import base64
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from duecare.core import extra_fields, tidy
from duecare.core.audit import AuditEntry
from duecare.core.documents.models import Document
from duecare.core.jobs.runner import run_now
from duecare.core.notices.models import Notice
from duecare.core.patients.models import Patient
from duecare.workflows.release import codes
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.public_models import PublicDraft, PublicDraftFile
from tests.support.world import MONDAY, count
from tests.workflows.release.public import FIRM, MARIA, PDF, REACHED, RECORDS, TOKEN, Visitor, code_on

LONG = "x" * 5000


@pytest.fixture
def visitor(app, world):
    return Visitor(app)


def cases(world):
    with world.installation.database.reading() as session:
        return list(session.scalars(select(ReleaseRequest)))


def only_case(world):
    (case,) = cases(world)
    return case


def test_a_patient_asks_for_their_own_records(visitor, world):
    check = visitor.fill_as_patient()
    assert "Check your answers" in check.text
    receipt = visitor.send()
    case = only_case(world)
    assert case.number in receipt.text
    assert case.tracking_digest == codes.digest_of(
        world.installation.settings.key, codes.TRACKING, code_on(receipt)
    )
    assert (case.channel, case.request_type, case.requester_kind) == ("portal", "patient_access", "patient")
    assert (case.requester_name, case.record_types) == ("Maria Lopez", ["lab_results", "imaging_reports"])


def test_the_receipt_says_when_the_answer_is_due(visitor, world):
    with time_machine.travel(MONDAY, tick=False):
        visitor.fill_as_patient()
        receipt = visitor.send()
    assert "Monday, March 23, 2026" in receipt.text


def test_a_patient_is_not_asked_for_what_the_law_forbids_to_ask(visitor):
    visitor.fill_as_patient()
    steps = ("who", "patient", "contact", "records", "documents")
    asked = "\n".join(visitor.get(f"/request/riverside/{step}").text for step in steps).lower()
    for word in ("what do you need the records for", "witness", "notary", "social security"):
        assert word not in asked
    assert "you do not have to send anything" in asked


def test_a_patient_is_offered_no_box_for_an_authorization_that_nobody_needs(visitor):
    visitor.fill_as_patient()
    shown = visitor.get("/request/riverside/documents").text
    assert 'name="identification"' in shown
    assert 'name="authorization"' not in shown


def test_a_third_party_must_attach_an_authorization(visitor, world):
    refused = visitor.fill_as_firm(files={})
    assert "Add the permission form that the patient signed" in refused.text
    assert visitor.get("/request/riverside/check").request.path.endswith("/documents")
    visitor.add_files({"authorization": [("signed.pdf", PDF)]})
    visitor.send()
    case = only_case(world)
    assert (case.request_type, case.purpose) == ("third_party", "A claim")
    assert case.requester_organisation == "Finch & Wren LLP"


def test_files_come_with_the_request_and_wait_for_inspection(visitor, world):
    visitor.fill_as_firm({"authorization": [("a.pdf", PDF)], "identification": [("b.pdf", PDF + b"2")]})
    visitor.send()
    with world.installation.database.reading() as session:
        found = session.execute(select(Document.kind, Document.given_name, Document.state)).all()
    assert sorted(map(tuple, found)) == [
        ("authorization", "a.pdf", "quarantined"),
        ("identification", "b.pdf", "quarantined"),
    ]


def test_one_bad_file_never_costs_the_others(visitor, world):
    answer = visitor.fill_as_firm(
        {"authorization": [("empty.pdf", b""), ("signed.pdf", PDF), ("trip.heic", b"\0\0\0\x18ftypheic0000")]}
    )
    assert "empty.pdf" in answer.text
    assert "trip.heic" in answer.text
    assert "Save it as JPEG" in answer.text
    with world.installation.database.reading() as session:
        assert list(session.scalars(select(PublicDraftFile.given_name))) == ["signed.pdf"]


def test_a_refused_file_leaves_nothing_in_the_store(visitor, installation):
    visitor.fill_as_firm({"authorization": [("trip.heic", b"\0\0\0\x18ftypheic0000")]})
    assert list(installation.store.list()) == []


def test_the_same_file_twice_is_kept_once(visitor, installation, world):
    visitor.fill_as_firm({"authorization": [("signed.pdf", PDF), ("again.pdf", PDF)]})
    with world.installation.database.reading() as session:
        assert count(session, PublicDraftFile) == 1
    assert len(list(installation.store.list())) == 1


def test_a_file_can_be_taken_out_again(visitor, installation, world):
    page = visitor.fill_as_firm({"authorization": [("signed.pdf", PDF)]})
    with world.installation.database.reading() as session:
        public_id = session.scalars(select(PublicDraftFile.public_id)).one()
    documents = "/request/riverside/documents"
    page = visitor.post(f"{documents}/remove", {"file": public_id}, page=documents)
    assert "signed.pdf" not in page.text
    assert list(installation.store.list()) == []


def test_files_that_are_too_large_together_are_refused_in_words(app, world, visitor):
    visitor.answer("who", {"who": "patient"})
    visitor.answer("patient", MARIA)
    visitor.answer("contact", REACHED)
    visitor.answer("records", RECORDS)
    answer = visitor.client.post(
        "/request/riverside/documents",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(10**10)},
    )
    assert answer.status_code == 413
    assert "too large together" in answer.text


def test_pressing_send_twice_makes_one_request(visitor, world):
    visitor.fill_as_patient()
    page = visitor.get("/request/riverside/check")
    first = visitor.send()
    second = visitor.post("/request/riverside/send", {}, page="/request/riverside/receipt")
    assert code_on(first) == code_on(second)
    assert len(cases(world)) == 1
    assert page.status_code == 200


def test_going_back_shows_what_was_typed(visitor):
    visitor.answer("who", {"who": "patient"})
    visitor.answer("patient", MARIA)
    page = visitor.get("/request/riverside/patient")
    for value in MARIA.values():
        assert f'value="{value}"' in page.text


UNTIL_2020 = {"until-month": "1", "until-day": "1", "until-year": "2020"}
CHOICES = {"who", "delivery", "records"}
BAD = [
    ("who", {}, "Choose who you are."),
    ("who", {"who": "burglar"}, "Choose who you are."),
    ("patient", {**MARIA, "first_name": " "}, "Write the first name."),
    ("patient", {**MARIA, "last_name": LONG}, "Use 100 letters or fewer."),
    ("patient", {**MARIA, "born-month": "2", "born-day": "31"}, "This is not a real date."),
    ("patient", {**MARIA, "born-year": "2971"}, "This date of birth is not possible."),
    ("patient", {**MARIA, "born-year": "99999999999999999999"}, "This is not a real date."),
    ("patient", {**MARIA, "born-year": ""}, "This is not a real date."),
    ("patient", {**MARIA, "born-month": "", "born-day": "", "born-year": ""}, "Write the date of birth."),
    ("contact", {**REACHED, "email": "maria"}, "not complete"),
    ("contact", {**REACHED, "email": ""}, "We need your e-mail address"),
    ("contact", {**REACHED, "delivery": "mail"}, "We need your mailing address"),
    ("contact", {**REACHED, "delivery": "pigeon"}, "Choose how you want to get the records."),
    ("contact", {**REACHED, "address": LONG}, "Use 500 letters or fewer."),
    ("records", {**RECORDS, "records": []}, "Choose at least one kind of record."),
    ("records", {**RECORDS, "records": ["secrets"]}, "Choose from the list."),
    ("records", {**RECORDS, **UNTIL_2020}, "The last day is before the first day."),
    ("records", {**RECORDS, "notes": LONG}, "Use 4000 letters or fewer."),
]  # fmt: skip


@pytest.mark.parametrize(("step", "typed", "message"), BAD)
def test_bad_input_is_explained_and_kept(visitor, step, typed, message):
    visitor.fill_as_patient()
    answer = visitor.answer(step, typed)
    assert answer.status_code == 422
    assert message in answer.text
    assert "There is a problem" in answer.text
    for page in (answer, visitor.get(f"/request/riverside/{step}")):
        texts = [value.strip() for name, value in typed.items() if name not in CHOICES]
        assert [text for text in texts if text not in page.text] == []


def test_a_form_open_for_too_long_keeps_what_was_typed(visitor):
    visitor.answer("who", {"who": "patient"})
    answer = visitor.client.post("/request/riverside/patient", data={**MARIA, "csrf_token": "stale"})
    assert answer.status_code == 400
    assert "press the button once more" in answer.text
    assert 'value="Maria"' in answer.text


def test_a_draft_that_was_swept_keeps_the_page_being_sent(visitor, world):
    with time_machine.travel(MONDAY, tick=False) as clock:
        visitor.fill_as_patient()
        clock.shift(timedelta(hours=25))
        page = visitor.answer("records", {**RECORDS, "csrf_token": token_of(visitor)})
        assert "Who are you?" in page.text
        visitor.answer("who", {"who": "patient"})
        visitor.answer("patient", MARIA)
        assert "Papers to send" in visitor.answer("contact", REACHED).text


def token_of(visitor):
    return TOKEN.search(visitor.get("/status").text)[1]


def test_steps_cannot_be_skipped(visitor):
    assert visitor.get("/request/riverside/records").request.path.endswith("/who")
    assert visitor.get("/request/riverside/check").request.path.endswith("/who")


def test_changing_who_asks_asks_what_is_missing_then(visitor):
    visitor.fill_as_patient()
    page = visitor.answer("who", {"who": "attorney"})
    assert page.request.path.endswith("/contact")


def test_another_browser_sees_nothing_of_it(app, visitor):
    visitor.fill_as_patient()
    assert "Maria" not in Visitor(app).get("/request/riverside/patient").text


def test_a_draft_of_one_organisation_is_not_shown_at_another(visitor):
    visitor.fill_as_patient()
    assert "Maria" not in visitor.get("/request/lakeside/patient").text


def test_what_was_typed_can_be_deleted_at_once(visitor, world, installation):
    visitor.fill_as_firm()
    visitor.post("/request/riverside/forget", {}, page="/request/riverside/check")
    with world.installation.database.reading() as session:
        assert count(session, PublicDraft) == 0
    assert list(installation.store.list()) == []


def test_expired_drafts_are_swept_and_requests_keep_their_files(app, visitor, world, installation):
    with time_machine.travel(MONDAY, tick=False) as clock:
        visitor.fill_as_firm()
        visitor.send()
        Visitor(app).fill_as_firm()
        clock.shift(timedelta(hours=26))
        run_now(installation, tidy.TIDY)
    with world.installation.database.reading() as session:
        assert count(session, PublicDraft) == 0
        assert count(session, Document) == 1
    assert len(list(installation.store.list())) == 1


def test_the_receipt_goes_by_mail_in_the_language_of_the_form(app, world):
    visitor = Visitor(app, "es")
    visitor.fill_as_patient()
    visitor.send()
    with world.installation.database.reading() as session:
        notice = session.scalars(select(Notice)).one()
    assert (notice.locale, notice.address) == ("es", "maria.lopez@mail.example")
    assert "Recibimos su solicitud" in notice.subject


def test_the_whole_form_speaks_spanish(app, world):
    visitor = Visitor(app, "es")
    assert "¿Quién es usted?" in visitor.get("/request/riverside/who").text
    assert "Revise sus respuestas" in visitor.fill_as_patient().text
    assert "Tenemos su solicitud" in visitor.send().text


def test_with_several_organisations_one_is_chosen(visitor):
    page = visitor.get("/request")
    assert "Riverside General" in page.text
    assert "Lakeside Clinic" in page.text


def test_an_organisation_that_takes_no_public_requests_is_not_found(visitor, world):
    with world.installation.database.transaction() as session:
        session.merge(world.lakeside).accepts_public_requests = False
    assert visitor.get("/request/lakeside").status_code == 404
    assert visitor.get("/request").request.path == "/request/riverside"


def test_creating_is_audited_without_names(visitor, world):
    visitor.fill_as_patient()
    visitor.send()
    with world.installation.database.reading() as session:
        entries = list(session.scalars(select(AuditEntry)))
    assert "release.create" in {entry.action for entry in entries}
    written = "\n".join(f"{entry.subject} {entry.actor_name} {entry.details}" for entry in entries)
    assert "Maria" not in written
    assert "Lopez" not in written


def test_nothing_typed_stands_in_an_address_or_a_cookie(visitor, world):
    visitor.fill_as_patient()
    visitor.send()
    cookies = " ".join(cookie.value for cookie in visitor.client._cookies.values())
    decoded = base64.urlsafe_b64decode(cookies.split(".")[0] + "==").decode(errors="replace")
    assert "Maria" not in cookies + decoded
    assert "Lopez" not in cookies + decoded


def test_answers_are_not_stored_by_the_browser(visitor):
    assert visitor.get("/request/riverside/who").headers["Cache-Control"] == "no-store"


def test_an_address_that_sends_too_much_is_told_to_wait(app, world):
    refused = None
    for _ in range(80):
        refused = Visitor(app).answer("who", {"who": "patient"})
        if refused.status_code == 429:
            break
    assert refused.status_code == 429
    assert "Wait" in refused.text
    assert Visitor(app, address="192.0.2.99").answer("who", {"who": "patient"}).status_code == 200


@pytest.mark.parametrize("kind", ["insurer", "provider", "company", "representative"])
def test_every_kind_of_asker_gets_to_the_end(visitor, world, kind):
    visitor.answer("who", {"who": kind})
    visitor.answer("contact", FIRM)
    visitor.answer("patient", MARIA)
    visitor.answer("records", {**RECORDS, "purpose": "Care"})
    visitor.add_files({"authorization": [("signed.pdf", PDF)]})
    assert "We have your request" in visitor.send().text
    assert only_case(world).requester_kind == kind


MORE = {
    "type": "object",
    "properties": {
        "ward": {"type": "string", "title": "Which ward?", "maxLength": 40},
        "data": {"type": "integer", "title": "How many stays?", "minimum": 1},
    },
    "required": ["ward"],
}


def test_an_organisations_own_questions_are_asked_and_checked(visitor, world):
    with world.installation.database.transaction() as session:
        extra_fields.save(session, world.riverside.id, "release", "patient_access", MORE)
    page = visitor.fill_as_patient()
    assert page.request.path.endswith("/more")
    assert "Which ward?" in page.text
    wrong = visitor.answer("more", {"extra_ward": "", "extra_data": "three"})
    assert wrong.status_code == 422
    assert 'value="three"' in wrong.text
    visitor.answer("more", {"extra_ward": "West 4", "extra_data": "3"})
    assert "West 4" in visitor.add_files({}).text
    visitor.send()
    assert only_case(world).extra == {"ward": "West 4", "data": 3}


def test_another_organisations_questions_are_not_asked(visitor, world):
    with world.installation.database.transaction() as session:
        extra_fields.save(session, world.lakeside.id, "release", "patient_access", MORE)
    assert visitor.fill_as_patient().request.path.endswith("/check")


def test_characters_that_nobody_types_are_left_out(visitor, world):
    """NUL, bells and marks that turn text around, in names of people and of files."""
    visitor.fill_as_firm({"authorization": [("si\0g\x07ned\u202e.pdf", PDF)]})
    visitor.answer("patient", {**MARIA, "first_name": "Ma\0ria\x07"})
    visitor.send()
    with world.installation.database.reading() as session:
        names = list(session.scalars(select(Document.given_name)))
        first_names = list(session.scalars(select(Patient.first_name)))
    assert (names, first_names) == (["signed.pdf"], ["Maria"])
