"""Who asks for whose records, how, and with which authorization: the people side of a planned request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Literal, TypeVar, get_args

from duecare.demo import people
from duecare.demo.asked import Authorization, Element, Purpose, RecordType, Statement, Wanted
from duecare.demo.people import ADULT, Person, Requester, RequesterKind

Channel = Literal["fax", "portal", "phone", "email", "mail", "walk_in"]
RequestType = Literal["patient_access", "representative", "third_party", "continuity_of_care", "subpoena"]
Drawn = TypeVar("Drawn")

REQUEST_TYPES: dict[RequestType, int] = {
    "patient_access": 38,
    "representative": 9,
    "third_party": 36,
    "continuity_of_care": 13,
    "subpoena": 4,
}
# With the shares above: fax 35, portal 25, e-mail 15, phone 10, walk-in 10, mail 5 per cent.
CHANNELS: dict[RequestType, dict[Channel, int]] = {
    "patient_access": {"portal": 44, "walk_in": 21, "email": 12, "phone": 10, "fax": 8, "mail": 5},
    "representative": {"portal": 44, "walk_in": 21, "email": 12, "phone": 10, "fax": 8, "mail": 5},
    "third_party": {"fax": 58, "email": 20, "portal": 9, "mail": 7, "phone": 6},
    "continuity_of_care": {"fax": 66, "phone": 18, "email": 10, "portal": 6},
    "subpoena": {"fax": 40, "email": 30, "mail": 20, "walk_in": 10},
}
THIRD_PARTIES: dict[RequesterKind, int] = {"attorney": 17, "insurer": 13, "company": 6}
THIRD_PARTY_PURPOSES: dict[RequesterKind, tuple[Purpose, ...]] = {
    "attorney": ("legal", "legal", "disability"),
    "insurer": ("insurance",),
    "company": ("insurance", "disability", "legal"),
}
# The right of access asks nobody for a purpose, so the two kinds of access are not listed.
PURPOSES: dict[RequestType, Purpose] = {"continuity_of_care": "continuity_of_care", "subpoena": "court"}
RECORDS: dict[RecordType, int] = {
    "progress_notes": 30,
    "laboratory": 20,
    "imaging": 20,
    "discharge_summary": 12,
    "emergency": 12,
    "complete": 10,
    "billing": 10,
    "operative": 7,
    "immunizations": 5,
}
FLAWS: tuple[Element | Statement, ...] = (*get_args(Element), *get_args(Statement))
EXPIRED = 0.3
OLD = 75


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who appears in a year: drawn once, so that patients and law firms come back."""

    patients: Sequence[Person]
    third_parties: Mapping[RequesterKind, Sequence[Requester]]
    clinics: Sequence[Requester]

    def request_type(self, rng: Random) -> RequestType:
        """Draw the type of a request by its share."""
        return _drawn(rng, REQUEST_TYPES)

    def channel(self, rng: Random, request_type: RequestType) -> Channel:
        """Draw how a request of that type arrives on a working day."""
        return _drawn(rng, CHANNELS[request_type])

    def pair(self, rng: Random, request_type: RequestType, day: date) -> tuple[Person, Requester]:
        """Draw a patient and who asks; adults ask for themselves, the young and the old are represented."""
        born = [each for each in self.patients if each.date_of_birth < day]
        if request_type == "patient_access":
            patient = rng.choice([each for each in born if each.age_on(day) >= ADULT])
            return patient, people.patient_as_requester(patient)
        if request_type == "representative":
            patient = rng.choice([each for each in born if not ADULT <= each.age_on(day) < OLD])
            return patient, people.representative_of(rng, patient, day)
        patient = rng.choice(born)
        if request_type == "continuity_of_care":
            return patient, rng.choice(self.clinics)
        kind = "attorney" if request_type == "subpoena" else _drawn(rng, THIRD_PARTIES)
        return patient, rng.choice(self.third_parties[kind])


def cast_of(rng: Random, number: int, today: date) -> Cast:
    """Draw a cast with that many patients."""
    third_parties: dict[RequesterKind, Sequence[Requester]] = {
        "attorney": people.organisation_requesters(rng, "attorney"),
        "insurer": people.organisation_requesters(rng, "insurer"),
        "company": people.organisation_requesters(rng, "company"),
    }
    return Cast(people.patients(rng, number, today), third_parties, people.clinics(rng))


def wanted_of(
    rng: Random, request_type: RequestType, requester: Requester, patient: Person, day: date
) -> Wanted:
    """Draw what is asked for: one to three kinds of record from some years before `day`."""
    kinds: list[RecordType] = []
    for _ in range(rng.choice((1, 1, 2, 2, 3))):
        drawn = _drawn(rng, RECORDS)
        if drawn not in kinds:
            kinds.append(drawn)
    records: tuple[RecordType, ...] = ("complete",) if "complete" in kinds else tuple(kinds)
    last = max(day - timedelta(days=rng.randint(1, 60)), patient.date_of_birth)
    first = max(last - timedelta(days=rng.randint(60, 1500)), patient.date_of_birth)
    return Wanted(records, first, last, _purpose(rng, request_type, requester))


def authorization_of(patient: Person, requester: Requester, wanted: Wanted, signed_on: date) -> Authorization:
    """Return a complete authorization, good for a year from its signature."""
    return Authorization(patient, requester, wanted, signed_on, signed_on + timedelta(days=365))


def spoilt(rng: Random, form: Authorization) -> Authorization:
    """Return the form as it may not be used: expired before it came, or lacking a part of 164.508(c)."""
    if rng.random() < EXPIRED:
        signed_on = form.signed_on - timedelta(days=rng.randint(400, 800))
        return replace(form, signed_on=signed_on, expires_on=signed_on + timedelta(days=365))
    return replace(form, lacks=frozenset({rng.choice(FLAWS)}))


def _purpose(rng: Random, request_type: RequestType, requester: Requester) -> Purpose | None:
    if request_type == "third_party":
        return rng.choice(THIRD_PARTY_PURPOSES[requester.kind])
    return PURPOSES.get(request_type)


def _drawn(rng: Random, weights: Mapping[Drawn, int]) -> Drawn:
    return rng.choices(list(weights), list(weights.values()))[0]
