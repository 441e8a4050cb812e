"""What every page without an account shares: its organisation, its caller, files in and out."""

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from duecare.core import requests
from duecare.core.access import Caller
from duecare.core.documents import arriving
from duecare.core.documents.models import Document
from duecare.core.documents.names import safe_name
from duecare.core.documents.operations import Landed
from duecare.core.errors import Missing
from duecare.core.people.models import Organisation
from duecare.core.texts import gettext
from duecare.workflows.release import lookups, terms, throttles, uploads

TEMPLATES = "../templates"
ACCEPT = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,.txt,application/pdf,image/jpeg,image/png,image/tiff,text/plain"


def stranger() -> Caller:
    """The caller of a page without an account."""
    return lookups.anonymous(request.remote_addr or "")


def language() -> str:
    """The code of the page's language."""
    return str(get_locale() or "en")


def organisations() -> list[Organisation]:
    """The organisations that take requests from the public, by name.

    They are detached from the session: a write in between leaves them readable.
    """
    session = requests.reading()
    found = session.scalars(
        select(Organisation).where(Organisation.accepts_public_requests.is_(True)).order_by(Organisation.name)
    ).all()
    for each in found:
        session.expunge(each)
    return list(found)


def organisation_of(code: str) -> Organisation:
    """The organisation of a code, if it takes requests from the public; else 404."""
    found = next((each for each in organisations() if each.code == code), None)
    return found or abort(404)


def show(template: str, organisation: Organisation | None = None, **values: Any) -> str:
    """A public page."""
    return render_template(f"release/public/{template}.html", organisation=organisation, **values)


def land_files(keep: Callable[[str, Landed], bool]) -> list[str]:
    """Lands each file of the form by itself and hands it to `keep`; gives what was wrong with the others."""
    caller, faults = stranger(), []
    for kind in terms.REQUESTER_DOCUMENT_KINDS:
        for file in filter(lambda each: each.filename, request.files.getlist(kind)):
            throttles.count(requests.installation(), caller, throttles.UPLOADS, caller.address)
            try:
                _land(kind, file, keep)
            except Missing as error:
                faults.append(f"{safe_name(str(file.filename))}: {error.detail}")
    return faults


def _land(kind: str, file: FileStorage, keep: Callable[[str, Landed], bool]) -> None:
    installation = requests.installation()
    landed = uploads.land_checked(installation, file, safe_name(str(file.filename)))
    is_kept = False
    try:
        is_kept = keep(kind, landed)
    finally:
        if not is_kept:
            installation.store.delete(landed.key)


def say_known(landed: Landed) -> None:
    """Tells that a file came before, so that it is kept once."""
    flash(_("We have %(name)s already. You do not need to send it again.", name=landed.given_name))


def too_large() -> str:
    """What to do about files that are too large together."""
    megabytes = arriving.READ_TOGETHER * requests.installation().settings.upload_max_megabytes
    return gettext(
        "These files are too large together (more than %(size)s MB). Send them one after the other.",
        size=megabytes,
    )


def download(document: Document, name: str) -> Response:
    """A stored document as a file to keep, never shown in the browser."""
    stream = requests.installation().store.get_stream(document.key)
    response = Response(stream, mimetype=document.media_type or "application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.content_length = document.size
    return response
