"""A small world in the field's words: two organisations and the people who work there."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core.access import Caller, permissions_of
from duecare.core.db import opaque_id
from duecare.core.documents.models import ACCEPTED, Document
from duecare.core.installation import Installation
from duecare.core.people import sign_in
from duecare.core.people.models import Membership, Organisation, User
from duecare.core.people.passwords import hash_password
from duecare.core.time import now
from duecare.workflows.release import codes, operations
from duecare.workflows.release.authorization import PARTS
from duecare.workflows.release.intake import ReleaseIntake
from duecare.workflows.release.models import ReleaseRequest

PASSWORD = "correct horse battery"
MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@dataclass
class World:
    """Two hospitals. `people` holds users by their first names: see `PEOPLE`; all have `PASSWORD`."""

    installation: Installation
    riverside: Organisation
    lakeside: Organisation
    people: dict[str, User] = field(default_factory=dict)

    def caller(self, name: str) -> Caller:
        """The caller that a person is in their organisation."""
        organisation, roles = PEOPLE[name]
        return caller_for(self.people[name], getattr(self, organisation), roles)


PEOPLE: dict[str, tuple[str, tuple[str, ...]]] = {
    "alice": ("riverside", ("specialist",)),
    "bob": ("riverside", ("specialist",)),
    "sofia": ("riverside", ("supervisor",)),
    "quentin": ("riverside", ("reviewer",)),
    "quinn": ("riverside", ("reviewer", "specialist")),
    "priya": ("riverside", ("privacy_officer",)),
    "adam": ("riverside", ("administrator",)),
    "charlie": ("lakeside", ("specialist",)),
    "sven": ("lakeside", ("supervisor",)),
    "rita": ("lakeside", ("reviewer",)),
    "anna": ("lakeside", ("administrator",)),
    "perry": ("lakeside", ("privacy_officer",)),
}


def build(installation: Installation) -> World:
    """Adds the world to an empty database."""
    with installation.database.transaction() as session:
        riverside = _organisation(session, "riverside", "Riverside General", "TX")
        lakeside = _organisation(session, "lakeside", "Lakeside Clinic", "IL")
        world = World(installation, riverside, lakeside)
        password = hash_password(installation.settings, PASSWORD)
        for name, (organisation, roles) in PEOPLE.items():
            world.people[name] = _person(session, name, getattr(world, organisation), roles, password)
    return world


def caller_for(user: User, organisation: Organisation, roles: tuple[str, ...]) -> Caller:
    return Caller(
        kind="user",
        name=user.name,
        organisation_id=organisation.id,
        user_id=user.id,
        roles=frozenset(roles),
        permissions=permissions_of(roles),
        address="127.0.0.1",
        zone=organisation.zone,
        organisations=((organisation.public_id, organisation.name),),
    )


def intake(**changes: Any) -> ReleaseIntake:
    """A third-party request by an attorney; `changes` replace fields, `patient`/`requester` are merged."""
    fields: dict[str, Any] = {
        "patient": {
            "first_name": "Maria",
            "last_name": "Lopez",
            "date_of_birth": date(1971, 4, 3),
            "mrn": "448210",
        },
        "requester": {
            "kind": "attorney",
            "name": "Harold Finch",
            "organisation": "Finch & Wren LLP",
            "email": "harold@finch-wren.example",
        },
        "channel": "fax",
        "request_type": "third_party",
        "record_types": ["discharge_summary", "imaging_reports"],
        "range_from": date(2024, 1, 1),
        "range_to": date(2024, 12, 31),
        "purpose": "Legal claim",
    }
    for name, value in changes.items():
        fields[name] = {**fields[name], **value} if name in {"patient", "requester"} else value
    return ReleaseIntake.model_validate(fields)


def create(world: World, session: Session, by: str = "alice", **changes: Any) -> ReleaseRequest:
    """A new request, logged by somebody of its organisation."""
    caller = world.caller(by)
    organisation = session.get_one(Organisation, caller.organisation_id)
    tracking = codes.made(world.installation.settings.key, codes.TRACKING)
    return operations.create(session, caller, organisation, intake(**changes), tracking).case


def assign(
    world: World, session: Session, case: ReleaseRequest, to: str = "alice", by: str = "sofia"
) -> None:
    operations.act(session, world.caller(by), case, "assign", {"assignee": world.people[to].public_id})


def add_document(session: Session, case: ReleaseRequest, kind: str, state: str = ACCEPTED) -> Document:
    """A document as inspection leaves it. Its file does not exist: use the upload for tests that read it."""
    document = Document(
        organisation_id=case.organisation_id,
        case_id=case.id,
        kind=kind,
        given_name=f"{kind}.pdf",
        state=state,
        key=f"test/{opaque_id()}",
        media_type="application/pdf",
        pages=1,
        size=1000,
        sha256="0" * 64,
        original_sha256=opaque_id(),
        uploaded_by="A test",
    )
    session.add(document)
    session.flush()
    return document


def check_authorization(
    world: World, session: Session, case: ReleaseRequest, stage: str, by: str, **changes: Any
) -> None:
    """Records a check that finds everything present, but for `changes`."""
    findings = {part.code: {"finding": "present", "where": "page 1"} for part in PARTS}
    operations.record_check(session, world.caller(by), case, stage, findings, **changes)


def bring_to(world: World, session: Session, case: ReleaseRequest, status: str) -> ReleaseRequest:
    """Takes a new request to a status by the shortest legal way; Alice works, Quentin reviews."""
    for action in _WAYS[status]:
        _STEPS[action](world, session, case)
    return case


def sign_in_as(app: Flask, world: World, name: str) -> FlaskClient:
    """A browser in which the person has just signed in."""
    client = app.test_client()
    user = world.people[name]
    with world.installation.database.transaction() as session:
        organisation = getattr(world, PEOPLE[name][0])
        token = sign_in.start(
            session, session.get_one(User, user.id), organisation, "127.0.0.1", "test"
        ).token
    with client.session_transaction() as cookie:
        cookie[sign_in.COOKIE_KEY] = token
        cookie["fs_paa"] = now().timestamp()
    return client


def _assign(world: World, session: Session, case: ReleaseRequest) -> None:
    assign(world, session, case)


def _submit(world: World, session: Session, case: ReleaseRequest) -> None:
    add_document(session, case, "authorization")
    add_document(session, case, "release_package")
    check_authorization(world, session, case, "intake", "alice")
    operations.act(session, world.caller("alice"), case, "submit_for_review")


def _hold(world: World, session: Session, case: ReleaseRequest) -> None:
    data = {"reason_code": "awaiting_clarification", "reason": "Which admission?"}
    operations.act(session, world.caller("alice"), case, "hold", data)


def _return(world: World, session: Session, case: ReleaseRequest) -> None:
    operations.act(
        session, world.caller("quentin"), case, "return_for_correction", {"notes": "Page 3 is missing"}
    )


def _complete(world: World, session: Session, case: ReleaseRequest) -> None:
    check_authorization(world, session, case, "release", "quentin")
    operations.act(session, world.caller("quentin"), case, "complete")


def _deny(world: World, session: Session, case: ReleaseRequest) -> None:
    data = {"basis": "no_such_records", "reason": "We never treated this person."}
    operations.act(session, world.caller("sofia"), case, "deny", data)


def _cancel(world: World, session: Session, case: ReleaseRequest) -> None:
    operations.act(session, world.caller("sofia"), case, "cancel", {"reason": "Sent to us by mistake"})


_STEPS = {
    "assign": _assign,
    "submit": _submit,
    "hold": _hold,
    "return": _return,
    "complete": _complete,
    "deny": _deny,
    "cancel": _cancel,
}
_WAYS: dict[str, tuple[str, ...]] = {
    "received": (),
    "in_progress": ("assign",),
    "on_hold": ("assign", "hold"),
    "in_review": ("assign", "submit"),
    "needs_correction": ("assign", "submit", "return"),
    "completed": ("assign", "submit", "complete"),
    "denied": ("assign", "deny"),
    "cancelled": ("assign", "cancel"),
}


def _organisation(session: Session, code: str, name: str, state: str) -> Organisation:
    organisation = Organisation(code=code, name=name, zone="America/Chicago", state=state)
    session.add(organisation)
    session.flush()
    return organisation


def _person(
    session: Session, name: str, organisation: Organisation, roles: tuple[str, ...], password: str
) -> User:
    user = User(
        name=f"{name.title()} Example",
        email=f"{name}@duecare.example",
        fs_uniquifier=opaque_id(),
        password=password,
        active=True,
    )
    session.add(user)
    session.flush()
    for role in roles:
        session.add(Membership(user_id=user.id, organisation_id=organisation.id, role=role))
    session.flush()
    return user


def count(session: Session, model: type[Any]) -> int:
    """How many rows a table has."""
    return len(session.scalars(select(model)).all())
