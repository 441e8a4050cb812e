"""Puts a line under every page of a PDF without covering anything: each page is extended by a small footer.

A page becomes a drawing on a new, upright page that is as large as what a reader sees of it (crop box,
rotation and user unit applied) plus the footer, so that its own graphics state cannot reach the stamp.
"""

from dataclasses import dataclass
from decimal import Decimal

from pikepdf import Array, Dictionary, Name, Page, Pdf, Stream

FOOTER_HEIGHT = 18.0  # points, on a page as wide as US Letter; wider pages get a larger one
_LETTER = (0.0, 0.0, 612.0, 792.0)
_FONT_SIZE = 7.5
_AVERAGE_GLYPH = 0.5  # of the font size; exact widths are not worth a font file
_MAX_SIDE = 14_400.0  # points; the largest page that readers accept, ISO 32000-1 Annex C

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Upright:
    """A page as seen: its size in points, and the matrix that draws it with its lower left corner at 0, 0."""

    width: float
    height: float
    matrix: Matrix


def stamp_font(pdf: Pdf) -> Dictionary:
    """The font resource of stamps; make one per file and share it."""
    font = Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
    )
    return Dictionary(Stamp=pdf.make_indirect(font))


def stamped_page(pdf: Pdf, page: Page, line: str, fonts: Dictionary) -> Page:
    """A new page of `pdf`: the upright `page` and `line` in a footer below it.

    The contents are read from `page` only when the file is saved, so `page` must stay as it is until then.
    """
    upright = upright_page(page)
    scale = max(1.0, upright.width / _LETTER[2])
    footer = FOOTER_HEIGHT * scale
    drawing = page.as_form_xobject(handle_transformations=False)
    drawing.BBox = Array([_decimal(side) for side in visible_box(page)])
    content = _drawn(upright.matrix, footer) + _written(line, upright.width, scale)
    return Page(
        pdf.make_indirect(
            Dictionary(
                Type=Name.Page,
                MediaBox=Array([0, 0, _decimal(upright.width), _decimal(upright.height + footer)]),
                Resources=Dictionary(XObject=Dictionary(Page=pdf.make_indirect(drawing)), Font=fonts),
                Contents=Stream(pdf, content),
            )
        )
    )


def _decimal(number: float) -> Decimal:
    return Decimal(f"{number:.4f}")


def visible_box(page: Page) -> Box:
    """The crop box within the media box; US Letter for a page that has no sensible box."""
    media = _box(page.obj.get("/MediaBox")) or _LETTER
    crop = _box(page.obj.get("/CropBox")) or media
    seen = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    return seen if seen[0] < seen[2] and seen[1] < seen[3] else media


def _box(value: object) -> Box | None:
    try:
        x0, y0, x1, y1 = (float(side) for side in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        return None
    box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
    return box if box[0] < box[2] and box[1] < box[3] else None


def upright_page(page: Page) -> Upright:
    """How the page is seen: rotated as it asks, in points, never larger than a reader can show."""
    x0, y0, x1, y1 = visible_box(page)
    turned = _turn(int(page.obj.get("/Rotate", 0)) % 360, (x0, y0, x1, y1))
    unit = float(page.obj.get("/UserUnit", 1))
    scale = min(unit if unit > 0 else 1.0, _MAX_SIDE / max(turned.width, turned.height))
    a, b, c, d, e, f = (value * scale for value in turned.matrix)
    return Upright(turned.width * scale, turned.height * scale, (a, b, c, d, e, f))


def _turn(degrees: int, box: Box) -> Upright:
    x0, y0, x1, y1 = box
    width, height = x1 - x0, y1 - y0
    turns = {
        90: Upright(height, width, (0, -1, 1, 0, -y0, x1)),
        180: Upright(width, height, (-1, 0, 0, -1, x1, y1)),
        270: Upright(height, width, (0, 1, -1, 0, y1, -x0)),
    }
    return turns.get(degrees, Upright(width, height, (1, 0, 0, 1, -x0, -y0)))


def _drawn(matrix: Matrix, footer: float) -> bytes:
    a, b, c, d, e, f = matrix
    return f"q {a:.6f} {b:.6f} {c:.6f} {d:.6f} {e:.4f} {f + footer:.4f} cm /Page Do Q\n".encode()


def _written(line: str, width: float, scale: float) -> bytes:
    size = min(_FONT_SIZE * scale, width / (len(line) * _AVERAGE_GLYPH + 2))
    left = (width - len(line) * size * _AVERAGE_GLYPH) / 2
    baseline = (FOOTER_HEIGHT * scale - size) / 2 + size * 0.15
    text = line.encode("cp1252", "replace").hex()
    return f"BT /Stamp {size:.3f} Tf 0 g {left:.3f} {baseline:.3f} Td <{text}> Tj ET".encode()
