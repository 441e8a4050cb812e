"""Which papers a planned request brings, and how each is drawn: orders that a pool of processes can fill."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from multiprocessing import get_context
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from duecare.demo import papers
from duecare.demo.asked import Authorization, RecordType
from duecare.demo.charting import RecordKind
from duecare.demo.papers import Facility
from duecare.demo.story import PlannedRequest

RECENT = timedelta(days=50)
WORKERS = 2
CHART_KINDS: dict[RecordType, RecordKind] = {
    "complete": "discharge_summary",
    "progress_notes": "progress_note",
    "laboratory": "laboratory_report",
    "imaging": "radiology_report",
    "discharge_summary": "discharge_summary",
    "operative": "progress_note",
    "emergency": "progress_note",
    "billing": "laboratory_report",
    "immunizations": "laboratory_report",
}
PDF, JPEG = "application/pdf", "image/jpeg"


@dataclass(frozen=True)
class Order:
    """One paper to be drawn. `make` takes nothing and gives the file's bytes."""

    kind: str
    name: str
    media_type: str
    pages: int
    make: Any


@dataclass(frozen=True)
class Paper:
    """One paper that was drawn."""

    kind: str
    name: str
    media_type: str
    pages: int
    content: bytes


@dataclass(frozen=True)
class Folder:
    """The papers of one request, by when they come: with it, on resuming, from the chart, at the end."""

    arriving: tuple[Order, ...]
    later: tuple[Order, ...]
    records: tuple[Order, ...]
    package: tuple[Order, ...]

    @property
    def all(self) -> tuple[Order, ...]:
        return self.arriving + self.later + self.records + self.package


def folder_of(
    request: PlannedRequest, facility: Facility, zone: ZoneInfo, now: datetime, seed: int
) -> Folder:
    """The papers of a request; an old one keeps only its authorization and its package."""
    is_recent = now - request.received_at < RECENT or not _ended(request)
    authorizations = [
        _authorization(form, facility, seed + number) for number, form in enumerate(request.authorizations)
    ]
    arriving = authorizations[:1]
    if is_recent:
        arriving = [*_covering(request, facility, zone, seed), *arriving]
    is_packed = any(step.action == "submit_for_review" for step in request.steps)
    return Folder(
        arriving=tuple(arriving),
        later=tuple(authorizations[1:]),
        records=tuple(_records(request, facility, seed)) if is_recent and request.steps else (),
        package=(_package(request, facility, seed),) if is_packed else (),
    )


def fill(orders: Iterable[Order]) -> list[Paper]:
    """Draws every paper, on two processes; the papers stand in the order of the orders."""
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        return list(pool.map(_drawn, orders, chunksize=12))


def _drawn(order: Order) -> Paper:
    return Paper(order.kind, order.name, order.media_type, order.pages, order.make())


def _ended(request: PlannedRequest) -> bool:
    return bool(request.steps) and request.steps[-1].action in {"complete", "deny", "cancel"}


def _authorization(form: Authorization, facility: Facility, seed: int) -> Order:
    name = "Authorization (scan).pdf" if seed % 3 else "Authorization.pdf"
    make = (
        partial(_scan_of, facility, form, seed)
        if seed % 3
        else partial(papers.authorization_form, facility, form)
    )
    return Order("authorization", name, PDF, 1, make)


def _scan_of(facility: Facility, form: Authorization, seed: int) -> bytes:
    return papers.scanned(papers.authorization_form(facility, form), Random(seed))


def _covering(request: PlannedRequest, facility: Facility, zone: ZoneInfo, seed: int) -> list[Order]:
    local = request.received_at.astimezone(zone)
    if request.request_type == "subpoena" and request.paper_due is not None:
        make = partial(
            papers.subpoena,
            facility,
            request.requester,
            request.patient,
            request.wanted,
            Random(seed),
            issued=local.date() - timedelta(days=2),
            due=request.paper_due,
        )
        return [Order("correspondence", "Subpoena.pdf", PDF, 1, make)]
    if request.request_type == "patient_access":
        licence = partial(papers.driver_licence, request.patient, Random(seed), local.date())
        form = partial(papers.fillable_form, facility, request.patient, request.wanted)
        return [
            Order("identification", "Driver licence.jpg", JPEG, 1, licence),
            Order("correspondence", "Request form.pdf", PDF, 1, form),
        ]
    letter = partial(
        papers.request_letter,
        facility,
        request.requester,
        request.patient,
        request.wanted,
        Random(seed),
        local.date(),
    )
    orders = [Order("correspondence", "Request letter.pdf", PDF, 1, letter)]
    if request.channel == "fax":
        cover = partial(
            papers.fax_cover, facility, request.requester, Random(seed), local, "Request for records"
        )
        orders.insert(0, Order("correspondence", "Fax cover sheet.pdf", PDF, 1, cover))
    return orders


def _records(request: PlannedRequest, facility: Facility, seed: int) -> list[Order]:
    return [
        _record(request, facility, record, Random(seed + 31 * number))
        for number, record in enumerate(request.wanted.records[:3])
    ]


def _record(request: PlannedRequest, facility: Facility, record: RecordType, rng: Random) -> Order:
    pages = rng.choice((1, 1, 2, 3))
    name = f"{record.replace('_', ' ').capitalize()}.pdf"
    make = partial(
        papers.chart_record,
        facility,
        request.patient,
        CHART_KINDS[record],
        rng,
        request.wanted.last_day,
        pages,
    )
    return Order("record", name, PDF, pages, make)


def _package(request: PlannedRequest, facility: Facility, seed: int) -> Order:
    pages = 1 + seed % 3
    make = partial(
        papers.chart_record,
        facility,
        request.patient,
        CHART_KINDS[request.wanted.records[0]],
        Random(seed),
        request.wanted.last_day,
        pages,
    )
    return Order("release_package", "Release package.pdf", PDF, pages, make)
