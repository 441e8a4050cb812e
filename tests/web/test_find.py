"""One box finds a case by anything a caller says, within the caller's organisation only."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from duecare.core.audit import AuditEntry
from duecare.core.installation import Installation
from tests.support import world as worlds
from tests.support.pages import check_page
from tests.support.world import World, sign_in_as


@pytest.fixture
def number(world: World, installation: Installation) -> str:
    """Maria Lopez's request; Ivy Chen's and Lakeside's stand beside it."""
    with installation.database.transaction() as session:
        found = worlds.create(world, session).number
        ivy = {"first_name": "Ivy", "last_name": "Chen", "mrn": "551177", "date_of_birth": date(1988, 9, 9)}
        worlds.create(world, session, patient=ivy, requester={"name": "Ada Quill", "organisation": ""})
        worlds.create(world, session, by="charlie", patient={"mrn": "777"})
    return found


@pytest.mark.parametrize(
    "text",
    [
        "lopez",
        "Maria Lopez",
        "lop mar",
        "448210",
        "4/3/1971",
        "1971-04-03",
        "04/03/71",
        "3 Apr 1971",
        "April 3rd, 1971",
        "3 de abril de 1971",
        "lopez apr 3 1971",
        "finch",
        "harold wren",
        "1971-04-03 mar",
    ],
)
def test_a_case_is_found_by_what_a_caller_says(app: Flask, world: World, number: str, text: str) -> None:
    page = check_page(sign_in_as(app, world, "alice").get("/find", query_string={"q": text}))
    assert number in page
    assert "Chen" not in page


@pytest.mark.parametrize(("name", "is_there"), [("alice", True), ("priya", True), ("adam", False)])
def test_the_box_stands_only_where_it_can_find_something(
    app: Flask, world: World, name: str, is_there: bool
) -> None:
    assert ('id="find"' in check_page(sign_in_as(app, world, name).get("/"))) == is_there


@pytest.mark.parametrize("spell", [str, str.lower])
def test_a_whole_number_goes_straight_to_its_case(
    app: Flask, world: World, number: str, spell: Callable[[str], str]
) -> None:
    answer = sign_in_as(app, world, "alice").get("/find", query_string={"q": spell(number)})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/releases/{number}")


def test_a_part_of_a_number_never_opens_a_case_by_guess(app: Flask, world: World, number: str) -> None:
    client = sign_in_as(app, world, "alice")
    assert number in check_page(client.get("/find", query_string={"q": number[:-1]}))


@pytest.mark.parametrize("strip", [str, lambda serial: serial.lstrip("0")])
def test_the_end_of_a_number_is_found_with_and_without_its_zeros(
    app: Flask, world: World, number: str, strip: Callable[[str], str]
) -> None:
    text = strip(number.rpartition("-")[2])
    assert number in check_page(sign_in_as(app, world, "alice").get("/find", query_string={"q": text}))


@pytest.mark.parametrize("text", ["lopez 4/31/1971", "12-34-56", "smarch 3 1971"])
def test_what_is_no_date_is_taken_as_words(app: Flask, world: World, number: str, text: str) -> None:
    answer = sign_in_as(app, world, "alice").get("/find", query_string={"q": text})
    assert "Nothing found" in check_page(answer)


@pytest.mark.parametrize("text", ["lopez", "777", "448210"])
def test_a_stranger_finds_nothing_of_ours(app: Flask, world: World, number: str, text: str) -> None:
    page = check_page(sign_in_as(app, world, "alice").get("/find", query_string={"q": "777"}))
    assert "Nothing found" in page
    theirs = sign_in_as(app, world, "charlie").get("/find", query_string={"q": text})
    assert "Finch" not in theirs.text or "777" in theirs.text


def test_a_strangers_whole_number_opens_nothing(app: Flask, world: World, installation: Installation) -> None:
    with installation.database.transaction() as session:
        number = worlds.create(world, session).number
    answer = sign_in_as(app, world, "charlie").get("/find", query_string={"q": number})
    assert answer.status_code == 200
    assert "Lopez" not in answer.text


def test_a_patient_of_the_name_comes_before_a_requester_of_it(
    app: Flask, world: World, number: str, installation: Installation
) -> None:
    with installation.database.transaction() as session:
        grace = {"first_name": "Grace", "last_name": "Hopper", "mrn": "662"}
        asked_by = {"name": "Ana Lopez", "organisation": ""}
        later = worlds.create(world, session, patient=grace, requester=asked_by).number
    page = sign_in_as(app, world, "alice").get("/find?q=lopez").text
    assert page.index(number) < page.index(later)


def test_suggestions_come_while_typing(app: Flask, world: World, number: str) -> None:
    answer = sign_in_as(app, world, "alice").get("/find/suggestions?q=lo")
    assert answer.json == {
        "items": [
            {
                "number": number,
                "url": f"/releases/{number}",
                "person": "Maria Lopez",
                "born": "3 Apr 1971",
                "mrn": "448210",
                "what": "Discharge summary, Imaging reports — Attorney",
                "status": "Received",
            }
        ]
    }


@pytest.mark.parametrize("text", ["", "l", "  "])
def test_a_single_letter_suggests_nothing(app: Flask, world: World, number: str, text: str) -> None:
    answer = sign_in_as(app, world, "alice").get("/find/suggestions", query_string={"q": text})
    assert answer.json == {"items": []}


@pytest.mark.parametrize(
    "text", ["'; drop table cases", "%", "\\", "\x00", "ROI-2026-", "x" * 5000, "٣٤", "💊"]
)
def test_odd_texts_find_nothing_and_break_nothing(app: Flask, world: World, number: str, text: str) -> None:
    check_page(sign_in_as(app, world, "alice").get("/find", query_string={"q": text}))


def test_who_may_read_no_cases_may_not_search(app: Flask, world: World, number: str) -> None:
    assert sign_in_as(app, world, "adam").get("/find?q=lopez").status_code == 403


def test_the_audit_names_what_was_found_by_number_only(
    app: Flask, world: World, number: str, installation: Installation
) -> None:
    sign_in_as(app, world, "alice").get("/find?q=lopez")
    with installation.database.reading() as session:
        entry = session.query(AuditEntry).filter_by(action="cases.found").one()
        assert entry.details == {"numbers": [number]}
