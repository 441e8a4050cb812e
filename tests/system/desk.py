"""What people do at the pages, in their words: staff at a desk, and visitors without an account."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from duecare.core.time import now
from tests.system.serving import until


@dataclass(frozen=True)
class Figure:
    """A figure on the dashboard: its name, what it says, and where its rows are."""

    label: str
    value: str
    address: str


@dataclass(frozen=True)
class Desk:
    """A signed-in person's browser."""

    page: Page
    address: str

    def sign_in(self, email: str, password: str) -> None:
        self.page.goto(f"{self.address}/sign-in")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("navigation", name="Main")).to_be_visible()

    def open(self, number: str, part: str = "") -> None:
        self.page.goto(f"{self.address}/releases/{number}{part}")

    def expect_status(self, number: str, status: str) -> None:
        self.open(number)
        expect(self.page.locator(".case-state").get_by_text(status, exact=True)).to_be_visible()

    def assign_from_board(self, number: str, to: str) -> None:
        self.page.goto(f"{self.address}/releases/board")
        self.page.get_by_label(f"Select {number}").check()
        specialists = self.page.get_by_label("Choose a specialist")
        label = specialists.locator("option").filter(has_text=to).inner_text()
        specialists.select_option(label=label)
        self.page.get_by_role("button", name="Assign", exact=True).click()
        expect(self.page.get_by_label(f"Select {number}")).to_have_count(0)

    def upload(self, number: str, kind: str, files: Iterable[Path]) -> None:
        """Sends files from the request's page and waits until the server has each of them."""
        self.open(number)
        self.page.get_by_label("Kind").select_option(label=kind)
        self.page.get_by_label("Add documents").set_input_files(list(files))
        self.page.get_by_role("button", name="Upload", exact=True).click()
        expect(self.page.get_by_text("All files are sent.")).to_be_attached()

    def documents(self, number: str) -> dict[str, str]:
        """The state of each document of a request, by name, once every one was inspected."""
        return until(lambda: self._inspected(number), "documents that were all inspected")

    def _inspected(self, number: str) -> dict[str, str] | None:
        self.open(number)
        rows = self.page.locator(".documents > li").all()
        states = {row.locator(".document-name").inner_text(): _state(row) for row in rows}
        return states if set(states.values()) <= {"Accepted", "Refused"} else None

    def check_authorization(self, number: str, stage: str) -> None:
        """Finds every part present, on page 1, and the authorization good for years."""
        self.open(number, f"/authorization/{stage}")
        for part in self.page.locator(".check-part").all():
            part.get_by_label("Present", exact=True).check()
            part.get_by_role("textbox").fill("page 1")
        self.page.get_by_label("It expires on").fill(f"{now().year + 2}-01-31")
        self.page.get_by_role("button", name="Record the check").click()
        expect(self.page.get_by_text("The check is recorded.")).to_be_visible()

    def build_package(self, number: str, names: Iterable[str]) -> None:
        """Chooses exactly the named documents and waits until the package is built."""
        self.open(number, "/package")
        for box in self.page.locator(".order-list input[type=checkbox]").all():
            box.uncheck()
        for name in names:
            self.page.get_by_label(name, exact=True).check()
        self.page.locator(".form-actions").get_by_role("button", name="Build the package").click()
        expect(self.page.get_by_text("The package is being built.")).to_be_visible()
        expect(self.page.get_by_text("Built and accepted.")).to_be_visible(timeout=90_000)

    def act(self, number: str, action: str) -> None:
        """Takes an action that asks for nothing but a confirmation."""
        self.open(number)
        self.page.locator(".case-actions").get_by_text(action, exact=True).click()
        self.page.get_by_role("dialog").get_by_role("button", name=action).click()
        expect(self.page.get_by_text(f"Done: {action}.")).to_be_visible()

    def send_back(self, number: str, notes: str) -> None:
        self.open(number, "/review")
        self.page.get_by_label("What must be corrected").fill(notes)
        self.page.get_by_role("button", name="Requires correction").click()
        self.expect_status(number, "Requires correction")

    def complete(self, number: str) -> None:
        self.open(number, "/review")
        for point in self.page.get_by_role("group", name="Confirm each point").get_by_role("checkbox").all():
            point.check()
        self.page.get_by_role("button", name="Complete", exact=True).click()
        self.expect_status(number, "Completed")

    def make_report(self) -> dict[str, str]:
        """Has the aging report made; its figures as its page says them."""
        self.page.goto(f"{self.address}/reports")
        self.page.get_by_role("button", name="Make it now").click()
        self.page.get_by_role("link", name="Open the report").click(timeout=90_000)
        rows = self.page.locator(".report-figures > div").all()
        return {row.locator("dt").inner_text(): row.locator("dd").inner_text() for row in rows}

    def dashboard(self) -> list[Figure]:
        """Every figure of the dashboard that opens its rows: boxes, bars and the workload table."""
        self.page.goto(f"{self.address}/releases/dashboard")
        boxes = self.page.locator(".figure-box:has(a.figure-link)").all()
        bars = self.page.locator(".bar-list li:has(a)").all()
        cells = self.page.get_by_role("table", name="Workload by specialist").locator("td:has(a)").all()
        return (
            [_box(each) for each in boxes] + [_bar(each) for each in bars] + [_cell(each) for each in cells]
        )

    def count_rows(self, path: str) -> int:
        """How many rows a list has."""
        self.page.goto(f"{self.address}{path}")
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        return self.page.locator("[data-row]").count()


