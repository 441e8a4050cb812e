"""Lays filled AcroForm text fields (ISO 32000-2, 12.7) over a typeset page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name

TEXT_APPEARANCE = "/Helv 10 Tf 0 g"
PRINTED = 4


@dataclass(frozen=True, slots=True)
class Box:
    """A field's name, its printed label and its place, in points from the upper left corner."""

    name: str
    label: str
    left: int
    top: int
    width: int
    height: int


def with_fields(blank: bytes, boxes: Sequence[Box], values: Mapping[str, str]) -> bytes:
    """Return the PDF with one text field a box, holding the value of the box's name."""
    with pikepdf.open(BytesIO(blank)) as pdf:
        page = pdf.pages[0]
        height = float(page.mediabox[3])
        fields = [pdf.make_indirect(_text_field(box, values[box.name], height)) for box in boxes]
        for field in fields:
            field.P = page.obj
        page.obj.Annots = Array(fields)
        pdf.Root.AcroForm = pdf.make_indirect(_form(fields))
        pdf.generate_appearance_streams()
        buffer = BytesIO()
        pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def _text_field(box: Box, value: str, page_height: float) -> Dictionary:
    top = page_height - box.top
    return Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=box.name,
        TU=box.label,
        V=value,
        Rect=[box.left, top - box.height, box.left + box.width, top],
        F=PRINTED,
        DA=TEXT_APPEARANCE,
    )


def _form(fields: Sequence[pikepdf.Object]) -> Dictionary:
    helvetica = Dictionary(
        Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
    )
    return Dictionary(
        Fields=Array(fields), DA=TEXT_APPEARANCE, DR=Dictionary(Font=Dictionary(Helv=helvetica))
    )
