"""The shell in a browser: keyboard, find while typing, filter while typing, bulk assignment."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import BrowserContext, Page, expect
from werkzeug.serving import make_server

from duecare.core.installation import Installation
from tests.support import world as worlds
from tests.support.world import World, sign_in_as

NAMES = ("Maria", "Ivy", "Omar")


@pytest.fixture
def numbers(world: World, installation: Installation) -> list[str]:
    """A new request each of Maria, Ivy and Omar Lopez."""
    with installation.database.transaction() as session:
        return [
            worlds.create(
                world,
                session,
                patient={"first_name": name, "mrn": name},
                channel="fax",
                requester={"email": ""},
            ).number
            for name in NAMES
        ]


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The address of the app."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def sofia(app: Flask, world: World, numbers: list[str], served: str, browser_context: BrowserContext) -> Page:
    """Sofia, signed in, at her inbox."""
    client = sign_in_as(app, world, "sofia")
    with client.session_transaction() as cookie:
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signer is not None
        value = signer.dumps(dict(cookie))
    browser_context.add_cookies([{"name": "duecare", "value": str(value), "url": served}])
    page = browser_context.new_page()
    page.goto(served)
    return page


def test_rows_are_walked_and_opened_by_keyboard(sofia: Page, numbers: list[str]) -> None:
    sofia.keyboard.press("j")
    sofia.keyboard.press("j")
    sofia.keyboard.press("k")
    sofia.keyboard.press("j")
    expect(sofia.locator(":focus")).to_have_text(numbers[1])
    sofia.keyboard.press("Enter")
    expect(sofia).to_have_url(f"{sofia.url.partition('/releases')[0].rstrip('/')}/releases/{numbers[1]}")


def test_a_key_opens_the_assignment_of_a_row(sofia: Page, numbers: list[str]) -> None:
    sofia.keyboard.press("j")
    sofia.keyboard.press("a")
    sofia.wait_for_url(f"**/releases/{numbers[0]}/actions/assign")


def test_help_opens_by_keyboard(sofia: Page) -> None:
    sofia.keyboard.press("?")
    expect(sofia.get_by_role("dialog", name="Keyboard")).to_be_visible()


def test_a_case_is_found_while_typing(sofia: Page, numbers: list[str]) -> None:
    sofia.keyboard.press("/")
    sofia.keyboard.type("ivy lo")
    expect(sofia.get_by_role("option")).to_have_count(1)
    sofia.keyboard.press("ArrowDown")
    sofia.keyboard.press("Enter")
    sofia.wait_for_url(f"**/releases/{numbers[1]}")


def test_a_list_is_filtered_while_typing_and_keeps_its_address(sofia: Page, served: str) -> None:
    sofia.goto(f"{served}/releases")
    rows = sofia.locator("[data-row]")
    expect(rows).to_have_count(3)
    sofia.get_by_label("Number, patient, DOB, MRN, requester").fill("oma")
    expect(rows).to_have_count(1)
    assert "q=oma" in sofia.url
    sofia.reload()
    expect(rows).to_have_count(1)


def test_many_requests_are_assigned_at_once(sofia: Page, served: str) -> None:
    sofia.goto(f"{served}/releases")
    sofia.get_by_label("Select all on this page").check()
    expect(sofia.get_by_text("3 selected")).to_be_visible()
    sofia.get_by_label("Assign to…").select_option(label="Bob Example")
    sofia.get_by_role("button", name="Assign", exact=True).click()
    dialog = sofia.get_by_role("dialog", name="Assign the selected cases?")
    dialog.get_by_role("button", name="Assign").click()
    expect(sofia.get_by_text("3 requests are now with Bob Example.")).to_be_visible()
    expect(sofia.locator("[data-row]").filter(has_text="B. Example")).to_have_count(3)
