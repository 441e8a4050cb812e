"""The documents of a request: adding many at once, looking at pages, fetching the safe copy.

Only what was accepted leaves the store, and only as its rewritten copy: as pictures of pages, as plain text,
or as an attachment.
"""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as Answer

from duecare.core import requests
from duecare.core.access import Caller
from duecare.core.access import Permission as Core
from duecare.core.documents import arriving
from duecare.core.documents import pages as page_images
from duecare.core.documents.models import ACCEPTED, QUARANTINED, REFUSED, Document
from duecare.core.documents.names import safe_name, saved_as
from duecare.core.documents.preview import DRAWABLE, PREVIEW_MEDIA_TYPE
from duecare.core.documents.refusals import REASONS
from duecare.core.errors import DomainError, Missing, NotFound
from duecare.core.requests import requires, wants_json
from duecare.core.texts import gettext as _
from duecare.workflows.release import operations, terms, uploads
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.packages import PREPARING
from duecare.workflows.release.roles import Permission
from duecare.workflows.release.views.shared import load, load_document

pages = Blueprint("release_documents", __name__, url_prefix="/releases", template_folder="../templates")
STATES = {
    QUARANTINED: (_l("Checking"), "wait"),
    ACCEPTED: (_l("Accepted"), "good"),
    REFUSED: (_l("Refused"), "bad"),
}
PAGE_WIDTH = 900
LETTER_RATIO = 11 / 8.5
TEXT_SHOWN = 200_000
ATTACHMENT = "attachment"
RECORD = "record"


@pages.url_value_preprocessor
def _prepare(endpoint: str | None, _values: object) -> None:
    if endpoint == "release_documents.upload":
        arriving.allow_many()


@pages.post("/<number>/documents")
@requires(Permission.RELEASES_WORK)
def upload(number: str) -> Answer | tuple[Answer, int]:
    """Takes one file from a script, or many from a plain form; one that is refused never costs the others."""
    load(requests.reading(), number)
    kind = request.form.get("kind", "")
    files = [file for file in request.files.getlist("file") if file.filename]
    if wants_json():
        return _one_for_script(number, kind, files)
    for file in files:
        name = safe_name(file.filename or "")
        try:
            message = _added(number, kind, file)
        except DomainError as error:
            flash(f"{name}: {error.detail}", "error")
        else:
            flash(f"{name}: {message}", "success")
    if not files:
        flash(_("Choose at least one file."), "error")
    return redirect(url_for("release_cases.case", number=number))


@pages.get("/<number>/documents/<public_id>/content")
@requires(Core.DOCUMENTS_READ)
def content(number: str, public_id: str) -> Response:
    """The rewritten copy, to be saved."""
    document = _accepted(number, public_id, "document.downloaded")
    store = requests.installation().store
    response = Response(store.get_stream(document.key), mimetype=document.media_type)
    response.content_length = document.size
    name = saved_as(document.given_name, document.media_type)
    response.headers.set("Content-Disposition", ATTACHMENT, filename=name)
    return response


@pages.get("/<number>/documents/<public_id>/pages/<int:page>")
@requires(Core.DOCUMENTS_READ)
def page(number: str, public_id: str, page: int) -> Response:
    """The picture of a page."""
    document = _accepted(number, public_id, "document.viewed")
    if document.media_type not in DRAWABLE or not 1 <= page <= (document.pages or 1):
        raise NotFound(_("There is no such page."))
    store = requests.installation().store
    drawn = page_images.page_image(store, document.key, str(document.media_type), page, PAGE_WIDTH)
    return Response(drawn, mimetype=PREVIEW_MEDIA_TYPE)


def listed(case: ReleaseRequest, documents: Sequence[Document]) -> list[dict[str, Any]]:
    """The documents as the list shows them."""
    return [_row(case, document) for document in documents]


def preview_of(
    case: ReleaseRequest, documents: Sequence[Document], public_id: str | None
) -> dict[str, Any] | None:
    """What the pane beside the list shows of the chosen document; None without an accepted one."""
    chosen = next(
        (each for each in documents if each.public_id == public_id and each.state == ACCEPTED), None
    )
    if chosen is None:
        return None
    requests.note_read("document.viewed", chosen.public_id)
    return {
        "id": chosen.public_id,
        "name": safe_name(chosen.given_name),
        "pages": _pages(case, chosen),
        "text": _text(chosen),
        "download_url": _address(case, chosen, "content"),
        "close_url": url_for("release_cases.case", number=case.number),
    }


