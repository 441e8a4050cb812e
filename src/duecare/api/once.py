"""Writes that happen once however often they are sent: the first answer, given again under its key."""

from collections.abc import Callable

from flask import Response
from sqlalchemy.orm import Session

from duecare.api.operation import JSON, Answer, Call
from duecare.core import requests
from duecare.core.idempotency import Memory

REPLAYED = "Idempotency-Replayed"


def answered(session: Session, call: Call, write: Callable[[], Answer]) -> Answer:
    """What `write` answers, or answered the first time its key came. Kept in `session`, with the effect."""
    asked = call.asked_once()
    if asked is None:
        return write()
    memory = Memory(requests.installation().settings.key)
    row = memory.claim(session, asked)
    if (kept := memory.recall(row)) is not None:
        response = Response(kept["content"], status=kept["status"], mimetype=JSON)
        response.headers.update({**kept["headers"], REPLAYED: "true"})
        return Answer(response)
    answer = write()
    assert not isinstance(answer.content, Response), "only JSON answers are kept"
    content = answer.content.model_dump_json()
    memory.keep(row, {"status": answer.status, "headers": dict(answer.headers), "content": content})
    return answer
