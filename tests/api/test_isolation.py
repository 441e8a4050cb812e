"""Nothing of one organisation shows in another or in a refusal, whatever id is sent where."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from duecare.api import operations
from duecare.core import workflow
from duecare.core.jobs.models import Job
from duecare.core.reports.models import ReportRun
from duecare.workflows.release.api import EXAMPLES
from duecare.workflows.release.models import ReleaseRequest
from tests.support import world as worlds
from tests.support.api import ApiClient, problem_of
from tests.support.world import World

CANARY = "CANARY7F3A"
REPORT = "release.aging-report"
PATIENT = {"first_name": CANARY, "last_name": CANARY, "mrn": CANARY}
REQUESTER = {"name": CANARY, "organisation": CANARY, "email": f"{CANARY}@example.org"}


@dataclass(frozen=True)
class Theirs:
    """Ids of things of Riverside, each marked with the canary where it holds PHI."""

    number: str
    document: str
    patient: str
    job: str
    report: str
    person: str


@pytest.fixture
def theirs(world: World) -> Theirs:
    with world.installation.database.transaction() as session:
        case = worlds.create(
            world, session, patient=PATIENT, requester=REQUESTER, purpose=CANARY, notes=CANARY
        )
        document = worlds.add_document(session, case, "record")
        document.given_name = f"{CANARY}.pdf"
        job = Job(name=REPORT, organisation_id=world.riverside.id)
        report = ReportRun(
            organisation_id=world.riverside.id,
            name=REPORT,
            occasion="2026-03-02",
            period_from=date(2026, 3, 1),
            period_to=date(2026, 3, 2),
            figures={"oldest": CANARY},
            files={"pdf": "reports/1.pdf"},
        )
        session.add_all([job, report])
        session.flush()
        assert case.patient is not None
        return Theirs(
            case.number,
            document.public_id,
            case.patient.public_id,
            job.public_id,
            report.public_id,
            world.people["alice"].public_id,
        )


def _every_call(theirs: Theirs) -> list[tuple[str, str, dict[str, Any]]]:
    """Every operation with Riverside's ids in its path."""
    ids = {"number": theirs.number, "format": "pdf", "name": REPORT}
    calls = []
    for operation in operations(workflow.registered()):
        own = {"documents": theirs.document, "patients": theirs.patient, "jobs": theirs.job}
        values = {**ids, "id": own.get(operation.tag, theirs.report)}
        options: dict[str, Any] = {}
        if operation.body:
            options["json"] = operation.example or {}
        if operation.form:
            options["data"] = {"kind": "record", "file": (b"", "a.pdf")}
        if "{" in operation.path:
            calls.append((operation.method, operation.path.format(**values), options))
    return calls


# A job's name is nobody's id: who may start it starts their own organisation's.
OWN_JOB = "/jobs/release.aging-report/runs"


@pytest.mark.parametrize("name", ["charlie", "sven", "rita", "perry", "anna"])
def test_no_address_with_an_id_of_another_organisation_shows_anything(
    client_of: Callable[..., ApiClient], theirs: Theirs, name: str
) -> None:
    stranger = client_of(name)
    for method, path, options in _every_call(theirs):
        answer = stranger.call(method, path, **options)
        assert CANARY not in answer.text, (method, path)
        if path != OWN_JOB:
            assert answer.status_code in {403, 404} or _is_empty_list(answer), (method, path, answer.text)


def _is_empty_list(answer: TestResponse) -> bool:
    return answer.status_code == 200 and answer.get_json() == {"items": [], "next": None}


def test_a_stranger_with_the_permission_gets_404_and_not_403(charlie: ApiClient, theirs: Theirs) -> None:
    problem_of(charlie.get(f"/releases/{theirs.number}"), 404)
    problem_of(charlie.get(f"/documents/{theirs.document}/content"), 404)
    problem_of(charlie.get(f"/patients/{theirs.patient}"), 404)


