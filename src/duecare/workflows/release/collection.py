"""Fetching a completed package: the second factor, few tries, and a note of every one of them.

A link that has expired, was withdrawn, was tried too often or never existed looks the same to a stranger.
"""

import hmac
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from duecare.core import audit, lifecycle
from duecare.core.access import Caller
from duecare.core.documents.models import Document
from duecare.core.errors import Missing, NotPossible
from duecare.core.notices.compose import tell_address, tell_person
from duecare.core.time import now
from duecare.workflows.release import guards, messages, pickup
from duecare.workflows.release.codes import Code
from duecare.workflows.release.models import Pickup, ReleaseRequest

BORN, CODE = "date_of_birth", "code"
CODE_GOOD_FOR = timedelta(minutes=30)


def find(session: Session, public_id: str) -> tuple[Pickup, ReleaseRequest] | None:
    """The pickup of a link with its request, if the package can be fetched now."""
    return _if_open(session, session.scalar(select(Pickup).where(Pickup.public_id == public_id)))


def lock(session: Session, public_id: str) -> tuple[Pickup, ReleaseRequest] | None:
    """Like `find`, holding the pickup until the commit, so that no two tries count as one."""
    query = select(Pickup).where(Pickup.public_id == public_id).with_for_update()
    return _if_open(session, session.scalar(query))


def factor_of(case: ReleaseRequest) -> str:
    """What the requester must know besides the link; without an e-mail address no code can be sent."""
    wanted = case.organisation.settings.get("pickup_factor", BORN)
    return CODE if wanted == CODE and case.requester_email else BORN


def send_code(session: Session, caller: Caller, offered: Pickup, case: ReleaseRequest, code: Code) -> None:
    """Sends a one-time code apart from the link; an earlier one stops working."""
    offered.code_digest, offered.code_expires_at = code.digest, now() + CODE_GOOD_FOR
    minutes = int(CODE_GOOD_FOR.total_seconds() // 60)
    tell_address(
        session,
        case.requester_email,
        case.requester_locale,
        "release.pickup_code",
        case,
        messages.STATUS_PATH,
        {"minutes": minutes},
        code.origin,
    )
    _record(session, caller, case, "release.pickup_code_sent")


def knows_birth(
    session: Session, caller: Caller, offered: Pickup, case: ReleaseRequest, born: date | None
) -> bool:
    """Judges a try with the patient's date of birth; a wrong one is counted. Both are audited."""
    return _judged(
        session, caller, offered, case, case.patient is not None and case.patient.date_of_birth == born
    )


def knows_code(session: Session, caller: Caller, offered: Pickup, case: ReleaseRequest, typed: str) -> bool:
    """Judges a try with the code that was sent, by the digest of what was typed. It works once; a wrong one
    is counted. Both are audited.
    """
    expected, until = offered.code_digest, offered.code_expires_at
    fits = expected is not None and until is not None and now() < until
    if not _judged(session, caller, offered, case, fits and hmac.compare_digest(expected or "", typed)):
        return False
    offered.code_digest = offered.code_expires_at = None
    return True


def fetch(session: Session, caller: Caller, offered: Pickup, case: ReleaseRequest) -> Document:
    """The package that is fetched now: counted, audited, and the assignee is told the first time."""
    package = session.get_one(Document, offered.document_id)
    offered.fetches += 1
    if offered.fetched_at is None:
        offered.fetched_at = now()
        lifecycle.record_event(session, case, "fetch_package", caller, source=case.status)
        if case.assignee is not None:
            tell_person(session, case.assignee, "release.fetched", case, messages.case_path(case))
    details = {"document": package.public_id, "sha256": package.sha256}
    audit.record(session, caller, "release.package_fetched", case.number, details, chain=case.organisation_id)
    return package


def offer_anew(session: Session, caller: Caller, case: ReleaseRequest) -> Pickup:
    """Opens a new pickup of a completed request and mails its link; earlier links stop working.

    Raises `NotPossible` unless the request is completed, `Missing` when there is nobody to mail it to.
    """
    if case.status != "completed":
        raise NotPossible(_("Only the package of a completed request can be picked up."))
    if not case.requester_email:
        raise Missing(_("The requester gave no e-mail address: the link cannot be sent."))
    package = guards.package_of(session, case)
    assert package is not None, "a completed request has a package"
    offered = pickup.offer(session, case, package, now())
    messages.offered(session, case, offered)
    lifecycle.record_event(session, case, "offer_pickup", caller, source=case.status)
    return offered


def _if_open(session: Session, offered: Pickup | None) -> tuple[Pickup, ReleaseRequest] | None:
    if offered is None or not pickup.is_open(offered, now()):
        return None
    case = session.scalars(
        select(ReleaseRequest)
        .where(ReleaseRequest.id == offered.case_id)
        .options(joinedload(ReleaseRequest.patient), joinedload(ReleaseRequest.organisation))
    ).one()
    return (offered, case) if case.status == "completed" else None


def _judged(session: Session, caller: Caller, offered: Pickup, case: ReleaseRequest, fits: bool) -> bool:
    if not fits:
        offered.tries += 1
    action = "release.pickup_opened" if fits else "release.pickup_refused"
    _record(session, caller, case, action, tries=offered.tries)
    return fits


def _record(session: Session, caller: Caller, case: ReleaseRequest, action: str, **details: int) -> None:
    audit.record(session, caller, action, case.number, details, chain=case.organisation_id)
