"""The desk's main job in a browser, from the fax to the release; look-ups while typing; no lost edit."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from duecare.core.documents.models import Document
from duecare.core.jobs import runner
from duecare.core.people.sign_in import end_all
from tests.support.world import World, sign_in_as

Desk = Callable[[str], Page]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(app: Flask, world: World, address: str, browser: Browser) -> Iterator[Desk]:
    """Opens a browser of their own for a person of the world."""
    contexts = []

    def opened(name: str) -> Page:
        client = sign_in_as(app, world, name)
        with client.session_transaction() as cookie:
            signer = SecureCookieSessionInterface().get_signing_serializer(app)
            assert signer is not None
            value = str(signer.dumps(dict(cookie)))
        context = browser.new_context(base_url=address, locale="en-US", reduced_motion="reduce")
        contexts.append(context)
        context.add_cookies([{"name": "duecare", "value": value, "url": address}])
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def papers(tmp_path: Path) -> dict[str, Path]:
    made = {}
    for name, pages in (("consent", 1), ("labs", 2), ("imaging", 1)):
        made[name] = tmp_path / f"{name}.pdf"
        with pikepdf.new() as pdf:
            for _ in range(pages):
                pdf.add_blank_page(page_size=(612, 792))
            pdf.save(made[name])
    return made


def looked_over(page: Page) -> None:
    """The page breaks no rule of WCAG 2.2 AA that a program can find."""
    found = Axe().run(page, options=WCAG).response["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []


def test_the_whole_job_from_the_fax_to_the_release(desk: Desk, world: World, papers: dict[str, Path]) -> None:
    alice, sofia, quentin = desk("alice"), desk("sofia"), desk("quentin")
    number = logged(alice, papers["consent"])
    assigned(sofia, number)
    prepared(alice, number, papers, world)
    quentin.goto(f"/releases/{number}")
    quentin.get_by_role("link", name="Review the package").first.click()
    looked_over(quentin)
    checked(quentin, "Check it at release")
    for box in quentin.get_by_role("checkbox").all():
        box.check()
    quentin.get_by_role("button", name="Complete").click()
    expect(quentin.get_by_text("Completed on")).to_be_visible()


def logged(alice: Page, consent: Path) -> str:
    """Logs a faxed request and gives its number."""
    alice.goto("/releases/new")
    looked_over(alice)
    expect(alice.get_by_label("First name")).to_be_focused()
    alice.keyboard.type("Omar")
    alice.keyboard.press("Tab")
    alice.keyboard.type("Haddad")
    alice.get_by_label("Date of birth").fill("1980-09-14")
    alice.get_by_label("Type of request").select_option("third_party")
    expect(alice.get_by_text("This type needs an authorization")).to_be_visible()
    alice.get_by_label("Came by").select_option("fax")
    alice.get_by_label("Who asks").select_option("attorney")
    alice.locator("#requester_name").fill("Harold Finch")
    alice.get_by_label("Lab results").check()
    alice.get_by_label("Authorization (optional)").set_input_files(consent)
    alice.get_by_role("button", name="Save the request").click()
    expect(alice.get_by_text("Tracking code:")).to_be_visible()
    looked_over(alice)
    return alice.get_by_role("heading", level=1).inner_text()


def assigned(sofia: Page, number: str) -> None:
    sofia.goto("/releases/board")
    looked_over(sofia)
    sofia.get_by_label(f"Select {number}").check()
    sofia.get_by_label("Choose a specialist").select_option(index=1)
    sofia.get_by_role("button", name="Assign", exact=True).click()
    expect(sofia.get_by_text("1 request was assigned.")).to_be_visible()


def prepared(alice: Page, number: str, papers: dict[str, Path], world: World) -> None:
    """Uploads the records, checks the authorization, has the package built and submits it."""
    alice.goto(f"/releases/{number}")
    alice.get_by_label("Add documents").set_input_files([papers["labs"], papers["imaging"]])
    alice.get_by_role("button", name="Upload").click()
    expect(alice.get_by_text("All files are sent.")).to_be_attached()
    runner.run_due(world.installation)
    alice.goto(f"/releases/{number}")
    looked_over(alice)
    alice.get_by_role("link", name="labs.pdf").click()
    expect(alice.get_by_role("img", name="Page 1")).to_be_visible()
    checked(alice, "Check the authorization")
    alice.goto(f"/releases/{number}/package")
    looked_over(alice)
    alice.get_by_role("button", name="Move imaging.pdf up").press("Enter")
    alice.get_by_role("button", name="Build the package").click()
    expect(alice.get_by_text("Waiting to be built.")).to_be_visible()
    runner.run_due(world.installation)
    expect(alice.get_by_role("link", name="Look at the package")).to_be_visible(timeout=15_000)
    alice.goto(f"/releases/{number}")
    alice.get_by_role("button", name="Submit for review").click()
    dialog = alice.get_by_role("dialog", name="Submit for review")
    dialog.get_by_role("button", name="Submit for review").click()
    expect(alice.get_by_text("it has waited for a reviewer")).to_be_visible()


def checked(page: Page, link: str) -> None:
    """Finds every part of the authorization present."""
    page.get_by_role("link", name=link).first.click()
    expect(page.get_by_role("button", name="Record the check")).to_be_visible()
    looked_over(page)
    for choice in page.get_by_role("radio", name="Present").all():
        choice.check()
    page.get_by_role("button", name="Record the check").click()
    expect(page.get_by_text("The check is recorded.")).to_be_visible()


def test_a_page_that_is_open_elsewhere_says_that_somebody_changed_it(desk: Desk, case_in) -> None:
    number = case_in("in_progress").number
    alice, sofia = desk("alice"), desk("sofia")
    alice.goto(f"/releases/{number}")
    sofia.goto(f"/releases/{number}/actions/cancel")
    sofia.get_by_label("Reason").fill("Sent to us by mistake")
    sofia.get_by_role("button", name="Cancel").click()
    alice.dispatch_event("body", "visibilitychange")
    expect(alice.get_by_text("Sofia Example cancelled it.")).to_be_visible(timeout=15_000)


def test_a_known_patient_is_looked_up_and_a_duplicate_is_told_while_typing(desk: Desk, case_in) -> None:
    number = case_in().number
    alice = desk("alice")
    alice.goto("/releases/new")
    alice.get_by_label("Find a known patient").press_sequentially("lop")
    expect(alice.locator("#lookup-options [role=option]")).to_have_count(1)
    alice.keyboard.press("ArrowDown")
    alice.keyboard.press("Enter")
    expect(alice.get_by_label("Last name")).to_have_value("Lopez")
    expect(alice.get_by_role("link", name=number)).to_be_visible()


def test_files_at_intake_are_sent_while_the_form_is_filled_each_with_its_progress(
    desk: Desk, papers: dict[str, Path], tmp_path: Path, world: World
) -> None:
    disguised = tmp_path / "holiday.pdf"
    disguised.write_bytes(b"MZ" + bytes(2000))
    alice = desk("alice")
    alice.goto("/releases/new")
    alice.get_by_label("Record (optional)").set_input_files([papers["labs"], disguised])
    lines = alice.locator(".uploader-file")
    expect(lines.nth(0)).to_contain_text("labs.pdf")
    expect(lines.nth(0)).to_contain_text("arrived")
    assert lines.nth(0).locator("progress").get_attribute("value") == "100"
    expect(lines.nth(1)).to_contain_text("This file is a program, not a document.")
    looked_over(alice)
    alice.get_by_role("button", name="Save the request").click()
    expect(alice.get_by_text("save once more to go on without them")).to_be_visible()
    logged_again(alice, papers["consent"])
    with world.installation.database.reading() as session:
        names = session.scalars(select(Document.given_name).order_by(Document.given_name)).all()
    assert list(names) == ["consent.pdf", "labs.pdf"]


def logged_again(alice: Page, consent: Path) -> None:
    """Fills the rest of the form and saves it at once, while the last file is on its way."""
    for label, value in (
        ("First name", "Omar"),
        ("Last name", "Haddad"),
        ("Date of birth", "1980-09-14"),
    ):
        alice.get_by_label(label, exact=True).fill(value)
    alice.get_by_label("Type of request").select_option("third_party")
    alice.get_by_label("Came by").select_option("fax")
    alice.get_by_label("Who asks").select_option("attorney")
    alice.locator("#requester_name").fill("Harold Finch")
    alice.get_by_label("Lab results").check()
    alice.get_by_label("Authorization (optional)").set_input_files(consent)
    alice.get_by_role("button", name="Save the request").click()
    told = alice.get_by_text("save once more to go on without them")
    expect(told.or_(alice.get_by_text("Tracking code:"))).to_be_visible()
    if told.is_visible():
        alice.get_by_role("button", name="Save the request").click()
    expect(alice.get_by_text("Tracking code:")).to_be_visible()


def test_a_file_sent_after_the_session_ended_is_not_lost(
    desk: Desk, case_in, papers: dict[str, Path], world: World
) -> None:
    number = case_in("in_progress").number
    alice = desk("alice")
    alice.goto(f"/releases/{number}")
    with world.installation.database.transaction() as session:
        end_all(session, world.people["alice"].id, "test")
    alice.get_by_label("Add documents").set_input_files(papers["labs"])
    alice.get_by_role("button", name="Upload").click()
    expect(alice.get_by_text("Your session has ended.")).to_be_visible()
    alice.context.add_cookies(desk("alice").context.cookies())
    alice.get_by_role("button", name="Try again").click()
    expect(alice.get_by_text("arrived, being checked")).to_be_visible()


@pytest.mark.parametrize("path", ["", "/package", "/actions/hold", "/authorization/intake", "/clock"])
def test_a_phone_shows_every_page_without_scrolling_sideways(desk: Desk, case_in, path: str) -> None:
    number = case_in("in_progress").number
    alice = desk("alice")
    alice.set_viewport_size({"width": 390, "height": 844})
    alice.goto(f"/releases/{number}{path}")
    assert alice.evaluate("document.documentElement.scrollWidth") <= 390
