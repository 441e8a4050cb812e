"""The main job without a mouse: the public form, the desk's work, the review and the pickup."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from duecare.core.time import now
from tests.support.real_files import RealFiles, real_files
from tests.system.desk import Desk, Visitor
from tests.system.keyboard import Keyboard
from tests.system.serving import Served

FIRM_EMAIL = "harold@firm.example"
BORN = {"born-month": "4", "born-day": "3", "born-year": "1971"}


def log_request(keys: Keyboard, address: str) -> str:
    """Takes down a patient's own request by phone; its number."""
    page = keys.page
    page.goto(f"{address}/releases/new")
    keys.fill("First name", "Maria")
    keys.fill("Last name", "Lopez")
    keys.fill("Date of birth", "04031971")
    keys.choose(page.get_by_label("Who asks", exact=True), "Patient")
    keys.fill("Name", "Maria Lopez")
    keys.choose(page.get_by_label("Type of request", exact=True), "Patient")
    keys.choose(page.get_by_label("Came by", exact=True), "Phone")
    keys.press_on(page.get_by_label("Progress notes"), "Space")
    keys.press_button("Save the request")
    page.wait_for_url(re.compile(r"/releases/ROI-"))
    found = re.search(r"ROI-\d{4}-\d{6}", page.url)
    assert found
    return found[0]


def expect_status(page: Page, status: str) -> None:
    expect(page.locator(".case-state").get_by_text(status, exact=True)).to_be_visible()


def test_the_desk_works_by_keyboard_alone(at_desk: Callable[[str], Desk]) -> None:
    sofia, alice = at_desk("sofia"), at_desk("alice")
    number = log_request(Keyboard(alice.page), alice.address)

    keys = Keyboard(sofia.page)
    sofia.page.goto(f"{sofia.address}/releases")
    keys.page.keyboard.press("j")
    expect(sofia.page.locator(":focus")).to_have_text(number)
    keys.press_letter("Enter", f"/releases/{number}$")
    keys.press_letter("a", "/actions/assign")
    keys.choose(sofia.page.get_by_label("Specialist", exact=True), "Alice")
    keys.press_button("Assign")
    expect_status(sofia.page, "In progress")

    keys = Keyboard(alice.page)
    alice.open(number)
    keys.press_letter("h", "/actions/hold")
    keys.choose(alice.page.get_by_label("What is awaited", exact=True), "Waiting for the requester")
    keys.fill("In words", "Which admission?")
    keys.press_button("Put on hold")
    expect_status(alice.page, "On hold")
    keys.press_letter("r", "/actions/resume")
    keys.press_button("Resume")
    expect_status(alice.page, "In progress")


def ask(keys: Keyboard, address: str, files: RealFiles) -> str:
    """Sends the public form as an attorney; the number of the request."""
    page = keys.page
    page.goto(f"{address}/request")
    keys.press_on(page.get_by_role("link", name="Riverside General"))
    keys.press_on(page.get_by_text("Start now"))
    keys.pick(page.locator("input[value=attorney]"))
    keys.press_main()
    type_in(keys, {"name": "Harold Finch", "organisation": "Finch & Wren LLP", "email": FIRM_EMAIL})
    keys.pick(page.locator("input[value=portal]"))
    keys.press_main()
    type_in(keys, {"first_name": "Maria", "last_name": "Lopez", **BORN})
    keys.press_main()
    keys.press_on(page.locator("input[value=progress_notes]"), "Space")
    type_in(keys, {"purpose": "Legal claim"})
    keys.press_main()
    keys.choose_files(page.locator("#authorization"), [files.authorization])
    keys.press_main()
    keys.press_main()
    expect(page.get_by_role("heading", level=1)).to_have_text("We have your request")
    return page.locator(".panel-done p strong").inner_text()


def type_in(keys: Keyboard, fields: dict[str, str]) -> None:
    for name, text in fields.items():
        keys.go_to(keys.page.locator(f"[name='{name}']"))
        keys.page.keyboard.type(text)


