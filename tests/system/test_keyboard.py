"""The desk's work without a mouse: logging a request, assigning it, putting it on hold and going on."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.system.desk import Desk

FURTHEST = 120
IS_FOCUSED = "element => element === document.activeElement"


@dataclass(frozen=True)
class Keyboard:
    """A person at a page whose mouse is unplugged."""

    page: Page

    def go_to(self, wanted: Locator) -> None:
        """Presses Tab until the focus is there."""
        expect(wanted).to_be_attached()
        for _ in range(FURTHEST):
            if wanted.evaluate(IS_FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {wanted}")

    def fill(self, label: str, text: str) -> None:
        self.go_to(self.page.get_by_label(label, exact=True))
        self.page.keyboard.type(text)

    def press_on(self, wanted: Locator, key: str = "Enter") -> None:
        self.go_to(wanted)
        self.page.keyboard.press(key)

    def choose(self, select: Locator, starting_with: str) -> None:
        """Chooses an option by typing how it begins."""
        self.go_to(select)
        self.page.keyboard.type(starting_with)

    def press_button(self, name: str) -> None:
        self.press_on(self.page.get_by_role("main").get_by_role("button", name=name, exact=True))

    def press_letter(self, letter: str, then: str) -> None:
        """Presses a letter of the page, which leads to an address."""
        self.page.keyboard.press(letter)
        self.page.wait_for_url(re.compile(then))


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
