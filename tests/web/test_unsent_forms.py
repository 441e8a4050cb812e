"""A form sent after the session was gone: sign-in, then the form again with everything that was typed."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from duecare.core import unsent
from duecare.core.unsent import UnsentForm
from duecare.workflows.release.models import ReleaseRequest
from tests.support import world as worlds
from tests.support.markup import page, text
from tests.support.world import World
from tests.web.account.steps import end_sessions_of, sign_in
from tests.workflows.release.test_intake_page import GOOD

HOLD = {"reason_code": "awaiting_clarification", "reason": "Which admission? She says May."}


@pytest.fixture
def alice(app: Flask, world: World) -> FlaskClient:
    client = app.test_client()
    sign_in(client)
    return client


@pytest.fixture
def case(world: World) -> ReleaseRequest:
    with world.installation.database.transaction() as session:
        return worlds.bring_to(world, session, worlds.create(world, session), "in_progress")


def hidden(html: str) -> dict[str, str]:
    """What a page's form carries along unseen."""
    return {
        name: re.search(rf'name="{name}"[^>]* value="([^"]+)"', html)[1]
        for name in ("csrf_token", "form_owner")
    }


def lose_cookie(client: FlaskClient, _world: World) -> None:
    client.delete_cookie("duecare")


def run_out(client: FlaskClient, world: World) -> None:
    end_sessions_of(world.installation, world.people["alice"])


def kept(world: World) -> list[UnsentForm]:
    with world.installation.database.reading() as session:
        return list(session.scalars(select(UnsentForm)))


