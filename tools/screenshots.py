"""Takes the pictures of the guides from a fresh demonstration: `make docs` runs it. Needs Chromium.

Each shot is a row of `SHOTS`; a page of the guides that shows a picture names its file.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
PORT = int(os.environ.get("DUECARE_DEMO_PORT", "8137"))
ADDRESS = f"http://127.0.0.1:{PORT}"
PASSWORD = "Quiet-Harbor-28"
START_SECONDS = 600
WIDE, PHONE = (1280, 860), (390, 780)
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Shot:
    """One picture: file name, who is signed in (None: nobody), what is opened. `pick` is a status whose first
    case fills `{number}` in the path."""

    name: str
    person: str | None
    path: str
    size: tuple[int, int] = WIDE
    pick: str | None = None
    scheme: str = "light"
    whole: bool = False


SHOTS = (
    Shot("inbox", "jordan", "/"),
    Shot("inbox-dark", "jordan", "/", scheme="dark"),
    Shot("inbox-phone", "jordan", "/", size=PHONE),
    Shot("new-request", "jordan", "/releases/new", whole=True),
    Shot("case", "jordan", "/releases/{number}", pick="in_progress"),
    Shot("case-phone", "jordan", "/releases/{number}", size=PHONE, pick="in_progress"),
    Shot("clock", "jordan", "/releases/{number}/clock", pick="on_hold"),
    Shot("package", "jordan", "/releases/{number}/package", pick="in_progress"),
    Shot("authorization", "jordan", "/releases/{number}/authorization/intake", pick="in_progress"),
    Shot("board", "maya", "/releases/board"),
    Shot("list", "maya", "/releases"),
    Shot("dashboard", "maya", "/releases/dashboard", whole=True),
    Shot("reports", "maya", "/reports"),
    Shot("review", "grace", "/releases/{number}/review", pick="in_review"),
    Shot("audit", "irene", "/admin/audit"),
    Shot("people", "noor", "/admin/people"),
    Shot("rules", "noor", "/admin/rules"),
    Shot("calendar", "noor", "/admin/calendar"),
    Shot("jobs", "noor", "/admin/jobs"),
    Shot("sign-in", None, "/sign-in"),
    Shot("public-request", None, "/request/riverside", size=PHONE),
    Shot("public-status", None, "/status", size=PHONE),
)


def main(wanted: list[str]) -> int:
    """Takes every picture, or those named."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder, served(Path(folder)), sync_playwright() as playwright:
        chromium = os.environ.get("DUECARE_TEST_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for shot in SHOTS:
            if not wanted or shot.name in wanted:
                take(browser, shot)
                print(f"docs/images/{shot.name}.png", flush=True)
        browser.close()
    return 0


def take(browser: Browser, shot: Shot) -> None:
    """Takes one picture, signed in as its person."""
    context = browser.new_context(
        viewport={"width": shot.size[0], "height": shot.size[1]},
        color_scheme="dark" if shot.scheme == "dark" else "light",
        locale="en-US",
        timezone_id="America/New_York",
        reduced_motion="reduce",
    )
    page = context.new_page()
    if shot.person:
        sign_in(page, shot.person)
    path = shot.path.format(number=_number(context, shot.pick)) if shot.pick else shot.path
    answer = page.goto(ADDRESS + path, wait_until="networkidle")
    assert answer is not None, path
    assert answer.ok, f"{path} answered {answer.status}"
    page.screenshot(path=IMAGES / f"{shot.name}.png", full_page=shot.whole)
    context.close()


def sign_in(page: Page, person: str) -> None:
    """Signs somebody of Riverside General in."""
    page.goto(f"{ADDRESS}/sign-in")
    page.fill("input[name=email]", f"{person}@riverside-general.example")
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def _number(context: BrowserContext, status: str) -> str:
    page = context.new_page()
    page.goto(f"{ADDRESS}/releases?status={status}&assignee=me")
    if not page.locator("a[href*='/releases/ROI-']").count():
        page.goto(f"{ADDRESS}/releases?status={status}")
    link = page.locator("a[href*='/releases/ROI-']").first.get_attribute("href")
    page.close()
    assert link is not None, f"there is no request in {status}"
    return link.rpartition("/")[2]


@contextmanager
def served(folder: Path) -> Iterator[None]:
    """A demonstration of its own, in a folder of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = f"from duecare.cli import main; raise SystemExit(main(['demo', '--port', '{PORT}']))"
    server = subprocess.Popen([sys.executable, "-c", command], cwd=folder, env=environment)
    try:
        _wait(server)
        yield
    finally:
        server.terminate()
        server.wait(timeout=60)


def _wait(server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urlopen(f"{ADDRESS}/healthz", timeout=2).close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise TimeoutError("the demonstration did not start")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