def assign_from_board(keys: Keyboard, address: str, number: str) -> None:
    page = keys.page
    page.goto(f"{address}/releases/board")
    keys.tick(page.get_by_label(f"Select {number}"))
    keys.choose(page.get_by_label("Choose a specialist"), "Alice")
    keys.press_on(page.get_by_role("button", name="Assign", exact=True))
    expect(page.get_by_label(f"Select {number}")).to_have_count(0)


def upload(keys: Keyboard, desk: Desk, number: str, files: Iterable[Path]) -> None:
    desk.open(number)
    keys.choose_files(keys.page.get_by_label("Add documents"), files)
    keys.choose(keys.page.get_by_label("Kind"), "Record")
    keys.press_on(keys.page.get_by_role("button", name="Upload", exact=True))
    expect(keys.page.get_by_text("All files are sent.")).to_be_attached()
    assert set(desk.documents(number).values()) == {"Accepted"}


def check_authorization(keys: Keyboard, desk: Desk, number: str, stage: str) -> None:
    desk.open(number, f"/authorization/{stage}")
    for part in keys.page.locator(".check-part").all():
        keys.pick(part.get_by_label("Present", exact=True))
    type_in(keys, {"expires_on": f"0131{now().year + 2}"})
    keys.press_button("Record the check")
    expect(keys.page.get_by_text("The check is recorded.")).to_be_visible()


def send_to_review(keys: Keyboard, desk: Desk, number: str, names: Iterable[str]) -> None:
    """Builds the package of exactly these documents and submits it."""
    desk.open(number, "/package")
    wanted = set(names)
    for row in keys.page.locator("[data-reorder-item]").all():
        keys.tick(row.get_by_role("checkbox"), wanted=row.get_attribute("data-name") in wanted)
    keys.press_on(keys.page.locator(".form-actions").get_by_role("button", name="Build the package"))
    expect(keys.page.get_by_text("Built and accepted.")).to_be_visible(timeout=90_000)
    desk.open(number)
    keys.press_on(keys.page.locator(".case-actions").get_by_text("Submit for review", exact=True))
    keys.press_on(keys.page.get_by_role("dialog").get_by_role("button", name="Submit for review"))
    expect_status(keys.page, "In review")


def link_to_records(server: Served, number: str) -> str:
    text = server.mail(FIRM_EMAIL, f"{number} is ready").get_content()
    return re.findall(r"http://\S+/pickup/\S+", text)[0]


@pytest.mark.slow
def test_the_whole_main_job_is_done_by_keyboard_alone(
    server: Served, visitor: Visitor, at_desk: Callable[[str], Desk], tmp_path: Path
) -> None:
    files = real_files(tmp_path)
    record, scan = files.records[0], files.scan
    outside = Keyboard(visitor.page)
    number = ask(outside, server.address, files)
    sofia, alice, quentin = at_desk("sofia"), at_desk("alice"), at_desk("quentin")
    keys, review = Keyboard(alice.page), Keyboard(quentin.page)

    assign_from_board(Keyboard(sofia.page), server.address, number)
    upload(keys, alice, number, [record])
    check_authorization(keys, alice, number, "intake")
    send_to_review(keys, alice, number, [record.name])

    quentin.open(number, "/review")
    review.fill("What must be corrected", "The scan is missing.")
    review.press_button("Requires correction")
    expect_status(quentin.page, "Requires correction")

    upload(keys, alice, number, [scan])
    send_to_review(keys, alice, number, [record.name, scan.name])

    check_authorization(review, quentin, number, "release")
    quentin.open(number, "/review")
    for point in quentin.page.locator(".review-points").get_by_role("checkbox").all():
        review.tick(point)
    review.press_button("Complete")
    expect_status(quentin.page, "Completed")

    visitor.page.goto(link_to_records(server, number))
    type_in(outside, BORN)
    outside.press_on(visitor.page.get_by_role("button", name="Open my records"))
    fetched = outside.download(visitor.page.get_by_role("link", name="Download the records"))
    with pikepdf.open(fetched.path()) as package:
        assert len(package.pages) > 1

    keys = Keyboard(sofia.page)
    sofia.page.goto(f"{server.address}/reports")
    keys.press_on(sofia.page.get_by_role("button", name="Make it now"))
    keys.press_on(sofia.page.get_by_role("link", name="Open the report"))
    expect(sofia.page.locator(".report-figures").first).to_be_visible()
