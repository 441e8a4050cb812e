"""Pictures of pages, drawn once in the sandbox and then kept in the store beside the document."""

from duecare.core.documents.preview import page_image as drawn
from duecare.core.documents.refusal import Refusal
from duecare.core.documents.sandbox import SandboxUnavailable
from duecare.core.documents.store import NotFound as NotInStore
from duecare.core.documents.store import Store
from duecare.core.errors import NotFound, Unavailable


def page_key(key: str, page: int, width: int) -> str:
    """Where the picture of a page lies, `width` pixels wide."""
    return f"{key}.page-{page}-{width}"


def page_image(store: Store, key: str, media_type: str, page: int, width: int) -> bytes:
    """The JPEG of a page of an accepted document. Raises `NotFound` where it cannot be drawn."""
    kept = page_key(key, page, width)
    try:
        return b"".join(store.get_stream(kept))
    except NotInStore:
        picture = _draw(store, key, media_type, page, width)
    store.put_stream(kept, [picture])
    return picture


def _draw(store: Store, key: str, media_type: str, page: int, width: int) -> bytes:
    try:
        with store.open_local(key) as path:
            return drawn(path, media_type, page, width)
    except (Refusal, NotInStore):
        raise NotFound("This page cannot be shown. Download the document instead.") from None
    except SandboxUnavailable:
        raise Unavailable("The page cannot be drawn right now. Try again in a minute.") from None
