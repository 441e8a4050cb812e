"""Builds a release package: one PDF of cover letter, notices and the chosen documents, and its manifest.

Only accepted documents go in, and only with the hash they were accepted with. The same input gives the same
bytes. Pages stay in their files until the package is written, so that hundreds of them need little memory.
"""

import hashlib
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pikepdf
from flask_babel import gettext as _
from pikepdf import Dictionary, Name, OutlineItem, Page, Pdf

from duecare.core.documents.as_pdf import as_pdf
from duecare.core.documents.pdf import render
from duecare.core.documents.stamping import stamp_font, stamped_page

_TEMPLATES = Path(__file__).parent / "templates"


class SourceChanged(Exception):
    """The bytes of a document are not those that were accepted; nothing was built."""


@dataclass(frozen=True)
class Section:
    """One accepted document: `sha256` is the hash recorded at acceptance, `path` a readable local copy."""

    document_id: str
    title: str
    path: Path
    media_type: str
    sha256: str


@dataclass(frozen=True)
class CoverLetter:
    """The words of the letter, already in the reader's language (`language`: BCP 47).

    `sender` and `recipient` are lines (the sender's first is the letterhead), `reference` pairs of label and
    value, `closing` the lines of greeting and signature. The list of enclosed documents is added.
    """

    title: str
    language: str
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    date: str
    paragraphs: tuple[str, ...]
    reference: tuple[tuple[str, str], ...] = ()
    closing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notice:
    """A notice that the law wants with the disclosure, word for word; blank lines part its paragraphs."""

    title: str
    text: str


@dataclass(frozen=True)
class Source:
    """Where a document stands in the package: pages from `first_page` (from 1); a SHA-256 for each page."""

    document_id: str
    title: str
    sha256: str
    first_page: int
    pages: int
    page_sha256: tuple[str, ...]


@dataclass(frozen=True)
class Manifest:
    """What is in the package. `sha256` and `size` (bytes) are those of the PDF."""

    number: str
    pages: int
    cover_pages: int
    notice_pages: int
    sources: tuple[Source, ...]
    size: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """For storing beside the package."""
        return asdict(self)


def build_package(
    sections: Sequence[Section],
    cover: CoverLetter,
    number: str,
    notices: Sequence[Notice],
    out: Path,
    *,
    created: datetime,
) -> Manifest:
    """Write the package of case `number` to `out`; raises SourceChanged, or TypesettingFailed.

    The stamp on each page and the labels of the letter are in the current language.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="duecare-")))
        documents = [
            stack.enter_context(_opened(section, folder / f"{position}.pdf", created))
            for position, section in enumerate(sections)
        ]
        front = _front(cover, notices, sections, documents, created)
        counts = [len(pdf.pages) for pdf in front]
        sources = _sources(sections, documents, sum(counts))
        package = stack.enter_context(Pdf.new())
        for pdf in (*front, *documents):
            package.pages.extend(pdf.pages)
        pages = len(package.pages)
        _stamp(package, number)
        _describe(package, number, cover.language, _bookmarks(counts, sources))
        package.save(out, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return Manifest(number, pages, counts[0], sum(counts[1:]), sources, out.stat().st_size, _file_sha256(out))


def _opened(section: Section, target: Path, created: datetime) -> Pdf:
    if _file_sha256(section.path) != section.sha256:
        raise SourceChanged(section.document_id)
    path = as_pdf(section.path, section.media_type, section.title, target, created)
    return pikepdf.open(path, access_mode=pikepdf.AccessMode.stream)


def _front(
    cover: CoverLetter,
    notices: Sequence[Notice],
    sections: Sequence[Section],
    documents: Sequence[Pdf],
    created: datetime,
) -> list[Pdf]:
    """The letter, then the notices if there are any. The letter's list needs to know how long both are."""
    behind = [pikepdf.open(BytesIO(_notices(notices, cover.language, created)))] if notices else []
    notice_pages = sum(len(pdf.pages) for pdf in behind)
    assumed = 0
    letter = Pdf.new()
    while len(letter.pages) != assumed or not assumed:
        assumed = max(len(letter.pages), 1)
        contents = _contents(sections, documents, assumed + notice_pages)
        letter = pikepdf.open(BytesIO(_letter(cover, contents, created)))
    return [letter, *behind]


def _notices(notices: Sequence[Notice], language: str, created: datetime) -> bytes:
    texts = [
        {"title": notice.title, "paragraphs": [" ".join(part.split()) for part in notice.text.split("\n\n")]}
        for notice in notices
    ]
    data = {"title": notices[0].title, "language": language, "notices": texts}
    return render(_TEMPLATES / "notices.typ", data, created=created)


def _contents(
    sections: Sequence[Section], documents: Sequence[Pdf], before: int
) -> list[dict[str, str | int]]:
    rows: list[dict[str, str | int]] = []
    first = before + 1
    for section, pdf in zip(sections, documents, strict=True):
        rows.append({"title": section.title, "first_page": first, "pages": len(pdf.pages)})
        first += len(pdf.pages)
    return rows


def _letter(cover: CoverLetter, contents: list[dict[str, str | int]], created: datetime) -> bytes:
    labels = {
        "contents": _("Enclosed"),
        "document": _("Document"),
        "first_page": _("From page"),
        "pages": _("Pages"),
    }
    return render(
        _TEMPLATES / "cover.typ", {**asdict(cover), "contents": contents, "labels": labels}, created=created
    )


def _sources(sections: Sequence[Section], documents: Sequence[Pdf], before: int) -> tuple[Source, ...]:
    sources, first = [], before + 1
    for section, pdf in zip(sections, documents, strict=True):
        hashes = tuple(page_sha256(page) for page in pdf.pages)
        sources.append(Source(section.document_id, section.title, section.sha256, first, len(hashes), hashes))
        first += len(hashes)
    return tuple(sources)


def page_sha256(page: Page) -> str:
    """SHA-256 of the page saved alone as a PDF: its contents, fonts, pictures and boxes, nothing else."""
    saved = BytesIO()
    with Pdf.new() as alone:
        alone.pages.append(page)
        alone.save(saved, static_id=True)
    return hashlib.sha256(saved.getbuffer()).hexdigest()


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stamp(package: Pdf, number: str) -> None:
    fonts = stamp_font(package)
    pages = len(package.pages)
    for position, page in enumerate(list(package.pages), start=1):
        line = _("%(number)s · page %(page)s of %(pages)s", number=number, page=position, pages=pages)
        package.pages[position - 1] = stamped_page(package, page, line, fonts)


def _bookmarks(counts: Sequence[int], sources: Sequence[Source]) -> list[tuple[str, int]]:
    """Titles and page numbers (from 1). `counts`: pages of the letter and of any notices."""
    front = [(_("Cover letter"), 1)] + [(_("Notices"), counts[0] + 1)] * (len(counts) - 1)
    return front + [(source.title, source.first_page) for source in sources]


def _describe(package: Pdf, number: str, language: str, bookmarks: Sequence[tuple[str, int]]) -> None:
    with package.open_outline() as outline:
        outline.root.extend(OutlineItem(title, page - 1) for title, page in bookmarks)
    package.docinfo[Name.Title] = number
    package.Root.Lang = language
    package.Root.PageMode = Name.UseOutlines
    package.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
