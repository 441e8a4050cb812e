"""A small hospital, served: a request of every status, papers, a report, and people who are signed in."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date
from io import BytesIO
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from duecare.app import create_app
from duecare.core import time_rules
from duecare.core.documents import operations as documents
from duecare.core.documents.models import Document
from duecare.core.installation import open_installation
from duecare.core.jobs import runner
from duecare.core.jobs.models import Job
from duecare.core.jobs.queue import enqueue
from duecare.core.metadata import metadata
from duecare.core.reports.models import ReportRun
from duecare.core.signing import signed
from duecare.core.time import now
from duecare.settings import load as load_settings
from duecare.workflows import load as load_workflows
from duecare.workflows.release import guards, packages, pickup
from duecare.workflows.release.aging import AGING_REPORT
from duecare.workflows.release.lifecycle import STATUSES
from duecare.workflows.release.models import Pickup, ReleaseRequest
from tests.support.world import World, bring_to, build, create, sign_in_as
from tests.workflows.release.public import Visitor, code_on
from tests.workflows.release.scans import SCAN

STAFF = ("alice", "sofia", "quentin", "adam")
IN_BETWEEN, AFTERWARDS = "a visitor about to send", "a visitor who sent"


@dataclass(frozen=True)
class Hospital:
    """Where the pages are served, `values` for their addresses, and the cookie of each person."""

    address: str
    values: Mapping[str, str]
    cookies: Mapping[str, str]


@contextmanager
def open_hospital(folder: Path) -> Iterator[Hospital]:
    """Fills an installation in a folder and serves it until the block ends."""
    settings = load_settings(
        {},
        environment="test",
        database_url=f"sqlite:///{folder / 'duecare.db'}",
        storage_url=f"file://{folder / 'store'}",
        mail_url=f"file://{folder / 'outbox'}",
    )
    load_workflows()
    opened = open_installation(settings)
    metadata.create_all(opened.database.engine)
    world, app = build(opened), create_app(settings, opened)
    requests = _requests(world)
    _add_rule(world)
    _order_report(world)
    cookies = {**_staff(app, world), **_visitors(app)}
    runner.run_due(opened)
    _order_package(world, requests["in_progress"])
    runner.run_due(opened)
    with opened.database.reading() as session:
        values = {
            **requests,
            **_values(session, settings.key, requests["in_progress"]),
            "person": world.people["bob"].public_id,
        }
    with listening(app) as address:
        yield Hospital(address, values, cookies)
    opened.database.dispose()


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """The address at which the app answers until the block ends."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _requests(world: World) -> dict[str, str]:
    """Makes a request of each status; their numbers. A paper of the one in progress waits for inspection."""
    with world.installation.database.transaction() as session:
        made = {
            status.code: bring_to(world, session, create(world, session), status.code) for status in STATUSES
        }
        landed = documents.land(world.installation.store, BytesIO(SCAN), "Scan 0001.png", len(SCAN))
        documents.attach(session, world.caller("alice"), made["in_progress"], "authorization", landed)
        return {status: case.number for status, case in made.items()}


def _add_rule(world: World) -> None:
    draft = time_rules.RuleDraft(
        code="own_target",
        name="Our own target",
        unit="business_days",
        amount=10,
        pausable=True,
        extension_days=0,
        citation="Policy 12",
        request_types=("third_party",),
        jurisdiction=None,
        valid_from=date(2026, 1, 1),
        valid_to=None,
        note="",
    )
    with world.installation.database.transaction() as session:
        time_rules.add_rule(session, world.caller("adam"), world.riverside, "release", draft)


def _order_report(world: World) -> None:
    payload = {"occasion": f"{now().astimezone(UTC).date()}:demand", "made_by": "Sofia Example"}
    with world.installation.database.transaction() as session:
        enqueue(session, AGING_REPORT.name, payload, organisation_id=world.riverside.id)


def _order_package(world: World, number: str) -> None:
    """Has the package of a request built of the papers that were accepted."""
    with world.installation.database.transaction() as session:
        case = session.scalars(select(ReleaseRequest).where(ReleaseRequest.number == number)).one()
        chosen = [each.public_id for each in packages.packable(session, case)]
        packages.order(session, world.caller("alice"), case, chosen, packages.default_letter(case))


def _staff(app: Flask, world: World) -> dict[str, str]:
    return {name: _cookie(sign_in_as(app, world, name)) for name in STAFF}


def _visitors(app: Flask) -> dict[str, str]:
    """One who answered every question of the public form, and one who sent theirs and looked it up."""
    between, afterwards = Visitor(app), Visitor(app, address="192.0.2.11")
    between.fill_as_firm()
    afterwards.fill_as_patient()
    afterwards.look_up(code_on(afterwards.send()))
    return {IN_BETWEEN: _cookie(between.client), AFTERWARDS: _cookie(afterwards.client)}


def _cookie(client: FlaskClient) -> str:
    cookie = client.get_cookie("duecare")
    assert cookie is not None
    return cookie.value


def _values(session: Session, key: str, prepared: str) -> dict[str, str]:
    offered = session.scalars(select(Pickup)).one()
    case = session.scalars(select(ReleaseRequest).where(ReleaseRequest.number == prepared)).one()
    built = guards.package_of(session, case)
    assert built is not None
    return {
        "package": session.get_one(Document, offered.document_id).public_id,
        "built": built.public_id,
        "link": signed(key, pickup.PURPOSE, offered.public_id),
        "patient": session.get_one(ReleaseRequest, offered.case_id).patient.last_name,
        "report": session.scalars(select(ReportRun.public_id)).one(),
        "job": session.scalars(select(Job.public_id).where(Job.name == AGING_REPORT.name)).one(),
        "rule": session.scalars(select(time_rules.ClockRule.public_id)).one(),
    }
