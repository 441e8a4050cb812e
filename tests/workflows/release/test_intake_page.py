"""Logging a request at the desk: bad input is named, nothing typed and no file is lost, nothing doubled."""

import io
import re

import pytest
from sqlalchemy import select

from duecare.core import extra_fields
from duecare.core.documents.models import Document
from duecare.core.search import plan
from duecare.workflows.release.models import ReleaseRequest
from tests.support import world as worlds
from tests.support.markup import page, text
from tests.support.world import World

GOOD = {
    "first_name": "Omar",
    "last_name": "Haddad",
    "date_of_birth": "1980-09-14",
    "mrn": "77120",
    "requester_kind": "attorney",
    "requester_name": "Harold Finch",
    "requester_email": "harold@finch-wren.example",
    "channel": "fax",
    "request_type": "third_party",
    "record_types": ["lab_results", "imaging_reports"],
    "purpose": "Legal claim",
    "delivery": "portal",
    "priority": "routine",
    "notes": "Called twice",
    "form_key": "form-1",
}
CASES = [
    ({"first_name": ""}, "Enter the patient's first name."),
    ({"last_name": "x" * 101}, "Enter at most 100 characters."),
    ({"date_of_birth": ""}, "Enter the patient's date of birth."),
    ({"date_of_birth": "1980-02-30"}, "This is no date. Enter it like 04/03/1971."),
    ({"date_of_birth": "2999-01-01"}, "is not a possible date of birth"),
    ({"date_of_birth": "1880-01-01"}, "is not a possible date of birth"),
    ({"mrn": "9" * 65}, "Enter at most 64 characters."),
    ({"requester_kind": ""}, "Choose who asks for the records."),
    ({"requester_kind": "burglar"}, "Not a valid choice."),
    ({"requester_name": ""}, "Enter the requester's name."),
    ({"requester_email": "harold"}, "Enter an e-mail address like name@example.org."),
    ({"received_at": "2999-01-01T10:00"}, "lies in the future"),
    ({"received_at": "1999-01-01T10:00"}, "lies more than ten years back"),
    ({"received_at": "yesterday"}, "This is no date and time."),
    ({"request_type": ""}, "Choose the type of request."),
    ({"request_type": "gossip"}, "Not a valid choice."),
    ({"record_types": []}, "Choose at least one kind of record."),
    ({"record_types": ["diary"]}, "not a valid choice"),
    ({"range_from": "2024-02-01", "range_to": "2024-01-01"}, "before the start of the date range"),
    ({"request_type": "subpoena"}, "Enter the date by which the paper asks for the records."),
    ({"purpose": "x" * 4001}, "Enter at most 4000 characters."),
    ({"notes": "x" * 4001}, "Enter at most 4000 characters."),
]


def post(client, **changes):
    return client.post("/releases/new", data={**GOOD, **changes}, content_type="multipart/form-data")


def requests_of(world: World) -> list[ReleaseRequest]:
    with world.installation.database.reading() as session:
        return list(session.scalars(select(ReleaseRequest).order_by(ReleaseRequest.id)))


def documents_of(world: World) -> list[Document]:
    with world.installation.database.reading() as session:
        return list(session.scalars(select(Document).order_by(Document.id)))


def test_the_empty_form_is_well_formed(signed_in):
    page(signed_in("alice").get("/releases/new"))


def test_a_saved_request_shows_its_number_and_its_tracking_code_once(signed_in, world: World):
    alice = signed_in("alice")
    answer = post(alice)
    assert answer.status_code == 302
    receipt = page(alice.get(answer.location))
    assert receipt.findtext(".//h1") == "ROI-" + str(requests_of(world)[0].received_at.year) + "-000001"
    assert "Tracking code:" in text(receipt)
    assert "Tracking code:" not in text(page(signed_in("bob").get(answer.location)))


@pytest.mark.parametrize(("change", "message"), CASES)
def test_a_bad_field_is_named_and_everything_typed_stays(signed_in, world: World, change, message):
    answer = post(signed_in("alice"), **change)
    assert answer.status_code == 422
    shown = page(answer)
    assert message in text(shown)
    assert shown.xpath("//*[@data-error-summary]")
    kept = {**GOOD, **change}
    for name in ("first_name", "requester_name", "requester_email", "mrn", "date_of_birth"):
        assert shown.xpath("string(//input[@name=$name]/@value)", name=name) == kept[name]
    assert shown.findtext(".//textarea[@name='notes']").strip() == kept["notes"].strip()
    assert requests_of(world) == []


def test_uploaded_files_survive_a_wrong_field(signed_in, world: World):
    alice = signed_in("alice")
    files = {"file-authorization": (io.BytesIO(b"signed"), "consent.txt")}
    shown = page(post(alice, first_name="", **files))
    tokens = shown.xpath("//input[@name='landed']/@value")
    assert "consent.txt" in text(shown)
    assert post(alice, landed=tokens).status_code == 302
    assert [(each.kind, each.given_name) for each in documents_of(world)] == [
        ("authorization", "consent.txt")
    ]


