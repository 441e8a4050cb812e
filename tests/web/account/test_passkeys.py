"""Passkeys in a real browser with a made-up authenticator: alone and as the second step."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from duecare.core.people.models import WebAuthn
from tests.support.world import PASSWORD
from tests.web.account.steps import ALICE

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def address(app, world) -> Iterator[str]:
    """The address at which the app is served; passkeys need a name, so not a number."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def device(page: Page) -> Page:
    """A browser with a passkey authenticator; what breaks the content policy fails the test."""
    complaints = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    connection = page.context.new_cdp_session(page)
    connection.send("WebAuthn.enable")
    connection.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield page
    assert [text for text in complaints if "Content Security Policy" in text] == []


def give_password(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in?next=/account")
    page.get_by_label("E-mail").fill(ALICE)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def add_passkey(page: Page, address: str, usage: str) -> None:
    give_password(page, address)
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of the passkey").fill("Office computer")
    page.get_by_label(usage).check()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Office computer").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("My account")


def sign_out(page: Page) -> None:
    page.locator("summary", has_text="Your menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_passkey_signs_in_without_a_password(device, address, installation):
    add_passkey(device, address, "To sign in without a password")
    sign_out(device)
    device.goto(f"{address}/sign-in?next=/account")
    device.get_by_role("button", name="Use a passkey").click()
    expect(device.get_by_role("heading", level=1)).to_have_text("My account")
    with installation.database.reading() as session:
        assert session.scalars(select(WebAuthn)).one().sign_count > 1


def test_a_passkey_is_the_second_step_after_the_password(device, address):
    add_passkey(device, address, "As the second step after the password")
    sign_out(device)
    give_password(device, address)
    expect(device.get_by_role("heading", level=1)).to_have_text("Use your passkey")
    device.get_by_role("button", name="Start").click()
    expect(device.get_by_role("heading", level=1)).to_have_text("My account")


def test_a_passkey_that_was_removed_no_longer_signs_in(device, address):
    add_passkey(device, address, "To sign in without a password")
    device.get_by_role("button", name="Remove Office computer").click()
    device.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(device.get_by_text("The passkey Office computer was removed.")).to_be_visible()
    sign_out(device)
    device.goto(f"{address}/sign-in")
    device.get_by_role("button", name="Use a passkey").click()
    expect(device.get_by_text("This passkey is not known here.")).to_be_visible()
