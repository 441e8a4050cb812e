"""Building a release package of accepted documents: ordered on a page, built by a job, with its manifest.

A package is built only while somebody prepares the request; one that is under review is never replaced.
"""

import tomllib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.dates import format_date
from flask_babel import force_locale
from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import clocks, lifecycle
from duecare.core.access import Caller
from duecare.core.db import opaque_id
from duecare.core.documents import generated
from duecare.core.documents import operations as documents
from duecare.core.documents.models import ACCEPTED, Document
from duecare.core.documents.names import safe_name
from duecare.core.documents.package import CoverLetter, Manifest, Notice, Section, build_package
from duecare.core.errors import Missing, NotPossible
from duecare.core.jobs.models import Job
from duecare.core.jobs.queue import JobKind, Work, enqueue
from duecare.core.texts import gettext as _
from duecare.core.time import now
from duecare.workflows.release import authorization, letters, terms
from duecare.workflows.release.models import ReleaseRequest

JOB = "release.build-package"
KIND = "release_package"
PREPARING = ("in_progress", "needs_correction")
PACKABLE = ("authorization", "record", "correspondence", "identification")
PRESELECTED = ("record",)
PARAGRAPH = "\n\n"


@dataclass(frozen=True)
class NoticeRule:
    """A notice, and the records whose disclosure it goes with."""

    code: str
    title: str
    citation: str
    valid_from: date
    record_type: str
    exempt: frozenset[str]
    with_consent: bool
    text: str


def notices_for(case: ReleaseRequest, today: date) -> tuple[NoticeRule, ...]:
    """The notices that go with this request's records."""
    return tuple(
        rule
        for rule in _rules()
        if rule.record_type in case.record_types
        and case.request_type not in rule.exempt
        and rule.valid_from <= today
    )


def packable(session: Session, case: ReleaseRequest) -> list[Document]:
    """The accepted documents that may go into the package, in the order of their arrival."""
    return list(
        session.scalars(
            select(Document)
            .where(Document.case_id == case.id, Document.state == ACCEPTED, Document.kind.in_(PACKABLE))
            .order_by(Document.id)
        )
    )


def preselected(case: ReleaseRequest, found: Sequence[Document], today: date) -> list[str]:
    """What a new package starts with: the records, and the consent where a notice calls for its copy."""
    kinds = {*PRESELECTED, *(["authorization"] if needs_consent(case, today) else [])}
    return [each.public_id for each in found if each.kind in kinds]


def needs_consent(case: ReleaseRequest, today: date) -> bool:
    """Whether a copy of the patient's consent must go with the records (42 CFR 2.32(b)).

    Where none is needed, as on a court's order, there is none to send.
    """
    return bool(authorization.needed(case)) and any(rule.with_consent for rule in notices_for(case, today))


def default_letter(case: ReleaseRequest) -> str:
    """The body of the cover letter, in the requester's language, to be changed as needed."""
    with force_locale(case.requester_locale):
        assert case.patient is not None
        records = ", ".join(str(terms.RECORD_TYPES[code]) for code in case.record_types)
        return PARAGRAPH.join(
            (
                _("Enclosed are the records you asked for of %(patient)s.", patient=case.patient.name),
                _("They are: %(records)s%(period)s.", records=records, period=_period(case)),
                _("If anything is missing or was sent to you by mistake, please tell us at once."),
            )
        )


def order(
    session: Session, caller: Caller, case: ReleaseRequest, public_ids: Sequence[str], letter: str
) -> Job:
    """Has a package built of these documents in this order.

    Raises `NotPossible` unless the request is being prepared, `Missing` for an empty choice or where the
    consent's copy is left out, `NotFound` for a document that is not an accepted one of the request.
    """
    if case.status not in PREPARING:
        raise NotPossible(_("The package can be built only while somebody is preparing it."))
    if not public_ids:
        raise Missing(_("Choose at least one document."), {"documents": _("Choose at least one document.")})
    chosen = documents.accepted(session, case, public_ids)
    today = clocks.calendar_of(session, case.organisation).local_date(now())
    if needs_consent(case, today) and all(each.kind != "authorization" for each in chosen):
        message = _("A copy of the patient's consent goes with these records: choose the authorization too.")
        raise Missing(message, {"documents": message})
    payload = {
        "case": case.id,
        "documents": list(public_ids),
        "letter": letter,
        "by": caller.name,
        "by_id": caller.user_id,
    }
    key = f"{JOB}:{case.number}:{opaque_id()}"
    return enqueue(session, JOB, payload, organisation_id=case.organisation_id, key=key)