def test_nobody_sees_anything(nobody: ApiClient, theirs: Theirs) -> None:
    for method, path, options in _every_call(theirs):
        problem_of(nobody.call(method, path, **options), 401)


def test_a_person_of_another_organisation_cannot_be_assigned(
    client_of: Callable[..., ApiClient], world: World, theirs: Theirs
) -> None:
    with world.installation.database.transaction() as session:
        own = worlds.create(world, session, by="charlie").number
    problem_of(client_of("sven").act(own, "assign", assignee=theirs.person), 422)


def test_a_document_of_another_organisation_cannot_be_checked(
    charlie: ApiClient, world: World, theirs: Theirs
) -> None:
    with world.installation.database.transaction() as session:
        own = worlds.create(world, session, by="charlie").number
    problem_of(charlie.check(own, "intake", document=theirs.document), 404)


def test_a_document_of_another_organisation_cannot_be_packed(
    charlie: ApiClient, world: World, theirs: Theirs
) -> None:
    with world.installation.database.transaction() as session:
        own = worlds.create(world, session, by="charlie")
        worlds.assign(world, session, own, to="charlie", by="sven")
        number = own.number
    problem_of(charlie.post(f"/releases/{number}/packages", json={"documents": [theirs.document]}), 404)
    assert charlie.get(f"/releases/{number}/packages").get_json()["items"] == []


def test_a_place_in_another_organisations_list_is_no_place(
    alice: ApiClient, charlie: ApiClient, world: World, theirs: Theirs
) -> None:
    with world.installation.database.transaction() as session:
        worlds.create(world, session)
    cursor = alice.get("/releases?limit=1").get_json()["next"]
    assert cursor
    assert alice.get(f"/releases?limit=1&cursor={cursor}").get_json()["items"]
    answer = charlie.get(f"/releases?limit=1&cursor={cursor}")
    assert answer.status_code == 422 or _is_empty_list(answer)


def test_a_filter_by_a_person_of_another_organisation_finds_nothing(
    charlie: ApiClient, theirs: Theirs
) -> None:
    assert _is_empty_list(charlie.get(f"/releases?assignee={theirs.person}"))


def test_a_patient_of_another_organisation_is_never_reused(
    charlie: ApiClient, theirs: Theirs, world: World
) -> None:
    body = {**PATIENT, "date_of_birth": "1971-04-03"}
    assert charlie.post("/patients", json=body).get_json()["id"] != theirs.patient


def test_no_refusal_carries_what_was_sent_or_what_is_kept(
    client_of: Callable[..., ApiClient], theirs: Theirs
) -> None:
    others = {"create", "authorization-checks", "packages"}
    actions = {name: each for name, each in EXAMPLES.items() if name not in others}
    for name in ("alice", "quentin", "adam", "priya"):
        client = client_of(name)
        for action, needs in actions.items():
            answer = client.act(theirs.number, action, **needs)
            assert answer.status_code >= 400
            assert CANARY not in answer.text
        refused = client.post("/releases", json={"patient": PATIENT, "requester": {"kind": CANARY}})
        assert refused.status_code in {403, 422}
        assert CANARY not in refused.text


def test_reading_is_audited(alice: ApiClient, world: World, app: Flask, theirs: Theirs) -> None:
    from sqlalchemy import select

    from duecare.core.audit import AuditEntry

    alice.get("/releases")
    alice.get(f"/releases/{theirs.number}")
    alice.get(f"/documents/{theirs.document}")
    alice.get(f"/patients/{theirs.patient}")
    with world.installation.database.reading() as session:
        actions = set(session.scalars(select(AuditEntry.action)))
    assert {"release.listed", "release.viewed", "document.viewed", "patient.viewed"} <= actions


def test_the_world_holds_one_release_of_riverside(world: World, theirs: Theirs) -> None:
    with world.installation.database.reading() as session:
        assert worlds.count(session, ReleaseRequest) == 1
