"""Reads what a request brings: strictly, so that nothing odd gets past the edge.

JSON must be an object of valid Unicode without NUL and with finite numbers; unknown fields are refused.
"""

import json
import math
from collections.abc import Mapping
from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnsupportedMediaType

from duecare.api.operation import JSON, MULTIPART, Operation
from duecare.core import requests
from duecare.core.errors import DomainError, Missing, NotFound
from duecare.core.idempotency import Asked
from duecare.core.validation import errors_of

M = TypeVar("M", bound=BaseModel)
MAX_JSON_BYTES = 1_000_000
MAX_VALUE_LENGTH = 200
KEY_HEADER = "Idempotency-Key"


class Unreadable(DomainError):
    """The body is not what its content type says."""

    title = "The request cannot be read"


class TooLarge(DomainError):
    """The body is larger than any of its kind needs to be."""

    status = 413
    title = "Too large"


class RequestCall:
    """A call as it came in over HTTP."""

    def __init__(self, operation: Operation, path: Mapping[str, str]) -> None:
        self._operation = operation
        self.path = {name: _plain(value) for name, value in path.items()}

    def query(self) -> Any:
        """The checked query string. Raises `Missing` by parameter, also for one given twice."""
        schema = self._operation.query
        assert schema is not None, "only operations with a query ask for it"
        twice = {name: "is given twice" for name in request.args if len(request.args.getlist(name)) > 1}
        if twice:
            raise Missing("Some of the parameters cannot be read.", twice)
        return checked_texts(schema, request.args.to_dict(), "Some of the parameters cannot be read.")

    def json(self) -> dict[str, Any]:
        """The body as a JSON object, not yet checked against a schema."""
        if request.mimetype != JSON:
            raise UnsupportedMediaType
        if (request.content_length or 0) > MAX_JSON_BYTES:
            raise TooLarge("A JSON body has at most 1 MB.")
        return parsed(request.get_data(cache=True))

    def body(self) -> Any:
        """The body, checked against the operation's schema. Raises `Missing` by field."""
        schema = self._operation.body
        assert schema is not None, "only operations with a body ask for it"
        return checked(schema, self.json(), "Some of the request is missing or wrong.")

    def upload(self) -> tuple[Any, FileStorage]:
        """The form's other fields, checked, and its `file`."""
        schema = self._operation.form
        assert schema is not None, "only operations with a form ask for it"
        if request.mimetype != MULTIPART:
            raise UnsupportedMediaType
        files = request.files.getlist("file")
        if len(files) != 1 or set(request.files) != {"file"}:
            raise Missing("Send one file, as the part “file”.", {"file": "Send one file."})
        form = checked_texts(schema, request.form.to_dict(), "Some of the form is missing or wrong.")
        return form, files[0]

    def asked_once(self) -> Asked | None:
        """The write under its `Idempotency-Key`; None without one. Raises `Missing` for an odd key."""
        key = request.headers.get(KEY_HEADER)
        if key is None:
            return None
        if not 1 <= len(key) <= MAX_VALUE_LENGTH:
            message = f"has 1 to {MAX_VALUE_LENGTH} characters"
            raise Missing("The Idempotency-Key cannot be used.", {KEY_HEADER: message})
        return Asked(requests.caller(), key, f"{request.method} {request.path}", request.get_data(cache=True))


def parsed(raw: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises `Unreadable` for anything else."""
    try:
        data = json.loads(raw, parse_constant=_refused, parse_float=_finite)
        text = json.dumps(data, ensure_ascii=False)
        text.encode()
    except (ValueError, RecursionError):
        raise Unreadable("The body is not valid JSON in UTF-8.") from None
    if not isinstance(data, dict):
        raise Unreadable("The body is not a JSON object.")
    if "\\u0000" in text:
        raise Unreadable("The body contains a NUL character.")
    return data


def checked(schema: type[M], data: Mapping[str, Any], message: str) -> M:
    """JSON values as the schema. Types must match: nothing is guessed."""
    try:
        return schema.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        raise Missing(message, errors_of(error)) from None


def checked_texts(schema: type[M], texts: Mapping[str, str], message: str) -> M:
    """Texts of a query string or a form as the schema."""
    if any("\0" in text for pair in texts.items() for text in pair):
        raise Missing(message, {name: "contains a NUL character" for name in texts if "\0" in texts[name]})
    try:
        return schema.model_validate_strings(dict(texts))
    except ValidationError as error:
        raise Missing(message, errors_of(error)) from None


def _plain(value: str) -> str:
    """A value of the path; ids and numbers are short and printable, so nothing else can exist."""
    if len(value) > MAX_VALUE_LENGTH or not (value.isascii() and value.isprintable()):
        raise NotFound("There is nothing at this address.")
    return value


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is too large")
    return value