def orders(session: Session, case: ReleaseRequest) -> list[Job]:
    """Every order of a package for a request, oldest first."""
    prefix = f"{JOB}:{case.number}:"
    query = select(Job).where(Job.key >= prefix, Job.key < prefix + "\x7f").order_by(Job.id)
    return list(session.scalars(query))


def latest_job(session: Session, case: ReleaseRequest) -> Job | None:
    """The newest order of a package for a request, done or not."""
    return next(reversed(orders(session, case)), None)


def build(work: Work) -> None:
    """Builds the ordered package and keeps it as an accepted document with its manifest."""
    payload, store = work.payload, work.installation.store
    steps = len(payload["documents"]) + 2
    with ExitStack() as stack:
        session = stack.enter_context(work.installation.database.reading())
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="duecare-")))
        case = session.get_one(ReleaseRequest, payload["case"])
        sections = []
        for done, document in enumerate(documents.accepted(session, case, payload["documents"]), start=1):
            path = stack.enter_context(store.open_local(document.key))
            sections.append(_section(document, path))
            work.progress(done, steps)
        target = folder / "package.pdf"
        manifest = _built(session, case, sections, payload["letter"], target)
        work.progress(steps - 1, steps)
        kept = generated.keep(work, store, case, target)
    _finish(work, kept, manifest)


def _finish(work: Work, kept: generated.Kept, manifest: Manifest) -> None:
    payload = work.payload
    with work.finishing({"document": kept.public_id}) as session:
        case = session.get_one(ReleaseRequest, payload["case"], with_for_update=True)
        if case.status not in PREPARING:
            session.get_one(Job, work.job_id).result = {"refused": "no longer being prepared"}
            return
        caller = Caller("user", payload["by"], case.organisation_id, payload["by_id"])
        name = f"{case.number}.pdf"
        details = {"manifest": manifest.as_json()}
        generated.add(
            session, caller, case, kept, kind=KIND, name=name, pages=manifest.pages, details=details
        )
        told = {"documents": len(manifest.sources), "pages": manifest.pages}
        lifecycle.record_event(session, case, "build_package", caller, source=case.status, data=told)


def _section(document: Document, path: Path) -> Section:
    title = document.title or safe_name(document.given_name).rpartition(".")[0] or document.given_name
    return Section(document.public_id, title, path, str(document.media_type), document.sha256)


def _built(
    session: Session, case: ReleaseRequest, sections: Sequence[Section], letter: str, target: Path
) -> Manifest:
    at = now()
    today = clocks.calendar_of(session, case.organisation).local_date(at)
    with force_locale(case.requester_locale):
        cover = _cover(case, letter, str(format_date(today, "long", locale=case.requester_locale)))
        notices = [Notice(rule.title, rule.text.strip()) for rule in notices_for(case, today)]
        return build_package(sections, cover, case.number, notices, target, created=at)


def _cover(case: ReleaseRequest, letter: str, today: str) -> CoverLetter:
    assert case.patient is not None
    born = str(format_date(case.patient.date_of_birth, "long", locale=case.requester_locale))
    return CoverLetter(
        title=_("Release of records"),
        language=case.requester_locale,
        sender=letters.sender_of(case.organisation),
        recipient=letters.recipient_of(case),
        date=today,
        paragraphs=tuple(" ".join(part.split()) for part in letter.split(PARAGRAPH) if part.strip()),
        reference=(
            (_("Request"), case.number),
            (_("Patient"), case.patient.name),
            (_("Born"), born),
        ),
        closing=letters.closing_of(case.organisation),
    )


def _period(case: ReleaseRequest) -> str:
    if case.range_from is None and case.range_to is None:
        return ""
    shown = [
        str(format_date(day, "long", locale=case.requester_locale)) if day else "…"
        for day in (case.range_from, case.range_to)
    ]
    return _(", from %(start)s to %(end)s", start=shown[0], end=shown[1])


@cache
def _rules() -> tuple[NoticeRule, ...]:
    table = tomllib.loads(Path(__file__).with_name("notices.toml").read_text(encoding="utf-8"))
    return tuple(TypeAdapter(list[NoticeRule]).validate_python(table["notice"]))


BUILD_PACKAGE = JobKind(JOB, "Build a release package", build, max_attempts=4, lease_seconds=300)
