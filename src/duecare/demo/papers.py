"""Made-up papers as bytes: what comes with a request for records and what is sent in answer.

Pure and reproducible: equal arguments and an equal `random.Random` give equal bytes. Every paper carries
the mark "Specimen — made-up person". It must never be given the particulars of a real person.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from duecare.demo import imaging
from duecare.demo.acroform import Box, with_fields
from duecare.demo.asked import Authorization, Element, Statement, Wanted, us_date, wording
from duecare.demo.charting import RecordKind, entries
from duecare.demo.handwriting import signature
from duecare.demo.people import Address, Person, Requester
from duecare.demo.typesetting import typeset

STATEMENTS: dict[Statement, str] = {
    "revocation": "I may revoke this authorization at any time in writing to Health Information Management "
    "at the address above. Revoking it does not undo what was disclosed before my letter arrived.",
    "conditioning": "My treatment, payment, enrollment and eligibility for benefits do not depend on "
    "whether I sign.",
    "redisclosure": "What is disclosed may be passed on by the person who receives it and may then no "
    "longer be protected by federal privacy rules.",
}
REQUEST_FORM_BOXES = (
    Box("patient_name", "Patient's name", 50, 130, 300, 20),
    Box("date_of_birth", "Date of birth", 370, 130, 120, 20),
    Box("telephone", "Telephone", 50, 180, 200, 20),
    Box("email", "E-mail", 270, 180, 220, 20),
    Box("address", "Address", 50, 230, 440, 20),
    Box("records", "Which records", 50, 280, 440, 20),
    Box("period", "From which dates", 50, 330, 440, 20),
    Box("recipient", "Send them to", 50, 380, 440, 20),
)
SKIN = ("#f1d3bd", "#e3b594", "#c98f68", "#a46a45", "#7b4b2f", "#553320")
HAIR = ("#1d1714", "#3a271d", "#6b4427", "#a67b46", "#8d8d8d", "#d9d6d0")
SHIRTS = ("#334e68", "#7b2d43", "#4f6d4a", "#5c5470", "#b08d57", "#2f3b45")
EYES = ("BRO", "BRO", "BRO", "BLU", "GRN", "HAZ")
# A person filling a form on the screen types straight quotes and hyphens.
_KEYBOARD = str.maketrans({"’": "'", "–": "-"})
STATES = {"OH": "Ohio", "KY": "Kentucky", "IN": "Indiana"}


@dataclass(frozen=True, slots=True)
class Facility:
    """The hospital or practice the papers are addressed to; it stands in one of `STATES`."""

    name: str
    address: Address
    phone: str
    fax: str


def authorization_form(facility: Facility, form: Authorization) -> bytes:
    """Return the filled HIPAA authorization form as a one-page PDF (45 CFR 164.508(c))."""
    values = _authorization_values(facility, form)
    for element in _ELEMENT_BLANKS.keys() & form.lacks:
        values |= _ELEMENT_BLANKS[element]
    return typeset("authorization", values)


def scanned(pdf: bytes, rng: Random) -> bytes:
    """Return the paper as an office scanner sends it: grey page images in a PDF, tilted and grainy."""
    return imaging.scan(pdf, rng)


def driver_licence(holder: Person, rng: Random, today: date) -> bytes:
    """Return the front of an obviously made-up driver's licence as a JPEG of about 740 by 470 pixels."""
    return imaging.card_image(_licence_card(holder, rng, today))


def licence_photo(holder: Person, rng: Random, taken: datetime) -> bytes:
    """Return the licence as a telephone photographs it: on its side, with EXIF orientation and GPS."""
    card = _licence_card(holder, rng, taken.date())
    return imaging.phone_photo(card, rng, taken.strftime("%Y:%m:%d %H:%M:%S"))


def fax_cover(facility: Facility, sender: Requester, rng: Random, sent: datetime, regarding: str) -> bytes:
    """Return a fax cover sheet as a one-page PDF; `sent` is local time, `regarding` names no patient."""
    marks = ["Urgent", "For review", "Please reply"]
    chosen = rng.choice(marks)
    return typeset(
        "fax_cover",
        {
            "title": "Fax",
            "sent": sent.strftime("%m/%d/%Y %H:%M"),
            "pages": f"{rng.randint(2, 6):02d}",
            "from": {
                "name": sender.organisation or sender.name,
                "contact": sender.name,
                "fax": sender.fax or sender.phone,
                "phone": sender.phone,
            },
            "to": {
                "name": f"{facility.name}, Health Information Management",
                "fax": facility.fax,
                "phone": facility.phone,
            },
            "regarding": regarding,
            "marks": [[mark, mark == chosen] for mark in marks],
            "message": "Request for records and signed authorization follow. Please confirm receipt.",
        },
    )


def request_letter(
    facility: Facility, sender: Requester, patient: Person, wanted: Wanted, rng: Random, written: date
) -> bytes:
    """Return the letter that asks for the records, in the manner of the sender's kind, as a one-page PDF."""
    phrases = wording()["letter"][sender.kind]
    business = sender.organisation is not None
    return typeset(
        "letter",
        {
            "title": phrases["subject"],
            "business": business,
            "sender": _party(sender) | {"heading": sender.organisation or sender.name, "fax": sender.fax},
            "facility": _facility(facility),
            "date": long_date(written),
            "patient": _patient(patient),
            "reference": f"{written:%y}-{rng.randint(1000, 9999)}" if business else None,
            "subject": phrases["subject"],
            "body": phrases["body"],
            "records": wanted.names,
            "period": f"dates of service {wanted.period}",
            "closing": phrases["closing"],
            "signature": signature(sender.name),
        },
    )


