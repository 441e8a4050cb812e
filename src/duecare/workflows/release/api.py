"""Releases in the JSON API: how one is asked for, shown and checked. Declared here, served by the API."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import clocks, requests
from duecare.core.access import Caller
from duecare.core.documents.models import Document
from duecare.core.documents.operations import accepted
from duecare.core.jobs.models import Job
from duecare.core.people.models import Organisation
from duecare.core.resources import Addition, CaseResource, CaseView, NewCase, Shown
from duecare.core.time import now
from duecare.core.validation import OneOf
from duecare.workflows.release import authorization, codes, operations, packages, terms
from duecare.workflows.release.authorization import FINDINGS, PARTS, SPECIAL
from duecare.workflows.release.intake import ReleaseIntake
from duecare.workflows.release.models import AuthorizationCheck, ReleaseRequest
from duecare.workflows.release.roles import Permission

PART_CODES = tuple(part.code for part in (*PARTS, *(each.part for each in SPECIAL)))


class NewRelease(ReleaseIntake):
    """A new request for records. `channel` is `api` unless said otherwise."""

    channel: Annotated[str, OneOf(terms.CHANNELS)] = "api"


class RequesterView(Shown):
    """Who asks for the records."""

    kind: str
    name: str
    organisation: str
    email: str
    phone: str
    address: str
    locale: str


class ReleaseView(CaseView):
    """A request for a patient's records."""

    channel: str
    request_type: str
    requester: RequesterView
    record_types: list[str]
    range_from: date | None
    range_to: date | None
    purpose: str
    delivery: str
    paper_date: date | None
    notes: str
    denial_basis: str | None
    extra: dict[str, Any]


class CreatedRelease(ReleaseView):
    """A new request, with the code by which its requester can follow it: shown this once."""

    tracking_code: str


class Finding(BaseModel):
    """Whether a part of the authorization is there, and where it stands."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    finding: Annotated[str, OneOf(FINDINGS)]
    where: Annotated[str, Field(max_length=300)] = ""


class NewCheck(BaseModel):
    """A check of the authorization, at intake or again at release."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    stage: Literal["intake", "release"]
    findings: dict[Annotated[str, OneOf(PART_CODES)], Finding]
    document: str | None = Field(None, description="Id of the accepted authorization that was read")
    expires_on: date | None = None
    expiry_event: Annotated[str, Field(max_length=300)] = ""
    is_revoked: bool = False
    is_compound: bool = False
    is_known_false: bool = False


class CheckView(Shown):
    """A recorded check and what follows from it today (45 CFR 164.508(b)(2))."""

    stage: str
    document: str | None
    findings: dict[str, dict[str, str]]
    expires_on: date | None
    expiry_event: str
    is_revoked: bool
    is_compound: bool
    is_known_false: bool
    is_valid: bool
    defects: list[str]
    checked_by: str
    checked_at: datetime


