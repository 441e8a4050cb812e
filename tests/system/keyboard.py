"""A person at a page whose mouse is unplugged: everything is reached by Tab and done by keys."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Download, Locator, Page, expect

FURTHEST = 160
IS_FOCUSED = "element => element === document.activeElement"
SHARES_ITS_NAME = "element => element.name === document.activeElement.name"


@dataclass(frozen=True)
class Keyboard:
    """A person at a page whose mouse is unplugged."""

    page: Page

    def go_to(self, wanted: Locator) -> None:
        """Presses Tab until the focus is there."""
        self._tab_until(lambda: bool(wanted.evaluate(IS_FOCUSED)), wanted)

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

    def press_main(self) -> None:
        """Presses the button that leads on from a public page."""
        before = self.page.url
        self.press_on(self.page.locator("main form button.btn-primary").first)
        expect(self.page).not_to_have_url(before)

    def pick(self, radio: Locator) -> None:
        """Chooses one of several by the arrow keys; Tab stops at one of them only."""
        self._tab_until(lambda: bool(radio.evaluate(SHARES_ITS_NAME)), radio)
        self.page.keyboard.press("Space")
        for _ in range(FURTHEST):
            if radio.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrow keys do not reach {radio}")

    def tick(self, box: Locator, wanted: bool = True) -> None:
        if box.is_checked() is not wanted:
            self.press_on(box, "Space")

    def choose_files(self, box: Locator, files: Iterable[Path]) -> None:
        """Opens the browser's own dialog for files by a key, and chooses there."""
        with self.page.expect_file_chooser() as chooser:
            self.press_on(box)
        chooser.value.set_files(list(files))

    def download(self, link: Locator) -> Download:
        with self.page.expect_download() as download:
            self.press_on(link)
        return download.value

    def _tab_until(self, is_there: Callable[[], bool], wanted: Locator) -> None:
        expect(wanted).to_be_attached()
        for _ in range(FURTHEST):
            if is_there():
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not reach {wanted}")
