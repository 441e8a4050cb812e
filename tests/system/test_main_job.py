"""The whole main job in browsers, at a server in a process of its own, with files as they come in."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pikepdf
import pypdfium2
import pytest

from duecare.core.installation import Installation
from tests.support import world as worlds
from tests.support.real_files import RealFiles, real_files
from tests.system.desk import Desk, Visitor, is_count
from tests.system.serving import Served

PATIENT = {
    "first_name": "Maria",
    "last_name": "Lopez",
    "born-month": "4",
    "born-day": "3",
    "born-year": "1971",
    "mrn": "448210",
}
BORN = {name: value for name, value in PATIENT.items() if name.startswith("born")}
ATTORNEY = {"name": "Harold Finch", "organisation": "Finch & Wren LLP", "email": "harold@firm.example"}
PHI = ("Maria", "Lopez", "1971", "448210", "progress")
OTHER_WORK = ("received", "received", "received", "on_hold", "on_hold", "in_review", "completed", "denied")
OPEN, COMPLETED = 6, 2
NOTES = "The scanned progress notes are missing."


@pytest.fixture
def fill() -> Callable[[Installation], object]:
    """A desk with work of every status on it, so that its figures differ."""

    def add_work(installation: Installation) -> None:
        world = worlds.build(installation)
        with installation.database.transaction() as session:
            for place, status in enumerate(OTHER_WORK):
                case = worlds.create(world, session, patient={"first_name": "Ivy", "mrn": f"5{place}"})
                worlds.bring_to(world, session, case, status)

    return add_work


@pytest.fixture
def files(tmp_path: Path) -> RealFiles:
    return real_files(tmp_path)


def test_a_request_goes_from_the_public_form_to_the_dashboard(
    server: Served, visitor: Visitor, at_desk: Callable[[str], Desk], files: RealFiles
) -> None:
    number = ask(visitor, files)
    assert visitor.tracking_code in server.mail(ATTORNEY["email"], number).get_content()

    sofia, alice, quentin = at_desk("sofia"), at_desk("alice"), at_desk("quentin")
    sofia.assign_from_board(number, to="Alice Example")
    add_records(alice, number, files.records)
    assert set(alice.documents(number)) == {path.name for path in (*files.sent, *files.records)}
    alice.check_authorization(number, "intake")
    send_to_review(alice, number, files.records)

    quentin.send_back(number, NOTES)

    alice.open(number)
    assert NOTES in alice.page.locator(".timeline").inner_text()
    add_records(alice, number, (files.scan,))
    records = (*files.records, files.scan)
    send_to_review(alice, number, records)

    quentin.check_authorization(number, "release")
    quentin.complete(number)

    assert_package(visitor.pick_up(link_to_records(server, number), BORN), number, records)
    assert_report_is_made_and_mailed(server, sofia)
    assert_figures_equal_their_rows(sofia)


def ask(visitor: Visitor, files: RealFiles) -> str:
    """Sends the public form with the requester's papers; the number of the request."""
    papers = {
        "authorization": [files.authorization],
        "identification": [files.licence],
        "correspondence": [files.form],
    }
    return visitor.ask_for_records(ATTORNEY, PATIENT, papers)


def add_records(alice: Desk, number: str, records: Sequence[Path]) -> None:
    """Uploads records and sees every document of the request accepted."""
    alice.upload(number, "Record", records)
    assert set(alice.documents(number).values()) == {"Accepted"}


def send_to_review(alice: Desk, number: str, records: Sequence[Path]) -> None:
    """Builds the package of some records and submits it."""
    alice.build_package(number, [path.name for path in records])
    alice.act(number, "Submit for review")
    alice.expect_status(number, "In review")


def link_to_records(server: Served, number: str) -> str:
    """The link in the requester's mail, which names the request and nothing about the patient."""
    mail = server.mail(ATTORNEY["email"], f"{number} is ready")
    text = f"{mail['Subject']} {mail.get_content()}"
    assert [word for word in PHI if word in text] == []
    (link,) = re.findall(r"http://\S+/pickup/\S+", text)
    return str(link)


def assert_report_is_made_and_mailed(server: Served, sofia: Desk) -> None:
    figures = sofia.make_report()
    assert figures["Open"] == str(OPEN)
    assert figures["Completed in 30 days"] == str(COMPLETED)
    told = server.mail("sofia@duecare.example", "Aging report")
    (link,) = re.findall(r"http://\S+", told.get_content())
    assert urlsplit(link).path.startswith("/reports/")


def assert_package(path: Path, number: str, records: Sequence[Path]) -> None:
    """One PDF: a letter, then every page of the records; each page names the request and its own place."""
    document = pypdfium2.PdfDocument(path)
    try:
        texts = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    assert len(texts) == 1 + sum(pages_of(record) for record in records)
    stamps = [f"{number} · page {place} of {len(texts)}" for place in range(1, len(texts) + 1)]
    assert [stamp for stamp, text in zip(stamps, texts, strict=True) if stamp not in text] == []


def pages_of(path: Path) -> int:
    if path.suffix != ".pdf":
        return 1
    with pikepdf.open(path) as pdf:
        return len(pdf.pages)


def assert_figures_equal_their_rows(sofia: Desk) -> None:
    figures = [figure for figure in sofia.dashboard() if is_count(figure)]
    rows = {figure: sofia.count_rows(figure.address) for figure in figures}
    assert {figure.label for figure in figures} >= {
        "Open",
        "Overdue",
        "Received",
        "Completed",
        "Workload: Open",
    }
    assert {figure.label: count for figure, count in rows.items() if count != int(figure.value)} == {}
    assert max(rows.values()) == len(OTHER_WORK) + 1