def uploadable(case: ReleaseRequest, caller: Caller) -> list[tuple[str, Any]]:
    """The kinds of document that the caller may add now."""
    if not caller.may(Permission.RELEASES_WORK):
        return []
    if not case.is_open:
        return [(operations.CORRESPONDENCE, terms.DOCUMENT_KINDS[operations.CORRESPONDENCE])]
    is_preparing = case.status in PREPARING
    found = [
        (code, label)
        for code, label in terms.DOCUMENT_KINDS.items()
        if code != operations.PACKAGE or is_preparing
    ]
    return sorted(found, key=lambda kind: kind[0] != RECORD) if is_preparing else found


def reason_of(document: Document) -> str | None:
    """Why a document was refused and what to do, in the reader's language."""
    if document.state != REFUSED:
        return None
    sentence = REASONS.get(document.refusal_code or "")
    return str(sentence) % document.details.get("params", {}) if sentence else document.refusal


def _one_for_script(number: str, kind: str, files: Sequence[FileStorage]) -> tuple[Answer, int]:
    if not files:
        return jsonify(title=_("No file"), detail=_("Choose a file.")), Missing.status
    try:
        message = _added(number, kind, files[0])
    except DomainError as error:
        return jsonify(title=str(error.title), detail=error.detail), error.status
    return jsonify(message=message), 201


def _added(number: str, kind: str, file: FileStorage) -> str:
    """Adds a file, and says what became of it; one that was here already is not stored again."""
    caller, installation = requests.caller(), requests.installation()
    landed = uploads.land_one(installation, caller, kind, file).landed()
    is_new = False
    try:
        with requests.transaction() as session:
            case = load(session, number)
            document = operations.attach_document(session, caller, case, kind, landed)
            is_new = document.public_id == landed.public_id
            earlier = safe_name(document.given_name)
    finally:
        if not is_new:
            installation.store.delete(landed.key)
    if is_new:
        return _("arrived, being checked")
    return _("This request has this file already, as %(name)s. It was not added again.", name=earlier)


def _accepted(number: str, public_id: str, what: str) -> Document:
    session = requests.reading()
    document = load_document(session, load(session, number), public_id)
    if document.state != ACCEPTED:
        raise NotFound(_("This document was not accepted, so there is nothing to show."))
    requests.note_read(what, document.public_id)
    return document


def _row(case: ReleaseRequest, document: Document) -> dict[str, Any]:
    label, tone = STATES[document.state]
    is_accepted = document.state == ACCEPTED
    preview = url_for("release_cases.case", number=case.number, document=document.public_id)
    return {
        "id": document.public_id,
        "name": safe_name(document.given_name),
        "kind": str(terms.DOCUMENT_KINDS.get(document.kind, document.kind)),
        "status_label": str(label),
        "tone": tone,
        "reason": reason_of(document),
        "pages": document.pages,
        "size": document.size,
        "added_at": document.uploaded_at,
        "added_by": document.uploaded_by,
        "preview_url": preview if is_accepted else None,
        "download_url": _address(case, document, "content") if is_accepted else None,
        "image": (document.media_type or "").startswith("image/"),
    }


def _pages(case: ReleaseRequest, document: Document) -> list[dict[str, Any]]:
    if document.media_type not in DRAWABLE:
        return []
    height = round(PAGE_WIDTH * LETTER_RATIO)
    return [
        {
            "url": _address(case, document, "page", page=number),
            "width": PAGE_WIDTH,
            "height": height,
            "number": number,
        }
        for number in range(1, (document.pages or 1) + 1)
    ]


def _text(document: Document) -> str | None:
    if document.media_type != "text/plain":
        return None
    read = requests.installation().store.get_range(document.key, 0, TEXT_SHOWN)
    return read.decode("utf-8", errors="replace")


def _address(case: ReleaseRequest, document: Document, what: str, **more: Any) -> str:
    return url_for(f"release_documents.{what}", number=case.number, public_id=document.public_id, **more)
