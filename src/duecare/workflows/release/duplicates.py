"""Requests of the last year that are probably the same as one being logged: same patient, same records."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from duecare.core.patients.queries import probably_same
from duecare.core.time import now
from duecare.workflows.release.models import ReleaseRequest

LOOK_BACK = timedelta(days=365)
SHOWN = 5
WITHDRAWN = ("cancelled",)
WHOLE = "complete_record"


@dataclass(frozen=True)
class Asked:
    """What a form says so far. An empty list of records means that any may be meant."""

    first_name: str = ""
    last_name: str = ""
    date_of_birth: date | None = None
    mrn: str | None = None
    record_types: Sequence[str] = field(default=())
    range_from: date | None = None
    range_to: date | None = None


def likely(session: Session, organisation_id: int, asked: Asked) -> list[ReleaseRequest]:
    """The newest requests of the last year that probably ask for the same, at most `SHOWN`."""
    patients = probably_same(
        session, organisation_id, asked.first_name, asked.last_name, asked.date_of_birth, asked.mrn
    )
    if not patients:
        return []
    recent = _recent(organisation_id, [patient.id for patient in patients])
    return [case for case in session.scalars(recent) if overlaps(asked, case)][:SHOWN]


def similar_open(session: Session, case: ReleaseRequest) -> list[ReleaseRequest]:
    """Other open requests for the same patient."""
    query = _recent(case.organisation_id, [case.patient_id]).where(
        ReleaseRequest.id != case.id, ReleaseRequest.is_open.is_(True)
    )
    return list(session.scalars(query.limit(SHOWN)))


def overlaps(asked: Asked, case: ReleaseRequest) -> bool:
    """Whether the records and the dates of service meet; an open end reaches everything."""
    wanted, known = set(asked.record_types), set(case.record_types)
    records = not wanted or WHOLE in wanted | known or bool(wanted & known)
    starts = asked.range_from or date.min, case.range_from or date.min
    ends = asked.range_to or date.max, case.range_to or date.max
    return records and max(starts) <= min(ends)


def _recent(organisation_id: int, patient_ids: Sequence[int | None]) -> Select[ReleaseRequest]:
    return (
        select(ReleaseRequest)
        .where(
            ReleaseRequest.organisation_id == organisation_id,
            ReleaseRequest.patient_id.in_(patient_ids),
            ReleaseRequest.received_at >= now() - LOOK_BACK,
            ReleaseRequest.status.not_in(WITHDRAWN),
        )
        .options(joinedload(ReleaseRequest.patient), joinedload(ReleaseRequest.assignee))
        .order_by(ReleaseRequest.received_at.desc())
    )
