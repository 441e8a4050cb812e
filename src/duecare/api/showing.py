"""Cases, documents, patients and people as the API shows them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import clock, clocks
from duecare.core.access import Caller
from duecare.core.cases import Case, CaseEvent
from duecare.core.documents.models import REFUSED, Document
from duecare.core.documents.names import safe_name
from duecare.core.patients.models import Patient
from duecare.core.people.models import Organisation, User
from duecare.core.resources import (
    CaseResource,
    CaseView,
    DocumentView,
    EventView,
    PatientView,
    PersonView,
)
from duecare.core.time import now
from duecare.core.workflow import Workflow

SAME = (
    "number",
    "workflow",
    "status",
    "priority",
    "title",
    "received_at",
    "due_at",
    "waiting_on",
    "status_since",
    "closed_at",
    "turnaround_days",
    "version",
)


def resource_of(workflow: Workflow) -> CaseResource:
    """The API side of a workflow that has one."""
    assert workflow.api is not None, "only workflows with an API side are offered"
    return workflow.api


def case_views(session: Session, workflow: Workflow, caller: Caller, cases: Sequence[Any]) -> list[CaseView]:
    """Cases of one organisation, as their workflow shows them."""
    if not cases:
        return []
    resource = resource_of(workflow)
    calendar = clocks.calendar_of(session, session.get_one(Organisation, cases[0].organisation_id))
    documents = _documents(session, cases)
    return [
        resource.view.model_validate(
            {
                **_shared(case, calendar, now()),
                **resource.own_fields(case),
                "allowed_actions": workflow.lifecycle.allowed(session, case, caller),
                "documents": [document_view(each, case.number) for each in documents[case.id]],
            }
        )
        for case in cases
    ]


def case_view(session: Session, workflow: Workflow, caller: Caller, case: Any) -> CaseView:
    """One case."""
    return case_views(session, workflow, caller, [case])[0]


def document_view(document: Document, number: str) -> DocumentView:
    """A document; what its sender called it is made harmless."""
    return DocumentView(
        id=document.public_id,
        case=number,
        kind=document.kind,
        name=safe_name(document.given_name),
        state=document.state,
        refusal=document.refusal if document.state == REFUSED else None,
        media_type=document.media_type,
        pages=document.pages,
        size=document.size,
        sha256=document.sha256,
        uploaded_by=document.uploaded_by,
        uploaded_at=document.uploaded_at,
        inspected_at=document.inspected_at,
    )


def patient_view(patient: Patient) -> PatientView:
    """A patient."""
    return PatientView(
        id=patient.public_id,
        first_name=patient.first_name,
        last_name=patient.last_name,
        date_of_birth=patient.date_of_birth,
        mrn=patient.mrn,
    )


def person_view(user: User) -> PersonView:
    """A member of the staff."""
    return PersonView(id=user.public_id, name=user.name)


def event_view(event: CaseEvent) -> EventView:
    """An event of a case."""
    return EventView(
        at=event.at,
        actor=event.actor_name,
        actor_kind=event.actor_kind,
        action=event.action,
        from_status=event.from_status,
        to_status=event.to_status,
        note=event.note,
        is_internal=event.is_internal,
        data=event.data,
    )


def _shared(case: Case, calendar: clock.Calendar, at: datetime) -> dict[str, Any]:
    is_late = case.is_open and case.due_at is not None and case.due_at < at
    return {
        **{name: getattr(case, name) for name in SAME},
        "patient": patient_view(case.patient) if case.patient else None,
        "assignee": person_view(case.assignee) if case.assignee else None,
        "overdue": is_late,
        "days_overdue": clock.days_overdue(case.due_at, at, calendar) if is_late else 0,
        "age_days": clocks.age_days(case, calendar, at),
    }


def _documents(session: Session, cases: Iterable[Case]) -> dict[int, list[Document]]:
    """The documents of all the cases in one statement, oldest first."""
    found: dict[int, list[Document]] = {case.id: [] for case in cases}
    rows = select(Document).where(Document.case_id.in_(found)).order_by(Document.id)
    for document in session.scalars(rows):
        found[document.case_id].append(document)
    return found