def subpoena(
    facility: Facility,
    attorney: Requester,
    patient: Person,
    wanted: Wanted,
    rng: Random,
    *,
    issued: date,
    due: date,
) -> bytes:
    """Return a subpoena for records, due on a stated day (45 CFR 164.512(e)), as a one-page PDF."""
    return typeset(
        "subpoena",
        {
            "title": "Subpoena duces tecum",
            "county": "Larkmoor",
            "state": STATES[facility.address.state],
            "plaintiff": patient.name,
            "defendant": rng.choice(
                ("Harrow Freight Lines, Inc.", "Depot Street Properties, LLC", "Millrace Foods, Inc.")
            ),
            "case_number": f"{issued.year} CV {rng.randint(100, 9999):05d}",
            "facility": _facility(facility),
            "due": long_date(due),
            "issued": long_date(issued),
            "patient": _patient(patient),
            "records": wanted.names,
            "period": f"dates of service {wanted.period}",
            "attorney": _party(attorney) | {"organisation": attorney.organisation or ""},
            "signature": signature("Deputy Clerk"),
        },
    )


def chart_record(
    facility: Facility, patient: Person, kind: RecordKind, rng: Random, last_day: date, pages: int = 1
) -> bytes:
    """Return a chart document as a PDF of `pages` entries, one entry a page, the newest first."""
    written = entries(kind, rng, last_day, pages)
    data = {
        "title": written[0]["title"],
        "facility": _facility(facility),
        "patient": _patient(patient),
        "entries": written,
    }
    return typeset("record", data)


def fillable_form(facility: Facility, patient: Person, wanted: Wanted) -> bytes:
    """Return a request form whose AcroForm fields are filled in, as saved by a PDF reader."""
    boxes = [[box.label, box.left, box.top, box.width, box.height] for box in REQUEST_FORM_BOXES]
    blank = typeset(
        "request_form", {"title": "Request for records", "facility": _facility(facility), "boxes": boxes}
    )
    values = {
        "patient_name": patient.name,
        "date_of_birth": us_date(patient.date_of_birth),
        "telephone": patient.phone,
        "email": patient.email,
        "address": ", ".join(patient.address.lines),
        "records": ", ".join(wanted.names),
        "period": wanted.period,
        "recipient": patient.name,
    }
    keyed = {name: value.translate(_KEYBOARD) for name, value in values.items()}
    return with_fields(blank, REQUEST_FORM_BOXES, keyed)


def long_date(day: date) -> str:
    """Return the day as ``April 3, 1971``."""
    return f"{day:%B} {day.day}, {day.year}"


_ELEMENT_BLANKS: dict[Element, dict[str, Any]] = {
    "description": {"records": [], "period": ""},
    "discloser": {"discloser": ""},
    "recipient": {"recipient": {"name": "", "address": ""}},
    "purpose": {"purpose": ""},
    "expiry": {"expires": ""},
    "signature": {"signature": [], "signed_on": "", "signer": ""},
}


def _authorization_values(facility: Facility, form: Authorization) -> dict[str, Any]:
    signer = form.signer.name if form.signer else form.patient.name
    authority = (form.signer.relationship or "representative") if form.signer else ""
    recipient = form.recipient.organisation or form.recipient.name
    return {
        "title": "Authorization to disclose health information",
        "form": "Form HIM-104 · Rev. 3",
        "facility": _facility(facility),
        "patient": _patient(form.patient),
        "discloser": f"{facility.name}, its staff and its records department",
        "recipient": {"name": recipient, "address": ", ".join(form.recipient.address.lines)},
        "records": [[name, each in form.wanted.records] for each, name in wording()["records"].items()],
        "period": form.wanted.period,
        "purpose": wording()["purpose"][form.wanted.purpose or "individual"],
        "expires": us_date(form.expires_on),
        "statements": [text for name, text in STATEMENTS.items() if name not in form.lacks],
        "signature": signature(signer),
        "signed_on": us_date(form.signed_on),
        "signer": signer,
        "authority": authority.capitalize(),
    }


def _licence_card(holder: Person, rng: Random, today: date) -> bytes:
    issued = today - timedelta(days=rng.randint(30, 1300))
    inches = rng.randint(61, 74)
    return typeset(
        "licence",
        {
            "title": "Driver's licence",
            "state": STATES[holder.address.state],
            "number": f"{rng.choice('RSTUV')}{rng.choice('XYZ')}{rng.randrange(1_000_000):06d}",
            "first": holder.first,
            "last": holder.last,
            "address": holder.address.lines,
            "born": us_date(holder.date_of_birth),
            "sex": holder.sex,
            "issued": us_date(issued),
            "expires": us_date(issued + timedelta(days=4 * 365 + 1)),
            "height": f"{inches // 12}'-{inches % 12:02d}\"",
            "eyes": rng.choice(EYES),
            "long_hair": holder.sex == "F",
            "skin": rng.choice(SKIN),
            "hair": rng.choice(HAIR if holder.age_on(today) > 55 else HAIR[:4]),
            "shirt": rng.choice(SHIRTS),
            "signature": signature(holder.name),
        },
    )


def _facility(facility: Facility) -> dict[str, Any]:
    return {
        "name": facility.name,
        "address": facility.address.lines,
        "phone": facility.phone,
        "fax": facility.fax,
    }


def _patient(patient: Person) -> dict[str, Any]:
    return {
        "name": patient.name,
        "born": us_date(patient.date_of_birth),
        "mrn": patient.mrn,
        "sex": patient.sex,
        "phone": patient.phone,
        "address": patient.address.lines,
    }


def _party(party: Requester) -> dict[str, Any]:
    return {"name": party.name, "phone": party.phone, "address": party.address.lines}
