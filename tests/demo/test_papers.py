from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from io import BytesIO
from random import Random

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageOps

from duecare.demo import papers, people
from duecare.demo.asked import Authorization, Wanted
from duecare.demo.papers import Facility
from duecare.demo.people import Person, Requester

DAY = date(2026, 11, 20)
MOMENT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SIZE_LIMIT = 120 * 1024
Draw = Callable[[Random], bytes]


@pytest.fixture
def drawers(
    facility: Facility, patient: Person, attorney: Requester, wanted: Wanted, authorization: Authorization
) -> dict[str, Draw]:
    chart = papers.chart_record
    return {
        "authorization": lambda _: papers.authorization_form(facility, authorization),
        "scan": lambda rng: papers.scanned(papers.authorization_form(facility, authorization), rng),
        "fax cover": lambda rng: papers.fax_cover(facility, attorney, rng, MOMENT, "Records request"),
        "attorney letter": lambda rng: papers.request_letter(facility, attorney, patient, wanted, rng, DAY),
        "patient letter": lambda rng: papers.request_letter(
            facility, people.patient_as_requester(patient), patient, wanted, rng, DAY
        ),
        "subpoena": lambda rng: papers.subpoena(
            facility, attorney, patient, wanted, rng, issued=DAY, due=DAY
        ),
        "progress note": lambda rng: chart(facility, patient, "progress_note", rng, DAY),
        "laboratory": lambda rng: chart(facility, patient, "laboratory_report", rng, DAY),
        "radiology": lambda rng: chart(facility, patient, "radiology_report", rng, DAY),
        "discharge": lambda rng: chart(facility, patient, "discharge_summary", rng, DAY),
        "form": lambda _: papers.fillable_form(facility, patient, wanted),
        "licence": lambda rng: papers.driver_licence(patient, rng, DAY),
        "photo": lambda rng: papers.licence_photo(patient, rng, MOMENT),
    }


PDFS = (
    "authorization",
    "scan",
    "fax cover",
    "attorney letter",
    "patient letter",
    "subpoena",
    "progress note",
    "laboratory",
    "radiology",
    "discharge",
    "form",
)
PICTURES = ("licence", "photo")


@pytest.mark.parametrize("kind", [*PDFS, *PICTURES])
def test_one_seed_gives_the_same_bytes(drawers: dict[str, Draw], kind: str) -> None:
    first, second = (sha256(drawers[kind](Random(5))).hexdigest() for _ in range(2))
    assert first == second


@pytest.mark.parametrize("kind", PDFS)
def test_a_paper_opens_and_has_one_page(drawers: dict[str, Draw], kind: str, rng: Random) -> None:
    with pikepdf.open(BytesIO(drawers[kind](rng))) as pdf:
        assert len(pdf.pages) == 1


@pytest.mark.parametrize("kind", PDFS)
def test_a_paper_is_small(drawers: dict[str, Draw], kind: str, rng: Random) -> None:
    assert len(drawers[kind](rng)) <= SIZE_LIMIT


@pytest.mark.parametrize("kind", [each for each in PDFS if each != "scan"])
def test_a_paper_says_that_its_person_is_made_up(drawers: dict[str, Draw], kind: str, rng: Random) -> None:
    assert "Specimen — made-up person" in text_of(drawers[kind](rng))


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_decodes_as_jpeg(drawers: dict[str, Draw], kind: str, rng: Random) -> None:
    with Image.open(BytesIO(drawers[kind](rng))) as picture:
        picture.load()
        assert picture.format == "JPEG"


def test_a_scan_holds_a_picture_and_no_text(drawers: dict[str, Draw], rng: Random) -> None:
    scan = drawers["scan"](rng)
    with pikepdf.open(BytesIO(scan)) as pdf:
        assert (len(pdf.pages[0].get_images()), text_of(scan)) == (1, "")


@pytest.mark.parametrize("pages", [1, 3, 6])
def test_a_record_has_the_pages_asked_for(
    facility: Facility, patient: Person, rng: Random, pages: int
) -> None:
    record = papers.chart_record(facility, patient, "progress_note", rng, DAY, pages)
    with pikepdf.open(BytesIO(record)) as pdf:
        assert len(pdf.pages) == pages


def test_names_print_with_all_their_letters(facility: Facility, patient: Person, rng: Random) -> None:
    record = papers.chart_record(facility, replace(patient, last="Nguyễn-Łoś"), "progress_note", rng, DAY)
    assert "Nguyễn-Łoś" in text_of(record)


def test_a_name_cannot_become_typesetting_code(facility: Facility, patient: Person, rng: Random) -> None:
    record = papers.chart_record(facility, replace(patient, last="#panic() $x$"), "progress_note", rng, DAY)
    assert "#panic() $x$" in text_of(record)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("discloser", "its staff and its records department"),
        ("description", "01/01/2024"),
        ("purpose", "Legal claim"),
        ("expiry", "10/01/2027"),
        ("signature", "10/01/2026"),
        ("revocation", "revoke this authorization"),
        ("conditioning", "do not depend on"),
        ("redisclosure", "passed on by the person"),
    ],
)
def test_an_authorization_lacks_only_what_it_is_told_to(
    facility: Facility, authorization: Authorization, part: str, words: str
) -> None:
    whole = text_of(papers.authorization_form(facility, authorization))
    spoilt = text_of(papers.authorization_form(facility, replace(authorization, lacks=frozenset({part}))))
    assert (words in whole, words in spoilt) == (True, False)


def test_an_authorization_without_recipient_names_none(
    facility: Facility, authorization: Authorization, attorney: Requester
) -> None:
    spoilt = papers.authorization_form(facility, replace(authorization, lacks=frozenset({"recipient"})))
    assert attorney.organisation not in text_of(spoilt)


def test_the_form_holds_its_values_in_fields(drawers: dict[str, Draw], rng: Random, patient: Person) -> None:
    with pikepdf.open(BytesIO(drawers["form"](rng))) as pdf:
        fields = {str(field.T): str(field.V) for field in pdf.Root.AcroForm.Fields}
    assert fields["patient_name"] == patient.name.replace("’", "'")


def test_the_photo_says_which_side_is_up_and_where(drawers: dict[str, Draw], rng: Random) -> None:
    with Image.open(BytesIO(drawers["photo"](rng))) as photo:
        exif = photo.getexif()
        assert (exif[0x0112], exif.get_ifd(0x8825)[1], exif.get_ifd(0x8825)[3]) == (6, "N", "W")


def test_the_photo_is_wide_once_turned_upright(drawers: dict[str, Draw], rng: Random) -> None:
    with Image.open(BytesIO(drawers["photo"](rng))) as photo:
        assert (photo.size, ImageOps.exif_transpose(photo).size) == ((1200, 1600), (1600, 1200))


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return " ".join("\n".join(pages).split())
