"""The demonstration's hospital, served: a year of requests of every status, with their papers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import BrowserContext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from duecare.app import create_app
from duecare.core import schema
from duecare.core.clocks import ClockRule
from duecare.core.documents.models import Document
from duecare.core.installation import Installation, open_installation
from duecare.core.jobs import runner
from duecare.core.jobs.models import Job
from duecare.core.jobs.queue import enqueue
from duecare.core.people import sign_in
from duecare.core.people.models import Membership, Organisation, User
from duecare.core.people.passwords import hash_password
from duecare.core.reports.models import ReportRun
from duecare.core.signing import signed
from duecare.core.time import now
from duecare.demo import load as demonstration
from duecare.settings import load as load_settings
from duecare.workflows import load as load_workflows
from duecare.workflows.release import pickup
from duecare.workflows.release.aging.report import NAME as AGING_REPORT
from duecare.workflows.release.lifecycle import STATUSES
from duecare.workflows.release.models import Pickup, ReleaseRequest
from tests.support.world import PASSWORD


@dataclass(frozen=True)
class Hospital:
    """Where the hospital's pages are served, and `values` for the addresses of its pages."""

    app: Flask
    installation: Installation
    address: str
    values: dict[str, str]

    def sign_in(self, context: BrowserContext, role: str) -> None:
        """Signs the first person of a role in."""
        with self.installation.database.transaction() as session:
            organisation = _riverside(session)
            user = _of_role(session, organisation, role)
            token = sign_in.start(session, user, organisation, "127.0.0.1", "test").token
        signer = SecureCookieSessionInterface().get_signing_serializer(self.app)
        assert signer is not None
        cookie = {
            sign_in.COOKIE_KEY: token,
            "fs_paa": now().timestamp(),
            "_user_id": user.fs_uniquifier,
            "_fresh": True,
        }
        value = str(signer.dumps(cookie))
        context.add_cookies([{"name": "duecare", "value": value, "url": self.address}])


@contextmanager
def open_hospital(folder: Path) -> Iterator[Hospital]:
    """Fills an installation in a folder and serves it."""
    settings = load_settings(
        {},
        environment="test",
        database_url=f"sqlite:///{folder / 'duecare.db'}",
        storage_url=f"file://{folder / 'store'}",
        mail_url=f"file://{folder / 'outbox'}",
    )
    load_workflows()
    opened = open_installation(settings)
    schema.upgrade(opened.database)
    demonstration.fill(opened, hash_password(settings, PASSWORD), lambda _said: None)
    app = create_app(settings, opened)
    _make_report(app, opened)
    with opened.database.reading() as session:
        values = _values(session, settings.key)
    with _listening(app) as address:
        yield Hospital(app, opened, address, values)
    opened.database.dispose()


@contextmanager
def _listening(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _make_report(app: Flask, opened: Installation) -> None:
    with opened.database.transaction() as session:
        payload = {"occasion": f"{now().date()}:now", "made_by": "A test"}
        enqueue(session, AGING_REPORT, payload, organisation_id=_riverside(session).id)
    with app.app_context():
        runner.run_due(opened, name=AGING_REPORT)


def _riverside(session: Session) -> Organisation:
    return session.scalars(select(Organisation).where(Organisation.code == "riverside")).one()


def _of_role(session: Session, organisation: Organisation, role: str) -> User:
    found = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.organisation_id == organisation.id, Membership.role == role)
        .order_by(User.id)
    )
    return session.scalars(found).first() or session.get_one(User, 1)


def _values(session: Session, key: str) -> dict[str, str]:
    organisation = _riverside(session)
    completed, package, link = _offered(session, organisation)
    of_status = {status.code: _number(session, organisation, status.code) for status in STATUSES}
    return {
        **of_status,
        "completed": completed.number,
        "package": package.public_id,
        "link": signed(key, pickup.PURPOSE, link.public_id),
        "patient": completed.patient.last_name if completed.patient else "",
        "report": session.scalars(select(ReportRun.public_id)).first() or "",
        "job": session.scalars(select(Job.public_id).where(Job.name == AGING_REPORT)).first() or "",
        "person": _of_role(session, organisation, "reviewer").public_id,
        "rule": session.scalars(select(ClockRule.public_id)).first() or "",
    }


def _number(session: Session, organisation: Organisation, status: str) -> str:
    """The newest request of a status that needs an authorization."""
    found = (
        select(ReleaseRequest.number)
        .where(
            ReleaseRequest.organisation_id == organisation.id,
            ReleaseRequest.status == status,
            ReleaseRequest.request_type == "third_party",
        )
        .order_by(ReleaseRequest.id.desc())
    )
    return session.scalars(found).first() or ""


def _offered(session: Session, organisation: Organisation) -> tuple[ReleaseRequest, Document, Pickup]:
    """The newest request whose package waits to be picked up."""
    found = (
        select(ReleaseRequest, Document, Pickup)
        .join(Pickup, Pickup.case_id == ReleaseRequest.id)
        .join(Document, Document.id == Pickup.document_id)
        .where(ReleaseRequest.organisation_id == organisation.id)
        .order_by(Pickup.id.desc())
    )
    case, document, offered = session.execute(found).first() or (None, None, None)
    assert case
    assert document
    assert offered
    return case, document, offered
