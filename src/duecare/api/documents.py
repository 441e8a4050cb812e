"""Documents of any workflow's cases: what is known of one, and its content once it was accepted."""

from collections.abc import Iterator

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers

from duecare.api import showing
from duecare.api.operation import ANY_MEDIA, Answer, Call, Operation
from duecare.core import requests, workflow
from duecare.core.access import Permission
from duecare.core.cases import Case
from duecare.core.documents.models import ACCEPTED, Document
from duecare.core.documents.names import saved_as
from duecare.core.errors import NotFound, NotPossible
from duecare.core.resources import DocumentView


def get(call: Call) -> Answer:
    """What is known of a document."""
    document, case = _found(requests.reading(), call.path["id"])
    requests.note_read("document.viewed", document.public_id)
    return Answer(showing.document_view(document, case.number))


def content(call: Call) -> Answer:
    """The bytes of an accepted document, to be saved and never shown by a browser."""
    document, _case = _found(requests.reading(), call.path["id"])
    if document.state != ACCEPTED:
        raise NotPossible("Only an accepted document can be read: this one is in inspection or was refused.")
    chunks = requests.installation().store.get_stream(document.key)
    requests.note_read("document.downloaded", document.public_id)
    headers = Headers({"Content-Length": str(document.size), "X-Content-Type-Options": "nosniff"})
    name = saved_as(document.given_name, document.media_type)
    headers.add("Content-Disposition", "attachment", filename=_ascii(name))
    return Answer(Response(_begun(chunks), mimetype=document.media_type, headers=headers))


def _found(session: Session, public_id: str) -> tuple[Document, Case]:
    row = session.execute(
        select(Document, Case)
        .join(Case, Case.id == Document.case_id)
        .where(Document.public_id == public_id, Document.organisation_id == requests.organisation_id())
    ).first()
    if row is None:
        raise NotFound("There is no such document here.")
    requests.caller().need(workflow.of(row.Case).read_permission)
    return row.Document, row.Case


def _begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The stream with its first chunk read, so that a lost file is an error and not half an answer."""
    first = next(chunks, b"")

    def rest() -> Iterator[bytes]:
        yield first
        yield from chunks

    return rest()


def _ascii(name: str) -> str:
    return name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")


OPERATIONS = (
    Operation(
        "get_document",
        "GET",
        "/documents/{id}",
        "documents",
        "Get what is known of a document",
        get,
        permission=Permission.DOCUMENTS_READ,
        answer=DocumentView,
    ),
    Operation(
        "get_document_content",
        "GET",
        "/documents/{id}/content",
        "documents",
        "Download an accepted document",
        content,
        permission=Permission.DOCUMENTS_READ,
        media=ANY_MEDIA,
        problems=(409, 503),
    ),
)
