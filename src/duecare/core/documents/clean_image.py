"""Decodes a stranger's picture and writes its pixels anew, upright, without metadata or trailing data.

Runs only in the sandboxed child. EXIF (with its GPS position), comments, colour profiles and anything before
or after the picture are left behind; a scan of several pages becomes a PDF.
"""

from io import BytesIO
from pathlib import Path

import pikepdf
from PIL import Image, ImageOps, ImageSequence

from duecare.core.documents.policy import Policy
from duecare.core.documents.refusal import Refusal

JPEG_QUALITY = 90
DEFAULT_DPI = 150.0  # a phone photo says 72, which would make a page of half a metre
_PLAUSIBLE_DPI = (90.0, 1200.0)

Image.MAX_IMAGE_PIXELS = None  # refused here, with a reason, from the size in the header


def rewrite_picture(source: Path, target: Path, kind: str, policy: Policy) -> None:
    """Write one JPEG or PNG (`kind` "jpeg" or "png") to `target`; raises Refusal."""
    try:
        with Image.open(source, formats=[kind.upper()]) as image:
            _fit(image, policy)
            clean = plain_pixels(ImageOps.exif_transpose(image))
            clean.save(target, kind.upper(), dpi=(dpi_of(image),) * 2, quality=JPEG_QUALITY)
    except _BROKEN as error:
        raise Refusal("broken_image", detail=str(error)) from error


def rewrite_scan(source: Path, target: Path, policy: Policy) -> int:
    """Write each page of a TIFF to a PDF at `target`; returns the number of pages; raises Refusal."""
    try:
        with Image.open(source, formats=["TIFF"]) as image, pikepdf.Pdf.new() as pdf:
            count = getattr(image, "n_frames", 1)
            if count > policy.max_pages:
                raise Refusal("too_many_pages", {"pages": count, "limit": policy.max_pages})
            for frame in ImageSequence.Iterator(image):
                _refuse_flood(frame, policy.max_pixels)
                _add_page(pdf, frame)
            pdf.save(target, deterministic_id=True)
            return count
    except _BROKEN as error:
        raise Refusal("broken_image", detail=str(error)) from error


# Pillow's decoders report damage in all of these ways.
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError)


def _fit(image: Image.Image, policy: Policy) -> None:
    """Refuse a pixel flood; have a huge JPEG decoded at a half, quarter or eighth of its size."""
    pixels = image.width * image.height
    if image.format in {"JPEG", "MPO"} and pixels > policy.max_pixels:
        _refuse_flood(image, policy.max_photo_pixels)
        part = next((part for part in (2, 4, 8) if pixels <= policy.max_pixels * part**2), 8)
        image.draft(image.mode, (image.width // part, image.height // part))
    _refuse_flood(image, policy.max_pixels)


def _refuse_flood(image: Image.Image, limit: int) -> None:
    if image.width * image.height > limit:
        raise Refusal("too_many_pixels", {"width": image.width, "height": image.height})


def plain_pixels(image: Image.Image) -> Image.Image:
    """The picture in black and white, grey or colour, without transparency (on white) or metadata."""
    if image.mode.startswith(("I", "F")):
        image = _eight_bit(image)
    elif "A" in image.getbands() or "transparency" in image.info:
        rgba = image.convert("RGBA")
        image = Image.new("RGB", image.size, "white")
        image.paste(rgba, mask=rgba.getchannel("A"))
    elif image.mode not in {"1", "L", "RGB"}:
        image = image.convert("RGB")
    else:
        image.load()
    image.info = {}
    return image


def _eight_bit(image: Image.Image) -> Image.Image:
    """Scale 16-bit and floating point greys (X-rays, some scanners) to their own darkest and lightest."""
    grey = image.convert("F")
    low, high = (float(value) for value in grey.getextrema())  # type: ignore[arg-type]
    scale = 255.0 / (high - low) if high > low else 1.0
    return grey.point(lambda value: value * scale - low * scale).convert("L")


def dpi_of(image: Image.Image) -> float:
    """Dots per inch if the file says something plausible, else DEFAULT_DPI."""
    stated = image.info.get("dpi", (0,))
    try:
        dpi = float(stated[0])
    except (TypeError, ValueError, ZeroDivisionError, IndexError):
        return DEFAULT_DPI
    return dpi if _PLAUSIBLE_DPI[0] <= dpi <= _PLAUSIBLE_DPI[1] else DEFAULT_DPI


def _add_page(pdf: pikepdf.Pdf, frame: Image.Image) -> None:
    dpi = dpi_of(frame)
    upright = plain_pixels(ImageOps.exif_transpose(frame.copy()))
    single = BytesIO()
    quality = {} if upright.mode == "1" else {"quality": JPEG_QUALITY}
    upright.save(single, "PDF", resolution=dpi, **quality)
    with pikepdf.open(single) as page:
        pdf.pages.extend(page.pages)
