"""Documents that the tests make for themselves: PDFs by their parts, pictures, forms and scans."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image, ImageChops, ImageStat

Change = Callable[[Pdf], None]
A4 = (595, 842)
HARMLESS = "accepted, rewritten without anything active"
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Hostile:
    """`expected` is HARMLESS or the codes of the refusals that are right."""

    name: str
    given_name: str
    build: Callable[[], bytes]
    expected: str | tuple[str, ...]


def pdf(
    *changes: Change, pages: int = 1, size: tuple[float, float] = A4, text: str = "Visit summary"
) -> bytes:
    """A PDF with a line of text on each page, changed in place by each of `changes`."""
    with Pdf.new() as document:
        for number in range(1, pages + 1):
            page = document.add_blank_page(page_size=size)
            page.Resources = Dictionary(Font=Dictionary(F=helvetica(document)))
            line = f"BT /F 14 Tf 50 {size[1] - 60} Td ({text} {number}) Tj ET"
            page.Contents = Stream(document, line.encode("latin-1"))
        for change in changes:
            change(document)
        return saved(document)


def saved(document: Pdf, **options: object) -> bytes:
    """The document's bytes, the same every time unless it is encrypted."""
    buffer = io.BytesIO()
    document.save(buffer, deterministic_id="encryption" not in options, **options)
    return buffer.getvalue()


def helvetica(document: Pdf) -> pikepdf.Object:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    return document.make_indirect(font)


def javascript(code: str = "app.alert(1)") -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name.JavaScript, JS=code)


def annotated(**entries: object) -> Change:
    """Puts an annotation with these entries on the first page."""

    def change(document: Pdf) -> None:
        annotation = Dictionary(Type=Name.Annot, Rect=[50, 500, 250, 530], F=4, **entries)
        document.pages[0].obj.Annots = Array([document.make_indirect(annotation)])

    return change


def form(value: str = "Maria López") -> bytes:
    """A filled form as phone apps save it: values without appearances, to be drawn by the reader."""

    def fields(document: Pdf) -> None:
        font = helvetica(document)
        look = "/Helv 10 Tf 0 g"
        name = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T="name",
            V=value,
            Rect=[50, 700, 300, 720],
            DA=look,
            F=4,
        )
        kind = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Ch,
            Ff=1 << 17,
            T="purpose",
            V="Second opinion",
            Opt=Array(["Insurance", "Second opinion"]),
            Rect=[50, 650, 300, 670],
            DA=look,
            F=4,
        )
        widgets = Array([document.make_indirect(name), document.make_indirect(kind)])
        document.pages[0].obj.Annots = widgets
        document.Root.AcroForm = Dictionary(
            Fields=widgets, NeedAppearances=True, DR=Dictionary(Font=Dictionary(Helv=font)), DA=look
        )

    return pdf(fields, text="Authorization")


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object
) -> bytes:
    """A picture whose upper left quarter is dark and the rest light."""
    image = Image.new("L", size, 230)
    image.paste(20, (0, 0, size[0] // 2, size[1] // 2))
    buffer = io.BytesIO()
    image.convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def phone_photo() -> bytes:
    """A JPEG held sideways, with a GPS position, a maker's name and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    exif[0x010F] = "PhoneMaker"
    exif.get_ifd(0x8825).update({1: "N", 2: (47.0, 36.0, 35.0), 3: "W", 4: (122.0, 19.0, 59.0)})
    return picture(exif=exif, comment=b"secret comment")


def scan(pages: int = 3, mode: str = "1") -> bytes:
    """A TIFF of several pages, as fax machines and scanners make them."""
    frames = [Image.new(mode, (850, 1100), 255 if mode != "1" else 1) for _ in range(pages)]
    buffer = io.BytesIO()
    compression = "group4" if mode == "1" else "tiff_lzw"
    frames[0].save(
        buffer, "TIFF", save_all=True, append_images=frames[1:], compression=compression, dpi=(100, 100)
    )
    return buffer.getvalue()


def scanned_pdf(pages: int = 3) -> bytes:
    """A PDF whose pages are pictures only."""
    frames = [Image.new("L", (850, 1100), 200 + number) for number in range(pages)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "PDF", save_all=True, append_images=frames[1:], resolution=100)
    return buffer.getvalue()


def archive(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name.replace("__", "/"), data)
    return buffer.getvalue()


def texts(document: bytes) -> list[str]:
    """The text of each page, as a reader would copy it."""
    opened = pypdfium2.PdfDocument(document)
    try:
        return [opened[index].get_textpage().get_text_range() for index in range(len(opened))]
    finally:
        opened.close()


def drawn(document: Path | bytes, page: int) -> Image.Image:
    """A page as a reader shows it, in grey, one pixel for each point."""
    opened = pypdfium2.PdfDocument(document)
    try:
        return opened[page - 1].render(scale=1).to_pil().convert("L")
    finally:
        opened.close()


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of two pictures of one size, from 0 (none) to 255."""
    assert one.size == other.size
    return ImageStat.Stat(ImageChops.difference(one, other)).mean[0]
