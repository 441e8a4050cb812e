"""What the scripts add in a browser, each seen through the gallery, under the product's content policy."""

import re

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def open_page(page: Page, gallery_url: str):
    """Opens a gallery page once its scripts run; fails the test when one of them throws."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.set_default_timeout(5000)

    def opened(name: str) -> Page:
        page.goto(f"{gallery_url}/{name}")
        expect(page.locator("html")).to_have_class("js")
        return page

    yield opened
    assert faults == []


def test_slash_goes_to_the_find_box(open_page):
    page = open_page("inbox")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()


def test_j_and_k_walk_the_rows_and_enter_opens_one(open_page):
    page = open_page("inbox")
    for key in "jjk":
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="ROI-2026-000123", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/case$"))


def test_a_assigns_the_row_that_has_the_focus(open_page):
    page = open_page("inbox")
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile("/people$"))


def test_letters_do_nothing_once_they_are_turned_off(open_page):
    page = open_page("inbox")
    page.keyboard.press("?")
    page.get_by_label("Use single-letter keys").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#find")).not_to_be_focused()


def test_a_list_filters_while_typing_and_keeps_its_state_in_the_address(open_page):
    page = open_page("list")
    page.get_by_label("Number, person or requester").fill("haddad")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"\?q=haddad$"))
    expect(page.locator("[data-filters-status]")).to_have_text("1 requests")


def test_the_bulk_bar_comes_with_a_selection(open_page):
    page = open_page("list")
    expect(page.locator("[data-bulk-bar]")).to_be_hidden()
    page.locator("[data-select-all]").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("7 selected")


def test_a_question_is_asked_before_the_act_and_no_means_no(open_page):
    page = open_page("people")
    posts = []
    page.on("request", lambda request: posts.append(request.method) if request.method == "POST" else None)
    page.get_by_role("button", name="Disable").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("Dana Reyes is signed out at once")
    page.get_by_role("button", name="Cancel").click()
    assert posts == []


def test_yes_sends_what_was_asked_about(open_page):
    page = open_page("people")
    page.get_by_role("button", name="Disable").first.click()
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    assert "id=1" in sent.value.post_data


def test_an_action_opens_its_dialog_in_place(open_page):
    page = open_page("case")
    page.get_by_role("link", name="Hold").click()
    expect(page.get_by_role("dialog")).to_contain_text("Harper & Lowe LLP will be told by e-mail")


def test_a_preview_opens_beside_the_list(open_page):
    page = open_page("case")
    page.get_by_role("link", name="Authorization.pdf").click()
    expect(page.get_by_role("region", name="Preview of Authorization.pdf")).to_be_visible()
    expect(page.get_by_role("link", name="Chart 2019-2024.pdf")).to_be_visible()


def test_a_refused_file_says_why_and_the_others_arrive(open_page):
    page = open_page("case")
    files = [("a.pdf", b"pdf"), ("b.docx", b"doc"), ("empty.pdf", b"")]
    page.set_input_files(
        "#upload-file",
        [{"name": name, "mimeType": "application/octet-stream", "buffer": body} for name, body in files],
    )
    page.get_by_role("button", name="Upload").click()
    lines = page.locator("[data-upload-list] > li")
    expect(lines.nth(0)).to_contain_text("received, checking")
    expect(lines.nth(1)).to_contain_text("Print it to PDF and send that")
    expect(lines.nth(1).get_by_role("button", name="Try again")).to_be_visible()
    expect(lines.nth(2)).to_contain_text("This file is empty")


def type_a_note(page: Page) -> None:
    page.get_by_label("Anything else we should know?").fill("Please include the 2024 report")


def test_what_was_typed_survives_a_detour_to_the_sign_in(open_page):
    page = open_page("intake")
    type_a_note(page)
    page = open_page("sign-in")
    page = open_page("intake")
    expect(page.get_by_label("Anything else we should know?")).to_have_value("Please include the 2024 report")
    expect(page.get_by_text("We kept what you had typed.")).to_be_visible()


def test_signing_out_forgets_what_was_typed(open_page):
    page = open_page("intake")
    type_a_note(page)
    page.get_by_text("Your menu").locator("..").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0


def test_a_password_is_never_kept(open_page):
    page = open_page("sign-in")
    page.evaluate("document.querySelector('form').dataset.draft = 'sign-in'")
    page.get_by_label("E-mail").fill("dana@example.com")
    page.get_by_label("Password").fill("correct horse")
    kept = page.evaluate("JSON.stringify({...sessionStorage})")
    assert "dana@example.com" in kept
    assert "correct horse" not in kept


def test_the_chosen_colours_stay_after_a_reload(open_page):
    page = open_page("inbox")
    page.get_by_text("Your menu").locator("..").click()
    page.get_by_role("button", name="Dark").click()
    page = open_page("list")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_escape_closes_a_menu_and_gives_the_focus_back(open_page):
    page = open_page("case")
    more = page.locator(".case-actions summary")
    more.click()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Extend once")).to_be_hidden()
    expect(more).to_be_focused()


def test_a_fact_is_changed_where_it_stands(open_page):
    page = open_page("case")
    page.get_by_role("link", name="Change Delivery").click()
    expect(page.get_by_label("Delivery")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Change Delivery")).to_be_focused()


def test_without_script_the_menu_of_a_phone_opens(browser, gallery_url):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{gallery_url}/inbox")
    page.get_by_role("link", name="Menu").click()
    expect(page.get_by_role("link", name="Dashboard")).to_be_visible()
    context.close()
