"""The request's side of the core: who is calling, the request's sessions, and the rule of every endpoint.

Every endpoint declares one rule: `public`, `signed_in` or `requires(permission)`. One without is refused
before its code runs, and fails the tests.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.access import NOBODY, Caller
from duecare.core.db import remember
from duecare.core.errors import DomainError, Forbidden
from duecare.core.installation import Installation

P = ParamSpec("P")
R = TypeVar("R")
EXTENSION = "duecare"


class SignInNeeded(DomainError):
    """The caller must sign in first."""

    status = 401
    title = "Sign in first"


@dataclass(frozen=True)
class Rule:
    """What an endpoint asks of its caller. `permission` None: being signed in is enough."""

    is_public: bool = False
    permission: str | None = None
    reason: str = ""


def public(reason: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Anybody may call it; `reason` says why that is safe."""
    return _marked(Rule(is_public=True, reason=reason))


def signed_in(view: Callable[P, R]) -> Callable[P, R]:
    """Any signed-in person may call it."""
    return _marked(Rule())(view)


def requires(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Only callers with the permission may call it."""
    return _marked(Rule(permission=str(permission)))


def rule_of(app: Flask, endpoint: str) -> Rule | None:
    """The rule an endpoint declared."""
    return getattr(app.view_functions.get(endpoint), "access_rule", None)


def enforce(app: Flask, endpoint: str | None) -> None:
    """Raises unless the endpoint's rule lets the caller in. No endpoint: Flask answers 404 itself."""
    if endpoint is None:
        return
    rule = rule_of(app, endpoint)
    if rule is None:
        raise Forbidden("This page declares no access rule.")
    if rule.is_public:
        return
    if caller().user_id is None:
        raise SignInNeeded("Sign in to go on.")
    if rule.permission is not None:
        caller().need(rule.permission)


def installation() -> Installation:
    """The installation that the current app serves."""
    return current_app.extensions[EXTENSION]  # type: ignore[no-any-return]


def caller() -> Caller:
    """Who calls; nobody when not signed in."""
    return g.get("caller", NOBODY)  # type: ignore[no-any-return]


def organisation_id() -> int:
    """The caller's organisation. Raises `SignInNeeded` for nobody."""
    found = caller().organisation_id
    if found is None:
        raise SignInNeeded("Sign in to go on.")
    return found


def reading() -> Session:
    """The request's session for reads, closed when the request ends."""
    if "session" not in g:
        g.session = installation().database.session()
        remember(g.session)
    return g.session  # type: ignore[no-any-return]


def wants_json() -> bool:
    """True where a script asks and wants an answer it can read."""
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


@contextmanager
def transaction() -> Iterator[Session]:
    """A session that commits once at the end of its block. The request's reads are let go first."""
    reading().rollback()
    remember(reading())
    with installation().database.transaction() as session:
        yield session


def note_read(action: str, subject: str, details: dict[str, Any] | None = None) -> None:
    """Notes that the caller is shown PHI; the audit entry is written before the answer leaves."""
    g.setdefault("reads", []).append((action, subject, details))


def write_reads() -> None:
    """Writes the request's noted reads to the audit log."""
    reads = g.pop("reads", [])
    if not reads:
        return
    with transaction() as session:
        for action, subject, details in reads:
            audit.record_reading(session, caller(), action, subject, details)


def close(_error: BaseException | None = None) -> None:
    """Closes the request's session."""
    session = g.pop("session", None)
    if session is not None:
        session.close()


def _marked(rule: Rule) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def mark(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            return view(*args, **kwargs)

        guarded.access_rule = rule  # type: ignore[attr-defined]
        return guarded

    return mark
