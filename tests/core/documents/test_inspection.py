"""What honest people send is kept as they see it: photos upright, scans whole, filled forms filled."""

import io

import pikepdf
import pytest
from PIL import Image

from duecare.core.documents import sandbox
from duecare.core.documents.child import task_of
from duecare.core.documents.inspection import Accepted, inspect
from duecare.core.documents.policy import MEGABYTE, Policy
from duecare.core.documents.preview import page_image
from duecare.core.documents.refusal import Refusal
from duecare.core.documents.refusals import Refused
from duecare.core.documents.sandbox import Limits, SandboxUnavailable
from duecare.core.documents.scanner import ScannerUnavailable, ScanResult
from tests.core.documents import made
from tests.core.documents.hostile import claimed_size
from tests.support.real_files import real_files


@pytest.fixture
def inspected(tmp_path):
    """Inspects bytes under a given name; everything else has its default."""

    def run(content: bytes, name: str = "upload.pdf", **options) -> Accepted | Refused:
        source, folder = tmp_path / "source", tmp_path / "folder"
        source.write_bytes(content)
        folder.mkdir(exist_ok=True)
        return inspect(source, name, folder, options.pop("policy", Policy()), **options)

    return run


def test_a_phone_photo_stands_upright_and_forgets_where_it_was_taken(inspected):
    accepted = inspected(made.phone_photo(), "licence.jpg")
    with Image.open(accepted.rewritten) as photo:
        assert photo.size == (40, 60)
        assert photo.getpixel((35, 5))[0] < 60, "the dark corner is now at the upper right"
        assert photo.getpixel((5, 5))[0] > 180
        assert dict(photo.getexif()) == {}
        assert "comment" not in photo.info
    assert b"PhoneMaker" not in accepted.rewritten.read_bytes()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "LA", "CMYK"])
def test_a_picture_of_any_mode_is_kept_as_seen(inspected, mode):
    picture = made.picture("JPEG" if mode == "CMYK" else "PNG", mode=mode)
    with Image.open(inspected(picture, "scan.png").rewritten) as kept:
        grey = kept.convert("L")
        assert grey.getpixel((10, 10)) < 70
        assert grey.getpixel((50, 30)) > 180


def test_a_radiograph_in_16_bits_is_kept_as_seen(inspected):
    image = Image.new("I;16", (60, 40), 59_000)
    image.paste(5_000, (0, 0, 30, 20))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    with Image.open(inspected(buffer.getvalue(), "chest.png").rewritten) as kept:
        assert (kept.mode, kept.getpixel((10, 10)), kept.getpixel((50, 30))) == ("L", 0, 255)


def test_what_is_transparent_shows_white(inspected):
    buffer = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(buffer, "PNG")
    with Image.open(inspected(buffer.getvalue(), "logo.png").rewritten) as kept:
        assert kept.getpixel((5, 5)) == (255, 255, 255)


def test_a_huge_photo_is_kept_smaller(inspected):
    policy = Policy(max_pixels=100_000, max_photo_pixels=2_000_000)
    with Image.open(inspected(made.picture(size=(1000, 800)), "photo.jpg", policy=policy).rewritten) as kept:
        assert kept.size == (250, 200)


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_a_scan_of_several_pages_becomes_a_pdf(inspected, mode):
    accepted = inspected(made.scan(3, mode), "fax.tif")
    assert (accepted.media_type, accepted.extension, accepted.pages) == ("application/pdf", ".pdf", 3)
    with pikepdf.open(accepted.rewritten) as document:
        assert [float(side) for side in document.pages[0].mediabox] == pytest.approx([0, 0, 612, 792], abs=1)


def test_a_scanned_pdf_keeps_its_pages(inspected):
    assert inspected(made.scanned_pdf(4)).pages == 4


def test_a_filled_form_stays_filled(inspected):
    accepted = inspected(made.form("Maria López 日本"))
    [text] = made.texts(accepted.rewritten.read_bytes())
    assert "Maria López 日本" in text
    assert "Second opinion" in text
    assert accepted.removed == ("form",)


def test_what_was_left_out_is_reported(inspected):
    accepted = inspected(
        made.pdf(lambda document: document.Root.__setitem__("/OpenAction", made.javascript()))
    )
    assert accepted.removed == ("automatic_actions", "javascript")


def test_a_repaired_pdf_says_so(inspected):
    assert inspected(made.pdf(pages=3)[:600]).repaired
    assert not inspected(made.pdf()).repaired


def test_text_is_kept_as_plain_utf8(inspected):
    accepted = inspected("caf\xe9\r\nsi\x85".encode("cp1252", "replace"), "note.TXT")
    assert accepted.rewritten.read_text(encoding="utf-8") == "café\nsi?"
    assert (accepted.pages, accepted.thumbnail) == (None, None)


def test_a_wrong_extension_is_put_right(inspected):
    assert inspected(made.picture("PNG"), "scan.pdf").extension == ".png"


