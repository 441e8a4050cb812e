"""Whoever reads every request changes none of them."""

import pytest
from flask import Flask

from tests.support import world as worlds
from tests.support.world import World


@pytest.fixture
def number(world: World) -> str:
    with world.installation.database.transaction() as session:
        return worlds.bring_to(world, session, worlds.create(world, session), "in_review").number


def test_a_privacy_officer_reads_a_request(app: Flask, world: World, number: str) -> None:
    page = worlds.sign_in_as(app, world, "priya").get(f"/releases/{number}")
    assert page.status_code == 200
    assert "Maria Lopez" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "notes",
        "actions/complete",
        "actions/cancel",
        "authorization/intake",
        "authorization/release",
        "review",
    ],
)
def test_a_privacy_officer_changes_nothing(app: Flask, world: World, number: str, path: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    answer = worlds.sign_in_as(app, world, "priya").post(f"/releases/{number}/{path}", data={"note": "x"})
    assert answer.status_code == 403


def test_a_privacy_officer_finds_the_audit_log_of_a_request(app: Flask, world: World, number: str) -> None:
    officer = worlds.sign_in_as(app, world, "priya")
    assert f"/admin/audit?subject={number}" in officer.get(f"/releases/{number}").text
    log = officer.get(f"/admin/audit?subject={number}")
    assert log.status_code == 200
    assert number in log.text


def test_a_specialist_is_not_led_to_the_audit_log(app: Flask, world: World, number: str) -> None:
    assert "/admin/audit" not in worlds.sign_in_as(app, world, "alice").get(f"/releases/{number}").text
