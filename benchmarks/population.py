"""A hospital with years of requests behind it, written straight into the tables, indexes last.

What a page's time depends on is as in life: names repeat, work is open for days and closed for years, so that
an installation a hundred times larger has a hundred times the open work as well.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Engine, Table

from duecare.core.access import Caller
from duecare.core.cases import Case, CaseEvent, SearchTerm
from duecare.core.installation import Installation
from duecare.core.patients.models import Patient
from duecare.core.patients.operations import folded, name_key
from duecare.core.time import now
from duecare.demo import people
from duecare.workflows.release.models import ReleaseRequest

YEARS = 5
OPEN_FOR_DAYS = 20
CASES_PER_PATIENT = 4
BATCH = 20_000
TABLES = (Patient, Case, ReleaseRequest, CaseEvent, SearchTerm)
OPEN_STATUSES = ("received", "in_progress", "in_progress", "in_progress", "on_hold", "in_review", "needs_correction")
ENDED_STATUSES = ("completed",) * 18 + ("denied", "cancelled")
UTC_FORMAT = "%Y-%m-%d %H:%M:%S.%f"


def populate(opened: Installation, staff: dict[str, Caller], number: int) -> None:
    """Adds `number` cases of one hospital with their patients, events and search words."""
    engine = opened.database.engine
    tables: list[Table] = [each.__table__ for each in TABLES]  # type: ignore[misc]
    indexes = [index for table in tables for index in table.indexes]
    for index in indexes:
        index.drop(engine)
    hospital = _Hospital(staff, number)
    for table, rows in zip(tables, hospital.parts(), strict=True):
        _write(engine, table, rows)
    for index in indexes:
        index.create(engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


class _Hospital:
    """Rows of every table, the same for the same number of cases."""

    def __init__(self, staff: dict[str, Caller], number: int) -> None:
        self.number = number
        self.organisation = staff["specialist"].organisation_id
        self.specialist = staff["specialist"].user_id
        self.at = now()
        rng = Random(number)
        self.names = [people.draw_name(rng) for _ in range(5000)]

    def parts(self) -> list[Iterator[dict[str, Any]]]:
        return [self.patients(), self.cases(), self.releases(), self.events(), self.words()]

    def name(self, patient: int) -> tuple[str, str]:
        return self.names[patient % 71 * 67 % 5000][0], self.names[patient % len(self.names)][1]

    def birthday(self, patient: int) -> datetime:
        return datetime(1930, 1, 1, tzinfo=UTC) + timedelta(days=patient * 37 % 33_000)

    def received(self, case: int) -> datetime:
        return self.at - timedelta(days=365 * YEARS) * (1 - case / (self.number + 1))

    def patients(self) -> Iterator[dict[str, Any]]:
        for patient in range(1, self.number // CASES_PER_PATIENT + 1):
            first, last = self.name(patient)
            yield {
                "id": patient,
                "public_id": f"p{patient:031x}",
                "organisation_id": self.organisation,
                "first_name": first,
                "last_name": last,
                "name_key": name_key(first, last),
                "date_of_birth": self.birthday(patient).date(),
                "mrn": str(100_000 + patient),
                "phone": "",
                "email": "",
                "created_at": self.at,
                "updated_at": self.at,
            }

    def cases(self) -> Iterator[dict[str, Any]]:
        for case in range(1, self.number + 1):
            received = self.received(case)
            is_open = self.at - received < timedelta(days=OPEN_FOR_DAYS * (1 + case % 5 == 4))
            took = 1 + case * 7 % 28
            closed = None if is_open else min(received + timedelta(days=took), self.at)
            status = self.status(case, is_open=is_open)
            yield {
                "id": case,
                "public_id": f"c{case:031x}",
                "workflow": "release",
                "number": f"ROI-{received.year}-{case:06d}",
                "organisation_id": self.organisation,
                "partner_organisation_id": None,
                "status": status,
                "is_open": is_open,
                "priority": ("routine", "routine", "routine", "urgent", "stat")[case % 5],
                "title": "Discharge summary — Attorney",
                "waiting_on": "requester" if status == "on_hold" else None,
                "patient_id": self.patient_of(case),
                "assignee_id": None if status == "received" else self.specialist,
                "received_at": received,
                "due_at": received + timedelta(days=12 + case % 19),
                "first_due_at": received + timedelta(days=30),
                "rule_code": "hipaa_access",
                "status_since": received,
                "closed_at": closed,
                "turnaround_days": took if closed else None,
                "extra": {},
                "version": 1,
                "created_at": received,
                "updated_at": received,
            }

    def releases(self) -> Iterator[dict[str, Any]]:
        for case in range(1, self.number + 1):
            yield {
                "id": case,
                "channel": "fax",
                "request_type": "third_party",
                "requester_kind": "attorney",
                "requester_name": "Harold Finch",
                "requester_organisation": f"Finch & Wren {case % 400}",
                "requester_email": "",
                "requester_phone": "",
                "requester_address": "",
                "requester_locale": "en",
                "record_types": ["discharge_summary"],
                "purpose": "Legal claim",
                "delivery": "portal",
                "notes": "",
                "tracking_digest": f"{case:064x}",
            }

    def events(self) -> Iterator[dict[str, Any]]:
        for event in range(2 * self.number):
            case = event // 2 + 1
            status = self.status(case, is_open=False) if event % 2 else "received"
            yield {
                "id": event + 1,
                "organisation_id": self.organisation,
                "case_id": case,
                "at": self.received(case) + timedelta(days=event % 2 * (1 + case * 7 % 28)),
                "actor_id": self.specialist,
                "actor_kind": "user",
                "actor_name": "Specialist",
                "action": "create" if event % 2 == 0 else "complete",
                "from_status": None,
                "to_status": status,
                "note": "",
                "is_internal": False,
                "data": {},
            }

    def words(self) -> Iterator[dict[str, Any]]:
        for case in range(1, self.number + 1):
            patient = self.patient_of(case)
            first, last = self.name(patient)
            words = {
                *folded(f"{first} {last} harold finch wren").split(),
                f"roi-{self.received(case).year}-{case:06d}",
                str(case),
                f"d{self.birthday(patient):%Y%m%d}",
                str(100_000 + patient),
            }
            for word in sorted(words):
                yield {"organisation_id": self.organisation, "term": word, "case_id": case}

    def patient_of(self, case: int) -> int:
        return case % max(self.number // CASES_PER_PATIENT, 1) + 1

    def status(self, case: int, *, is_open: bool) -> str:
        statuses = OPEN_STATUSES if is_open else ENDED_STATUSES
        return statuses[case % len(statuses)]


def _write(engine: Engine, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        with engine.begin() as connection:
            connection.execute(table.insert(), batch)
