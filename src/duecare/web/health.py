"""What a load balancer or an orchestrator asks: does the process live, can it do its work.

Says nothing about cases or people, and not why something is away: that is in the log.
"""

from collections.abc import Callable
from datetime import timedelta

import structlog
from flask import Blueprint, jsonify
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from duecare.core import requests
from duecare.core.installation import Installation
from duecare.core.jobs.models import JobRunner
from duecare.core.logging import described
from duecare.core.time import now

log = structlog.get_logger(__name__)
pages = Blueprint("health", __name__)
RUNNER_LATE_AFTER = timedelta(seconds=90)
OK, AWAY, LATE = "ok", "away", "late"


@pages.get("/healthz")
@requests.public("says only that the process answers; an orchestrator asks without an account")
def alive() -> Response:
    return jsonify(status=OK)


@pages.get("/readyz")
@requests.public("says only which part is away; a load balancer asks without an account")
def ready() -> tuple[Response, int]:
    """503 while the database or the store is away. Late jobs are told but do not take pages away."""
    installation = requests.installation()
    parts = {name: _state(check, installation, name) for name, check in CHECKS.items()}
    is_ready = AWAY not in {parts["database"], parts["store"]}
    return jsonify(status=OK if is_ready else AWAY, **parts), 200 if is_ready else 503


def _state(check: Callable[[Installation], str], installation: Installation, name: str) -> str:
    try:
        return check(installation)
    except Exception as error:  # noqa: BLE001 - whatever it is, the part cannot be used
        log.warning("not_ready", part=name, error=described(error))
        return AWAY


def _database(_installation: Installation) -> str:
    requests.reading().scalar(select(1))
    return OK


def _store(installation: Installation) -> str:
    installation.store.check()
    return OK


def _jobs(_installation: Installation) -> str:
    seen_at = requests.reading().scalar(select(func.max(JobRunner.seen_at)))
    return OK if seen_at and now() - seen_at < RUNNER_LATE_AFTER else LATE


CHECKS = {"database": _database, "store": _store, "jobs": _jobs}
