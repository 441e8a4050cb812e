"""Documents, patients, jobs, reports and the caller, each as its owner sees it."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest

from duecare.core.access import Permission
from duecare.core.installation import Installation
from duecare.core.jobs import queue
from duecare.core.jobs.queue import JobKind, Work
from duecare.core.jobs.runner import run_due
from duecare.core.jobs.schedule import Schedule
from duecare.core.reports.models import ReportRun
from tests.core.documents import made
from tests.support import world as worlds
from tests.support.api import ApiClient, problem_of
from tests.support.world import World

JOB = "test.count-rows"


def _count(work: Work) -> None:
    work.progress(2, 4)
    with work.finishing({"rows": 4}):
        pass


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> str:
    """A scheduled kind of job that supervisors may start."""
    kind = JobKind(
        JOB, "Count rows", _count, schedule=Schedule(time(6, 0)), permission=Permission.REPORTS_READ
    )
    monkeypatch.setitem(queue._kinds, JOB, kind)
    return JOB


def test_a_job_is_started_and_followed_to_its_end(
    sofia: ApiClient, installation: Installation, counting: str
) -> None:
    started = sofia.post(f"/jobs/{counting}/runs")
    assert started.status_code == 202
    assert started.get_json()["state"] == "waiting"
    run_due(installation)
    ended = sofia.get(started.headers["Location"].removeprefix("/api/v1")).get_json()
    assert ended["state"] == "done"
    assert ended["progress"] == {"done": 2, "total": 4}
    assert ended["result"] == {"rows": 4}


def test_jobs_that_the_caller_may_start_are_listed(sofia: ApiClient, alice: ApiClient, counting: str) -> None:
    assert counting in [each["name"] for each in sofia.get("/jobs").get_json()["items"]]
    assert counting not in [each["name"] for each in alice.get("/jobs").get_json()["items"]]


def test_a_job_is_not_started_without_its_permission(alice: ApiClient, counting: str) -> None:
    problem_of(alice.post(f"/jobs/{counting}/runs"), 403)


@pytest.mark.parametrize(("name", "status"), [("sofia", 202), ("adam", 202), ("alice", 403), ("priya", 403)])
def test_whoever_may_make_a_report_or_manages_jobs_starts_it(
    client_of: Callable[..., ApiClient], name: str, status: int
) -> None:
    caller = client_of(name)
    assert caller.post("/jobs/release.aging-report/runs").status_code == status
    listed = [each["name"] for each in caller.get("/jobs").get_json()["items"]]
    assert ("release.aging-report" in listed) is (status == 202)


def test_a_job_with_a_cause_cannot_be_started(client_of: Callable[..., ApiClient]) -> None:
    problem_of(client_of("adam").post("/jobs/documents.inspect/runs"), 404)


def test_a_run_of_another_organisation_is_404(
    sofia: ApiClient, client_of: Callable[..., ApiClient], counting: str
) -> None:
    run = sofia.post(f"/jobs/{counting}/runs").get_json()["id"]
    problem_of(client_of("sven").get(f"/jobs/runs/{run}"), 404)


@pytest.fixture
def runs(world: World) -> list[str]:
    """Three runs of a report, oldest first; each has a file."""
    installation = world.installation
    installation.store.put_stream("reports/one.csv", [b"number\r\n"])
    with installation.database.transaction() as session:
        rows = [
            ReportRun(
                organisation_id=world.riverside.id,
                name="release.aging-report",
                occasion=f"2026-03-0{day}",
                period_from=date(2026, 3, day),
                period_to=date(2026, 3, day),
                figures={"open": day},
                files={"csv": "reports/one.csv"},
            )
            for day in (1, 2, 3)
        ]
        session.add_all(rows)
        session.flush()
        return [row.public_id for row in rows]


def test_runs_of_a_report_are_listed_newest_first(sofia: ApiClient, runs: list[str]) -> None:
    first = sofia.get("/reports/release.aging-report?limit=2").get_json()
    second = sofia.get(f"/reports/release.aging-report?limit=2&cursor={first['next']}").get_json()
    assert [each["id"] for each in first["items"] + second["items"]] == runs[::-1]
    assert second["next"] is None


def test_a_file_of_a_report_is_downloaded(sofia: ApiClient, runs: list[str]) -> None:
    run = sofia.get("/reports/release.aging-report").get_json()["items"][0]
    answer = sofia.get(run["files"]["csv"].removeprefix("/api/v1"))
    assert answer.data == b"number\r\n"
    assert answer.headers["Content-Disposition"].startswith("attachment;")


def test_a_format_that_was_not_made_is_404(sofia: ApiClient, runs: list[str]) -> None:
    problem_of(sofia.get(f"/reports/release.aging-report/runs/{runs[0]}/pdf"), 404)


def test_reports_are_not_for_everybody(alice: ApiClient, runs: list[str]) -> None:
    problem_of(alice.get("/reports/release.aging-report"), 403)


@pytest.mark.parametrize("query", ["Lopez", "Maria Lopez", "04/03/1971", "1971-04-03", "448210"])
def test_a_patient_is_found(alice: ApiClient, release: dict[str, Any], query: str) -> None:
    found = alice.get("/patients", query_string={"q": query}).get_json()
    assert [each["mrn"] for each in found["items"]] == ["448210"]


def test_a_patient_is_added_once(alice: ApiClient) -> None:
    body = {"first_name": "Ana", "last_name": "Silva", "date_of_birth": "1988-11-30"}
    first, second = (alice.post("/patients", json=body) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.get_json() == second.get_json()
    assert alice.get(first.headers["Location"].removeprefix("/api/v1")).get_json() == first.get_json()


def test_the_caller_is_told_who_they_are(alice: ApiClient) -> None:
    me = alice.get("/me").get_json()
    assert me["name"] == "Alice Example"
    assert me["organisation"]["name"] == "Riverside General"
    assert me["roles"] == ["specialist"]


def test_the_content_of_an_accepted_document_is_offered_for_saving(
    alice: ApiClient, installation: Installation, release: dict[str, Any]
) -> None:
    number = release["number"]
    document = alice.upload(number, "record", made.pdf(), 'My "record" <1>\u202e.pdf').get_json()
    problem_of(alice.get(f"/documents/{document['id']}/content"), 409)
    run_due(installation)
    answer = alice.get(f"/documents/{document['id']}/content")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "<" not in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_scan_that_became_a_pdf_is_saved_as_one(
    alice: ApiClient, installation: Installation, release: dict[str, Any]
) -> None:
    document = alice.upload(release["number"], "record", made.picture("TIFF"), "fax.tif").get_json()
    run_due(installation)
    answer = alice.get(f"/documents/{document['id']}/content")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename=fax.pdf"


def test_the_same_file_twice_is_one_document(alice: ApiClient, release: dict[str, Any]) -> None:
    first, second = (alice.upload(release["number"], "record", made.pdf(), "a.pdf") for _ in range(2))
    assert first.get_json()["id"] == second.get_json()["id"]


def test_a_refused_document_says_why(
    alice: ApiClient, installation: Installation, release: dict[str, Any]
) -> None:
    document = alice.upload(release["number"], "record", b"<html>not a paper</html>", "a.pdf").get_json()
    run_due(installation)
    seen = alice.get(f"/documents/{document['id']}").get_json()
    assert seen["state"] == "refused"
    assert seen["refusal"]
    problem_of(alice.get(f"/documents/{document['id']}/content"), 409)


def test_nothing_is_added_to_a_request_that_ended(alice: ApiClient, world: World) -> None:
    with world.installation.database.transaction() as session:
        number = worlds.bring_to(world, session, worlds.create(world, session), "cancelled").number
    problem_of(alice.upload(number, "record", made.pdf(), "a.pdf"), 409)
