"""Lists: what they are narrowed to, and pages without gaps and doubles."""

from typing import Any

import pytest

from duecare.core.cases import Case
from tests.support import world as worlds
from tests.support.api import ApiClient, problem_of
from tests.support.world import MONDAY, World


@pytest.fixture
def seven(world: World) -> list[str]:
    """Numbers of seven releases; several came in at the same moment."""
    with world.installation.database.transaction() as session:
        cases = [worlds.create(world, session, received_at=MONDAY) for _ in range(5)]
        cases += [worlds.create(world, session, channel="mail") for _ in range(2)]
        return [case.number for case in cases]


def _walk(client: ApiClient, cursor: str | None = "") -> list[str]:
    """The numbers of every page from a cursor on, in order."""
    found: list[str] = []
    while cursor is not None:
        page = client.get(f"/releases?limit=2&cursor={cursor}").get_json()
        found += [item["number"] for item in page["items"]]
        cursor = page["next"]
    return found


def test_pages_follow_each_other_without_gaps_and_doubles(alice: ApiClient, seven: list[str]) -> None:
    found = _walk(alice)
    assert sorted(found) == sorted(seven)
    assert len(set(found)) == len(found)


def test_a_release_logged_while_somebody_pages_moves_nothing(
    alice: ApiClient, world: World, seven: list[str]
) -> None:
    first = alice.get("/releases?limit=3").get_json()
    with world.installation.database.transaction() as session:
        worlds.create(world, session)
        worlds.create(world, session, received_at=MONDAY)
    seen = [item["number"] for item in first["items"]] + _walk(alice, first["next"])
    assert len(set(seen)) == len(seen)
    assert set(seven) <= set(seen)


def test_the_newest_receipt_comes_first(alice: ApiClient, seven: list[str]) -> None:
    received = [item["received_at"] for item in alice.get("/releases").get_json()["items"]]
    assert received == sorted(received, reverse=True)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("status=received", 6),
        ("status=received,in_progress", 7),
        ("status=completed", 0),
        ("assignee=nobody", 6),
        ("assignee=me", 1),
        ("assignee=unknown", 0),
        ("priority=routine", 7),
        ("priority=stat", 0),
        ("q=Lopez", 7),
        ("q=448210", 7),
        ("q=04/03/1971", 7),
        ("q=Nobody", 0),
        ("received_from=2026-03-02&received_to=2026-03-02", 5),
        ("received_from=2026-03-03", 2),
        ("received_to=2026-03-01", 0),
        ("overdue=false", 7),
    ],
)
def test_a_list_is_narrowed(alice: ApiClient, world: World, seven: list[str], query: str, count: int) -> None:
    with world.installation.database.transaction() as session:
        case = session.query(Case).filter_by(number=seven[0]).one()
        worlds.assign(world, session, case)
    assert len(alice.get(f"/releases?{query}").get_json()["items"]) == count


def test_overdue_ones_say_by_how_much(alice: ApiClient, seven: list[str]) -> None:
    items = alice.get("/releases?overdue=true").get_json()["items"]
    assert items
    assert all(item["overdue"] and item["days_overdue"] > 0 and item["due_at"] for item in items)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "status=asleep",
        "priority=low",
        "overdue=perhaps",
        "received_from=2026-02-30",
        "received_to=9999-12-31",
        "q=%00",
        "limit=1&limit=2",
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(alice: ApiClient, query: str) -> None:
    problem = problem_of(alice.get(f"/releases?{query}"), 422)
    assert set(problem["errors"]) == {query.partition("=")[0]}


@pytest.mark.parametrize("change", [lambda c: c[:-2], lambda c: c[::-1], lambda c: "AAAA" + c, lambda _: "x"])
def test_a_changed_cursor_is_refused(alice: ApiClient, seven: list[str], change: Any) -> None:
    cursor = alice.get("/releases?limit=2").get_json()["next"]
    assert "cursor" in problem_of(alice.get(f"/releases?cursor={change(cursor)}"), 422)["errors"]


def test_a_cursor_of_one_organisation_shows_nothing_of_it_in_another(
    alice: ApiClient, charlie: ApiClient, seven: list[str]
) -> None:
    cursor = alice.get("/releases?limit=2").get_json()["next"]
    answer = charlie.get(f"/releases?cursor={cursor}")
    assert answer.status_code == 422 or answer.get_json()["items"] == []


def test_events_are_paged_too(alice: ApiClient, sofia: ApiClient, release: dict[str, Any]) -> None:
    number, me = release["number"], alice.get("/me").get_json()["id"]
    sofia.act(number, "assign", assignee=me)
    first = alice.get(f"/releases/{number}/events?limit=1").get_json()
    second = alice.get(f"/releases/{number}/events?limit=1&cursor={first['next']}").get_json()
    assert [first["items"][0]["action"], second["items"][0]["action"]] == ["create", "assign"]
    assert second["next"] is None


def test_a_cursor_of_another_case_is_refused(
    alice: ApiClient, sofia: ApiClient, release: dict[str, Any]
) -> None:
    other = alice.post("/releases", json=alice.new_release()).get_json()["number"]
    me = alice.get("/me").get_json()["id"]
    sofia.act(release["number"], "assign", assignee=me)
    cursor = alice.get(f"/releases/{release['number']}/events?limit=1").get_json()["next"]
    problem_of(alice.get(f"/releases/{other}/events?cursor={cursor}"), 422)
