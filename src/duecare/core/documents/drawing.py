"""Draws pages and pictures as JPEG. Runs only in the sandboxed child: it decodes what strangers sent."""

import time
from pathlib import Path

from duecare.core.documents.refusal import Refusal

MAX_WIDTH = 2000
MAX_HEIGHT = 4000
_TEST_WIDTH = 64
_QUALITY = 85


def draw_page(source: Path, media_type: str, page: int, width: int, target: Path) -> None:
    """Draw page `page` (from 1) of a PDF, or a picture, as a JPEG `width` pixels wide; raises Refusal."""
    if media_type == "application/pdf":
        _draw_pdf_page(source, page, min(width, MAX_WIDTH), target)
    else:
        _draw_picture(source, min(width, MAX_WIDTH), target)


def _draw_pdf_page(source: Path, page: int, width: int, target: Path) -> None:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source)
        _bitmap(document[page - 1], width).to_pil().convert("RGB").save(target, "JPEG", quality=_QUALITY)
        document.close()
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise Refusal("broken_pdf", detail=f"page {page}: {error}") from error


def _bitmap(page, width: int):  # type: ignore[no-untyped-def]  # pypdfium2 has no types
    page_width, page_height = page.get_size()
    scale = min(width / max(page_width, 1), MAX_HEIGHT / max(page_height, 1))
    scale *= 1 - 1e-6  # pdfium rounds the size up, so that 400.0001 would become 401
    return page.render(scale=scale, rev_byteorder=True)


def _draw_picture(source: Path, width: int, target: Path) -> None:
    from PIL import Image

    with Image.open(source, formats=["JPEG", "PNG"]) as image:
        image.draft("RGB", (width, MAX_HEIGHT))
        small = image.convert("RGB")
        small.thumbnail((width, MAX_HEIGHT))
        small.save(target, "JPEG", quality=_QUALITY)


def try_drawing(source: Path, seconds: float) -> None:
    """Draw the pages of a PDF tiny, in order, until the time is used up; raises Refusal for a bad page."""
    import pypdfium2

    document = pypdfium2.PdfDocument(source)
    started = time.monotonic()
    for index in range(len(document)):
        try:
            page = document[index]
            _bitmap(page, _TEST_WIDTH)
            page.close()
        except pypdfium2.PdfiumError as error:
            raise Refusal("broken_pdf", detail=f"page {index + 1}: {error}") from error
        if time.monotonic() - started > seconds:
            break
    document.close()
