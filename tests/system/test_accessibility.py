"""Every page holds to WCAG 2.2 AA, light and dark, wide and on a phone; none scrolls sideways."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.system.hospital import Hospital, open_hospital
from tests.system.page_table import NOT_PAGES, PAGES, SECOND_STEPS, WALKED, Spot

STANDARD = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}
WIDE, ZOOMED, PHONE = 1280, 640, 390
TIMEOUT_MILLISECONDS = 30_000


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with open_hospital(tmp_path_factory.mktemp("hospital")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browsers(browser: Browser, hospital: Hospital) -> Iterator[dict[str, Page]]:
    """A page for each role, signed in, and one for nobody."""
    contexts = {
        role: browser.new_context(locale="en-US", reduced_motion="reduce")
        for role in {spot.who for spot in PAGES}
    }
    for role, context in contexts.items():
        context.set_default_timeout(TIMEOUT_MILLISECONDS)
        if role:
            hospital.sign_in(context, role)
    yield {role: context.new_page() for role, context in contexts.items()}
    for context in contexts.values():
        context.close()


@pytest.mark.slow
@pytest.mark.parametrize("spot", PAGES, ids=lambda spot: f"{spot.path} as {spot.who or 'nobody'}")
def test_a_page_is_accessible(spot: Spot, hospital: Hospital, browsers: dict[str, Page]) -> None:
    page = browsers[spot.who]
    answer = page.goto(hospital.address + spot.path.format(**hospital.values))
    assert answer is not None
    assert answer.status in {200, 404, 410}, f"{answer.status} {page.url}"
    assert faults_of(page) == []
    for words in spot.opens:
        page.locator("summary", has_text=words).first.click()
        assert violations(page) == [], f"with {words} open"


def test_every_page_route_is_looked_at(hospital: Hospital) -> None:
    rules = hospital.app.url_map.iter_rules()
    routes = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    of_people = {each for each in routes if not each.startswith("api.")} | {"api.read_description"}
    assert of_people - WALKED - SECOND_STEPS - NOT_PAGES == {spot.endpoint for spot in PAGES}


def faults_of(page: Page) -> list[str]:
    """What is wrong with a page in either theme, on a wide screen, at 200 % zoom and on a phone."""
    found: list[str] = []
    for width in (WIDE, ZOOMED, PHONE):
        page.set_viewport_size({"width": width, "height": 844})
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"scrolls sideways at {width} pixels")
        if width != ZOOMED:
            found += [
                f"{theme}, {width}: {each}" for theme in ("light", "dark") for each in seen(page, theme)
            ]
    page.set_viewport_size({"width": WIDE, "height": 844})
    return found


def seen(page: Page, theme: str) -> list[str]:
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    return violations(page)


def violations(page: Page) -> list[str]:
    """Each violation with the places where it is."""
    results = Axe().run(page, options=STANDARD).response["violations"]
    return [f"{each['id']}: {node['target']}" for each in results for node in each["nodes"]]
