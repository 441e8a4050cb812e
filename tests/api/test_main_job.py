"""The whole main job through the API alone, with files as they come in: scans, a phone photo, a form."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random

import pytest
from flask import Flask

from duecare.core import audit
from duecare.core.installation import Installation
from duecare.core.jobs.runner import run_due
from duecare.demo import papers, people
from duecare.demo.asked import Authorization, Wanted
from duecare.demo.papers import Facility
from duecare.demo.people import Address
from tests.support.api import ApiClient, problem_of
from tests.support.world import World

TODAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Papers:
    """Name, kind and bytes of what comes in, and of the package that goes out."""

    incoming: tuple[tuple[str, str, bytes], ...]
    package: bytes
    corrected_package: bytes


@pytest.fixture(scope="module")
def real_papers() -> Papers:
    rng = Random(2026)
    facility = Facility(
        "Riverside General",
        Address("200 Foundry Street", "Riverside", "OH", "45431"),
        "(937) 555-0110",
        "(937) 555-0111",
    )
    patient = people.patients(rng, 1, TODAY)[0]
    attorney = people.organisation_requesters(rng, "attorney")[0]
    wanted = Wanted(("progress_notes", "imaging"), date(2024, 1, 1), date(2025, 12, 31), "legal")
    form = Authorization(patient, attorney, wanted, date(2026, 2, 1), date(2027, 2, 1))
    taken = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    return Papers(
        (
            (
                "Scan 0001.pdf",
                "authorization",
                papers.scanned(papers.authorization_form(facility, form), rng),
            ),
            ("IMG_2041.JPG", "identification", papers.licence_photo(patient, rng, taken)),
            ("form.pdf", "correspondence", papers.fillable_form(facility, patient, wanted)),
        ),
        papers.chart_record(facility, patient, "progress_note", rng, TODAY),
        papers.chart_record(facility, patient, "radiology_report", rng, TODAY),
    )


def test_a_request_goes_from_intake_to_completion_through_the_api_alone(
    alice: ApiClient,
    sofia: ApiClient,
    quentin: ApiClient,
    world: World,
    installation: Installation,
    real_papers: Papers,
) -> None:
    created = alice.post("/releases", json=alice.new_release(channel="fax"))
    assert created.status_code == 201
    number = created.get_json()["number"]
    assert created.headers["Location"].endswith(f"/releases/{number}")
    assert created.get_json()["status"] == "received"
    assert created.get_json()["tracking_code"]

    for name, kind, content in real_papers.incoming:
        uploaded = alice.upload(number, kind, content, name)
        assert uploaded.status_code == 201, uploaded.text
        assert uploaded.get_json()["state"] == "quarantined"
    run_due(installation)
    documents = alice.get(f"/releases/{number}").get_json()["documents"]
    assert [each["state"] for each in documents] == ["accepted"] * 3

    assert alice.get(f"/releases/{number}").get_json()["allowed_actions"] == []
    assignee = alice.get("/me").get_json()["id"]
    assigned = sofia.act(number, "assign", assignee=assignee).get_json()
    assert assigned["status"] == "in_progress"
    assert assigned["assignee"]["id"] == assignee

    checked = alice.check(number, "intake", document=documents[0]["id"])
    assert checked.status_code == 201
    assert checked.get_json()["is_valid"] is True
    assert alice.act(number, "submit_for_review").status_code == 422
    assert alice.upload(number, "release_package", real_papers.package, "package.pdf").status_code == 201
    run_due(installation)
    assert "submit_for_review" in alice.get(f"/releases/{number}").get_json()["allowed_actions"]
    assert alice.act(number, "submit_for_review").get_json()["status"] == "in_review"

    returned = quentin.act(number, "return_for_correction", notes="The imaging report is missing.")
    assert returned.get_json()["status"] == "needs_correction"
    assert (
        alice.upload(number, "release_package", real_papers.corrected_package, "again.pdf").status_code == 201
    )
    run_due(installation)
    assert alice.act(number, "submit_for_review").get_json()["status"] == "in_review"

    assert quentin.act(number, "complete").status_code == 422
    assert quentin.check(number, "release", document=documents[0]["id"]).status_code == 201
    completed = quentin.act(number, "complete").get_json()
    assert completed["status"] == "completed"
    assert completed["closed_at"].endswith("Z")
    assert completed["turnaround_days"] == 0

    events = quentin.get(f"/releases/{number}/events").get_json()["items"]
    assert [each["action"] for each in events] == [
        "create",
        "assign",
        "check_authorization",
        "submit_for_review",
        "return_for_correction",
        "submit_for_review",
        "check_authorization",
        "complete",
    ]
    package = completed["documents"][-1]
    content = quentin.get(f"/documents/{package['id']}/content")
    assert content.status_code == 200
    assert content.data.startswith(b"%PDF")
    assert len(content.data) == package["size"]
    with installation.database.reading() as session:
        assert audit.verify(session) == []


def test_a_package_is_built_of_chosen_documents(
    alice: ApiClient, sofia: ApiClient, installation: Installation, app: Flask, real_papers: Papers
) -> None:
    number = alice.post("/releases", json=alice.new_release()).get_json()["number"]
    sofia.act(number, "assign", assignee=alice.get("/me").get_json()["id"])
    record = alice.upload(number, "record", real_papers.package, "note.pdf").get_json()
    problem_of(alice.post(f"/releases/{number}/packages", json={"documents": [record["id"]]}), 404)
    with app.app_context():
        run_due(installation)
    ordered = alice.post(f"/releases/{number}/packages", json={"documents": [record["id"]]})
    assert ordered.status_code == 201
    with app.app_context():
        run_due(installation)
    (order,) = alice.get(f"/releases/{number}/packages").get_json()["items"]
    assert order["state"] == "done"
    assert alice.get(f"/documents/{order['document']}/content").data.startswith(b"%PDF")
