"""What a new patient must say, whichever way they come in. Shape only."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from duecare.core.time import now

OLDEST_BIRTH = date(1900, 1, 1)


class PatientIntake(BaseModel):
    """A patient as a person or another system names them."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    first_name: Annotated[str, Field(min_length=1, max_length=100)]
    last_name: Annotated[str, Field(min_length=1, max_length=100)]
    date_of_birth: date
    mrn: Annotated[str, Field(max_length=64)] | None = None

    @field_validator("date_of_birth")
    @classmethod
    def _possible(cls, value: date) -> date:
        if not OLDEST_BIRTH <= value <= now().date():
            raise ValueError("is not a possible date of birth: check the year")
        return value

    @field_validator("mrn")
    @classmethod
    def _blank_is_none(cls, value: str | None) -> str | None:
        return value or None
