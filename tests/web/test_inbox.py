"""The inbox shows each role its next work first, and nobody another organisation's."""

import pytest
from flask import Flask

from duecare.core.audit import AuditEntry
from duecare.core.cases import Case
from duecare.core.installation import Installation
from tests.support import world as worlds
from tests.support.pages import check_page, statements
from tests.support.world import World, sign_in_as


@pytest.fixture
def office(world: World, installation: Installation) -> dict[str, str]:
    """One request in each open status; gives status → number."""
    statuses = ("received", "in_progress", "on_hold", "in_review", "needs_correction")
    numbers = {}
    with installation.database.transaction() as session:
        for index, status in enumerate(statuses):
            case = worlds.create(world, session, patient={"mrn": f"99{index}", "first_name": f"Nr{index}"})
            numbers[status] = worlds.bring_to(world, session, case, status).number
        worlds.create(world, session, by="charlie", patient={"last_name": "Lakesider"})
    return numbers


def inbox(app: Flask, world: World, name: str) -> str:
    return check_page(sign_in_as(app, world, name).get("/"))


def test_a_specialist_sees_own_work_and_what_waits_after_it(
    app: Flask, world: World, office: dict[str, str]
) -> None:
    page = inbox(app, world, "alice")
    assert "My work" in page
    assert page.index(office["in_progress"]) < page.index(office["on_hold"])
    assert office["received"] not in page


def test_a_reviewer_sees_what_waits_for_review(app: Flask, world: World, office: dict[str, str]) -> None:
    page = inbox(app, world, "quentin")
    assert office["in_review"] in page
    assert office["in_progress"] not in page


def test_a_supervisor_sees_what_nobody_holds(app: Flask, world: World, office: dict[str, str]) -> None:
    page = inbox(app, world, "sofia")
    assert office["received"] in page
    assert office["in_progress"] not in page


def test_a_privacy_officer_sees_what_is_late(app: Flask, world: World, office: dict[str, str]) -> None:
    page = inbox(app, world, "priya")
    assert "Nothing is overdue" in page


def test_an_administrator_sees_no_cases(app: Flask, world: World, office: dict[str, str]) -> None:
    page = inbox(app, world, "adam")
    assert not [number for number in office.values() if number in page]
    assert "Nr1" not in page


def test_a_stranger_sees_only_their_own_organisation(
    app: Flask, world: World, office: dict[str, str]
) -> None:
    page = inbox(app, world, "sven")
    assert not [number for number in office.values() if number in page]
    assert "Lakesider" in page


def test_the_figures_lead_to_their_rows(app: Flask, world: World, office: dict[str, str]) -> None:
    client = sign_in_as(app, world, "sofia")
    assert 'href="/cases?assignee=nobody"' in client.get("/").text
    assert office["received"] in check_page(client.get("/cases?assignee=nobody"))


def test_an_empty_inbox_says_what_to_do(app: Flask, world: World) -> None:
    assert "Nothing waits for you" in inbox(app, world, "alice")


def test_the_inbox_is_not_for_visitors(app: Flask, world: World) -> None:
    answer = app.test_client().get("/")
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]


PATHS = (
    "/",
    "/cases?q=nr&sort=status",
    "/releases?q=nr&sort=priority&channel=fax",
    "/find?q=lopez",
    "/notices",
)


@pytest.mark.parametrize("name", ["sofia", "quinn"])
def test_a_page_takes_at_most_ten_statements(
    app: Flask, world: World, office: dict[str, str], name: str
) -> None:
    client = sign_in_as(app, world, name)
    client.get("/")
    for path in PATHS:
        with statements(world.installation) as seen:
            client.get(path)
        assert len(seen) <= 10, (path, seen)


def test_reading_the_inbox_is_audited_by_number(
    app: Flask, world: World, office: dict[str, str], installation: Installation
) -> None:
    inbox(app, world, "sofia")
    with installation.database.reading() as session:
        entry = session.query(AuditEntry).filter_by(action="cases.listed").one()
        assert entry.details == {"numbers": [office["received"]]}
        assert session.query(Case).count() == 6
