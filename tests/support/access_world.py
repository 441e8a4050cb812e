"""One of each thing that an address can name, three times: one's own, a colleague's, another organisation's.

The database is kept aside once everything is in it and put back after each request that may have changed it.
"""

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from duecare.core import clocks
from duecare.core.access import permissions_of
from duecare.core.db import Base, opaque_id
from duecare.core.jobs import queue
from duecare.core.jobs.models import DEAD
from duecare.core.notices.models import Notice
from duecare.core.people import tokens
from duecare.core.people.models import Organisation, SavedView, User
from duecare.core.reports.models import ReportRun
from duecare.core.signing import signed
from duecare.core.time import now
from duecare.workflows.release import operations, pickup
from duecare.workflows.release.api import EXAMPLE_CHECK
from tests.core.documents.made import pdf
from tests.support.world import PEOPLE, World, add_document, assign, check_authorization, create, sign_in_as

ROLES = {
    "specialist": "alice",
    "supervisor": "sofia",
    "reviewer": "quentin",
    "privacy_officer": "priya",
    "administrator": "adam",
}
STAFF = {"riverside": ("bob", "sofia", "quentin"), "lakeside": ("charlie", "sven", "rita")}
CLOSURES = {"riverside": date(2030, 12, 24), "lakeside": date(2030, 12, 31)}
BODIES: dict[str, dict[str, Any]] = {
    "@intake-check": EXAMPLE_CHECK,
    "@release-check": {**EXAMPLE_CHECK, "stage": "release"},
}
ALWAYS_WRITTEN = frozenset({"audit_entries", "audit_heads", "sign_ins", "throttles", "api_tokens"})
COLLEAGUE, STRANGER = "quinn", "charlie"
JOB = "release.aging-report"
Things = dict[str, str]


@dataclass
class AccessWorld:
    """The app, who asks, and what they ask for: `things` by (role, scope) and name."""

    app: Flask
    world: World
    file: Path
    cookies: dict[str, str] = field(default_factory=dict)
    bearers: dict[str, str] = field(default_factory=dict)
    things: dict[tuple[str, str], Things] = field(default_factory=dict)

    @property
    def _kept(self) -> Path:
        return self.file.with_suffix(".kept")

    def keep(self) -> None:
        """Sets aside the database as it is."""
        _copy(self.file, self._kept)

    def put_back(self) -> None:
        """Makes the database what it was when it was set aside."""
        _copy(self._kept, self.file)

    def state(self) -> dict[str, str]:
        """A digest of what each table holds, but for what every request may write."""
        with self.world.installation.database.reading() as session:
            return {
                table.name: hashlib.sha256(repr(session.execute(table.select()).all()).encode()).hexdigest()
                for table in Base.metadata.sorted_tables
                if table.name not in ALWAYS_WRITTEN
            }

    def ask(self, role: str | None, method: str, path: str, sent: str, *, keep: bool = False) -> TestResponse:
        """Sends one request as a person of a role, or as nobody; what it changed is put back unless kept."""
        client = self.app.test_client()
        is_api = path.startswith("/api/")
        options: dict[str, Any] = {"headers": {}}
        if role and is_api:
            options["headers"]["Authorization"] = f"Bearer {self.bearers[role]}"
        elif role:
            client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], self.cookies[role])
        if method != "GET":
            options["json" if is_api else "data"] = BODIES.get(sent) or dict(parse_qsl(sent))
        answer = client.open(path, method=method, **options)
        if method != "GET" and answer.status_code < 400 and not keep:
            self.put_back()
        return answer


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(target)) as copy:
        origin.backup(copy)


def furnish(app: Flask, world: World, file: Path) -> AccessWorld:
    """Fills the world and signs everybody in."""
    made = AccessWorld(app, world, file)
    with world.installation.database.transaction() as session:
        colleague = _things(world, session, COLLEAGUE)
        stranger = _things(world, session, STRANGER)
        for role, name in ROLES.items():
            made.things[role, "own"] = _things(world, session, name)
            made.things[role, "colleague"] = colleague
            made.things[role, "stranger"] = stranger
            made.bearers[role] = _bearer(world, session, name)
    for role, name in ROLES.items():
        client = sign_in_as(app, world, name)
        cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        made.cookies[role] = cookie.value
    made.keep()
    return made


