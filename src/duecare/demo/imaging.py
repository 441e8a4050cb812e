"""Turns a typeset page into what a scanner or a telephone would have made of it.

Pure: noise, tilt and light come from the `random.Random` passed in. It must never run in two threads at
once, because PDFium may not.
"""

import math
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from random import Random

import pikepdf
import pypdfium2
from PIL import Image, ImageChops, ImageFilter, ImageOps
from pypdfium2 import raw

POINTS_PER_INCH = 72
SCAN_DPI = 110
SCAN_QUALITY = 32
CARD_DPI = 220
PHOTO_SIZE = (1600, 1200)
PHOTO_QUALITY = 78
GRAIN_SIZE = 2048

# EXIF tags (CIPA DC-008) and the position a photo claims: open water in Lake Erie.
ORIENTATION, MAKE, MODEL, SOFTWARE, TAKEN, GPS = 0x0112, 0x010F, 0x0110, 0x0131, 0x0132, 0x8825
ROTATE_TO_VIEW = 6
LAKE_ERIE = {1: "N", 2: (41.0, 50.0, 24.0), 3: "W", 4: (81.0, 20.0, 6.0)}

Point = tuple[float, float]


def scan(pdf: bytes, rng: Random) -> bytes:
    """Return a PDF of grey, slightly tilted page images, as an office scanner sends it."""
    pages = [_scanned(page, rng) for page in _rasters(pdf, SCAN_DPI, tilt=rng.uniform(-1.1, 1.1))]
    return _image_pdf(pages)


def card_image(pdf: bytes) -> bytes:
    """Return the first page as a colour JPEG, as a flatbed scanner makes it of a card."""
    return _jpeg(_card(pdf), quality=85)


def phone_photo(pdf: bytes, rng: Random, taken: str) -> bytes:
    """Return a JPEG of the card photographed on a table, with the EXIF a telephone writes.

    Pixels lie on their side and `Orientation` says so; the GPS block is there to be removed.
    `taken` is the EXIF time, ``YYYY:MM:DD HH:MM:SS``.
    """
    upright = _on_table(_card(pdf), rng)
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif.update(
        {
            ORIENTATION: ROTATE_TO_VIEW,
            MAKE: "Example",
            MODEL: "Telephone 3",
            SOFTWARE: "Specimen",
            TAKEN: taken,
        }
    )
    exif.get_ifd(GPS).update(LAKE_ERIE)
    return _jpeg(stored, PHOTO_QUALITY, exif)


def _rasters(pdf: bytes, dpi: int, tilt: float = 0.0) -> Iterator[Image.Image]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        for page in document:
            yield _tilted(page, dpi / POINTS_PER_INCH, math.radians(tilt))
    finally:
        document.close()


def _tilted(page: pypdfium2.PdfPage, scale: float, angle: float) -> Image.Image:
    """Draw the page turned about its middle; PDFium turns the outlines, which is cheaper than pixels."""
    width, height = (round(side * scale) for side in page.get_size())
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, raw.FPDFBitmap_Gray)
    bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    middle_x, middle_y = (side / 2 for side in page.get_size())
    matrix = raw.FS_MATRIX(
        cos,
        sin,
        -sin,
        cos,
        width / 2 - cos * middle_x + sin * middle_y,
        height / 2 - sin * middle_x - cos * middle_y,
    )
    clip = raw.FS_RECTF(0, 0, width, height)
    raw.FPDF_RenderPageBitmapWithMatrix(bitmap, page, matrix, clip, raw.FPDF_ANNOT)
    image: Image.Image = bitmap.to_pil()
    return image


def _scanned(page: Image.Image, rng: Random) -> Image.Image:
    aged = Image.blend(page, _grain_at(rng, page.size), 0.06)
    edge = rng.randint(2, 7)
    aged.paste(rng.randint(120, 190), (0, 0, edge, page.height))
    for _ in range(rng.randint(2, 9)):
        left, top = rng.randrange(page.width), rng.randrange(page.height)
        aged.paste(rng.randint(40, 120), (left, top, left + rng.randint(1, 3), top + rng.randint(1, 3)))
    return aged


def _grain_at(rng: Random, size: tuple[int, int]) -> Image.Image:
    left, top = (rng.randrange(GRAIN_SIZE - side) for side in size)
    return _grain().crop((left, top, left + size[0], top + size[1]))


