"""The whole main job through the API alone, with files as they come in: scans, a phone photo, a form.

Only the requester, who has no account and no token, fetches the package at the link of the mail.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pikepdf
import pytest
from flask import Flask

from duecare.core import audit
from duecare.core.installation import Installation
from duecare.core.jobs.runner import run_due
from duecare.core.time import now
from duecare.demo import papers, people
from duecare.demo.asked import Authorization, Wanted
from duecare.demo.papers import Facility
from duecare.demo.people import Address
from tests.support import world as worlds
from tests.support.api import ApiClient, problem_of
from tests.support.world import World
from tests.workflows.release.public import Visitor

TODAY = date(2026, 3, 2)
BORN = {"born-month": "4", "born-day": "3", "born-year": "1971"}
OPEN = ("received", "in_progress", "on_hold", "in_review", "needs_correction")
OTHER_WORK = ("received", "received", "on_hold", "in_review", "completed", "denied")


@dataclass(frozen=True)
class Papers:
    """Name, kind and bytes of what comes in; the records that answer it, and the one forgotten at first."""

    incoming: tuple[tuple[str, str, bytes], ...]
    record: bytes
    forgotten: bytes


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


def run_everything(installation: Installation) -> None:
    while run_due(installation):
        pass


def mails(tmp_path: Path, to: str, about: str) -> Iterator[EmailMessage]:
    for path in (tmp_path / "outbox").glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        if isinstance(mail, EmailMessage) and mail["To"] == to and about in mail["Subject"]:
            yield mail


def link_in(mail: EmailMessage) -> str:
    (found,) = re.findall(r"http://\S+", mail.get_content())
    return urlsplit(found).path


def send_in(
    alice: ApiClient, installation: Installation, real_papers: Papers, tmp_path: Path
) -> dict[str, Any]:
    """Logs the request with its papers, which are all accepted; the requester has a receipt."""
    created = alice.post("/releases", json=alice.new_release(channel="fax"))
    assert created.status_code == 201
    case: dict[str, Any] = created.get_json()
    assert created.headers["Location"].endswith(f"/releases/{case['number']}")
    assert case["status"] == "received"
    for name, kind, content in real_papers.incoming:
        uploaded = alice.upload(case["number"], kind, content, name)
        assert uploaded.status_code == 201, uploaded.text
        assert uploaded.get_json()["state"] == "quarantined"
    run_everything(installation)
    documents = alice.get(f"/releases/{case['number']}").get_json()["documents"]
    assert [each["state"] for each in documents] == ["accepted"] * 3
    (receipt,) = mails(tmp_path, case["requester"]["email"], case["number"])
    assert case["tracking_code"] in receipt.get_content()
    return {**case, "authorization": documents[0]["id"]}


def build_package(alice: ApiClient, installation: Installation, number: str, records: list[str]) -> None:
    ordered = alice.post(f"/releases/{number}/packages", json={"documents": records})
    assert ordered.status_code == 201, ordered.text
    run_everything(installation)
    assert alice.get(f"/releases/{number}/packages").get_json()["items"][-1]["state"] == "done"


def add_record(alice: ApiClient, installation: Installation, number: str, content: bytes, name: str) -> str:
    uploaded = alice.upload(number, "record", content, name)
    assert uploaded.status_code == 201, uploaded.text
    run_everything(installation)
    return str(uploaded.get_json()["id"])


def assert_package_is_picked_up(app: Flask, mail: EmailMessage, number: str, package: dict[str, Any]) -> None:
    """A stranger to the date of birth gets nothing; the requester gets the package that was reviewed."""
    visitor, link = Visitor(app), link_in(mail)
    visitor.post(link, {**BORN, "born-year": "1972"})
    assert visitor.get(f"{link}/package").mimetype != "application/pdf"
    visitor.post(link, BORN)
    fetched = visitor.get(f"{link}/package")
    assert fetched.mimetype == "application/pdf"
    assert len(fetched.data) == package["size"]
    with pikepdf.open(io.BytesIO(fetched.data)) as pdf:
        assert len(pdf.pages) == package["pages"]


def assert_report_equals_the_rows(sofia: ApiClient, installation: Installation, tmp_path: Path) -> None:
    """The supervisor has the aging report made, is mailed a link, and finds each figure in the lists."""
    started = sofia.post("/jobs/release.aging-report/runs")
    assert started.status_code == 202, started.text
    run_everything(installation)
    assert sofia.get(f"/jobs/runs/{started.get_json()['id']}").get_json()["state"] == "done"
    (told,) = mails(tmp_path, "sofia@duecare.example", "Aging report")
    (run,) = sofia.get("/reports/release.aging-report").get_json()["items"]
    assert link_in(told) == f"/reports/{run['id']}"

    def rows(query: str) -> int:
        return len(sofia.get(f"/releases?limit=100&{query}").get_json()["items"])

    assert run["figures"]["by_status"] == {status: rows(f"status={status}") for status in OPEN}
    assert run["figures"]["open"] == sum(rows(f"status={status}") for status in OPEN) > 0
    assert run["figures"]["overdue"] == rows("overdue=true") == 1
    assert run["figures"]["unassigned"] == rows("status=received")
    assert run["figures"]["completed"] == rows("status=completed") == 2
    for address in run["files"].values():
        assert sofia.get(address.removeprefix("/api/v1")).status_code == 200


def test_a_request_goes_from_intake_to_the_report_through_the_api_alone(
    app: Flask,
    alice: ApiClient,
    sofia: ApiClient,
    quentin: ApiClient,
    world: World,
    installation: Installation,
    real_papers: Papers,
    tmp_path: Path,
) -> None:
    with installation.database.transaction() as session:
        for status in OTHER_WORK:
            worlds.bring_to(world, session, worlds.create(world, session), status)
        worlds.create(world, session, received_at=now() - timedelta(days=60))
    case = send_in(alice, installation, real_papers, tmp_path)
    number = case["number"]

    assert alice.get(f"/releases/{number}").get_json()["allowed_actions"] == []
    assignee = alice.get("/me").get_json()["id"]
    assigned = sofia.act(number, "assign", assignee=assignee).get_json()
    assert assigned["status"] == "in_progress"
    assert assigned["assignee"]["id"] == assignee

    checked = alice.check(number, "intake", document=case["authorization"])
    assert checked.status_code == 201
    assert checked.get_json()["is_valid"] is True
    assert alice.act(number, "submit_for_review").status_code == 422
    records = [add_record(alice, installation, number, real_papers.record, "note.pdf")]
    build_package(alice, installation, number, records)
    assert "submit_for_review" in alice.get(f"/releases/{number}").get_json()["allowed_actions"]
    assert alice.act(number, "submit_for_review").get_json()["status"] == "in_review"

    returned = quentin.act(number, "return_for_correction", notes="The imaging report is missing.")
    assert returned.get_json()["status"] == "needs_correction"
    records.append(add_record(alice, installation, number, real_papers.forgotten, "imaging.pdf"))
    build_package(alice, installation, number, records)
    assert alice.act(number, "submit_for_review").get_json()["status"] == "in_review"

    assert quentin.act(number, "complete").status_code == 422
    assert quentin.check(number, "release", document=case["authorization"]).status_code == 201
    completed = quentin.act(number, "complete").get_json()
    assert completed["status"] == "completed"
    assert completed["closed_at"].endswith("Z")
    assert completed["turnaround_days"] == 0

    run_everything(installation)
    (told,) = mails(tmp_path, case["requester"]["email"], f"{number} is ready")
    assert_package_is_picked_up(app, told, number, completed["documents"][-1])
    events = quentin.get(f"/releases/{number}/events").get_json()["items"]
    assert [each["action"] for each in events] == [
        "create",
        "assign",
        "check_authorization",
        "build_package",
        "submit_for_review",
        "return_for_correction",
        "build_package",
        "submit_for_review",
        "check_authorization",
        "complete",
        "fetch_package",
    ]
    assert_report_equals_the_rows(sofia, installation, tmp_path)
    with installation.database.reading() as session:
        assert audit.verify(session) == []


def test_a_package_is_built_of_chosen_documents(
    alice: ApiClient, sofia: ApiClient, installation: Installation, app: Flask, real_papers: Papers
) -> None:
    number = alice.post("/releases", json=alice.new_release()).get_json()["number"]
    sofia.act(number, "assign", assignee=alice.get("/me").get_json()["id"])
    record = alice.upload(number, "record", real_papers.record, "note.pdf").get_json()
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