def sent_in_vain(
    client: FlaskClient, world: World, lose, address: str, typed: dict, page_of: str = ""
) -> str:
    """Fills a form, loses the session, sends it; gives where signing in leads back to."""
    given = hidden(client.get(page_of or address).text)
    lose(client, world)
    answer = client.post(
        address,
        data={**given, **typed},
        headers={"Referer": f"http://localhost{page_of or address}"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 302
    assert answer.location.startswith("/sign-in?next=")
    shown = client.get(answer.location)
    assert "what you typed is kept" in shown.text
    back = page(shown).xpath("string(//input[@name='next']/@value)")
    return sign_in(client, next=back).location


@pytest.mark.parametrize("lose", [lose_cookie, run_out])
def test_a_new_request_comes_back_as_it_was_typed(alice, world, lose):
    back = sent_in_vain(alice, world, lose, "/releases/new", GOOD)
    assert back.startswith("/releases/new?kept=")
    shown = page(alice.get(back))
    assert "send it once more" in text(shown)
    for name in ("first_name", "last_name", "date_of_birth", "mrn", "requester_name", "purpose", "form_key"):
        assert shown.xpath("string(//input[@name=$name]/@value)", name=name) == GOOD[name]
    assert shown.findtext(".//textarea[@name='notes']").strip() == GOOD["notes"]
    assert shown.xpath("//input[@name='record_types'][@checked]/@value") == GOOD["record_types"]
    assert shown.xpath("//select[@name='request_type']/option[@selected]/@value") == ["third_party"]
    answer = alice.post("/releases/new", data={**GOOD, **hidden(alice.get(back).text)})
    assert answer.location.endswith("/receipt")


def test_files_that_came_too_late_are_named_to_be_chosen_again(alice, world):
    typed = {**GOOD, "file-record": (io.BytesIO(b"Discharged well."), "summary.txt")}
    back = sent_in_vain(alice, world, lose_cookie, "/releases/new", typed)
    assert "Choose these files again: summary.txt." in text(page(alice.get(back)))


@pytest.mark.parametrize("lose", [lose_cookie, run_out])
def test_an_action_comes_back_as_it_was_typed(alice, world, case, lose):
    address = f"/releases/{case.number}/actions/hold"
    shown = page(alice.get(sent_in_vain(alice, world, lose, address, HOLD)))
    assert shown.xpath("//select[@name='reason_code']/option[@selected]/@value") == [HOLD["reason_code"]]
    assert shown.findtext(".//textarea[@name='reason']").strip() == HOLD["reason"]


def test_a_note_comes_back_on_the_page_it_was_written_on(alice, world, case):
    address = f"/releases/{case.number}"
    back = sent_in_vain(alice, world, lose_cookie, f"{address}/notes", {"note": "He called twice"}, address)
    assert back.startswith(f"{address}?kept=")
    assert page(alice.get(back)).findtext(".//textarea[@name='note']").strip() == "He called twice"


def test_a_cover_letter_and_what_was_chosen_come_back(alice, world, case):
    with world.installation.database.transaction() as session:
        found = session.get_one(ReleaseRequest, case.id)
        papers = [worlds.add_document(session, found, "record").public_id for _ in range(2)]
    typed = {"letter": "Dear Mr. Finch, at last.", "order": papers[::-1], "chosen": papers[:1]}
    shown = page(alice.get(sent_in_vain(alice, world, run_out, f"/releases/{case.number}/package", typed)))
    assert shown.findtext(".//textarea[@name='letter']").strip() == typed["letter"]
    assert shown.xpath("//input[@name='order']/@value") == typed["order"]
    assert shown.xpath("//input[@name='chosen'][@checked]/@value") == typed["chosen"]


def test_what_a_reviewer_wrote_comes_back(app, world):
    with world.installation.database.transaction() as session:
        case = worlds.bring_to(world, session, worlds.create(world, session), "in_review")
    client, email = app.test_client(), "quentin@duecare.example"
    sign_in(client, email)
    address = f"/releases/{case.number}/review"
    given = hidden(client.get(address).text)
    client.delete_cookie("duecare")
    answer = client.post(address, data={**given, "notes": "Page 3 is missing", "confirmed": "identity"})
    back = page(client.get(answer.location)).xpath("string(//input[@name='next']/@value)")
    shown = page(client.get(sign_in(client, email, next=back).location))
    assert shown.findtext(".//textarea[@name='notes']").strip() == "Page 3 is missing"


def test_nobody_else_sees_it(alice, app, world):
    back = sent_in_vain(alice, world, lose_cookie, "/releases/new", GOOD)
    for name in ("bob", "charlie"):
        shown = page(worlds.sign_in_as(app, world, name).get(back))
        assert shown.xpath("string(//input[@name='first_name']/@value)") == ""
    other_page = back.replace("/releases/new", "/account")
    assert "send it once more" not in alice.get(other_page).text


def test_a_form_of_nobody_is_not_kept(alice, app, world):
    given = hidden(alice.get("/releases/new").text)
    stranger = app.test_client()
    for owner in ("", "1-1.forged", given["form_owner"][:-1] + "x"):
        stranger.post("/releases/new", data={**GOOD, "form_owner": owner})
    assert kept(world) == []


def test_a_password_is_never_kept(alice, world):
    given = hidden(alice.get("/account").text)
    run_out(alice, world)
    alice.post("/account/password", data={**given, "password": "x", "new_password": "y"})
    assert kept(world) == []


def test_a_page_left_open_while_signing_in_anew_elsewhere_sends_nothing_and_loses_nothing(alice, world):
    given = hidden(alice.get("/releases/new").text)
    alice.delete_cookie("duecare")
    sign_in(alice)
    answer = alice.post("/releases/new", data={**GOOD, **given})
    assert answer.status_code == 303
    shown = page(alice.get(answer.location))
    assert shown.xpath("string(//input[@name='first_name']/@value)") == GOOD["first_name"]
    assert shown.xpath("string(//input[@name='csrf_token']/@value)") != given["csrf_token"]


def test_a_script_is_told_in_words_instead_of_led_to_a_page(alice, world, case):
    given = hidden(alice.get(f"/releases/{case.number}").text)
    run_out(alice, world)
    answer = alice.post(
        f"/releases/{case.number}/documents", data=given, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 401
    assert "Your session has ended" in answer.json["detail"]


def test_of_one_person_only_the_last_forms_are_kept_and_only_for_a_day(world, time_machine):
    time_machine.move_to("2026-03-02T08:00:00Z", tick=False)
    alice = world.people["alice"].id
    with world.installation.database.transaction() as session:
        for number in range(unsent.MOST_EACH + 3):
            last = unsent.keep(session, alice, world.riverside.id, "/x", [("n", str(number))])
    assert len(kept(world)) == unsent.MOST_EACH
    with world.installation.database.reading() as session:
        mine = (last.public_id, alice, world.riverside.id, "/x")
        assert unsent.find(session, *mine) == [["n", str(unsent.MOST_EACH + 2)]]
        time_machine.shift(unsent.KEPT_FOR)
        assert unsent.find(session, *mine) is None
    with world.installation.database.transaction() as session:
        assert unsent.sweep(session) == unsent.MOST_EACH
