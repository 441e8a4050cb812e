"""The release package: every chosen page once, upright, stamped, listed and accounted for."""

import hashlib
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from duecare.core.documents.package import (
    CoverLetter,
    Manifest,
    Notice,
    Section,
    SourceChanged,
    build_package,
    page_sha256,
)
from duecare.core.documents.stamping import FOOTER_HEIGHT, visible_box
from tests.core.documents import made

NUMBER = "ROI-2026-000123"
CREATED = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
COVER = CoverLetter(
    title="Release of records",
    language="en",
    sender=("Riverside General Hospital", "100 River Road"),
    recipient=("Ivy Chen", 'Chen & "Partners" #panic() *law* \\ $x$ <b>'),
    date="November 22, 2026",
    paragraphs=("Enclosed are the records that you asked for.",),
    reference=(("Patient", "Maria López"),),
    closing=("Sincerely,", "J. Kim"),
)
NOTICE = Notice(
    "Prohibition on redisclosure", "42 CFR part 2 prohibits\nunauthorized use.\n\nSecond paragraph."
)
_names = itertools.count()


@pytest.fixture
def section(tmp_path):
    """Makes a section of a document, as if it had been accepted."""

    def make(content: bytes, media_type: str = "application/pdf", title: str = "Visit notes") -> Section:
        path = tmp_path / f"source-{next(_names)}"
        path.write_bytes(content)
        return Section(path.name, title, path, media_type, hashlib.sha256(content).hexdigest())

    return make


@pytest.fixture
def build(tmp_path):
    def run(*sections: Section, notices: tuple[Notice, ...] = (), cover: CoverLetter = COVER) -> Manifest:
        return build_package(sections, cover, NUMBER, notices, tmp_path / "package.pdf", created=CREATED)

    return run


@pytest.fixture
def package(tmp_path) -> Path:
    return tmp_path / "package.pdf"


def rotated(degrees: int) -> made.Change:
    def change(document: pikepdf.Pdf) -> None:
        for page in document.pages:
            page.obj.Rotate = degrees

    return change


def test_letter_notices_and_documents_follow_each_other_in_the_chosen_order(build, package, section):
    manifest = build(
        section(made.pdf(pages=2, text="Second")), section(made.pdf(pages=3, text="First")), notices=(NOTICE,)
    )
    texts = made.texts(package.read_bytes())
    assert manifest.pages == len(texts) == 7
    assert "Release of records" in texts[0]
    assert "Prohibition on redisclosure" in texts[1]
    assert [text.splitlines()[0] for text in texts[2:]] == [
        "Second 1",
        "Second 2",
        "First 1",
        "First 2",
        "First 3",
    ]


def test_each_page_is_stamped_once_and_shown_once(build, package, section):
    manifest = build(section(made.pdf(pages=3)), section(made.pdf(rotated(90))), notices=(NOTICE,))
    for number, text in enumerate(made.texts(package.read_bytes()), start=1):
        assert text.count(f"{NUMBER} · page {number} of {manifest.pages}") == 1
        assert text.count("Visit summary") == (1 if number > 2 else 0)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270, -90, 450])
def test_a_rotated_page_is_shown_as_its_reader_sees_it_with_the_stamp_below(build, package, section, degrees):
    source = made.pdf(rotated(degrees), size=(400, 600))
    build(section(source))
    before, after = made.drawn(source, 1), made.drawn(package, 2)
    assert after.size == (before.width, before.height + FOOTER_HEIGHT)
    assert made.difference(before, after.crop((0, 0, *before.size))) < 0.5
    footer = after.crop((0, before.height, after.width, after.height))
    assert footer.getextrema()[0] < 100


def test_only_the_crop_box_is_shown(build, package, section):
    def crop(document: pikepdf.Pdf) -> None:
        document.pages[0].obj.CropBox = [40, 500, 340, 840]
        document.pages[0].obj.UserUnit = 2

    source = made.pdf(crop)
    build(section(source))
    document = pypdfium2.PdfDocument(package.read_bytes())
    width, height = document[1].get_size()
    document.close()
    assert (width, height) == pytest.approx((600, 680 + FOOTER_HEIGHT), abs=0.1)


@pytest.mark.parametrize("box", [[0, 0, 0, 0], [1, 2], "junk", [300, 400, 0, 0]])
def test_a_page_with_a_senseless_box_still_has_a_size(box):
    with pikepdf.Pdf.new() as document:
        page = document.add_blank_page(page_size=(10, 10))
        page.obj.MediaBox = box
        x0, y0, x1, y1 = visible_box(page)
    assert x1 - x0 >= 300
    assert y1 - y0 >= 400


