"""Rewrites a stranger's PDF as plain pages: what is seen stays, everything that acts or hides goes.

The new file is built from an allow-list (page contents, resources and boxes), never by deleting known evils
alone. Runs only in the sandboxed child. Must never be asked to open a file that it wrote badly: the result
is read back and checked before it counts.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from duecare.core.documents.policy import Policy
from duecare.core.documents.refusal import Refusal
from duecare.core.documents.rewritten import Rewritten

PAGE_KEYS = frozenset(
    {"/Type", "/Parent", "/Resources", "/Contents", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit"}
)
ROOT_KEYS = ("/Lang", "/OCProperties")
ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/URI",
        "/GoToR",
        "/GoToE",
        "/GoTo3DView",
        "/SubmitForm",
        "/ImportData",
        "/ResetForm",
        "/Rendition",
        "/Movie",
        "/Sound",
        "/RichMediaExecute",
        "/Trans",
        "/Hide",
        "/Named",
        "/Thread",
        "/SetOCGState",
    }
)
# Keys that have no business in a plain page, wherever they stand in a stream's own dictionary.
STREAM_KEYS = (
    "/F",
    "/FFilter",
    "/FDecodeParms",
    "/OPI",
    "/Alternates",
    "/Metadata",
    "/PieceInfo",
    "/AF",
    "/Ref",
)
_FLATE = {"/FlateDecode", "/Fl"}
_STEP = 1024 * 1024


def rewrite_pdf(source: Path, target: Path, policy: Policy) -> Rewritten:
    """Write the plain pages of `source` to `target`; raises Refusal."""
    flat = target.with_suffix(".flat.pdf")
    with _opened(source) as pdf:
        _refuse_what_cannot_be_kept(pdf, policy)
        _refuse_bombs(pdf, policy)
        removed, repaired = _active_content(pdf), bool(pdf.get_warnings())
        pages, marked = len(pdf.pages), any("/Annots" in page.obj for page in pdf.pages)
    if marked:
        flatten(source, flat)
    with _opened(flat if marked else source) as pdf:
        _write_plain(pdf, target)
    flat.unlink(missing_ok=True)
    _read_back(target, pages)
    return Rewritten(pages, tuple(sorted(removed)), repaired)


def _opened(path: Path) -> Pdf:
    try:
        return pikepdf.open(path, access_mode=pikepdf.AccessMode.stream)
    except pikepdf.PasswordError:
        raise Refusal("locked") from None
    except (pikepdf.PdfError, ValueError) as error:
        raise Refusal("broken_pdf", detail=str(error)) from error


def _refuse_what_cannot_be_kept(pdf: Pdf, policy: Policy) -> None:
    try:
        count = len(pdf.pages)
    except (pikepdf.PdfError, ValueError) as error:
        raise Refusal("broken_pdf", detail=str(error)) from error
    if count == 0:
        raise Refusal("no_pages")
    if count > policy.max_pages:
        raise Refusal("too_many_pages", {"pages": count, "limit": policy.max_pages})
    if "/Collection" in pdf.Root:
        raise Refusal("portfolio")
    form = pdf.Root.get(Name.AcroForm)
    if bool(pdf.Root.get("/NeedsRendering", False)) and isinstance(form, Dictionary) and "/XFA" in form:
        raise Refusal("dynamic_form")


def _refuse_bombs(pdf: Pdf, policy: Policy) -> None:
    budget = policy.max_unpacked_bytes
    for obj in pdf.objects:
        if not isinstance(obj, Stream):
            continue
        if obj.get(Name.Subtype) == Name.Image and len(_filters(obj)) < 2:
            _refuse_pixel_flood(obj, policy)
        else:
            budget -= _unpacked_size(obj, budget)
        if budget < 0:
            raise Refusal("unpacks_too_large")


def _refuse_pixel_flood(image: Stream, policy: Policy) -> None:
    width, height = (_number(image.get(key)) for key in ("/Width", "/Height"))
    if width * height > policy.max_photo_pixels:
        raise Refusal("too_many_pixels", {"width": width, "height": height})


def _number(value: object) -> int:
    return int(value) if isinstance(value, int) else 0


def _filters(stream: Stream) -> list[str]:
    found = stream.get(Name.Filter)
    if isinstance(found, Array):
        return [str(name) for name in found]
    return [] if found is None else [str(found)]


def _unpacked_size(stream: Stream, limit: int) -> int:
    """Bytes after undoing the Flate layers in front; counts no further than just past `limit`."""
    chunks: Iterator[bytes] = iter([stream.read_raw_bytes()])
    for name in _filters(stream):
        if name in _FLATE:
            chunks = _inflated(chunks)
        elif name in {"/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}:
            chunks = iter([stream.read_bytes()])
            break
        else:
            break
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            break
    return size


def _inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj()
    for chunk in chunks:
        pending = chunk
        while pending and not inflater.eof:
            try:
                yield inflater.decompress(pending, _STEP)
            except zlib.error:
                return
            pending = inflater.unconsumed_tail


def flatten(source: Path, target: Path) -> None:
    """Print the look of annotations and filled form fields into the pages, so that they outlive the form."""
    import pypdfium2
    from pypdfium2 import raw

    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        raise Refusal("broken_pdf", detail=str(error)) from error
    try:
        document.init_forms()
        for index in range(len(document)):
            page = document[index]
            raw.FPDFPage_Flatten(page.raw, raw.FLAT_NORMALDISPLAY)
            page.close()
        document.save(target)
    except pypdfium2.PdfiumError as error:
        raise Refusal("broken_pdf", detail=str(error)) from error
    finally:
        document.close()


def _write_plain(pdf: Pdf, target: Path) -> None:
    with Pdf.new() as plain:
        for page in pdf.pages:
            for key in set(page.obj.keys()) - PAGE_KEYS:
                del page.obj[key]
        plain.pages.extend(pdf.pages)
        for key in ROOT_KEYS:
            if key in pdf.Root:
                plain.Root[key] = _copied(plain, pdf, pdf.Root[key])
        _disarm(plain)
        try:
            plain.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        except (pikepdf.PdfError, ValueError) as error:
            raise Refusal("broken_pdf", detail=str(error)) from error


def _copied(plain: Pdf, pdf: Pdf, value: pikepdf.Object) -> pikepdf.Object:
    return plain.copy_foreign(pdf.make_indirect(value)) if isinstance(value, (Dictionary, Array)) else value


def _disarm(pdf: Pdf) -> None:
    for node in _nodes(pdf):
        if isinstance(node, Stream):
            _disarm_stream(node)
        for key in _armed_keys(node):
            del node[key]


def _disarm_stream(stream: Stream) -> None:
    for key in STREAM_KEYS:
        if key in stream:
            del stream[key]
    if stream.get(Name.Subtype) == Name.PS or stream.get("/Subtype2") == Name.PS:
        stream.write(b"")
        del stream[Name.Subtype]


def _armed_keys(node: pikepdf.Object) -> list[str]:
    """Keys of an action or of an embedded file, by the shape of the dictionary that holds them."""
    keys = [key for key in ("/EF", "/RichMediaContent", "/XFA") if key in node]
    if _is_action(node):
        keys += [key for key in ("/S", "/JS", "/URI", "/F", "/Next", "/Win", "/Unix", "/Mac") if key in node]
    return keys


def _is_action(node: pikepdf.Object) -> bool:
    kind = node.get("/S")
    return isinstance(kind, Name) and str(kind) in ACTIONS


def _nodes(pdf: Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary and stream of the file, also those written inside others."""
    for obj in pdf.objects:
        waiting = [obj]
        while waiting:
            node = waiting.pop()
            if isinstance(node, (Dictionary, Stream)):
                yield node
                children = [node[key] for key in node.keys()]  # noqa: SIM118
            elif isinstance(node, Array):
                children = list(node)
            else:
                continue
            waiting += [c for c in children if isinstance(c, (Dictionary, Array)) and not c.is_indirect]


