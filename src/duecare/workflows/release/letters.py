"""Letters to requesters, typeset as PDF and kept with the request: more time is needed, or a cure is.

A letter is ordered in the commit that causes it and written by a job; it speaks the requester's language.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pikepdf
from babel.dates import format_date
from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import clocks, lifecycle
from duecare.core.access import Caller
from duecare.core.cases import CaseExtension
from duecare.core.documents import generated
from duecare.core.documents.pdf import render
from duecare.core.jobs.queue import JobKind, Work, enqueue
from duecare.core.people.models import Organisation
from duecare.core.texts import gettext as _
from duecare.core.time import now
from duecare.workflows.release.authorization import PARTS, SPECIAL
from duecare.workflows.release.models import ReleaseRequest

JOB = "release.write-letter"
EXTENSION, CURE = "extension", "cure"
TEMPLATE = Path(__file__).parent / "paper" / "letter.typ"
NAMES = {EXTENSION: _l("Extension letter"), CURE: _l("Letter asking for what the authorization lacks")}
_LABELS = {part.code: part for part in (*PARTS, *(each.part for each in SPECIAL))}


@dataclass(frozen=True)
class Letter:
    """The words of a letter. `sender` (first the letterhead), `recipient` and `closing` are lines."""

    title: str
    language: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    date: str
    before: tuple[str, ...]
    points: tuple[str, ...]
    after: tuple[str, ...]
    closing: tuple[str, ...]


def order(
    session: Session, caller: Caller, case: ReleaseRequest, letter: str, details: Mapping[str, Any]
) -> None:
    """Has a letter written once the present transaction is committed. `details` is codes, never free text."""
    payload = {
        "case": case.id,
        "letter": letter,
        "details": dict(details),
        "by": caller.name,
        "by_id": caller.user_id,
    }
    enqueue(session, JOB, payload, organisation_id=case.organisation_id)


def write(work: Work) -> None:
    """Typesets a letter and keeps it as correspondence of its case."""
    payload = work.payload
    with work.installation.database.reading() as session, TemporaryDirectory(prefix="duecare-") as folder:
        case = session.get_one(ReleaseRequest, payload["case"])
        path = Path(folder, "letter.pdf")
        path.write_bytes(typeset(session, case, payload["letter"], payload["details"]))
        with pikepdf.open(path) as pdf:
            pages = len(pdf.pages)
        kept = generated.keep(work, work.installation.store, case, path)
    with work.finishing() as session:
        case = session.get_one(ReleaseRequest, payload["case"])
        caller = Caller("user", payload["by"], case.organisation_id, payload["by_id"])
        name = f"{NAMES[payload['letter']]} {case.number}.pdf"
        generated.add(session, caller, case, kept, kind="correspondence", name=name, pages=pages)
        lifecycle.record_event(
            session,
            case,
            "write_letter",
            caller,
            source=case.status,
            data={"letter": payload["letter"]},
        )


def typeset(session: Session, case: ReleaseRequest, letter: str, details: Mapping[str, Any]) -> bytes:
    """The PDF of a letter, in the requester's language."""
    at = now()
    with force_locale(case.requester_locale):
        today = clocks.calendar_of(session, case.organisation).local_date(at)
        words = asdict(_WORDS[letter](session, case, details, _shown(case, today)))
        return render(TEMPLATE, words, created=at)


def sender_of(organisation: Organisation) -> tuple[str, ...]:
    """The letterhead: the organisation's name, address and telephone."""
    return tuple(filter(None, (organisation.name, organisation.address, organisation.phone)))


def recipient_of(case: ReleaseRequest) -> tuple[str, ...]:
    """The requester's name, organisation and address, line by line."""
    address = case.requester_address.splitlines()
    return tuple(filter(None, (case.requester_name, case.requester_organisation, *address)))


def closing_of(organisation: Organisation) -> tuple[str, ...]:
    return (_("Sincerely,"), _("Health Information Management"), organisation.name)


def _extension(session: Session, case: ReleaseRequest, _details: Mapping[str, Any], today: str) -> Letter:
    extension = session.scalars(select(CaseExtension).where(CaseExtension.case_id == case.id)).one()
    until = _shown(case, extension.until)
    return Letter(
        title=_("We need more time for your request %(number)s", number=case.number),
        language=case.requester_locale,
        sender=sender_of(case.organisation),
        recipient=recipient_of(case),
        date=today,
        before=(
            _("We received your request on %(day)s.", day=_shown(case, _received(case))),
            _("We cannot complete it in the time we first had. The reason is:"),
            extension.reason,
            _("We will complete your request by %(day)s. The law allows one such extension.", day=until),
        ),
        points=(),
        after=(_contact(case),),
        closing=closing_of(case.organisation),
    )


def _cure(_session: Session, case: ReleaseRequest, details: Mapping[str, Any], today: str) -> Letter:
    return Letter(
        title=_("Your request %(number)s: we need something more", number=case.number),
        language=case.requester_locale,
        sender=sender_of(case.organisation),
        recipient=recipient_of(case),
        date=today,
        before=(
            _("We received your request on %(day)s.", day=_shown(case, _received(case))),
            _("The authorization that came with it lacks the following, which the law asks for:"),
        ),
        points=tuple(f"{_LABELS[code].label} ({_LABELS[code].citation})" for code in details["parts"]),
        after=(
            _("Please send an authorization that has these too. We then go on with your request."),
            _contact(case),
        ),
        closing=closing_of(case.organisation),
    )


def _contact(case: ReleaseRequest) -> str:
    phone = case.organisation.phone
    if phone:
        return _("If you have questions, call %(phone)s and give the number of your request.", phone=phone)
    return _("If you have questions, write to us and give the number of your request.")


def _received(case: ReleaseRequest) -> date:
    return case.received_at.astimezone(ZoneInfo(case.organisation.zone)).date()


def _shown(case: ReleaseRequest, day: date) -> str:
    return str(format_date(day, "long", locale=case.requester_locale))


_WORDS: dict[str, Callable[[Session, ReleaseRequest, Mapping[str, Any], str], Letter]] = {
    EXTENSION: _extension,
    CURE: _cure,
}
WRITE_LETTER = JobKind(JOB, "Write a letter to a requester", write)
