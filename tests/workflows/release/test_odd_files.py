"""Files that come twice, in disguise, locked, broken or empty: each named with what to do, others kept."""

import io

import pikepdf
import pytest
from sqlalchemy import select

from duecare.core.documents.models import Document
from tests.core.documents.made import archive, pdf, saved
from tests.support.api import ApiClient, issue_token
from tests.support.markup import page, text
from tests.support.world import World
from tests.workflows.release.public import MARIA, PDF, REACHED, RECORDS, Visitor
from tests.workflows.release.test_intake_page import documents_of, post, requests_of

SAME = b"Seen on 3 March, discharged well."
DISGUISED = [
    ("program.pdf", b"MZ\x90\x00" * 40, "This file is a program, not a document."),
    ("page.pdf", b"<!doctype html><script>alert(1)</script>", "This is a web page, not a document."),
    ("letter.pdf", archive(word__document=b"x"), "This is an office document."),
    ("scan.pdf", b"nothing of a PDF in it", "This PDF is damaged and cannot be opened."),
    ("empty.pdf", b"", "The file is empty."),
]


def locked() -> bytes:
    return saved(pikepdf.open(io.BytesIO(pdf())), encryption=pikepdf.Encryption(user="s", owner="s"))


def upload(client, number: str, *files: tuple[bytes, str], **headers: str):
    return client.post(
        f"/releases/{number}/documents",
        data={"kind": "record", "file": [(io.BytesIO(content), name) for content, name in files]},
        content_type="multipart/form-data",
        headers=headers,
    )


def stored(world: World) -> list[str]:
    return [each.key for each in world.installation.store.list()]


@pytest.mark.parametrize(("name", "content", "message"), DISGUISED)
def test_a_file_that_is_no_document_is_named_at_intake_and_everything_else_is_kept(
    signed_in, world: World, name, content, message
):
    files = {"file-record": [(io.BytesIO(content), name), (io.BytesIO(SAME), "good.txt")]}
    answer = post(signed_in("alice"), **files)
    assert answer.status_code == 422
    shown = page(answer)
    assert f"{name}: {message}" in text(shown)
    assert len(shown.xpath("//input[@name='landed']")) == 1
    assert shown.xpath("string(//input[@name='last_name']/@value)") == "Haddad"
    assert requests_of(world) == []
    assert len(stored(world)) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (locked(), "This PDF is locked with a password. Save a copy without the password"),
        (b"%PDF-1.7 and then nothing", "This PDF is damaged and cannot be opened."),
    ],
)
def test_a_locked_or_broken_pdf_is_named_on_the_request_once_it_was_looked_at(
    signed_in, case_in, run_jobs, content, message
):
    case, alice = case_in("in_progress"), signed_in("alice")
    upload(alice, case.number, (content, "records.pdf"), (SAME, "good.txt"))
    run_jobs()
    rows = page(alice.get(f"/releases/{case.number}")).xpath("//ul[@class='documents']/li")
    words = {text(row.xpath(".//*[contains(@class, 'document-name')]")[0]): text(row) for row in rows}
    assert message in words["records.pdf"]
    assert "Accepted" in words["good.txt"]


def test_the_same_file_twice_on_a_request_is_told_and_stored_once(signed_in, case_in, world: World):
    case, alice = case_in("in_progress"), signed_in("alice")
    upload(alice, case.number, (SAME, "first.txt"))
    before = stored(world)
    upload(alice, case.number, (SAME, "second.txt"))
    shown = text(page(alice.get(f"/releases/{case.number}")))
    assert "second.txt: This request has this file already, as first.txt. It was not added again." in shown
    answer = upload(alice, case.number, (SAME, "third.txt"), Accept="application/json")
    assert "already, as first.txt" in answer.json["message"]
    assert [each.given_name for each in documents_of(world)] == ["first.txt"]
    assert stored(world) == before


def test_a_file_chosen_twice_at_intake_is_told_and_kept_once(signed_in, world: World):
    alice = signed_in("alice")
    files = {"file-record": [(io.BytesIO(SAME), "one.txt"), (io.BytesIO(SAME), "copy.txt")]}
    shown = text(page(alice.get(post(alice, **files).location)))
    assert "copy.txt was here already. It is kept once." in shown
    assert [each.given_name for each in documents_of(world)] == ["one.txt"]
    assert len(stored(world)) == 1


def sent_early(client, kind: str, content: bytes, name: str):
    """A file sent by the form's script while somebody is still filling it."""
    data = {"kind": kind, "file": (io.BytesIO(content), name)}
    return client.post("/releases/new/files", data=data, content_type="multipart/form-data")


def test_a_file_sent_while_the_form_is_filled_comes_with_it(signed_in, world: World):
    alice = signed_in("alice")
    answer = sent_early(alice, "record", SAME, "early.txt")
    assert answer.status_code == 201
    assert requests_of(world) == documents_of(world) == []
    assert post(alice, landed=[answer.json["token"]]).status_code == 302
    assert [(each.kind, each.given_name) for each in documents_of(world)] == [("record", "early.txt")]


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("record", b"MZ" * 40, "This file is a program"),
        ("record", b"", "The file is empty"),
        ("release_package", SAME, "what kind of document"),
    ],
)
def test_a_file_that_cannot_be_taken_early_is_refused_in_words(
    signed_in, world: World, kind, content, message
):
    answer = sent_early(signed_in("alice"), kind, content, "early.pdf")
    assert answer.status_code == 422
    assert message in answer.json["detail"]
    assert stored(world) == []


def test_a_visitor_who_sends_a_paper_twice_is_told(app, world: World):
    visitor = Visitor(app)
    for step, typed in (("patient", MARIA), ("contact", REACHED), ("records", RECORDS)):
        visitor.answer("who", {"who": "patient"})
        visitor.answer(step, typed)
    visitor.add_files({"identification": [("card.pdf", PDF)]}, "add")
    again = visitor.add_files({"identification": [("copy.pdf", PDF)]}, "add")
    assert "We have copy.pdf already." in again.text
    assert len(stored(world)) == 1


def test_a_system_that_sends_a_file_twice_gets_the_first_and_leaves_nothing_behind(
    app, world: World, case_in
):
    case = case_in("in_progress")
    client = ApiClient(app, issue_token(world, "alice"))
    ids = [client.upload(case.number, "record", SAME, name).json["id"] for name in ("a.txt", "b.txt")]
    assert ids[0] == ids[1]
    with world.installation.database.reading() as session:
        assert len(session.scalars(select(Document)).all()) == 1
    assert len(stored(world)) == 1
