"""A hospital with years of requests behind it, written straight into the tables, indexes last.

What a page's time depends on is as in life: names repeat, work is open for days and closed for years, so that
an installation a hundred times larger has a hundred times the open work as well. Patients and cases are drawn
here; what follows from them (requests, events, search words) is written by the database itself.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any

from sqlalchemy import Engine, Select, String, Table, cast, func, literal, select, union_all

from duecare.core.access import Caller
from duecare.core.cases import Case, CaseEvent, SearchTerm
from duecare.core.installation import Installation
from duecare.core.patients.models import Patient
from duecare.core.patients.operations import folded, name_key
from duecare.core.time import now
from duecare.demo import people
from duecare.workflows.release.models import WORKFLOW, ReleaseRequest

YEARS = 5
OPEN_FOR_DAYS = 20
CASES_PER_PATIENT = 4
BATCH = 20_000
MODELS = (Patient, Case, ReleaseRequest, CaseEvent, SearchTerm)
OPEN_STATUSES = (
    "received",
    "in_progress",
    "in_progress",
    "in_progress",
    "on_hold",
    "in_review",
    "needs_correction",
)
ENDED_STATUSES = ("completed",) * 18 + ("denied", "cancelled")
REQUESTER = "Harold Finch"
# What a database does by itself in the hours after so much was written, so that it is not measured along.
SETTLED = {"sqlite": ("ANALYZE",), "postgresql": ("VACUUM (ANALYZE)", "CHECKPOINT")}


def populate(opened: Installation, staff: dict[str, Caller], number: int) -> None:
    """Adds `number` cases of one hospital with their patients, events and search words."""
    engine = opened.database.engine
    patients, cases, requests, events, terms = tables = [_table(each) for each in MODELS]
    indexes = [index for table in tables for index in table.indexes]
    for index in indexes:
        index.drop(engine)
    hospital = _Hospital(staff, number)
    _write(engine, patients, hospital.patients())
    _write(engine, cases, hospital.cases())
    for table, rows in [(requests, _requests()), *((events, each) for each in _events()), (terms, _terms())]:
        _derive(engine, table, rows)
    for index in indexes:
        index.create(engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in SETTLED[engine.dialect.name]:
            connection.exec_driver_sql(statement)


class _Hospital:
    """Its patients and cases, the same for the same number of cases."""

    def __init__(self, staff: dict[str, Caller], number: int) -> None:
        self.number = number
        self.organisation = staff["specialist"].organisation_id
        self.specialist = staff["specialist"].user_id
        self.at = now()
        rng = Random(number)
        self.names = [name for _ in range(5000) if _is_plain(name := people.draw_name(rng))]

    def name(self, patient: int) -> tuple[str, str]:
        return self.names[patient % len(self.names)]

    def received(self, case: int) -> datetime:
        return self.at - timedelta(days=365 * YEARS) * (1 - case / (self.number + 1))

    def patients(self) -> Iterator[dict[str, Any]]:
        for patient in range(1, self.number // CASES_PER_PATIENT + 1):
            first, last = self.name(patient)
            born = datetime(1930, 1, 1, tzinfo=UTC) + timedelta(days=patient * 37 % 33_000)
            yield {
                "id": patient,
                "organisation_id": self.organisation,
                "first_name": first,
                "last_name": last,
                "name_key": name_key(first, last),
                "date_of_birth": born.date(),
                "mrn": str(100_000 + patient),
            }

    def cases(self) -> Iterator[dict[str, Any]]:
        for case in range(1, self.number + 1):
            received = self.received(case)
            is_open = self.at - received < timedelta(days=OPEN_FOR_DAYS * (1 + (case % 5 == 4)))
            took = 1 + case * 7 % 28
            closed = None if is_open else min(received + timedelta(days=took), self.at)
            statuses = OPEN_STATUSES if is_open else ENDED_STATUSES
            status = statuses[case % len(statuses)]
            yield {
                "id": case,
                "workflow": WORKFLOW,
                "number": f"ROI-{received.year}-{case:06d}",
                "organisation_id": self.organisation,
                "status": status,
                "is_open": is_open,
                "priority": ("routine", "routine", "routine", "urgent", "stat")[case % 5],
                "title": "Discharge summary — Attorney",
                "waiting_on": "requester" if status == "on_hold" else None,
                "patient_id": case % (self.number // CASES_PER_PATIENT) + 1,
                "assignee_id": None if status == "received" else self.specialist,
                "received_at": received,
                "due_at": received + timedelta(days=12 + case % 19),
                "first_due_at": received + timedelta(days=30),
                "rule_code": "hipaa_access",
                "status_since": min(received + timedelta(days=took // 2), self.at),
                "closed_at": closed,
                "turnaround_days": took if closed else None,
                "created_at": received,
            }


def _is_plain(name: tuple[str, str]) -> bool:
    """Whether a name is two different words, so that a case has each of its search words once."""
    words = {*name, *REQUESTER.split()}
    return len(words) == 4 and all(folded(word) == word.lower() for word in words)


def _requests() -> Select[Any]:
    case = _table(Case).c
    return select(
        case.id,
        literal("fax").label("channel"),
        literal("third_party").label("request_type"),
        literal("attorney").label("requester_kind"),
        literal(REQUESTER).label("requester_name"),
        literal(["discharge_summary"], _table(ReleaseRequest).c.record_types.type).label("record_types"),
        literal("Legal claim").label("purpose"),
        case.public_id.label("tracking_digest"),
    )


def _events() -> list[Select[Any]]:
    """Four of most cases: logged, assigned, submitted, ended."""
    case = _table(Case).c
    ended = _event("complete", case.closed_at, "in_review", case.status).where(case.closed_at.is_not(None))
    return [
        _event("create", case.received_at, None, "received"),
        _event("assign", case.received_at, "received", "in_progress"),
        _event("submit_for_review", case.status_since, "in_progress", "in_review"),
        ended,
    ]


def _event(action: str, at: Any, left: str | None, to_status: Any) -> Select[Any]:
    case, event = _table(Case).c, _table(CaseEvent).c
    return select(
        case.organisation_id,
        case.workflow,
        case.id.label("case_id"),
        at.label("at"),
        case.assignee_id.label("actor_id"),
        literal("user").label("actor_kind"),
        literal("Specialist").label("actor_name"),
        literal(action).label("action"),
        literal(left, event.from_status.type).label("from_status"),
        (literal(to_status) if isinstance(to_status, str) else to_status).label("to_status"),
        (case.id % 240 if left else literal(None, event.hours_in_status.type)).label("hours_in_status"),
    )


def _terms() -> Select[Any]:
    """The words a case is found by, in the order of the table's key."""
    case, patient = _table(Case).c, _table(Patient).c
    words = [
        *(literal(word.lower()) for word in REQUESTER.split()),
        func.lower(patient.first_name),
        func.lower(patient.last_name),
        literal("d") + func.replace(cast(patient.date_of_birth, String), "-", ""),
        patient.mrn,
        func.lower(case.number),
        cast(case.id, String),
    ]
    found = union_all(
        *(
            select(case.organisation_id, word.label("term"), case.id.label("case_id")).join_from(
                case.id.table, patient.id.table
            )
            for word in words
        )
    ).subquery()
    return select(found).order_by(found.c.organisation_id, found.c.term, found.c.case_id)


def _table(model: Any) -> Table:
    return model.__table__  # type: ignore[no-any-return]


def _write(engine: Engine, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        with engine.begin() as connection:
            connection.execute(table.insert(), batch)


def _derive(engine: Engine, table: Table, rows: Select[Any]) -> None:
    """Columns that the rows do not name get the model's own default."""
    with engine.begin() as connection:
        connection.execute(
            table.insert().from_select([column.name for column in rows.selected_columns], rows)
        )
