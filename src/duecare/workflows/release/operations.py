"""The only writer of the release workflow: log a request, act on it, record checks, note duplicates.

Every function works in the caller's transaction and commits nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import cases, clocks, extra_fields, lifecycle, search
from duecare.core.access import SYSTEM, Caller
from duecare.core.cases import Case, CasePause
from duecare.core.documents.models import Document
from duecare.core.documents.operations import Landed, attach
from duecare.core.errors import Missing, NotPossible
from duecare.core.notices.compose import tell_address, tell_person
from duecare.core.patients.operations import find_or_add
from duecare.core.people.models import Organisation
from duecare.core.texts import gettext as _
from duecare.core.time import now
from duecare.workflows.release import letters, terms
from duecare.workflows.release.authorization import FINDINGS, PARTS, finding_of, lacking, latest, needed
from duecare.workflows.release.codes import Code
from duecare.workflows.release.intake import ReleaseIntake
from duecare.workflows.release.lifecycle import LIFECYCLE
from duecare.workflows.release.messages import STATUS_PATH
from duecare.workflows.release.models import WORKFLOW, AuthorizationCheck, ReleaseRequest
from duecare.workflows.release.naming import searchable, title_of
from duecare.workflows.release.packages import PREPARING
from duecare.workflows.release.review import POINTS
from duecare.workflows.release.roles import Permission

PREFIX = "ROI"
CHECKED_BY = {"intake": Permission.RELEASES_WORK, "release": Permission.RELEASES_REVIEW}
PACKAGE, CORRESPONDENCE = "release_package", "correspondence"


@dataclass(frozen=True)
class Created:
    """A new request, and the tracking code that is shown once and kept only as a digest."""

    case: ReleaseRequest
    tracking_code: str


def create(
    session: Session,
    caller: Caller,
    organisation: Organisation,
    intake: ReleaseIntake,
    tracking: Code,
    form_key: str | None = None,
) -> Created:
    """Logs a request: number, clock from the time of receipt, receipt to the requester.

    `form_key` names the form it came from: the database refuses a second request of the same form.
    Raises `Missing` for extra fields that do not fit the organisation's schema.
    """
    schema = extra_fields.in_force(session, organisation.id, WORKFLOW, intake.request_type)
    extra_fields.check(schema, intake.extra)
    with session.no_autoflush:  # nothing read on the way depends on what is not written yet
        case = _logged(session, caller, organisation, intake, tracking.digest, form_key)
        clocks.start(session, case)
        session.flush()
        search.index(session, case, searchable(case))
        lifecycle.record_event(session, case, "create", caller, source=None, data={"channel": intake.channel})
        _send_receipt(session, case, tracking)
    return Created(case, tracking.text)


def act(
    session: Session,
    caller: Caller,
    case: ReleaseRequest,
    action: str,
    data: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> ReleaseRequest:
    """Takes an action of the lifecycle; see `lifecycle.fire` for what it raises."""
    lifecycle.fire(session, LIFECYCLE, case, action, caller, data, version)
    return case


def complete_review(
    session: Session,
    caller: Caller,
    case: ReleaseRequest,
    confirmed: Collection[str],
    version: int | None = None,
) -> None:
    """Completes a request whose every point the reviewer confirmed. Raises `Missing` for one that is not."""
    open_points = [code for code in POINTS if code not in confirmed]
    if open_points:
        errors = {code: _("Confirm this, or send the package back.") for code in open_points}
        raise Missing(_("Confirm every point first, or send the package back."), errors)
    lifecycle.fire(session, LIFECYCLE, case, "complete", caller, {}, version)
    data = {"points": sorted(confirmed)}
    lifecycle.record_event(session, case, "review", caller, source=case.status, data=data).is_internal = True


def record_check(  # noqa: PLR0913
    session: Session,
    caller: Caller,
    case: ReleaseRequest,
    stage: str,
    findings: Mapping[str, Mapping[str, str]],
    *,
    expires_on: date | None = None,
    expiry_event: str = "",
    is_revoked: bool = False,
    is_compound: bool = False,
    is_known_false: bool = False,
    document_id: int | None = None,
) -> AuthorizationCheck:
    """Records what a person found on the authorization.

    Raises `Forbidden` for a caller who does not check at this stage, `Missing` for a part without a finding.
    """
    caller.need(CHECKED_BY[stage])
    parts = needed(case) or PARTS
    errors = {
        part.code: _("Say whether it is present, missing or unsure.")
        for part in parts
        if finding_of(findings, part) not in FINDINGS
    }
    if errors:
        raise Missing(_("Some parts of the authorization have no finding."), errors)
    check = AuthorizationCheck(
        case_id=case.id,
        document_id=document_id,
        stage=stage,
        findings={part.code: dict(findings[part.code]) for part in parts},
        expires_on=expires_on,
        expiry_event=expiry_event,
        is_revoked=is_revoked,
        is_compound=is_compound,
        is_known_false=is_known_false,
        checked_by_id=caller.user_id,
        checked_by=caller.name,
        checked_at=now(),
    )
    session.add(check)
    session.flush()
    lifecycle.record_event(
        session, case, "check_authorization", caller, source=case.status, data={"stage": stage}
    )
    return check


def after_acceptance(session: Session, case: Case, document: Document) -> None:
    """Resumes a case on hold when what it waited for has arrived (`SYSTEM` acts, the assignee is told)."""
    if case.status != "on_hold":
        return
    awaited = session.scalars(
        select(CasePause.reason).where(CasePause.case_id == case.id, CasePause.ended_at.is_(None))
    )
    if any(terms.AWAITED_KINDS.get(reason) == document.kind for reason in awaited):
        lifecycle.fire(session, LIFECYCLE, case, "resume", SYSTEM, {"notes": "What was waited for arrived."})
        if case.assignee is not None:
            tell_person(session, case.assignee, "release.arrived", case, f"/releases/{case.number}")


def attach_document(
    session: Session, caller: Caller, case: ReleaseRequest, kind: str, landed: Landed
) -> Document:
    """Adds an uploaded file to a request. Raises `Missing` for an unknown kind, `NotPossible` where none may
    come in: a package only while it is being prepared, and once the request has ended only correspondence."""
    if kind not in terms.DOCUMENT_KINDS:
        raise Missing(_("Choose what kind of document it is."), {"kind": _("Choose a kind.")})
    if kind == PACKAGE and case.status not in PREPARING:
        raise NotPossible(_("The package can be changed only while somebody is preparing it."))
    if not case.is_open and kind != CORRESPONDENCE:
        raise NotPossible(_("The request has ended: only correspondence can be added."))
    return attach(session, caller, case, kind, landed)


def ask_for_cure(session: Session, caller: Caller, case: ReleaseRequest) -> None:
    """Has a letter written that asks for just what the authorization lacks, and tells the requester.

    Raises `Missing` when no check is recorded, or when nothing is lacking.
    """
    check = latest(session, case)
    parts = lacking(check, needed(case)) if check else []
    if check is None or not parts:
        raise Missing(_("There is nothing to ask for: record what is missing first."))
    letters.order(session, caller, case, letters.CURE, {"parts": [part.code for part in parts]})
    lifecycle.record_event(
        session,
        case,
        "ask_for_cure",
        caller,
        source=case.status,
        data={"parts": [part.code for part in parts]},
    )
    if case.requester_email:
        tell_address(session, case.requester_email, case.requester_locale, "release.cure", case, STATUS_PATH)


def renew_tracking_code(session: Session, caller: Caller, case: ReleaseRequest, tracking: Code) -> None:
    """Gives a requester who lost theirs a new tracking code; the old one stops working."""
    case.tracking_digest = tracking.digest
    lifecycle.record_event(session, case, "renew_tracking_code", caller, source=case.status)


def add_note(session: Session, caller: Caller, case: ReleaseRequest, text: str) -> None:
    """Adds a note to the timeline: what a caller asked, what was agreed."""
    if not text.strip():
        raise Missing(_("The note is empty."), {"note": _("Write the note first.")})
    event = lifecycle.record_event(session, case, "note", caller, source=case.status, note=text.strip())
    event.is_internal = True


def _columns(intake: ReleaseIntake) -> dict[str, Any]:
    shared = intake.model_dump(exclude={"patient", "requester", "received_at"})
    requester = {f"requester_{name}": value for name, value in intake.requester.model_dump().items()}
    return {**shared, **requester}


def _logged(
    session: Session,
    caller: Caller,
    organisation: Organisation,
    intake: ReleaseIntake,
    tracking_digest: str,
    form_key: str | None,
) -> ReleaseRequest:
    """The row of a new request, added and not yet flushed."""
    at = now()
    received_at = intake.received_at or at
    year = received_at.astimezone(ZoneInfo(organisation.zone)).year
    case = ReleaseRequest(
        number=cases.next_number(session, PREFIX, year),
        organisation_id=organisation.id,
        organisation=organisation,
        patient=find_or_add(session, caller, organisation.id, **intake.patient.model_dump()),
        status="received",
        title=title_of(intake.record_types, intake.requester.kind),
        received_at=received_at,
        created_at=at,
        updated_at=at,
        status_since=at,
        tracking_digest=tracking_digest,
        form_key=form_key,
        **_columns(intake),
    )
    session.add(case)
    return case


def _send_receipt(session: Session, case: ReleaseRequest, tracking: Code) -> None:
    if case.requester_email:
        tell_address(
            session,
            case.requester_email,
            case.requester_locale,
            "release.receipt",
            case,
            STATUS_PATH,
            code_origin=tracking.origin,
        )
