"""The dashboard as a page: who may see it, that it holds together, what it asks of the database."""

import re
from html import unescape
from random import Random

import pytest
from flask import Flask

from duecare.core.time import now
from duecare.workflows.release.views.listing import RELEASES
from tests.support.pages import check_page, statements
from tests.support.world import World, sign_in_as
from tests.workflows.release import histories

PATH = "/releases/dashboard"


@pytest.fixture
def busy(world: World) -> World:
    """Riverside with a random history up to now."""
    history = histories.made(Random(7), world, now())
    with world.installation.database.transaction() as session:
        histories.write(session, history)
    return world


def test_the_dashboard_holds_together(app: Flask, busy: World) -> None:
    text = check_page(sign_in_as(app, busy, "sofia").get(PATH))
    assert "To complete first" in text
    assert text.count('<svg class="marks"') == 2


def test_an_empty_dashboard_says_what_to_do(app: Flask, world: World) -> None:
    text = check_page(sign_in_as(app, world, "sofia").get(PATH))
    assert "Nothing is overdue, and every request has somebody." in text
    assert "Choose a longer one" in text


@pytest.mark.parametrize(
    "query", ["?assignee=nobody", "?status=completed", "?type=subpoena", "?from=2026-01-01&to=2026-12-31"]
)
def test_every_filter_holds_together(app: Flask, busy: World, query: str) -> None:
    check_page(sign_in_as(app, busy, "sofia").get(PATH + query))


def test_every_address_on_it_is_one_the_list_understands(app: Flask, busy: World) -> None:
    client = sign_in_as(app, busy, "sofia")
    text = client.get(PATH).text
    addresses = {unescape(each) for each in re.findall(r'href="(/releases\?[^"]*)"', text)}
    assert len(addresses) > 30
    for address in sorted(addresses)[::7]:
        check_page(client.get(address))


@pytest.mark.parametrize(("kept", "most"), [(True, 6), (False, 10)])
def test_the_dashboard_asks_few_statements(app: Flask, busy: World, kept: bool, most: int) -> None:
    client = sign_in_as(app, busy, "sofia")
    client.get(PATH if kept else "/")
    with statements(busy.installation) as seen:
        client.get(PATH)
    assert len(seen) <= most, seen


@pytest.mark.parametrize("name", ["alice", "quentin", "adam", "priya"])
def test_who_does_not_oversee_is_refused(app: Flask, world: World, name: str) -> None:
    assert sign_in_as(app, world, name).get(PATH).status_code == 403


def test_another_organisation_sees_its_own_figures_only(app: Flask, busy: World) -> None:
    text = check_page(sign_in_as(app, busy, "sven").get(PATH))
    assert "Nothing is overdue, and every request has somebody." in text
    assert "ROI-" not in text


def test_a_visitor_is_sent_to_sign_in(app: Flask, world: World) -> None:
    assert app.test_client().get(PATH).status_code in {302, 401}


def test_a_period_that_cannot_be_is_refused_in_words(app: Flask, world: World) -> None:
    answer = sign_in_as(app, world, "sofia").get(f"{PATH}?from=2026-03-02&to=2026-03-01")
    assert answer.status_code == 422
    assert "Choose a period" in answer.text


def test_reading_the_priority_list_is_audited(app: Flask, busy: World) -> None:
    from sqlalchemy import select

    from duecare.core.audit import AuditEntry

    sign_in_as(app, busy, "sofia").get(PATH)
    with busy.installation.database.reading() as session:
        found = session.scalars(select(AuditEntry).where(AuditEntry.subject == "releases.dashboard")).one()
    assert found.details["numbers"]


def test_the_list_says_what_a_figure_narrowed_it_to(app: Flask, busy: World) -> None:
    client = sign_in_as(app, busy, "sofia")
    text = check_page(
        client.get(f"{RELEASES.path}?status=any&event=return_for_correction&closed_from=2026-01-01")
    )
    assert "What happened: asked for a correction" in text
    assert "Closed from: 2026-01-01" in text
