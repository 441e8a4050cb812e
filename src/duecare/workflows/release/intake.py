"""What a new request must say, whichever way it comes in: desk, public form or API. Shape only."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from duecare.core.errors import Missing
from duecare.core.patients.intake import PatientIntake
from duecare.core.texts import gettext as _
from duecare.core.time import now
from duecare.core.validation import OneOf
from duecare.workflows.release import terms

Line = Annotated[str, Field(max_length=200)]
Required = Annotated[str, Field(min_length=1, max_length=200)]
Paragraph = Annotated[str, Field(max_length=4000)]
OLDEST_RECEIPT = timedelta(days=3650)
CLOCK_SKEW = timedelta(minutes=2)
SENTENCES = {"requester.email": _l("Enter an e-mail address like name@example.org.")}


class RequesterIntake(BaseModel):
    """Who asks for them."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    kind: Annotated[str, OneOf(terms.REQUESTER_KINDS)]
    name: Required
    organisation: Line = ""
    email: EmailStr | Literal[""] = ""
    phone: Annotated[str, Field(max_length=64)] = ""
    address: Annotated[str, Field(max_length=500)] = ""
    locale: Literal["en", "es"] = "en"


class ReleaseIntake(BaseModel):
    """A new request for records."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    patient: PatientIntake
    requester: RequesterIntake
    channel: Annotated[str, OneOf(terms.CHANNELS)]
    request_type: Annotated[str, OneOf(terms.REQUEST_TYPES)]
    record_types: Annotated[
        list[Annotated[str, OneOf(terms.RECORD_TYPES)]], Field(min_length=1, max_length=20)
    ]
    received_at: AwareDatetime | None = None
    range_from: date | None = None
    range_to: date | None = None
    purpose: Paragraph = ""
    delivery: Annotated[str, OneOf(terms.DELIVERIES)] = "portal"
    priority: Literal["stat", "urgent", "routine"] = "routine"
    paper_date: date | None = None
    notes: Paragraph = ""
    extra: dict[str, Any] = Field(default_factory=dict)

    @field_validator("record_types")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        return list(dict.fromkeys(value))

    @field_validator("received_at")
    @classmethod
    def _possible_receipt(cls, value: datetime | None) -> datetime | None:
        if value is None:
            return None
        if value > now() + CLOCK_SKEW:
            raise ValueError("lies in the future: enter when the request was received")
        if value < now() - OLDEST_RECEIPT:
            raise ValueError("lies more than ten years back: check the year")
        return value.astimezone(UTC)

    @model_validator(mode="after")
    def _ordered_range(self) -> "ReleaseIntake":
        if self.range_from and self.range_to and self.range_from > self.range_to:
            raise ValueError("range_to: lies before the start of the date range")
        return self

    @model_validator(mode="after")
    def _paper_has_date(self) -> "ReleaseIntake":
        if self.request_type in {"subpoena", "court_order"} and self.paper_date is None:
            raise ValueError("paper_date: enter the date by which the paper asks for the records")
        return self


def parse(values: Mapping[str, Any]) -> ReleaseIntake:
    """The checked request. Raises `Missing` naming each field that is missing or wrong (`patient.mrn`)."""
    try:
        return ReleaseIntake.model_validate(dict(values))
    except ValidationError as error:
        raise Missing(
            _("Some of the request is missing or wrong."), dict(_fault(each) for each in error.errors())
        ) from None


def _fault(detail: Mapping[str, Any]) -> tuple[str, str]:
    """Field and sentence of a fault; a rule about several fields names one before a colon."""
    message = str(detail["msg"]).removeprefix("Value error, ")
    if not detail["loc"]:
        name, _colon, rest = message.partition(": ")
        return name, rest
    path = [str(part) for part in detail["loc"]]
    name = ".".join(path[: 2 if path[0] in {"patient", "requester"} else 1])
    return name, str(SENTENCES.get(name, message))


def received_on(day: date, zone: str) -> datetime:
    """When a request counts as received that has a day only: noon there, or now on the very day."""
    here = ZoneInfo(zone)
    moment = now()
    if day == moment.astimezone(here).date():
        return moment
    return datetime(day.year, day.month, day.day, 12, tzinfo=here).astimezone(UTC)
