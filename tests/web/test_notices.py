"""The bell: one's own notices, read by opening them; and the choice of what one is told."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from duecare.core.installation import Installation
from duecare.core.notices.models import Notice
from tests.support import world as worlds
from tests.support.pages import check_page
from tests.support.world import World, sign_in_as


@pytest.fixture
def alice(app: Flask, world: World, installation: Installation) -> FlaskClient:
    """Alice, who was just given a request."""
    app.config["WTF_CSRF_ENABLED"] = False
    with installation.database.transaction() as session:
        worlds.bring_to(world, session, worlds.create(world, session), "in_progress")
    return sign_in_as(app, world, "alice")


def bell(installation: Installation) -> Notice:
    with installation.database.reading() as session:
        return session.scalars(select(Notice).where(Notice.channel == "in_app")).one()


def test_the_bell_counts_what_is_unread(alice: FlaskClient) -> None:
    assert '<span class="unread">1' in alice.get("/").text


def test_opening_a_notice_reads_it_and_leads_to_its_case(
    alice: FlaskClient, installation: Installation
) -> None:
    notice = bell(installation)
    answer = alice.post(f"/notices/{notice.public_id}/open")
    assert answer.headers["Location"] == notice.link
    assert notice.link.startswith("/releases/ROI-")
    assert 'class="unread"' not in alice.get("/").text


def test_all_are_read_at_once(alice: FlaskClient) -> None:
    assert "Mark all as read" in check_page(alice.get("/notices"))
    alice.post("/notices/read")
    assert "Mark all as read" not in check_page(alice.get("/notices"))


@pytest.mark.parametrize("name", ["bob", "charlie"])
def test_another_persons_notice_does_not_exist(
    app: Flask, world: World, alice: FlaskClient, installation: Installation, name: str
) -> None:
    other = sign_in_as(app, world, name)
    assert other.post(f"/notices/{bell(installation).public_id}/open").status_code == 404
    assert bell(installation).read_at is None


def test_a_notice_names_no_patient(alice: FlaskClient) -> None:
    assert "Lopez" not in alice.get("/notices").text


def test_an_empty_bell_says_what_comes_here(app: Flask, world: World) -> None:
    assert "Nothing new" in check_page(sign_in_as(app, world, "bob").get("/notices"))


def test_a_choice_of_channels_is_kept(alice: FlaskClient) -> None:
    alice.post("/notices/preferences", data={"wanted": ["release.assigned/email"]})
    page = check_page(alice.get("/notices/preferences"))
    assert 'value="release.assigned/email" checked' in page
    assert 'value="release.assigned/in_app" checked' not in page


def test_unknown_kinds_and_channels_are_left_out(
    alice: FlaskClient, installation: Installation, world: World
) -> None:
    answer = alice.post("/notices/preferences", data={"wanted": ["x/email", "release.assigned/fax", "/", ""]})
    assert answer.status_code == 302
    assert "checked" not in alice.get("/notices/preferences").text.split("<tbody>")[1].split("</tbody>")[0]
