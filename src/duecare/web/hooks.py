"""A signed call that runs jobs, for schedulers outside (Cloud Scheduler, timer functions of Azure or Google).

`POST /hooks/jobs/due` runs what is due; `POST /hooks/jobs/{name}` runs a scheduled job whose occasion has
come. The caller signs the time and the path with the installation's key, see `signature`. The same call
again does nothing new: an occasion has one job.
"""

import hashlib
import hmac
from datetime import timedelta

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from duecare.core import requests
from duecare.core.errors import Forbidden, NotFound
from duecare.core.jobs import queue, runner, scheduling
from duecare.core.time import now

pages = Blueprint("hooks", __name__)
TIMESTAMP, SIGNATURE = "X-Duecare-Timestamp", "X-Duecare-Signature"
VALID_FOR = timedelta(minutes=5)
MOST_JOBS = 20
DUE = "due"


@pages.post("/hooks/jobs/<name>")
@requests.public("signed with the installation's key; carries no data in either direction")
def run_jobs(name: str) -> Response:
    """Answers how many jobs were written and how many ran. 403 unless signed in the last minutes."""
    _ensure_signed()
    installation = requests.installation()
    if name == DUE:
        written = scheduling.enqueue_scheduled(installation)
        return jsonify(written=written, ran=runner.run_due(installation, MOST_JOBS))
    kind = queue.kinds().get(name)
    if kind is None or kind.schedule is None:
        raise NotFound("No scheduled job has this name.")
    written = scheduling.enqueue_scheduled(installation, name=name)
    return jsonify(written=written, ran=runner.run_due(installation, MOST_JOBS, name))


def signature(key: str, timestamp: str, path: str) -> str:
    """HMAC-SHA-256 (hex) that a caller sends; `timestamp` is whole seconds since 1970, UTC."""
    return hmac.new(key.encode(), f"duecare-hook\0{timestamp}\n{path}".encode(), hashlib.sha256).hexdigest()


def _ensure_signed() -> None:
    timestamp = request.headers.get(TIMESTAMP, "")
    expected = signature(requests.installation().settings.key, timestamp, request.path)
    if not hmac.compare_digest(request.headers.get(SIGNATURE, "").encode(), expected.encode()):
        raise Forbidden("The call is not signed with this installation's key.")
    age = now().timestamp() - int(timestamp) if timestamp.isdigit() else float("inf")
    if abs(age) > VALID_FOR.total_seconds():
        raise Forbidden("The signature is too old, or the clock is wrong.")
