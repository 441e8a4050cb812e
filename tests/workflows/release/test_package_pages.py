"""From uploaded PDFs to a released package: chosen, ordered, built, reviewed by somebody else, completed."""

import io

import pikepdf
import pytest

from duecare.core.documents.models import Document
from duecare.workflows.release import guards, operations, packages
from duecare.workflows.release.authorization import PARTS
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.review import POINTS
from tests.support import world as worlds
from tests.support.markup import page, text
from tests.support.world import World


def a_pdf(pages: int) -> io.BytesIO:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page(page_size=(612, 792))
        pdf.save(made)
    made.seek(0)
    return made


@pytest.fixture
def case(case_in, signed_in, run_jobs) -> ReleaseRequest:
    """A request for substance use records with a consent and two records that were accepted."""
    found = case_in("in_progress", record_types=["substance_use_records", "lab_results"])
    for kind, name, pages in (("authorization", "consent", 1), ("record", "labs", 2), ("record", "notes", 3)):
        upload(signed_in("alice"), found, kind, name, pages)
    run_jobs()
    return found


def upload(client, case: ReleaseRequest, kind: str, name: str, pages: int) -> None:
    data = {"kind": kind, "file": (a_pdf(pages), f"{name}.pdf")}
    client.post(f"/releases/{case.number}/documents", data=data, content_type="multipart/form-data")


def order_of(shown):
    return shown.xpath("//input[@name='order']/@value")


def package_of(world: World, case: ReleaseRequest) -> Document | None:
    with world.installation.database.reading() as session:
        return guards.package_of(session, session.get_one(ReleaseRequest, case.id))


def test_documents_are_put_in_order_without_script(signed_in, case):
    alice, address = signed_in("alice"), f"/releases/{case.number}/package"
    shown = page(alice.get(address))
    first, second, third = order_of(shown)
    assert shown.xpath("//input[@name='chosen']/@checked") == ["checked"] * 3
    data = {"order": [first, second, third], "chosen": [second], "letter": "Dear", "move": f"{third}:up"}
    moved = page(alice.post(address, data=data))
    assert order_of(moved) == [first, third, second]
    assert moved.xpath("//input[@name='chosen' and @checked]/@value") == [second]
    assert moved.findtext(".//textarea[@name='letter']").strip() == "Dear"


def test_a_package_without_records_says_where_to_add_them(signed_in, case_in, case, run_jobs):
    alice, bare = signed_in("alice"), case_in("in_progress")
    upload(alice, bare, "correspondence", "letter", 1)
    run_jobs()
    where = page(alice.get(f"/releases/{bare.number}/package")).xpath("//a[.='Add the records first']/@href")
    assert where == [f"/releases/{bare.number}"]
    assert "Add the records first" not in text(page(alice.get(f"/releases/{case.number}/package")))


def test_the_consent_goes_with_substance_use_records(signed_in, case, world: World):
    alice, address = signed_in("alice"), f"/releases/{case.number}/package"
    shown = page(alice.get(address))
    assert "42 CFR 2.32" in text(shown)
    records = order_of(shown)[1:]
    answer = alice.post(address, data={"order": order_of(shown), "chosen": records, "build": "1"})
    assert answer.status_code == 422
    assert "A copy of the patient's consent goes with these records" in text(page(answer))
    empty = alice.post(address, data={"order": order_of(shown), "build": "1"})
    assert "Choose at least one document." in text(page(empty))


def test_no_consent_is_asked_for_on_a_courts_order(case, world: World):
    with world.installation.database.transaction() as session:
        found = session.get_one(ReleaseRequest, case.id)
        today = found.received_at.date()
        assert packages.needs_consent(found, today)
        found.request_type, found.paper_date = "court_order", today
        assert packages.notices_for(found, today)
        assert not packages.needs_consent(found, today)