@dataclass(frozen=True)
class Visitor:
    """The browser of somebody without an account."""

    page: Page
    address: str

    def ask_for_records(
        self, who: Mapping[str, str], patient: Mapping[str, str], papers: Mapping[str, list[Path]]
    ) -> str:
        """Fills the public form as an attorney and sends it; the number on the receipt."""
        self.page.goto(f"{self.address}/request")
        self.page.get_by_role("link", name="Riverside General").click()
        self.page.get_by_text("Start now").click()
        self.page.locator("input[value=attorney]").check()
        self._go_on()
        self.page.locator("input[value=portal]").check()
        self._fill(who)
        self._go_on()
        self._fill(patient)
        self._go_on()
        self.page.locator("input[value=progress_notes]").check()
        self._fill({"purpose": "Legal claim"})
        self._go_on()
        for kind, files in papers.items():
            self.page.locator(f"#{kind}").set_input_files(files)
        self._go_on()
        self._go_on()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("We have your request")
        return self.page.locator(".panel-done p strong").inner_text()

    @property
    def tracking_code(self) -> str:
        """The code that the receipt shows."""
        return self.page.locator(".big-code").inner_text()

    def pick_up(self, link: str, born: Mapping[str, str]) -> Path:
        """Opens the link of the mail, proves the date of birth and downloads the package."""
        self.page.goto(link)
        self._fill(born)
        self.page.get_by_role("button", name="Open my records").click()
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name="Download the records").click()
        return Path(download.value.path())

    def _fill(self, fields: Mapping[str, str]) -> None:
        for name, value in fields.items():
            self.page.locator(f"[name='{name}']").fill(value)

    def _go_on(self) -> None:
        before = self.page.url
        self.page.locator("main form button.btn-primary").first.click()
        expect(self.page).not_to_have_url(before)


def _state(row: Locator) -> str:
    return row.locator(".pill").first.inner_text().strip()


def _box(box: Locator) -> Figure:
    link = box.locator("a.figure-link")
    label = link.locator(".visually-hidden").text_content() or ""
    return Figure(label.strip(), link.locator(".figure-value").inner_text(), link.get_attribute("href") or "")


def _bar(bar: Locator) -> Figure:
    link = bar.locator("a")
    value = link.locator(".bar-value").inner_text()
    return Figure(link.locator(".bar-label").inner_text(), value, link.get_attribute("href") or "")


def _cell(cell: Locator) -> Figure:
    link = cell.locator("a")
    label = f"Workload: {cell.get_attribute('data-label')}"
    return Figure(label, link.inner_text(), link.get_attribute("href") or "")


def is_count(figure: Figure) -> bool:
    """True for a figure that says how many rows there are, not how long something took."""
    return re.fullmatch(r"\d+", figure.value) is not None