def test_an_accepted_file_is_measured_and_shown(inspected):
    accepted = inspected(made.pdf())
    assert accepted.size == accepted.rewritten.stat().st_size
    with Image.open(accepted.thumbnail) as thumbnail:
        assert thumbnail.width == Policy().thumbnail_width


def test_the_same_file_is_rewritten_to_the_same_bytes(inspected):
    assert inspected(made.form()).sha256 == inspected(made.form()).sha256


def test_real_files_are_accepted_and_look_as_before(inspected, tmp_path):
    files = real_files(tmp_path)
    for file in (*files.sent, *files.records, files.scan):
        accepted = inspected(file.read_bytes(), file.name)
        assert isinstance(accepted, Accepted), (file.name, accepted)
        is_plain = file.suffix == ".pdf" and file != files.form  # the form's fields become part of its page
        pages = range(1, accepted.pages + 1) if is_plain else []
        for page in pages:
            before, after = made.drawn(file, page), made.drawn(accepted.rewritten, page)
            assert made.difference(before, after) < 0.1, (file.name, page)


# the scanner


def test_what_the_scanner_names_is_refused_before_anything_opens_it(inspected):
    refused = inspected(made.pdf(), scan=lambda path: ScanResult("Win.Test-1"))
    assert refused.code == "infected"
    assert "Win.Test-1" in refused.message


def test_a_silent_scanner_means_no_verdict(inspected):
    def silent(path):
        raise ScannerUnavailable

    with pytest.raises(ScannerUnavailable):
        inspected(made.pdf(), scan=silent)


# the sandbox


def test_a_file_that_needs_too_long_is_refused(inspected):
    refused = inspected(made.pdf(), limits=Limits(wall_seconds=0.01))
    assert (refused.code, refused.detail) == ("unreadable", "not done after 0.01 seconds")


def test_no_file_gets_more_than_512_megabytes_and_20_seconds():
    limits = sandbox.DEFAULT_LIMITS
    assert limits.memory_bytes <= 512 * MEGABYTE
    assert max(limits.cpu_seconds, limits.wall_seconds) <= 20


def test_a_file_that_needs_too_much_memory_is_refused(inspected):
    refused = inspected(
        claimed_size(made.picture(), 6000, 6000), "a.jpg", limits=Limits(memory_bytes=128 * MEGABYTE)
    )
    assert refused.code == "unreadable"


def test_a_file_that_would_be_written_too_large_is_refused(inspected):
    assert inspected(made.pdf(pages=50), limits=Limits(file_bytes=1000)).code == "unreadable"


def test_a_child_that_cannot_start_is_no_verdict(inspected, monkeypatch):
    monkeypatch.setattr(sandbox, "_environment", lambda: {"PYTHONHOME": "/nowhere"})
    with pytest.raises(SandboxUnavailable):
        inspected(made.pdf())


def test_the_child_sees_nothing_of_the_environment(monkeypatch):
    monkeypatch.setenv("DUECARE_SECRET_KEY", "secret")
    assert set(sandbox._environment()) == {"PYTHONPATH", "LC_ALL"}


def test_the_child_of_an_unknown_task_is_a_crash():
    with pytest.raises(Refusal, match="unreadable"):
        sandbox.run(task_of("dance"))


# previews


def test_a_page_is_shown_as_wide_as_asked(tmp_path):
    source = tmp_path / "a.pdf"
    source.write_bytes(made.pdf(pages=2))
    with Image.open(io.BytesIO(page_image(source, "application/pdf", page=2, width=400))) as shown:
        assert (shown.format, shown.width) == ("JPEG", 400)


def test_a_very_long_page_is_bounded(tmp_path):
    source = tmp_path / "a.pdf"
    source.write_bytes(made.pdf(size=(10, 14_000)))
    with Image.open(io.BytesIO(page_image(source, "application/pdf", width=900_000))) as shown:
        assert shown.height <= 4001


def test_a_picture_is_shown_no_larger_than_it_is(tmp_path):
    source = tmp_path / "a.png"
    source.write_bytes(made.picture("PNG"))
    with Image.open(io.BytesIO(page_image(source, "image/png", width=900))) as shown:
        assert shown.size == (60, 40)


def test_a_page_that_is_not_there_cannot_be_shown(tmp_path):
    source = tmp_path / "a.pdf"
    source.write_bytes(made.pdf())
    with pytest.raises(Refusal):
        page_image(source, "application/pdf", page=2)


@pytest.mark.parametrize(
    ("media_type", "page", "width"), [("text/plain", 1, 9), ("image/png", 0, 9), ("image/png", 1, 0)]
)
def test_a_senseless_preview_is_a_wrong_call(tmp_path, media_type, page, width):
    with pytest.raises(ValueError, match="cannot draw"):
        page_image(tmp_path / "a", media_type, page, width)
