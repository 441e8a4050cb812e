"""Checking what comes in against a schema, and saying per field what is wrong with it.

A message never repeats the value: it may be PHI.
"""

import re
from collections.abc import Iterable
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_NAMED = re.compile(r"(?P<field>[a-z_]+): (?P<message>.+)", re.DOTALL)


class OneOf:
    """Marks a text as one of a code list, `Annotated[str, OneOf(CHANNELS)]`; the schema lists the codes."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = tuple(codes)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._known, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "enum": list(self.codes)}

    def _known(self, value: str) -> str:
        if value not in self.codes:
            raise PydanticCustomError("one_of", "is not one of: {codes}", {"codes": ", ".join(self.codes)})
        return value


def errors_of(error: ValidationError) -> dict[str, str]:
    """What is wrong, by field (`patient.mrn`). A whole-schema check says `field: text` to name one."""
    found: dict[str, str] = {}
    for detail in error.errors(include_url=False, include_input=False, include_context=False):
        field = ".".join(map(str, detail["loc"]))
        message = detail["msg"].removeprefix("Value error, ")
        if not field and (named := _NAMED.fullmatch(message)):
            field, message = named["field"], named["message"]
        found.setdefault(field, message)
    return found
