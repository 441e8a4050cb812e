"""Many made-up cases at once, written straight into the tables: for lists, searches and measuring."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from duecare.core.cases import PRIORITIES, Case, SearchTerm
from duecare.core.db import opaque_id
from duecare.core.patients.models import Patient
from duecare.core.patients.operations import folded, name_key
from duecare.workflows.release.lifecycle import STATUSES
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.terms import CHANNELS

FIRST = ("Maria", "Omar", "Ivy", "Daniel", "Grace", "Samuel", "Zoé", "Marion")
LAST = ("Lopez", "Haddad", "Chen", "Okafor", "Park", "Marsh", "Núñez", "Lovelace")
REQUESTERS = ("Harold Finch", "Finch & Wren LLP", "Acme Insurance", "Grace Lopez")
BATCH = 2_000


@dataclass(frozen=True)
class Made:
    """Rows of one case as they go into the tables."""

    patient: dict[str, Any]
    case: dict[str, Any]
    request: dict[str, Any]

    @property
    def terms(self) -> set[str]:
        words = {
            *folded(f"{self.patient['first_name']} {self.patient['last_name']}").split(),
            *folded(self.request["requester_name"]).split(),
            self.case["number"].casefold(),
            self.case["number"].rpartition("-")[2].lstrip("0"),
            f"d{self.patient['date_of_birth']:%Y%m%d}",
            self.patient["mrn"],
        }
        return {word for word in words if word}


def make(
    rng: Random,
    count: int,
    *,
    organisation_id: int,
    assignees: tuple[int, ...],
    at: datetime,
    first_id: int = 1,
    open_share: float = 0.5,
) -> Iterator[Made]:
    """`count` cases of one organisation around a moment; every value may repeat, as in life."""
    for id_ in range(first_id, first_id + count):
        yield _one(rng, id_, organisation_id, assignees, at, open_share)


def write(session: Session, cases: Iterator[Made]) -> None:
    """Writes cases in batches."""
    while batch := list(islice(cases, BATCH)):
        session.execute(insert(Patient.__table__), [each.patient for each in batch])
        session.execute(insert(Case.__table__), [each.case for each in batch])
        session.execute(insert(ReleaseRequest.__table__), [each.request for each in batch])
        session.execute(
            insert(SearchTerm.__table__),
            [
                {"organisation_id": each.case["organisation_id"], "term": term, "case_id": each.case["id"]}
                for each in batch
                for term in sorted(each.terms)
            ],
        )


def _one(
    rng: Random,
    id_: int,
    organisation_id: int,
    assignees: tuple[int, ...],
    at: datetime,
    open_share: float,
) -> Made:
    is_open = rng.random() < open_share
    status = rng.choice([each for each in STATUSES if each.is_open == is_open])
    received = at - timedelta(hours=rng.randrange(24 * 60 if is_open else 24 * 700))
    due = None if status.code == "on_hold" and rng.random() < 0.5 else _end_of_day(received, rng)
    first, last = rng.choice(FIRST), rng.choice(LAST)
    return Made(
        patient={
            "id": id_,
            "public_id": opaque_id(),
            "organisation_id": organisation_id,
            "first_name": first,
            "last_name": last,
            "name_key": name_key(first, last),
            "date_of_birth": date(1930, 1, 1) + timedelta(days=rng.randrange(33_000)),
            "mrn": str(400_000 + id_),
            "phone": "",
            "email": "",
            "created_at": at,
            "updated_at": at,
        },
        case={
            "id": id_,
            "public_id": opaque_id(),
            "workflow": "release",
            "number": f"ROI-{received.year}-{id_:06d}",
            "organisation_id": organisation_id,
            "status": status.code,
            "is_open": is_open,
            "priority": rng.choices(PRIORITIES, (1, 4, 20))[0],
            "title": "Discharge summary — Attorney",
            "waiting_on": status.waiting_on,
            "patient_id": id_,
            "assignee_id": None if status.code == "received" else rng.choice(assignees),
            "received_at": received,
            "due_at": due,
            "first_due_at": due,
            "closed_at": None if is_open else received + timedelta(days=rng.randrange(1, 40)),
            "turnaround_days": None,
            "status_since": received,
            "extra": {},
            "version": 1,
            "created_at": received,
            "updated_at": received,
        },
        request={
            "id": id_,
            "channel": rng.choice(list(CHANNELS)),
            "request_type": "third_party",
            "requester_kind": "attorney",
            "requester_name": rng.choice(REQUESTERS),
            "requester_organisation": "",
            "requester_email": "",
            "requester_phone": "",
            "requester_address": "",
            "requester_locale": "en",
            "record_types": ["discharge_summary"],
            "purpose": "",
            "delivery": "portal",
            "notes": "",
            "tracking_digest": opaque_id(),
        },
    )


def _end_of_day(received: datetime, rng: Random) -> datetime:
    """A due moment as the clock makes them: the end of a day in Chicago, shared by many cases."""
    day = received + timedelta(days=rng.choice((2, 15, 30, 60)))
    return datetime(day.year, day.month, day.day, 5, 59, 59, tzinfo=UTC)
