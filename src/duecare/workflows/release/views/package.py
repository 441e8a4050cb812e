"""Choosing what goes into a release package and in which order, seeing it built, reading its manifest."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from duecare.core import clocks, desk_forms, requests
from duecare.core.access import Permission as Core
from duecare.core.documents.models import Document
from duecare.core.errors import Missing, NotFound, NotPossible
from duecare.core.jobs.models import DEAD, DONE, RUNNING, WAITING, Job
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.core.time import now
from duecare.workflows.release import guards, packages, queries, terms
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.roles import Permission
from duecare.workflows.release.views.documents import preview_of
from duecare.workflows.release.views.shared import clock_face, load, load_document, show

pages = Blueprint("release_packages", __name__, url_prefix="/releases", template_folder="../templates")
Answer = str | Response | tuple[str, int]
JOB_STATES = {WAITING: "queued", RUNNING: "running", DONE: "done", DEAD: "failed"}
LETTER_LENGTH = 8000


@pages.get("/<number>/package")
@requires(Permission.RELEASES_WORK)
def package(number: str) -> str:
    """The accepted documents to choose from, the cover letter, the notices, and what was built."""
    session = requests.reading()
    case = load(session, number)
    found = packages.packable(session, case)
    if (typed := desk_forms.typed_before()) is not None:
        found = _ordered(found, typed.getlist("order"))
        return _page(session, case, found, typed.getlist("chosen"), typed.get("letter", ""))
    chosen = packages.preselected(case, found, _today(session, case))
    return _page(session, case, found, chosen, packages.default_letter(case))


@pages.post("/<number>/package")
@requires(Permission.RELEASES_WORK)
def build(number: str) -> Answer:
    """Moves a document up or down, or has the package built."""
    session = requests.reading()
    case = load(session, number)
    letter = request.form.get("letter", "")[:LETTER_LENGTH]
    found = _ordered(packages.packable(session, case), request.form.getlist("order"))
    chosen = [each.public_id for each in found if each.public_id in request.form.getlist("chosen")]
    if move := request.form.get("move"):
        return _page(session, case, _moved(found, move), chosen, letter)
    try:
        with requests.transaction() as writing:
            packages.order(writing, requests.caller(), load(writing, number), chosen, letter)
    except (Missing, NotPossible) as error:
        session = requests.reading()
        case = load(session, number)
        return _page(session, case, found, chosen, letter, error.detail), error.status
    flash(_("The package is being built. You can leave this page."), "success")
    return redirect(url_for("release_packages.package", number=case.number))


@pages.get("/<number>/package/progress")
@requires(Permission.RELEASES_WORK)
def progress(number: str) -> Response:
    """How far the building of the newest package is, as JSON."""
    session = requests.reading()
    case = load(session, number)
    job = packages.latest_job(session, case)
    if job is None:
        raise NotFound(_("No package was ordered."))
    return jsonify(progress_of(case, job))


@pages.get("/<number>/documents/<public_id>/manifest")
@requires(Core.DOCUMENTS_READ)
def manifest(number: str, public_id: str) -> str:
    """What a built package consists of, page by page."""
    session = requests.reading()
    case = load(session, number)
    document = load_document(session, case, public_id)
    if "manifest" not in document.details:
        raise NotFound(_("This document has no manifest: it was not built here."))
    show(case, "release.manifest_viewed")
    return render_template(
        "release/manifest.html",
        case=case,
        document=document,
        manifest=document.details["manifest"],
        **clock_face(),
    )


def progress_of(case: ReleaseRequest, job: Job) -> dict[str, Any]:
    """An ordered package in the shape of the progress bar."""
    document = job.result.get("document")
    state = "failed" if job.result.get("refused") else JOB_STATES[job.state]
    result = url_for("release_cases.case", number=case.number, document=document) if document else None
    return {
        "label": _("Release package of %(number)s", number=case.number),
        "url": url_for("release_packages.progress", number=case.number),
        "value": 100 if state == "done" else _percent(job),
        "message": _message(state, job),
        "state": state,
        "result_url": result,
        "result_label": _("Look at the package"),
    }


def _percent(job: Job) -> int | None:
    return round(100 * job.progress_done / job.progress_total) if job.progress_total else None


def _message(state: str, job: Job) -> str:
    messages = {
        "queued": _("Waiting to be built.") if not job.attempts else _("It did not work; it is tried again."),
        "running": _("Being built."),
        "done": _("Built and accepted."),
        "failed": _("It could not be built. Look at its documents and build it again."),
    }
    return messages[state]


def _ordered(found: Sequence[Document], order: Sequence[str]) -> list[Document]:
    """The documents in the order of the form; those that came since stand last."""
    places = {public_id: place for place, public_id in enumerate(order)}
    return sorted(found, key=lambda each: places.get(each.public_id, len(places)))


def _moved(found: list[Document], move: str) -> list[Document]:
    """The documents with one moved: `ID:up` or `ID:down`."""
    public_id, _colon, direction = move.rpartition(":")
    place = next((place for place, each in enumerate(found) if each.public_id == public_id), None)
    if place is None:
        return found
    target = max(0, min(len(found) - 1, place + (-1 if direction == "up" else 1)))
    moved = list(found)
    moved.insert(target, moved.pop(place))
    return moved


def _today(session: Session, case: ReleaseRequest) -> Any:
    return clocks.calendar_of(session, case.organisation).local_date(now())


def _page(
    session: Session,
    case: ReleaseRequest,
    found: Sequence[Document],
    chosen: Sequence[str],
    letter: str,
    error: str | None = None,
) -> str:
    show(case, "release.package_viewed")
    job = packages.latest_job(session, case)
    documents = queries.documents(session, case)
    return render_template(
        "release/package.html",
        case=case,
        found=found,
        chosen=chosen,
        letter=letter,
        error=error,
        notices=packages.notices_for(case, _today(session, case)),
        job=progress_of(case, job) if job else None,
        package=guards.package_of(session, case),
        may_build=case.status in packages.PREPARING,
        preview=preview_of(case, documents, request.args.get("document")),
        kinds=terms.DOCUMENT_KINDS,
        **clock_face(),
    )
