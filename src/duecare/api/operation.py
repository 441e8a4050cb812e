"""What the API offers, as data: one `Operation` per method and path. Routes and OpenAPI are made of the same.

An operation's `run` takes a `Call` and gives an `Answer`; it never sees Flask's request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import Response
from pydantic import BaseModel, ConfigDict

from duecare.core.idempotency import Asked

JSON, MULTIPART, ANY_MEDIA = "application/json", "multipart/form-data", "*/*"
PREFIX = "/api/v1"


class Query(BaseModel):
    """The parameters of a query string; unknown ones are refused, so that a typing error shows."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Upload(Protocol):
    """A file that came with a request."""

    filename: str | None

    @property
    def stream(self) -> Any: ...


class Call(Protocol):
    """One call of an operation: its path's values, its query, its body, read when asked for."""

    path: Mapping[str, str]

    def query(self) -> Any: ...

    def json(self) -> dict[str, Any]: ...

    def body(self) -> Any: ...

    def upload(self) -> tuple[Any, Upload]: ...

    def asked_once(self) -> Asked | None: ...


@dataclass(frozen=True)
class Answer:
    """What a run gives: something of the operation's `answer` schema, or a finished response."""

    content: BaseModel | Response
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """One thing that can be asked of the API.

    `permission` None: any token is enough. `public_because` says why no token is needed. `problems` are the
    statuses of errors beyond those that follow from the rest. `once`: `Idempotency-Key` is honoured.
    """

    name: str
    method: str
    path: str
    tag: str
    summary: str
    run: Callable[[Any], Answer]
    permission: str | None = None
    public_because: str = ""
    query: type[Query] | None = None
    body: type[BaseModel] | None = None
    form: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    media: str = JSON
    status: int = 200
    problems: tuple[int, ...] = ()
    once: bool = False
    description: str = ""
    example: dict[str, Any] | None = None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in the path's braces, in order."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def rule(self) -> str:
        """The path as a Flask rule."""
        return PREFIX + self.path.replace("{", "<").replace("}", ">")

    @property
    def all_problems(self) -> tuple[int, ...]:
        """Every status an error of this operation may have."""
        found = set(self.problems)
        if not self.public_because:
            found.add(401)
        if self.permission:
            found.add(403)
        if self.parameters:
            found.add(404)
        if self.query:
            found.add(422)
        if self.body or self.form:
            found |= {400, 413, 415, 422}
        return tuple(sorted(found))
