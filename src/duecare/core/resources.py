"""What a workflow declares so that the API can offer its cases, and the schemas all workflows share.

Data and schemas only: no request, no query. The API reads the declarations; no workflow imports the API.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from duecare.core.access import Caller
from duecare.core.documents.models import Document
from duecare.core.documents.operations import Landed
from duecare.core.people.models import Organisation


class Shown(BaseModel):
    """Something an answer shows. Times are RFC 3339 in UTC, dates ISO 8601."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class PatientView(Shown):
    """A patient."""

    id: str
    first_name: str
    last_name: str
    date_of_birth: date
    mrn: str | None


class PersonView(Shown):
    """A member of the staff."""

    id: str
    name: str


class DocumentView(Shown):
    """A file of a case. Its content can be read once `state` is `accepted`."""

    id: str
    case: str = Field(description="Number of the case")
    kind: str
    name: str
    state: str = Field(description="quarantined (being inspected), accepted or refused")
    refusal: str | None = Field(description="Why it was refused, in words")
    media_type: str | None
    pages: int | None
    size: int = Field(description="Bytes")
    sha256: str
    uploaded_by: str
    uploaded_at: datetime
    inspected_at: datetime | None


class CaseView(Shown):
    """What every case carries, whatever its workflow."""

    number: str
    workflow: str
    status: str
    priority: str
    title: str
    patient: PatientView | None
    assignee: PersonView | None
    received_at: datetime
    due_at: datetime | None = Field(description="None while the clock stands still")
    overdue: bool
    days_overdue: int = Field(description="Local days of the facility since the due day; 0 when not overdue")
    age_days: int = Field(description="Local days of the facility since receipt, up to the end")
    waiting_on: str | None
    status_since: datetime
    closed_at: datetime | None
    turnaround_days: int | None
    version: int = Field(description="Send it back with an action to be refused if somebody was faster")
    allowed_actions: list[str] = Field(description="What you may do now")
    documents: list[DocumentView]


class EventView(Shown):
    """Something that happened to a case."""

    at: datetime
    actor: str
    actor_kind: str
    action: str
    from_status: str | None
    to_status: str
    note: str
    is_internal: bool
    data: dict[str, Any]


@dataclass(frozen=True)
class NewCase:
    """A case just made, and what is told of it only this once, by field of the created view."""

    case: Any
    told_once: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Addition:
    """Something a person records on a case that is no transition: `POST /{resource}/{number}/{path}`.

    `record(session, caller, case, body)` writes it and gives what `shown` is made of; `listed` reads all of
    a case, oldest first.
    """

    path: str
    summary: str
    listing: str
    permission: str
    body: type[BaseModel]
    shown: type[Shown]
    record: Callable[[Session, Caller, Any, Any], Shown]
    listed: Callable[[Session, Any], list[Shown]]


@dataclass(frozen=True)
class CaseResource:
    """How the API makes and shows a workflow's cases.

    `create(session, caller, organisation, intake)` logs a case; `own_fields(case)` gives what `view` has
    beyond `CaseView`; `created` is `view` with what is told once. `attach(session, caller, case, kind, file)`
    makes an uploaded file a document, or raises a domain error where none of that kind may come in now.
    """

    singular: str
    intake: type[BaseModel]
    view: type[CaseView]
    created: type[CaseView]
    create: Callable[[Session, Caller, Organisation, Any], NewCase]
    own_fields: Callable[[Any], dict[str, Any]]
    create_permission: str
    upload_permission: str
    attach: Callable[[Session, Caller, Any, str, Landed], Document]
    additions: tuple[Addition, ...] = ()
    examples: dict[str, dict[str, Any]] = field(default_factory=dict)