def test_many_files_of_several_kinds_come_at_once(signed_in, world: World):
    files = {
        "file-authorization": [(io.BytesIO(b"a"), "a.txt"), (io.BytesIO(b"b"), "b.txt")],
        "file-identification": [(io.BytesIO(b"c"), "c.txt")],
    }
    post(signed_in("alice"), **files)
    assert [each.kind for each in documents_of(world)] == ["authorization", "authorization", "identification"]


def test_an_empty_file_is_refused_in_words_and_the_others_are_kept(signed_in, world: World):
    files = {"file-record": [(io.BytesIO(b""), "empty.pdf"), (io.BytesIO(b"x"), "good.txt")]}
    answer = post(signed_in("alice"), **files)
    assert answer.status_code == 422
    shown = page(answer)
    assert "The file is empty." in text(shown)
    assert len(shown.xpath("//input[@name='landed']")) == 1
    assert requests_of(world) == []


def test_a_token_of_somebody_else_or_made_up_brings_no_file(signed_in, world: World):
    shown = page(post(signed_in("bob"), first_name="", **{"file-record": (io.BytesIO(b"x"), "x.txt")}))
    token = shown.xpath("//input[@name='landed']/@value")[0]
    post(signed_in("alice"), landed=[token, token[:-1] + "0", "nonsense"])
    assert len(requests_of(world)) == 1
    assert documents_of(world) == []


def test_the_same_form_sent_twice_makes_one_request(signed_in, world: World):
    alice = signed_in("alice")
    first, second = post(alice), post(alice)
    assert first.location == second.location
    assert len(requests_of(world)) == 1


def test_a_patients_own_request_is_asked_for_no_purpose_and_keeps_none(signed_in, world: World):
    alice = signed_in("alice")
    empty = page(alice.get("/releases/new?request_type=patient_access"))
    assert not empty.xpath("//*[@name='purpose' or @name='paper_date']")
    assert "authorization:" not in text(empty)
    assert not re.search(r"social security|notar|witness", text(empty), re.IGNORECASE)
    post(alice, request_type="patient_access", requester_kind="patient")
    assert requests_of(world)[0].purpose == ""


def test_a_subpoena_is_asked_for_its_date(signed_in):
    shown = page(signed_in("alice").get("/releases/new?request_type=subpoena"))
    assert shown.xpath("//input[@name='paper_date']")


def test_a_likely_duplicate_is_shown_before_anything_is_saved(signed_in, world: World):
    alice = signed_in("alice")
    post(alice)
    again = post(alice, form_key="form-2")
    assert again.status_code == 409
    shown = page(again)
    number = requests_of(world)[0].number
    assert number in text(shown)
    seen = shown.xpath("string(//input[@name='seen_duplicates']/@value)")
    assert seen == number
    assert post(alice, form_key="form-2", seen_duplicates=seen).status_code == 302
    assert len(requests_of(world)) == 2


def test_duplicates_and_patients_are_found_while_typing(signed_in, world: World):
    alice = signed_in("alice")
    post(alice)
    found = alice.get("/releases/new/duplicates", query_string={"first_name": "Omar", "mrn": "77120"}).json
    assert found["numbers"] == [requests_of(world)[0].number]
    assert "Omar Haddad" in found["html"]
    patients = alice.get("/releases/new/patients?q=hadd").json["patients"]
    assert [(each["first_name"], each["mrn"]) for each in patients] == [("Omar", "77120")]
    assert signed_in("charlie").get("/releases/new/patients?q=hadd").json == {"patients": []}


@pytest.fixture
def matter(world: World):
    schema = {
        "type": "object",
        "properties": {
            "matter": {"type": "string", "title": "Matter number", "pattern": "^M-[0-9]+$"},
            "certified": {"type": "boolean", "title": "Certified copy"},
        },
        "required": ["matter"],
    }
    with world.installation.database.transaction() as session:
        extra_fields.save(session, world.riverside.id, "release", "third_party", schema)


def test_an_organisations_own_fields_are_asked_checked_and_found(signed_in, world: World, matter):
    alice = signed_in("alice")
    wrong = page(post(alice, **{"extra-matter": "12"}))
    assert "Matter number: This does not have the form that is asked for." in text(wrong)
    assert wrong.xpath("string(//input[@name='extra-matter']/@value)") == "12"
    assert post(alice, **{"extra-matter": "M-4711", "extra-certified": "true"}).status_code == 302
    case = requests_of(world)[0]
    assert case.extra == {"matter": "M-4711", "certified": True}
    with world.installation.database.reading() as session:
        found = plan(session, world.riverside.id, "4711").conditions(ReleaseRequest.__table__.c.id)
        assert session.scalar(select(ReleaseRequest.number).where(*found)) == case.number


def test_who_may_not_log_requests_does_not(signed_in):
    for name in ("quentin", "priya", "adam"):
        assert signed_in(name).get("/releases/new").status_code == 403


def test_a_renewed_tracking_code_replaces_the_old_one(signed_in, world: World):
    with world.installation.database.transaction() as session:
        case = worlds.create(world, session)
        before = case.tracking_digest
    alice = signed_in("alice")
    assert "shown once" in text(page(alice.get(f"/releases/{case.number}/receipt")))
    alice.post(f"/releases/{case.number}/receipt")
    assert "Tracking code:" in text(page(alice.get(f"/releases/{case.number}/receipt")))
    assert requests_of(world)[0].tracking_digest != before
