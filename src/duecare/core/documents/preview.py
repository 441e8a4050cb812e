"""Shows a page of an accepted document as a JPEG, drawn in the sandbox. Text is shown as text, not drawn."""

import tempfile
from pathlib import Path

from duecare.core.documents import sandbox
from duecare.core.documents.child import task_of

MAX_PREVIEW_WIDTH = 2000
DRAWABLE = ("application/pdf", "image/jpeg", "image/png")
PREVIEW_MEDIA_TYPE = "image/jpeg"


def page_image(path: Path, media_type: str, page: int = 1, width: int = 900) -> bytes:
    """Page `page` (from 1) as a JPEG at most `width` pixels wide (at most MAX_PREVIEW_WIDTH).

    Raises ValueError for a type that is not DRAWABLE or a page or width below 1; Refusal if the page is
    missing or cannot be drawn; SandboxUnavailable.
    """
    if media_type not in DRAWABLE or page < 1 or width < 1:
        raise ValueError(f"cannot draw page {page} of {media_type} {width} pixels wide")
    with tempfile.TemporaryDirectory(prefix="duecare-") as folder:
        target = Path(folder, "page.jpg")
        task = task_of(
            "draw",
            source=str(path),
            target=str(target),
            media_type=media_type,
            page=page,
            width=min(width, MAX_PREVIEW_WIDTH),
        )
        sandbox.run(task)
        return target.read_bytes()