@cache
def _grain() -> Image.Image:
    """Return grey noise, drawn once from a seed of its own and cropped at random places."""
    pixels = Random("paper grain").randbytes(GRAIN_SIZE * GRAIN_SIZE)
    return Image.frombytes("L", (GRAIN_SIZE, GRAIN_SIZE), pixels).filter(ImageFilter.BoxBlur(1))


def _card(pdf: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        image: Image.Image = document[0].render(scale=CARD_DPI / POINTS_PER_INCH).to_pil()
        return image.convert("RGB")
    finally:
        document.close()


def _on_table(card: Image.Image, rng: Random) -> Image.Image:
    """Lay the card on a dark wooden table, seen a little from the side, under uneven light."""
    corners = _card_corners(rng)
    coefficients = _perspective(corners, card.size)
    shape = Image.new("L", card.size, 255)
    laid, mask = (
        each.transform(PHOTO_SIZE, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
        for each in (card, shape)
    )
    photo = _table(rng)
    shadow = (
        ImageChops.offset(mask, 9, 12).filter(ImageFilter.GaussianBlur(10)).point(lambda value: value * 0.6)
    )
    photo.paste((18, 12, 8), mask=shadow)
    photo.paste(laid, mask=mask.filter(ImageFilter.GaussianBlur(1)))
    light = Image.radial_gradient("L").resize(PHOTO_SIZE).point(lambda value: 255 - value * 0.45)
    lit = ImageChops.multiply(photo, Image.merge("RGB", [light] * 3))
    return lit.filter(ImageFilter.GaussianBlur(0.7))


def _card_corners(rng: Random) -> list[Point]:
    """Return where the card's corners fall in the photo: upper left, upper right, lower right, lower left."""
    around = [(260, 250), (1340, 220), (1390, 920), (220, 950)]
    return [(x + rng.uniform(-45, 45), y + rng.uniform(-45, 45)) for x, y in around]


def _table(rng: Random) -> Image.Image:
    board = Image.frombytes("L", (4, PHOTO_SIZE[1] // 6), rng.randbytes(4 * (PHOTO_SIZE[1] // 6)))
    veins = board.resize(PHOTO_SIZE, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2))
    return ImageOps.colorize(veins, black=(74, 48, 30), white=(122, 84, 54))


def _perspective(corners: list[Point], size: tuple[int, int]) -> tuple[float, ...]:
    """Return Pillow's eight coefficients, which map a place in the photo to a place on the card."""
    width, height = size
    targets = [(0, 0), (width, 0), (width, height), (0, height)]
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(corners, targets, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    return tuple(_solve(rows))


def _solve(rows: list[list[float]]) -> list[float]:
    """Solve linear equations, each a row of coefficients and the right side, by Gauss and Jordan."""
    for column in range(len(rows)):
        best = max(range(column, len(rows)), key=lambda row: abs(rows[row][column]))
        rows[column], rows[best] = rows[best], rows[column]
        pivot = rows[column] = [value / rows[column][column] for value in rows[column]]
        for number, row in enumerate(rows):
            if number != column:
                rows[number] = [value - row[column] * lead for value, lead in zip(row, pivot, strict=True)]
    return [row[-1] for row in rows]


def _jpeg(image: Image.Image, quality: int, exif: Image.Exif | None = None) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=quality, exif=exif or Image.Exif())
    return buffer.getvalue()


def _image_pdf(pages: list[Image.Image]) -> bytes:
    pdf = pikepdf.new()
    for page in pages:
        _add_image_page(pdf, page)
    buffer = BytesIO()
    pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def _add_image_page(pdf: pikepdf.Pdf, image: Image.Image) -> None:
    width, height = (side * POINTS_PER_INCH / SCAN_DPI for side in image.size)
    page = pdf.add_blank_page(page_size=(round(width), round(height)))
    picture = pikepdf.Stream(
        pdf,
        _jpeg(image, SCAN_QUALITY),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    name = page.add_resource(picture, pikepdf.Name.XObject, pikepdf.Name.Scan)
    page.obj.Contents = pdf.make_stream(f"q {width:.2f} 0 0 {height:.2f} 0 0 cm {name} Do Q".encode())