def _things(world: World, session: Session, name: str) -> Things:
    """One of each for a person. A case is in the hands of the person, or of a specialist beside them."""
    organisation = getattr(world, PEOPLE[name][0])
    user = world.people[name]
    case, package = _case(world, session, name)
    rule = clocks.ClockRule(
        organisation_id=organisation.id,
        workflow="release",
        code=f"house-{name}",
        name="House target",
        unit="calendar_days",
        amount=20,
        pausable=True,
        citation="house rule",
        request_types=["third_party"],
        valid_from=date(2020, 1, 1),
    )
    job = queue.enqueue(session, JOB, organisation_id=organisation.id)
    job.state = DEAD
    notice = Notice(
        organisation_id=organisation.id,
        template="release.assigned",
        channel="in_app",
        user_id=user.id,
        subject="Yours",
        body="Yours",
        link=f"/releases/{case.number}",
    )
    view = SavedView(
        user_id=user.id, organisation_id=organisation.id, page="releases", name="Mine", query="status=open"
    )
    report = ReportRun(
        organisation_id=organisation.id,
        name=JOB,
        occasion=opaque_id(),
        period_from=date(2026, 3, 2),
        period_to=date(2026, 3, 2),
        figures={},
        files={"pdf": _stored(world, "report")},
    )
    session.add_all([rule, notice, view, report])
    session.flush()
    token, _text = tokens.issue(
        session,
        world.caller(name),
        user,
        session.get_one(Organisation, organisation.id),
        name="A program",
        scopes=permissions_of(PEOPLE[name][1]),
        expires_at=now() + timedelta(days=30),
    )
    day = CLOSURES[organisation.code]
    if session.scalar(select(clocks.Closure.id).where(clocks.Closure.day == day)) is None:
        session.add(clocks.Closure(organisation_id=organisation.id, day=day, name="Inventory"))
    offered = pickup.offer(session, _completed(world, session, organisation.code), package, now())
    return {
        "case": case.number,
        "patient": case.patient.public_id,
        "document": package.public_id,
        "link": signed(world.installation.settings.key, pickup.PURPOSE, offered.public_id),
        "organisation": organisation.public_id,
        "code": organisation.code,
        "person": user.public_id,
        "rule": rule.public_id,
        "closure": day.isoformat(),
        "job": job.public_id,
        "notice": notice.public_id,
        "view": view.public_id,
        "report": report.public_id,
        "token": token.public_id,
    }


def _completed(world: World, session: Session, organisation: str) -> Any:
    """A completed request, whose package can be fetched."""
    specialist, supervisor, reviewer = STAFF[organisation]
    case = create(world, session, specialist)
    assign(world, session, case, to=specialist, by=supervisor)
    for kind in ("authorization", "release_package"):
        add_document(session, case, kind)
    check_authorization(world, session, case, "intake", specialist)
    operations.act(session, world.caller(specialist), case, "submit_for_review")
    check_authorization(world, session, case, "release", reviewer)
    operations.act(session, world.caller(reviewer), case, "complete")
    return case


def _case(world: World, session: Session, name: str) -> tuple[Any, Any]:
    organisation = PEOPLE[name][0]
    hands = name if "specialist" in PEOPLE[name][1] else "alice"
    case = create(world, session, hands)
    assign(world, session, case, to=hands, by=STAFF[organisation][1])
    package = add_document(session, case, "release_package")
    package.key = _stored(world, "package")
    return case, package


def _stored(world: World, name: str) -> str:
    key = f"access/{name}-{opaque_id()}"
    world.installation.store.put_stream(key, [pdf()])
    return key


def _bearer(world: World, session: Session, name: str) -> str:
    organisation, roles = PEOPLE[name]
    _token, text = tokens.issue(
        session,
        world.caller(name),
        session.get_one(User, world.people[name].id),
        session.get_one(Organisation, getattr(world, organisation).id),
        name="The test's",
        scopes=permissions_of(roles),
        expires_at=now() + timedelta(days=30),
    )
    return text
