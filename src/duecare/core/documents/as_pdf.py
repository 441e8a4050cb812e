"""Turns an accepted document of any kind into a PDF file whose pages can be packed."""

import zlib
from datetime import datetime
from pathlib import Path

from pikepdf import Dictionary, Name, Pdf, Stream
from PIL import Image

from duecare.core.documents.clean_image import dpi_of
from duecare.core.documents.pdf import render

_TEMPLATES = Path(__file__).parent / "templates"
_LETTER = (612.0, 792.0)  # points
_MARGIN = 36.0
_COLOUR_SPACES = {"1": Name.DeviceGray, "L": Name.DeviceGray, "RGB": Name.DeviceRGB}


def as_pdf(source: Path, media_type: str, title: str, target: Path, created: datetime) -> Path:
    """The document as a PDF file: itself, or newly written to `target`. `source` must have been accepted."""
    if media_type == "application/pdf":
        return source
    if media_type == "text/plain":
        lines = source.read_text(encoding="utf-8").replace("\f", "\n").splitlines()
        data = {"title": title, "language": "en", "lines": [line.expandtabs() for line in lines]}
        target.write_bytes(render(_TEMPLATES / "text.typ", data, created=created))
    else:
        _write_picture(source, media_type, target)
    return target


def _write_picture(source: Path, media_type: str, target: Path) -> None:
    """One page of US Letter, standing or lying as the picture does, with the picture in its middle."""
    with Image.open(source, formats=["JPEG", "PNG"]) as image, Pdf.new() as pdf:
        image.load()
        paper = _LETTER if image.height >= image.width else _LETTER[::-1]
        width, height = _size_on_paper(image, paper)
        left, bottom = (paper[0] - width) / 2, (paper[1] - height) / 2
        page = pdf.add_blank_page(page_size=paper)
        picture = _jpeg_stream(pdf, source) if media_type == "image/jpeg" else _packed_stream(pdf, image)
        picture.update(_described(image))
        page.obj.Resources = Dictionary(XObject=Dictionary(Picture=pdf.make_indirect(picture)))
        drawing = f"q {width:.2f} 0 0 {height:.2f} {left:.2f} {bottom:.2f} cm /Picture Do Q"
        page.obj.Contents = Stream(pdf, drawing.encode())
        pdf.save(target, deterministic_id=True)


def _size_on_paper(image: Image.Image, paper: tuple[float, float]) -> tuple[float, float]:
    """Its own size in points, made smaller if it would not fit between the margins."""
    dpi = dpi_of(image)
    width, height = image.width * 72 / dpi, image.height * 72 / dpi
    scale = min(1.0, (paper[0] - 2 * _MARGIN) / width, (paper[1] - 2 * _MARGIN) / height)
    return width * scale, height * scale


def _described(image: Image.Image) -> Dictionary:
    return Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=_COLOUR_SPACES[image.mode],
        BitsPerComponent=1 if image.mode == "1" else 8,
    )


def _jpeg_stream(pdf: Pdf, source: Path) -> Stream:
    """The JPEG as it is: a second compression would blur it."""
    return Stream(pdf, source.read_bytes(), Filter=Name.DCTDecode)


def _packed_stream(pdf: Pdf, image: Image.Image) -> Stream:
    return Stream(pdf, zlib.compress(image.tobytes()), Filter=Name.FlateDecode)
