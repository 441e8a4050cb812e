"""Every error of the API as `application/problem+json` (RFC 9457). A problem never carries PHI."""

from collections.abc import Mapping
from typing import Any

from flask import Response, json
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.exceptions import HTTPException, InternalServerError

from duecare.core.errors import DomainError

MEDIA_TYPE = "application/problem+json"
CHALLENGE = 'Bearer realm="duecare"'
TITLES = {
    400: "The request cannot be read",
    401: "A valid token is needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Not possible now",
    413: "Too large",
    415: "Wrong type of content",
    422: "Something is missing or wrong",
    429: "Too many tries",
    500: "Something failed",
    503: "Not available right now",
}
DETAILS = {
    404: "There is nothing at this address.",
    405: "This address does not know the method. The Allow header names those it knows.",
    413: "The request is larger than this installation accepts.",
    415: "Send the content type that the description of the operation names.",
    500: "Something failed on our side. It was logged; trying again later may help.",
}


class Problem(BaseModel):
    """What went wrong, for people and programs."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="Address of an explanation of this kind of problem")
    title: str
    status: int
    detail: str
    errors: dict[str, str] = Field({}, description="What is wrong, by field")


def problem(
    status: int,
    detail: str = "",
    errors: Mapping[str, str] | None = None,
    title: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer for a problem; `type` leads to its explanation in the readable description."""
    content: dict[str, Any] = {
        "type": f"/api/v1/#problem-{status}",
        "title": str(title or TITLES.get(status, "The request failed")),
        "status": status,
        "detail": str(detail or DETAILS.get(status, "")),
    }
    if errors:
        content["errors"] = {name: str(text) for name, text in errors.items()}
    response = Response(json.dumps(content), status=status, mimetype=MEDIA_TYPE)
    response.headers.update(headers or {})
    return response


def of_domain(error: DomainError) -> Response:
    """A domain error. Without a (valid) token the answer says how to come with one."""
    headers = {"WWW-Authenticate": CHALLENGE} if error.status == 401 else {}
    return problem(error.status, error.detail, error.errors, error.title, headers)


def of_http(error: HTTPException) -> Response:
    """An error of the protocol: its headers (`Allow`) are kept, its text is ours."""
    kept = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    return problem(error.code or InternalServerError.code, headers=kept)
