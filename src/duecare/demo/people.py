"""Made-up people: patients, those who ask for their records, and staff.

Pure: every draw comes from the `random.Random` passed in, so one seed gives one population. It must
never yield a reachable address: telephone numbers are 555-0100 to 555-0199 (reserved for fiction by the
North American Numbering Plan), e-mail uses the example domains of RFC 2606.
"""

import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from random import Random
from typing import Any, Literal

Sex = Literal["F", "M"]
RequesterKind = Literal["patient", "representative", "attorney", "insurer", "company"]
Relationship = Literal["mother", "father", "daughter", "son", "guardian", "spouse", "executor"]

# Share of patients by ten-year age band, in per cent: hospital patients are older than the population.
AGE_BANDS = {0: 6, 10: 4, 20: 8, 30: 11, 40: 12, 50: 16, 60: 19, 70: 16, 80: 8}
FIRST_MRN = 400_000
LAST_MRN = 499_999
ADULT = 18

# Letters that Unicode does not decompose into a base letter and a mark.
_PLAIN = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address in the United States."""

    street: str
    city: str
    state: str
    postal_code: str

    @property
    def lines(self) -> tuple[str, str]:
        """The two lines of an envelope."""
        return self.street, f"{self.city}, {self.state} {self.postal_code}"


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up patient; `mrn` is unique within the population it was drawn with."""

    first: str
    last: str
    sex: Sex
    date_of_birth: date
    mrn: str
    phone: str
    email: str
    address: Address

    @property
    def name(self) -> str:
        """Given name, then surname."""
        return f"{self.first} {self.last}"

    def age_on(self, day: date) -> int:
        """Completed years of life on `day`."""
        had_birthday = (day.month, day.day) >= (self.date_of_birth.month, self.date_of_birth.day)
        return day.year - self.date_of_birth.year - (not had_birthday)


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks for records: the patient, a representative, or somebody of an organisation."""

    kind: RequesterKind
    name: str
    phone: str
    email: str
    address: Address
    organisation: str | None = None
    fax: str | None = None
    relationship: Relationship | None = None


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A made-up employee, told apart by `username`."""

    username: str
    name: str
    email: str


def patients(rng: Random, number: int, today: date) -> list[Person]:
    """Return `number` patients, each with an MRN of their own, born before `today`."""
    mrns = rng.sample(range(FIRST_MRN, LAST_MRN), number)
    return [_patient(rng, str(mrn), today) for mrn in mrns]


def representative_of(rng: Random, patient: Person, today: date) -> Requester:
    """Return a personal representative (45 CFR 164.502(g)): a parent of a minor, else kin or guardian."""
    minor = patient.age_on(today) < ADULT
    relationship: Relationship = (
        rng.choice(("mother", "father", "guardian"))
        if minor
        else rng.choice(("daughter", "son", "spouse", "guardian", "executor"))
    )
    sex: dict[str, Sex] = {"mother": "F", "daughter": "F", "father": "M", "son": "M"}
    first, _ = draw_name(rng, sex.get(relationship) or rng.choice(("F", "M")))
    last = patient.last if relationship != "guardian" else draw_name(rng)[1]
    return Requester(
        kind="representative",
        name=f"{first} {last}",
        phone=phone(rng),
        email=email(rng, first, last),
        address=patient.address,
        relationship=relationship,
    )


def patient_as_requester(patient: Person) -> Requester:
    """Return the patient asking for their own records."""
    return Requester("patient", patient.name, patient.phone, patient.email, patient.address)


def organisation_requesters(rng: Random, kind: Literal["attorney", "insurer", "company"]) -> list[Requester]:
    """Return one contact for each organisation of that kind."""
    return [_contact(rng, kind, name) for name in _data("organisations.toml")[kind]]


def clinics(rng: Random) -> list[Requester]:
    """Return one records contact for each practice that asks in order to go on treating the patient."""
    return [_contact(rng, "company", name) for name in _data("organisations.toml")["clinic"]]


def staff(rng: Random, number: int, domain: str = "example.org") -> list[StaffMember]:
    """Return `number` employees with different usernames, such as ``j.kim``."""
    members: dict[str, StaffMember] = {}
    while len(members) < number:
        first, last = draw_name(rng)
        username = f"{plain(first)[0]}.{plain(last)}"
        members.setdefault(username, StaffMember(username, f"{first} {last}", f"{username}@{domain}"))
    return list(members.values())


def draw_name(rng: Random, sex: Sex | None = None) -> tuple[str, str]:
    """Return a given name and a surname of the same group of names."""
    groups = _data("names.toml")["group"]
    group = rng.choices(groups, weights=[each["weight"] for each in groups])[0]
    given = group["women" if (sex or rng.choice(("F", "M"))) == "F" else "men"]
    return rng.choice(given), rng.choice(group["last"])


def phone(rng: Random) -> str:
    """Return a telephone number from the block reserved for fiction, as ``(937) 555-0142``."""
    return f"({rng.choice(_places()['area_codes'])}) 555-01{rng.randrange(100):02d}"


def email(rng: Random, first: str, last: str) -> str:
    """Return an address at a domain nobody can own (RFC 2606)."""
    local = rng.choice(
        (
            f"{plain(first)}.{plain(last)}",
            f"{plain(first)[0]}{plain(last)}",
            f"{plain(first)}{rng.randrange(100)}",
        )
    )
    return f"{local}@{rng.choice(_places()['mail_hosts'])}"


def address(rng: Random) -> Address:
    """Return a postal address; a fifth of them name an apartment."""
    places = _places()
    street = f"{rng.randint(11, 9899)} {rng.choice(places['streets'])}"
    if rng.random() < 0.2:
        street = f"{street}, {rng.choice(places['units'])}"
    return Address(street, *rng.choice(places["towns"]))


def plain(name: str) -> str:
    """Return the name in lower-case ASCII letters only, as a username or mail address needs it."""
    folded = unicodedata.normalize("NFKD", name.translate(_PLAIN))
    return "".join(letter for letter in folded.lower() if "a" <= letter <= "z")


def _patient(rng: Random, mrn: str, today: date) -> Person:
    sex: Sex = rng.choice(("F", "M"))
    first, last = draw_name(rng, sex)
    return Person(
        first=first,
        last=last,
        sex=sex,
        date_of_birth=_date_of_birth(rng, today),
        mrn=mrn,
        phone=phone(rng),
        email=email(rng, first, last),
        address=address(rng),
    )


def _date_of_birth(rng: Random, today: date) -> date:
    band = rng.choices(list(AGE_BANDS), weights=list(AGE_BANDS.values()))[0]
    days_old = rng.randrange(band * 36525 // 100 + 1, (band + 10) * 36525 // 100)
    return today - timedelta(days=days_old)


def _contact(rng: Random, kind: RequesterKind, organisation: str) -> Requester:
    first, last = draw_name(rng)
    host = f"{plain(organisation)[:18]}.{rng.choice(_places()['mail_hosts'])}"
    return Requester(
        kind=kind,
        name=f"{first} {last}",
        phone=phone(rng),
        email=f"records@{host}",
        address=address(rng),
        organisation=organisation,
        fax=phone(rng),
    )


def _places() -> dict[str, Any]:
    places: dict[str, Any] = _data("names.toml")["places"]
    return places


@cache
def _data(name: str) -> dict[str, Any]:
    text = resources.files("duecare.demo").joinpath("data", name).read_text(encoding="utf-8")
    return tomllib.loads(text)
