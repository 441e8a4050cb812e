"""Reads of the release workflow, each scoped to the caller's organisation."""

from typing import Any

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from duecare.core import cases
from duecare.core.cases import Case, CaseEvent
from duecare.core.db import once
from duecare.core.documents.models import Document
from duecare.core.people.models import Membership, User
from duecare.workflows.release.models import ReleaseRequest


def by_number(session: Session, organisation_id: int, number: str) -> ReleaseRequest:
    """A request of the organisation; raises `NotFound` for any other number."""
    return cases.by_number(session, ReleaseRequest, organisation_id, number)


def by_form_key(session: Session, organisation_id: int, form_key: str) -> ReleaseRequest | None:
    """The request that was made with a form; None while there is none."""
    return session.scalar(
        select(ReleaseRequest).where(
            ReleaseRequest.form_key == form_key, ReleaseRequest.organisation_id == organisation_id
        )
    )


def specialists(session: Session, organisation_id: int) -> list[User]:
    """The active specialists of an organisation, by name."""
    return list(
        session.scalars(
            select(User)
            .join(Membership)
            .where(
                Membership.organisation_id == organisation_id,
                Membership.role == "specialist",
                User.active.is_(True),
            )
            .order_by(User.name)
        )
    )


def documents(session: Session, case: ReleaseRequest) -> list[Document]:
    """The documents of a request, oldest first."""
    found = select(Document).where(Document.case_id == case.id).order_by(Document.id)
    return list(once(session, ("documents", case.id), lambda: session.scalars(found).all()))


def timeline(session: Session, case: ReleaseRequest) -> list[CaseEvent]:
    """What happened to a request, newest first."""
    found = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id.desc())
    return list(once(session, ("timeline", case.id), lambda: session.scalars(found).all()))


def of_type(request_type: str) -> tuple[ColumnElement[bool], ...]:
    """What makes a case a request of a type; nothing where no type is asked for."""
    if not request_type:
        return ()
    requests: Any = ReleaseRequest.__table__.c
    case_id = Case.__table__.c["id"]
    return (exists().where(requests["id"] == case_id, requests["request_type"] == request_type),)
