"""Every gallery page is well-formed, labelled and free of inline code, and breaks no accessibility rule."""

import re
from collections import Counter

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask.testing import FlaskClient
from lxml import html
from playwright.sync_api import Browser

from tests.web.gallery import PAGES

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
NEEDS_NO_LABEL = {"hidden", "submit", "button"}
each_page = pytest.mark.parametrize("name", PAGES)


def page_of(gallery: FlaskClient, name: str) -> html.HtmlElement:
    response = gallery.get(f"/{name}")
    assert response.status_code == (409 if name == "error" else 200)
    return html.document_fromstring(response.text)


@each_page
def test_a_page_has_one_title_and_one_main_heading(gallery, name):
    page = page_of(gallery, name)
    assert page.findtext(".//title").endswith("· duecare")
    assert len(page.xpath("//h1")) == 1


@each_page
def test_ids_are_unique(gallery, name):
    counts = Counter(page_of(gallery, name).xpath("//@id"))
    assert [identity for identity, count in counts.items() if count > 1] == []


@each_page
def test_every_input_has_a_label(gallery, name):
    page = page_of(gallery, name)
    labelled = set(page.xpath("//label/@for"))
    fields = page.xpath("//input | //select | //textarea")
    nameless = [
        field.get("name")
        for field in fields
        if field.get("type") not in NEEDS_NO_LABEL
        and field.get("id") not in labelled
        and not field.get("aria-label")
    ]
    assert nameless == []


@each_page
def test_every_reference_names_something_on_the_page(gallery, name):
    page = page_of(gallery, name)
    ids = set(page.xpath("//@id"))
    named = " ".join(page.xpath("//@aria-describedby | //@aria-labelledby | //label/@for")).split()
    links = [link[1:] for link in page.xpath("//a/@href") if link.startswith("#")]
    assert {reference for reference in [*named, *links] if reference not in ids} == set()


@each_page
def test_nothing_runs_or_is_styled_inline(gallery, name):
    page = page_of(gallery, name)
    assert page.xpath("//@style | //style | //script[not(@src)]") == []
    handlers = [key for element in page.iter() for key in element.keys() if re.match(r"on[a-z]+$", key)]  # noqa: SIM118
    assert handlers == []


@each_page
def test_every_posting_form_carries_the_token(gallery, name):
    forms = page_of(gallery, name).xpath("//form[@method='post']")
    assert [form.get("action") for form in forms if not form.xpath(".//input[@name='csrf_token']")] == []


OPENED = {
    "inbox": ["header details > summary"],
    "list": ["[data-select-all]", ".views details > summary"],
    "case": [".why > summary", ".case-actions summary", "[data-dialog=hold]"],
    "people": ["tbody button"],
    "dashboard": [".chart-table > summary", ".definition > summary >> nth=0"],
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("name", "presses"), OPENED.items())
def test_an_opened_menu_or_dialog_breaks_no_accessibility_rule(browser, gallery_url, name, presses, theme):
    context = browser.new_context(color_scheme=theme, reduced_motion="reduce", bypass_csp=True)
    page = context.new_page()
    page.goto(f"{gallery_url}/{name}")
    found = []
    for press in presses:
        page.keyboard.press("Escape")
        page.locator(press).first.click(timeout=5000)
        found += Axe().run(page, options=RULES).response["violations"]
    context.close()
    assert [(rule["id"], node["target"]) for rule in found for node in rule["nodes"]] == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
@each_page
def test_a_page_breaks_no_accessibility_rule(browser: Browser, gallery_url: str, name, theme, width):
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=theme, reduced_motion="reduce", bypass_csp=True
    )
    page = context.new_page()
    page.goto(f"{gallery_url}/{name}")
    found = Axe().run(page, options=RULES).response["violations"]
    sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    context.close()
    broken = [
        (rule["id"], node["target"], node["failureSummary"]) for rule in found for node in rule["nodes"]
    ]
    assert broken == []
    assert sideways == 0