class NewPackage(BaseModel):
    """A package to be built: one PDF of a cover letter and the chosen documents, in their order."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    documents: Annotated[list[str], Field(min_length=1, max_length=200, description="Ids, all accepted")]
    letter: Annotated[str, Field(max_length=4000)] = Field("", description="Empty: the usual letter")


class PackageView(Shown):
    """An order of a package; once it is done, `document` is the package."""

    id: str
    state: str = Field(description="waiting, running, done or dead (failed for good)")
    done: int
    total: int
    document: str | None
    created_at: datetime


def create(session: Session, caller: Caller, organisation: Organisation, intake: NewRelease) -> NewCase:
    """Logs a release."""
    created = operations.create(session, caller, organisation, intake, _new_code())
    return NewCase(created.case, {"tracking_code": created.tracking_code})


def _new_code() -> codes.Code:
    return codes.made(requests.installation().settings.key, codes.TRACKING)


def own_fields(case: ReleaseRequest) -> dict[str, Any]:
    """What a release shows beyond what every case does."""
    requester = {name: getattr(case, f"requester_{name}") for name in RequesterView.model_fields}
    shared = set(ReleaseView.model_fields) - set(CaseView.model_fields) - {"requester"}
    return {**{name: getattr(case, name) for name in shared}, "requester": requester}


def record_check(session: Session, caller: Caller, case: ReleaseRequest, body: NewCheck) -> Shown:
    """Records a check of the authorization."""
    values: Mapping[str, Any] = body.model_dump(exclude={"document", "stage", "findings"})
    document = accepted(session, case, [body.document])[0] if body.document else None
    findings = {code: finding.model_dump() for code, finding in body.findings.items()}
    document_id = document.id if document else None
    check = operations.record_check(
        session, caller, case, body.stage, findings, document_id=document_id, **values
    )
    return _check_view(check, document.public_id if document else None, case, _today(session, case))


def checks(session: Session, case: ReleaseRequest) -> list[Shown]:
    """Every check of a release, oldest first."""
    rows = session.execute(
        select(AuthorizationCheck, Document.public_id)
        .outerjoin(Document, Document.id == AuthorizationCheck.document_id)
        .where(AuthorizationCheck.case_id == case.id)
        .order_by(AuthorizationCheck.id)
    )
    today = _today(session, case)
    return [_check_view(check, document, case, today) for check, document in rows]


def order_package(session: Session, caller: Caller, case: ReleaseRequest, body: NewPackage) -> Shown:
    """Orders a package."""
    letter = body.letter or packages.default_letter(case)
    return _package_view(packages.order(session, caller, case, body.documents, letter))


def package_orders(session: Session, case: ReleaseRequest) -> list[Shown]:
    """Every order of a package, oldest first."""
    return [_package_view(job) for job in packages.orders(session, case)]


def _package_view(job: Job) -> PackageView:
    return PackageView(
        id=job.public_id,
        state=job.state,
        done=job.progress_done,
        total=job.progress_total,
        document=job.result.get("document"),
        created_at=job.created_at,
    )


def _check_view(
    check: AuthorizationCheck, document: str | None, case: ReleaseRequest, today: date
) -> CheckView:
    verdict = authorization.judge(check, today, authorization.needed(case) or PARTS)
    recorded = set(CheckView.model_fields) - {"document", "is_valid", "defects"}
    return CheckView(
        **{name: getattr(check, name) for name in recorded},
        document=document,
        is_valid=verdict.is_valid,
        defects=list(verdict.defects),
    )


def _today(session: Session, case: ReleaseRequest) -> date:
    return clocks.calendar_of(session, case.organisation).local_date(now())


EXAMPLE_INTAKE = {
    "patient": {
        "first_name": "Maria",
        "last_name": "Lopez",
        "date_of_birth": "1971-04-03",
        "mrn": "448210",
    },
    "requester": {
        "kind": "attorney",
        "name": "Harold Finch",
        "organisation": "Finch & Wren LLP",
        "email": "harold@finch-wren.example",
    },
    "request_type": "third_party",
    "record_types": ["discharge_summary", "imaging_reports"],
    "range_from": "2024-01-01",
    "range_to": "2024-12-31",
    "purpose": "Legal claim",
}
EXAMPLE_CHECK = {
    "stage": "intake",
    "findings": {part.code: {"finding": "present", "where": "page 1"} for part in PARTS},
    "expires_on": "2027-12-31",
}
EXAMPLES: dict[str, dict[str, Any]] = {
    "create": EXAMPLE_INTAKE,
    "authorization-checks": EXAMPLE_CHECK,
    "packages": {"documents": ["dF3kq0xJ2VYb8sW1nLtZ6g", "Zq8mB4uRk2Lw0xVt7cYh5A"]},
    "assign": {"assignee": "dF3kq0xJ2VYb8sW1nLtZ6g", "version": 1},
    "hold": {"reason_code": "awaiting_clarification", "reason": "Which admission is meant?"},
    "return_for_correction": {"notes": "Page 3 of the imaging report is missing."},
    "extend": {"reason": "The records are stored off-site.", "until": "2026-12-15"},
    "submit_for_review": {},
    "resume": {"notes": "The authorization arrived by fax."},
    "complete": {"version": 7},
    "cancel": {"reason": "The requester withdrew it by telephone."},
    "reopen": {"reason": "Two pages were missing from the package."},
    "deny": {"basis": "no_such_records", "reason": "We never treated this person."},
}

RESOURCE = CaseResource(
    singular="release",
    intake=NewRelease,
    view=ReleaseView,
    created=CreatedRelease,
    create=create,
    own_fields=own_fields,
    create_permission=Permission.RELEASES_CREATE,
    upload_permission=Permission.RELEASES_WORK,
    attach=operations.attach_document,
    additions=(
        Addition(
            "authorization-checks",
            "Record a check of the authorization",
            "Every check of the authorization",
            Permission.RELEASES_READ,
            NewCheck,
            CheckView,
            record_check,
            checks,
        ),
        Addition(
            "packages",
            "Order a release package of chosen documents",
            "Every order of a release package",
            Permission.RELEASES_WORK,
            NewPackage,
            PackageView,
            order_package,
            package_orders,
        ),
    ),
    examples=EXAMPLES,
)
