"""What a made-up request asks for and what its authorization says: plain values, nothing drawn."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from duecare.demo.people import Person, Requester

RecordType = Literal[
    "complete",
    "progress_notes",
    "laboratory",
    "imaging",
    "discharge_summary",
    "operative",
    "emergency",
    "billing",
    "immunizations",
]
Purpose = Literal["continuity_of_care", "legal", "insurance", "disability", "court"]

# The six elements and three statements of 45 CFR 164.508(c)(1) and (c)(2).
Element = Literal["description", "discloser", "recipient", "purpose", "expiry", "signature"]
Statement = Literal["revocation", "conditioning", "redisclosure"]

WORDING = Path(__file__).parent / "data" / "wording.toml"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: kinds of record, the days of service (both included) and why.

    `purpose` is None where nobody may ask for one: the patient's own right of access.
    """

    records: tuple[RecordType, ...]
    first_day: date
    last_day: date
    purpose: Purpose | None = None

    @property
    def period(self) -> str:
        """The days of service as an American form states them."""
        return f"{us_date(self.first_day)} – {us_date(self.last_day)}"

    @property
    def names(self) -> list[str]:
        """The kinds of record in words."""
        return [wording()["records"][each] for each in self.records]


@dataclass(frozen=True, slots=True)
class Authorization:
    """What stands on an authorization form, and which parts of it were left out.

    `lacks` names elements and statements that are missing; an expired form has `expires_on` in the past.
    """

    patient: Person
    recipient: Requester
    wanted: Wanted
    signed_on: date
    expires_on: date
    lacks: frozenset[Element | Statement] = frozenset()
    signer: Requester | None = None


def us_date(day: date) -> str:
    """Return the day as ``04/03/1971``."""
    return day.strftime("%m/%d/%Y")


@cache
def wording() -> dict[str, Any]:
    """Return the phrases of the made-up papers."""
    return tomllib.loads(WORDING.read_text(encoding="utf-8"))
