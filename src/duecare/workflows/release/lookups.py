"""Finding a request without an account: by its tracking code and the patient's date of birth.

An unknown code and a wrong date get the same answer for the same work. Tries are audited without the code,
the date or anybody's name.
"""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from duecare.core import audit
from duecare.core.access import Caller
from duecare.core.cases import Case, CaseEvent, CaseExtension, CasePause
from duecare.core.documents.models import ACCEPTED, Document
from duecare.core.notices.compose import tell_address
from duecare.workflows.release import terms
from duecare.workflows.release.messages import STATUS_PATH
from duecare.workflows.release.models import ReleaseRequest

REQUESTER = "Requester"


def anonymous(address: str) -> Caller:
    """Somebody without an account who proved nothing yet."""
    return Caller(kind="requester", name=REQUESTER, organisation_id=None, address=address)


def requester_of(case: ReleaseRequest, address: str) -> Caller:
    """The person who asked, once they proved it. Logs name the part they play, not who they are."""
    return replace(anonymous(address), organisation_id=case.organisation_id, roles=frozenset({"requester"}))


def find(session: Session, caller: Caller, tracked: str, born: date | None) -> ReleaseRequest | None:
    """The request of a tracking code's digest, if the date of birth is its patient's. A try is audited."""
    case = session.scalar(
        select(ReleaseRequest)
        .where(ReleaseRequest.tracking_digest == tracked)
        .options(joinedload(ReleaseRequest.patient))
    )
    patient = case.patient if case else None
    fits = patient is not None and patient.date_of_birth == born
    chain = case.organisation_id if case else audit.INSTALLATION
    action = "release.status_opened" if fits else "release.status_refused"
    audit.record(session, caller, action, case.number if case else "unknown", chain=chain)
    return case if fits else None


@dataclass(frozen=True)
class Standing:
    """What a requester may know of their request besides its status."""

    awaited: tuple[str, ...]
    papers: tuple[Document, ...]
    letters: tuple[Document, ...]
    extension: CaseExtension | None
    denial: CaseEvent | None

    @property
    def asked_kinds(self) -> tuple[str, ...]:
        """The kinds of paper that the request waits for."""
        kinds = (terms.AWAITED_KINDS.get(reason) for reason in self.awaited)
        return tuple(kind for kind in kinds if kind in terms.REQUESTER_DOCUMENT_KINDS)


def standing(session: Session, case: ReleaseRequest) -> Standing:
    """Where a request stands, for its requester: papers they sent, letters to them, what is waited for."""
    documents = session.scalars(
        select(Document).where(Document.case_id == case.id).order_by(Document.id)
    ).all()
    pauses = session.scalars(
        select(CasePause.reason).where(CasePause.case_id == case.id, CasePause.ended_at.is_(None))
    )
    return Standing(
        awaited=tuple(pauses),
        papers=tuple(each for each in documents if is_sent_in(each)),
        letters=tuple(each for each in documents if is_letter(each)),
        extension=session.scalar(select(CaseExtension).where(CaseExtension.case_id == case.id)),
        denial=_denial(session, case),
    )


def letter(session: Session, case: ReleaseRequest, public_id: str) -> Document | None:
    """A letter to the requester of this request."""
    found = session.scalar(
        select(Document).where(Document.case_id == case.id, Document.public_id == public_id)
    )
    return found if found is not None and is_letter(found) else None


def is_letter(document: Document) -> bool:
    """True for a letter that was written here to the requester, not for one that came in."""
    return (
        document.kind == "correspondence"
        and document.state == ACCEPTED
        and bool(document.details.get("generated"))
    )


def is_sent_in(document: Document) -> bool:
    """True for a paper that the requester sent by these pages."""
    return document.uploaded_by == REQUESTER and document.uploaded_by_id is None


def tell_of_refusal(session: Session, case: Case, document: Document) -> None:
    """Tells a requester by e-mail that a paper they sent was refused; the status page says why."""
    assert isinstance(case, ReleaseRequest)
    if is_sent_in(document) and case.requester_email and case.is_open:
        locale, code = case.requester_locale, "release.refused_document"
        tell_address(session, case.requester_email, locale, code, case, STATUS_PATH)


def _denial(session: Session, case: ReleaseRequest) -> CaseEvent | None:
    if case.status != "denied":
        return None
    return session.scalar(
        select(CaseEvent)
        .where(CaseEvent.case_id == case.id, CaseEvent.action == "deny")
        .order_by(CaseEvent.id.desc())
        .limit(1)
    )