def test_a_graphics_state_left_open_cannot_move_the_stamp(build, package, section):
    def unbalanced(document: pikepdf.Pdf) -> None:
        document.pages[0].obj.Contents = pikepdf.Stream(
            document, b"q q 0 0 0 0 0 0 cm 1 1 1 rg Q Q Q 9 0 0 9 0 0 cm"
        )

    build(section(made.pdf(unbalanced)))
    after = made.drawn(package, 2)
    assert after.crop((0, after.height - 18, after.width, after.height)).getextrema()[0] < 100


def test_every_part_has_a_bookmark_to_its_first_page(build, package, section):
    build(
        section(made.pdf(pages=2), title="Notes (2024)"), section(made.pdf(), title="ECG"), notices=(NOTICE,)
    )
    document = pypdfium2.PdfDocument(package)
    marks = [(mark.get_title(), mark.get_dest().get_index() + 1) for mark in document.get_toc()]
    document.close()
    assert marks == [("Cover letter", 1), ("Notices", 2), ("Notes (2024)", 3), ("ECG", 5)]


def test_pictures_and_text_become_pages(build, package, section):
    manifest = build(
        section(made.picture(size=(800, 600)), "image/jpeg"),
        section(made.picture("PNG", size=(600, 800)), "image/png"),
        section(made.picture("PNG", size=(600, 800), mode="1"), "image/png"),
        section("Called the clinic: #panic()\n\n\tño\n".encode(), "text/plain"),
    )
    assert [source.pages for source in manifest.sources] == [1, 1, 1, 1]
    assert "Called the clinic: #panic()" in made.texts(package.read_bytes())[4]
    lying, standing = made.drawn(package, 2), made.drawn(package, 3)
    assert lying.width > lying.height
    assert standing.width < standing.height
    for page in (lying, standing, made.drawn(package, 4)):
        assert page.getpixel((int(page.width * 0.4), int(page.height * 0.4))) < 60


def test_the_letter_shows_what_people_typed_as_they_typed_it(build, package, section):
    build(section(made.pdf(), title="Notes #let x = 1 *bold*"))
    letter = made.texts(package.read_bytes())[0]
    for typed in (COVER.recipient[1], "Maria López", "Notes #let x = 1 *bold*", "Sincerely,"):
        assert typed in letter


def test_the_letter_lists_first_pages_also_when_the_list_takes_pages_itself(build, package, section):
    sections = [section(made.pdf(), title=f"Document {position}") for position in range(60)]
    manifest = build(*sections)
    assert manifest.cover_pages == 3
    assert [source.first_page for source in manifest.sources] == list(range(4, 64))
    texts = made.texts(package.read_bytes())
    assert "Document 59 63 1" in texts[1]


def test_the_manifest_accounts_for_every_source_and_page(build, package, section):
    content = made.pdf(pages=3)
    chosen = section(content)
    manifest = build(chosen, notices=(NOTICE,))
    [source] = manifest.sources
    assert (source.document_id, source.sha256) == (chosen.document_id, hashlib.sha256(content).hexdigest())
    assert (source.first_page, source.pages) == (3, 3)
    with pikepdf.open(chosen.path) as document:
        assert source.page_sha256 == tuple(page_sha256(page) for page in document.pages)
    assert len(set(source.page_sha256)) == 3
    assert manifest.sha256 == hashlib.sha256(package.read_bytes()).hexdigest()
    assert manifest.size == package.stat().st_size
    assert json.loads(json.dumps(manifest.as_json()))["sources"][0]["first_page"] == 3


def test_the_same_input_gives_the_same_bytes(build, section):
    sections = [
        section(made.pdf(pages=2)),
        section(made.picture(), "image/jpeg"),
        section(b"text", "text/plain"),
    ]
    assert build(*sections, notices=(NOTICE,)) == build(*sections, notices=(NOTICE,))


def test_a_source_that_is_not_what_was_accepted_stops_the_build(build, package, section):
    changed = section(made.pdf())
    changed.path.write_bytes(made.pdf(text="Somebody else"))
    with pytest.raises(SourceChanged, match=changed.document_id):
        build(changed)
    assert not package.exists()


def test_a_letter_alone_is_a_package(build):
    assert build().pages == 1


def test_the_package_names_its_number_and_language_and_nothing_of_the_patient(build, package, section):
    build(section(made.pdf()))
    with pikepdf.open(package) as document:
        assert dict(document.docinfo) == {"/Title": NUMBER}
        assert str(document.Root.Lang) == "en"
