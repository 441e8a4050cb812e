"""What the release pages share: loading a request in the caller's scope, saying what changed meanwhile."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from duecare.core import requests
from duecare.core.cases import CaseEvent
from duecare.core.documents.models import Document
from duecare.core.errors import NotFound
from duecare.core.texts import gettext as _
from duecare.core.time import now
from duecare.workflows.release import queries
from duecare.workflows.release.lifecycle import LIFECYCLE
from duecare.workflows.release.models import ReleaseRequest

TONES = {"waiting": "wait", "attention": "warn", "ended": "neutral"}


def load(session: Session, number: str) -> ReleaseRequest:
    """The request of a number in the caller's organisation; raises `NotFound` for any other."""
    return queries.by_number(session, requests.organisation_id(), number)


def load_document(session: Session, case: ReleaseRequest, public_id: str) -> Document:
    """A document of the request; raises `NotFound` for any other."""
    for document in queries.documents(session, case):
        if document.public_id == public_id:
            return document
    raise NotFound(_("There is no such document here."))


def show(case: ReleaseRequest, what: str = "release.viewed") -> None:
    """Notes that the caller is shown the request."""
    requests.note_read(what, case.number)


def clock_face() -> dict[str, Any]:
    """What every page needs to say times: the moment and the zone."""
    return {"now": now(), "zone": requests.caller().zone}


def status_label(code: str) -> str:
    return str(LIFECYCLE.status(code).label)


def tone_of(code: str) -> str:
    """The design system's tone of a status."""
    tone = LIFECYCLE.status(code).tone
    return TONES.get(tone, tone)


def as_number(text: str | None) -> int | None:
    """A version or an event's number that a form carried; None for anything else."""
    return int(text) if text and text.isdecimal() else None


def events_since(events: Sequence[CaseEvent], seen: int | None) -> list[CaseEvent]:
    """What happened after the event that a person saw last; nothing when nobody knows what they saw."""
    return [] if seen is None else [event for event in events if event.id > seen]