def test_a_package_is_built_reviewed_and_released(signed_in, case, run_jobs, world: World, tmp_path):
    alice, quentin = signed_in("alice"), signed_in("quentin")
    address = f"/releases/{case.number}"
    order = order_of(page(alice.get(f"{address}/package")))
    chosen = [order[2], order[0], order[1]]
    built = {"order": chosen, "chosen": chosen, "letter": "Here it is.\n\nAll of it.", "build": "1"}
    assert alice.post(f"{address}/package", data=built).status_code == 302
    assert alice.get(f"{address}/package/progress").json["state"] == "queued"
    run_jobs()
    assert alice.get(f"{address}/package/progress").json["state"] == "done"
    package = package_of(world, case)
    assert package is not None
    manifest = package.details["manifest"]
    assert [source["pages"] for source in manifest["sources"]] == [3, 1, 2]
    assert [source["document_id"] for source in manifest["sources"]] == chosen
    content = alice.get(f"{address}/documents/{package.public_id}/content")
    with pikepdf.open(io.BytesIO(content.data)) as pdf:
        assert len(pdf.pages) == package.pages == manifest["pages"] >= 8
    page(alice.get(f"{address}/documents/{package.public_id}/manifest"))

    findings = {part.code: "present" for part in PARTS} | {"part_2_consent": "present"}
    alice.post(f"{address}/authorization/intake", data=findings)
    assert alice.post(f"{address}/actions/submit_for_review").status_code == 302
    assert packages_refused(alice, address, built)

    review = page(quentin.get(f"{address}/review"))
    version = review.xpath("string(//input[@name='version']/@value)")
    early = quentin.post(f"{address}/review", data={"decision": "complete", "version": version})
    assert early.status_code == 422
    ticked = {"decision": "complete", "version": version, "confirmed": list(POINTS)}
    unchecked = quentin.post(f"{address}/review", data=ticked)
    assert unchecked.status_code == 422
    assert "Check the authorization again before releasing" in text(page(unchecked))
    release = page(quentin.get(f"{address}/authorization/release"))
    assert not release.xpath("//input[@type='radio' and @checked]")
    quentin.post(f"{address}/authorization/release", data=findings)
    assert quentin.post(f"{address}/review", data=ticked).status_code == 302
    assert "Completed on" in text(page(alice.get(address)))


def packages_refused(alice, address, built) -> bool:
    return alice.post(f"{address}/package", data=built).status_code == 409


def test_a_package_ordered_before_review_is_not_slipped_in_afterwards(
    signed_in, case, run_jobs, world: World
):
    with world.installation.database.transaction() as session:
        found = session.get_one(ReleaseRequest, case.id)
        chosen = [each.public_id for each in packages.packable(session, found)]
        packages.order(session, world.caller("alice"), found, chosen, "Dear")
        earlier = worlds.add_document(session, found, "release_package")
        earlier.details = {"manifest": {"notice_pages": 1}}
        findings = {part.code: {"finding": "present"} for part in PARTS}
        findings["part_2_consent"] = {"finding": "present"}
        operations.record_check(session, world.caller("alice"), found, "intake", findings)
        operations.act(session, world.caller("alice"), found, "submit_for_review")
    before = package_of(world, case)
    run_jobs()
    after = package_of(world, case)
    assert before is not None
    assert after is not None
    assert after.id == before.id
    assert signed_in("alice").get(f"/releases/{case.number}/package/progress").json["state"] == "failed"


def test_who_prepared_the_package_sees_it_but_cannot_decide(signed_in, case_in, world: World):
    with world.installation.database.transaction() as session:
        found = worlds.create(world, session, request_type="patient_access", purpose="")
        worlds.assign(world, session, found, to="quinn")
        worlds.add_document(session, found, "release_package")
        operations.act(session, world.caller("quinn"), found, "submit_for_review")
    shown = page(signed_in("quinn").get(f"/releases/{found.number}/review"))
    assert "cannot review it" in text(shown)
    assert not shown.xpath("//button[@name='decision']")
    decision = {"decision": "return", "notes": "x"}
    assert signed_in("quinn").post(f"/releases/{found.number}/review", data=decision).status_code == 403
