"""Every page holds to WCAG 2.2 AA: light on a wide screen and dark on a phone; none scrolls sideways."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.system.hospital import Hospital, open_hospital
from tests.system.page_table import EXCUSED, PAGES, Spot

STANDARD = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
}
HEIGHT = 844
WIDE = 1280
ZOOMED = WIDE // 2
TIMEOUT_MILLISECONDS = 30_000
COME_TO_REST = "Promise.allSettled(document.getAnimations().map(each => each.finished))"
SCROLLS_SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
OPENERS = "summary, [data-dialog], [data-confirm] button"


class Look(NamedTuple):
    """How somebody looks at a page."""

    theme: Literal["light", "dark"]
    width: int


LOOKS = (Look("light", WIDE), Look("dark", 390))


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with open_hospital(tmp_path_factory.mktemp("hospital")) as opened:
        yield opened


@pytest.fixture(scope="module")
def tabs(browser: Browser, hospital: Hospital) -> Iterator[dict[str, Page]]:
    """A tab for each person of the table, signed in, and one for nobody."""
    contexts = {
        who: browser.new_context(base_url=hospital.address, locale="en-US", reduced_motion="reduce")
        for who in {spot.who for spot in PAGES}
    }
    for who, context in contexts.items():
        context.set_default_timeout(TIMEOUT_MILLISECONDS)
        if who:
            cookie = {"name": "duecare", "value": hospital.cookies[who], "url": hospital.address}
            context.add_cookies([cookie])
    yield {who: context.new_page() for who, context in contexts.items()}
    for context in contexts.values():
        context.close()


@pytest.mark.slow
@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look.theme} at {look.width}")
@pytest.mark.parametrize("spot", PAGES, ids=lambda spot: f"{spot.path} as {spot.who or 'nobody'}")
def test_a_page_is_accessible(spot: Spot, look: Look, hospital: Hospital, tabs: dict[str, Page]) -> None:
    page = tabs[spot.who]
    page.set_viewport_size({"width": look.width, "height": HEIGHT})
    page.emulate_media(color_scheme=look.theme)
    answer = page.goto(spot.path.format(**hospital.values))
    assert answer is not None
    assert answer.status == spot.status
    assert answer.request.redirected_from is None, f"led to {page.url}"
    assert violations(page) == []
    assert not page.evaluate(SCROLLS_SIDEWAYS)
    for words in spot.opens:
        page.locator(OPENERS, has_text=words).first.click()
        assert violations(page) == [], f"with “{words}” open"


@pytest.mark.slow
@pytest.mark.parametrize("spot", PAGES, ids=lambda spot: f"{spot.path} as {spot.who or 'nobody'}")
def test_a_page_zoomed_to_double_does_not_scroll_sideways(
    spot: Spot, hospital: Hospital, tabs: dict[str, Page]
) -> None:
    page = tabs[spot.who]
    page.set_viewport_size({"width": ZOOMED, "height": HEIGHT})
    page.goto(spot.path.format(**hospital.values))
    assert not page.evaluate(SCROLLS_SIDEWAYS)


def test_every_page_is_in_the_table(app: Flask) -> None:
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    of_people = {each for each in routes if not each.startswith("api.")} | {"api.read_description"}
    assert of_people - set(EXCUSED) == {spot.endpoint for spot in PAGES}
    assert set(EXCUSED) < of_people


def violations(page: Page) -> list[str]:
    """Each violation with the places where it is, once nothing moves any more."""
    page.evaluate(COME_TO_REST)
    found = Axe().run(page, options=STANDARD).response["violations"]
    return [f"{each['id']}: {node['target']}" for each in found for node in each["nodes"]]
