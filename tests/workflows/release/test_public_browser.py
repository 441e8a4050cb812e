"""The public form as a person uses it on a phone, with script turned off."""

import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.serving import make_server

from duecare.core.documents.models import Document
from duecare.core.jobs.runner import run_due
from duecare.workflows.release.models import ReleaseRequest

PHONE = {"width": 390, "height": 844}
MODEL_TAG, ORIENTATION_TAG = 0x0110, 0x0112


@pytest.fixture
def address(app, world) -> Iterator[str]:
    """The served product."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def phone(browser):
    """A phone whose browser runs no script."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="en-US")
    yield context.new_page()
    context.close()


@pytest.fixture
def photo(tmp_path) -> Path:
    """A phone's photo of a licence, held sideways, with the camera's notes in it."""
    notes = Image.Exif()
    notes[MODEL_TAG], notes[ORIENTATION_TAG] = "Pocket Camera 7", 6
    path = tmp_path / "licence.jpg"
    Image.new("RGB", (400, 250), "lightgrey").save(path, "JPEG", exif=notes)
    return path


@pytest.fixture
def scan(tmp_path) -> Path:
    """A scanned authorization of two pages."""
    path = tmp_path / "authorization.pdf"
    pages = [Image.new("L", (850, 1100), shade) for shade in (250, 240)]
    pages[0].save(path, "PDF", save_all=True, append_images=pages[1:], resolution=100)
    return path


def go_on(page):
    page.locator("main form button.btn-primary").first.click()


def fill(page, **fields):
    for name, value in fields.items():
        page.fill(f"[name={name.replace('_on_', '-')}]", value)


def ask_for_records(page, address, photo, scan):
    page.goto(f"{address}/request/riverside")
    page.click("text=Start now")
    page.check("input[value=attorney]")
    go_on(page)
    page.check("input[value=portal]")
    fill(page, name="Harold Finch", organisation="Finch & Wren LLP", email="harold@firm.example")
    go_on(page)
    fill(page, first_name="Maria", last_name="Lopez", born_on_month="4", born_on_day="3", born_on_year="1971")
    go_on(page)
    page.check("input[value=lab_results]")
    fill(page, purpose="A claim")
    go_on(page)
    page.set_input_files("#authorization", [scan])
    page.set_input_files("#identification", [photo])
    go_on(page)
    assert_fits(page)
    go_on(page)
    return page.inner_text(".big-code")


def assert_fits(page):
    """Nothing is wider than the phone. Without script the page cannot be measured from inside."""
    wide = [box for each in page.locator("main *").all() if (box := each.bounding_box())]
    assert max(box["x"] + box["width"] for box in wide) <= PHONE["width"]


def test_a_request_with_photo_and_scan_from_a_phone_without_script(
    phone, address, photo, scan, world, installation
):
    code = ask_for_records(phone, address, photo, scan)
    assert_fits(phone)
    run_due(installation)
    with installation.database.reading() as session:
        case = session.scalars(select(ReleaseRequest)).one()
        papers = {row.kind: row for row in session.scalars(select(Document))}
    assert case.number in phone.content()
    assert {kind: paper.state for kind, paper in papers.items()} == {
        "authorization": "accepted",
        "identification": "accepted",
    }
    assert papers["authorization"].pages == 2
    kept = Image.open(BytesIO(b"".join(installation.store.get_stream(papers["identification"].key))))
    assert MODEL_TAG not in kept.getexif()
    phone.goto(f"{address}/status")
    fill(phone, code=code, born_on_month="4", born_on_day="3", born_on_year="1971")
    go_on(phone)
    assert phone.locator("text=Accepted").count() == 2
    assert_fits(phone)


def test_a_page_with_errors_fits_a_phone(phone, address):
    phone.goto(f"{address}/status?lang=es")
    go_on(phone)
    assert "Hay un problema" in phone.content()
    assert_fits(phone)
