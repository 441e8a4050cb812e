"""Makes Flask routes of operations: one blueprint, one view per operation, one way through each call."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from duecare.api import problems
from duecare.api.operation import JSON, Answer, Operation
from duecare.api.reading import RequestCall
from duecare.core import requests
from duecare.core.errors import DomainError


def blueprint(operations: Iterable[Operation]) -> Blueprint:
    """The API's blueprint: every operation's route, and problem+json for whatever goes wrong in one."""
    pages = Blueprint("api", __name__, template_folder="templates")
    for operation in operations:
        pages.add_url_rule(
            operation.rule,
            operation.name,
            _view(operation),
            methods=[operation.method],
            provide_automatic_options=False,
        )
    pages.register_error_handler(DomainError, problems.of_domain)
    pages.register_error_handler(HTTPException, problems.of_http)
    return pages


def _view(operation: Operation) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        return _response(operation.run(RequestCall(operation, path)))

    guarded: Callable[..., Response] = _rule(operation)(view)
    return guarded


def _rule(operation: Operation) -> Callable[[Any], Any]:
    if operation.public_because:
        return requests.public(operation.public_because)
    return requests.requires(operation.permission) if operation.permission else requests.signed_in


def _response(answer: Answer) -> Response:
    if isinstance(answer.content, Response):
        return answer.content
    response = Response(answer.content.model_dump_json(), status=answer.status, mimetype=JSON)
    response.headers.update(answer.headers)
    return response


def unrouted() -> Response | None:
    """The problem of an address or method the API does not have; None where it has it."""
    error = request.routing_exception
    if isinstance(error, HTTPException) and (error.code or 0) >= 400:
        return problems.of_http(error)
    return None