# What is reported as removed: a name for people to look up, and the keys or actions that show it.
_REPORTED = (
    ("javascript", {"/JavaScript"}, ("/JS",)),
    ("launch", {"/Launch"}, ()),
    ("links", {"/URI", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData"}, ()),
    ("media", {"/Rendition", "/Movie", "/Sound", "/RichMediaExecute"}, ("/RichMediaContent", "/3DD")),
    ("attachments", set[str](), ("/EF",)),
    ("form", set[str](), ("/XFA", "/NeedAppearances")),
    ("signature", set[str](), ("/ByteRange",)),
    ("automatic_actions", set[str](), ("/OpenAction", "/AA")),
)


def _active_content(pdf: Pdf) -> set[str]:
    found: set[str] = set()
    for node in _nodes(pdf):
        action = str(node.get("/S")) if _is_action(node) else ""
        found |= {
            name for name, actions, keys in _REPORTED if action in actions or any(k in node for k in keys)
        }
    return found


def _read_back(target: Path, pages: int) -> None:
    with _opened(target) as plain:
        if len(plain.pages) != pages:
            raise Refusal("broken_pdf", detail="pages were lost in rewriting")
        left = set(plain.Root.keys()) - {"/Type", "/Pages", *ROOT_KEYS}
        if left or any(_is_action(node) or "/EF" in node for node in _nodes(plain)):
            raise Refusal("unreadable", detail="active content outlived rewriting")
