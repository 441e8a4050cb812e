"""Log lines: readable ones for a console, JSON for a log service, with a request id and never with PHI.

An exception is logged as its type and the places it went through. Its message is left out unless it is one of
the domain's own, because a message may quote what somebody typed; so are query strings and raw paths.
"""

import logging
import re
import sys
import traceback
from types import TracebackType
from typing import Any

import structlog
from flask import Flask, Response, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

from duecare.core.db import opaque_id
from duecare.core.errors import DomainError
from duecare.core.time import monotonic
from duecare.settings import Settings

REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
HEADER = "X-Request-ID"
QUIET = ("sqlalchemy.engine", "werkzeug", "alembic")
log = structlog.get_logger("duecare.request")


def configure(settings: Settings) -> None:
    """Sends every log line of the process, also those of libraries, to standard error in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        told_without_messages,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *(_json() if settings.log_format == "json" else _console()),
            ],
        )
    )
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(settings.log_level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def observe(app: Flask) -> None:
    """Gives every request an id, and one line when it is answered; a fault is logged by its route."""
    app.log_exception = _log_exception  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_answered)


def described(error: BaseException) -> str:
    """An error for logs and job lists: with its message only where that is known to carry no PHI."""
    name = type(error).__name__
    if isinstance(error, DomainError):
        return f"{name}: {error.detail}"
    return f"{name} at {_places(error.__traceback__)[-1]}" if error.__traceback__ else name


def told_without_messages(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Puts types and places where the traceback would be."""
    given = line.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else (given or ())[1:2] and given[1]
    if given is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        line["error"] = described(error)
        line["places"] = _places(error.__traceback__)
    return line


def _places(found: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(found)
    return [f"{_module(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames] or ["unknown"]


def _module(path: str) -> str:
    return "/".join(path.replace("\\", "/").split("/")[-2:])


def _console() -> list[Processor]:
    return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]


def _json() -> list[Processor]:
    return [_cloud_names, structlog.processors.JSONRenderer(sort_keys=True)]


def _cloud_names(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """The field names that log services know: `severity`, `message`, `time`."""
    names = {"level": "severity", "event": "message", "timestamp": "time"}
    renamed: dict[str, Any] = {names.get(name, name): value for name, value in line.items()}
    renamed["severity"] = str(renamed.get("severity", "info")).upper()
    return renamed


def _log_exception(exc_info: Any) -> None:
    log.error("exception", method=request.method, route=str(request.url_rule), exc_info=exc_info)


def _begin() -> None:
    clear_contextvars()
    given = request.headers.get(HEADER, "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else opaque_id()
    g.began = monotonic()
    bind_contextvars(request_id=g.request_id)


def _answered(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers[HEADER] = g.request_id
    log.info(
        "request",
        method=request.method,
        route=str(request.url_rule) if request.url_rule else "none",
        status=response.status_code,
        milliseconds=round((monotonic() - g.began) * 1000, 1),
    )
    return response
