"""Seeing where a request stands with a tracking code and a date of birth."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from sqlalchemy import event, select

from duecare.core.audit import AuditEntry
from duecare.core.cases import CaseEvent
from duecare.core.documents.models import Document
from duecare.core.jobs.runner import run_due
from duecare.core.notices.models import Notice
from duecare.core.people.models import Throttle
from duecare.workflows.release import operations
from duecare.workflows.release.models import ReleaseRequest
from tests.support.world import MONDAY, add_document, assign, bring_to
from tests.workflows.release.public import PDF, Visitor, code_on
from tests.workflows.release.scans import SCAN

STATUS = "/status/request"


@pytest.fixture
def visitor(app, world):
    return Visitor(app)


@pytest.fixture
def code(app, world):
    """The tracking code of a firm's request for Maria's records."""
    firm = Visitor(app, address="192.0.2.77")
    firm.fill_as_firm()
    return code_on(firm.send())


def case_of(session):
    return session.scalars(select(ReleaseRequest)).one()


def change(world, act):
    """Lets staff do something with the one request there is."""
    with world.installation.database.transaction() as session:
        act(session, case_of(session))


def hold(world, reason):
    def act(session, case):
        assign(world, session, case)
        data = {"reason_code": reason, "reason": "We wait."}
        operations.act(session, world.caller("alice"), case, "hold", data)

    change(world, act)


def audited(world, action):
    with world.installation.database.reading() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def test_code_and_date_open_the_request(visitor, code):
    page = visitor.look_up(code)
    assert "We have your request" in page.text
    assert "Maria Lopez" in page.text


@pytest.mark.parametrize("spelled", ["{}", " {} ", "lower", "spaced"])
def test_a_code_may_be_typed_as_people_type(visitor, code, spelled):
    typed = {"lower": code.lower(), "spaced": code.replace("-", " ")}.get(spelled, spelled.format(code))
    assert "Maria Lopez" in visitor.look_up(typed).text


def test_unknown_codes_and_wrong_dates_get_the_same_answer(app, code):
    wrong_date = Visitor(app).look_up(code, year="1972")
    unknown = Visitor(app).look_up("22222-22222")
    assert wrong_date.status_code == unknown.status_code == 422
    assert stripped(wrong_date, code, "1972") == stripped(unknown, "22222-22222", "1971")


def stripped(page, *typed):
    text = page.text
    for each in typed:
        text = text.replace(each, "")
    return [line for line in text.splitlines() if "csrf_token" not in line]


def test_known_and_unknown_codes_cost_the_same_work(app, world, code):
    Visitor(app).look_up("33333-33333")
    known = statements_of_look_up(world, Visitor(app, address="203.0.113.1"), code)
    unknown = statements_of_look_up(world, Visitor(app, address="203.0.113.2"), "22222-22222")
    assert known == unknown


def statements_of_look_up(world, visitor, code):
    visitor.get("/status")
    engine, seen = world.installation.database.engine, []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    visitor.look_up(code, year="1972")
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)


def test_a_hundred_wrong_codes_end_in_a_wait_and_the_wait_ends(app, code, world):
    with time_machine.travel(MONDAY, tick=False) as clock:
        visitor = Visitor(app)
        answers = [visitor.look_up(f"22222-{number:05d}") for number in range(100)]
        assert answers[-1].status_code == 429
        assert "Wait 15 minutes, then try again." in answers[-1].text
        assert visitor.look_up(code).status_code == 429
        clock.shift(timedelta(minutes=16))
        assert "Maria Lopez" in visitor.look_up(code).text
    assert 0 < len(audited(world, "release.status_refused")) < 100
    assert len(audited(world, "public.throttled")) == 1


def test_one_code_cannot_be_guessed_at_from_many_addresses(app, code):
    answers = [Visitor(app, address=f"198.51.100.{n}").look_up(code, year="1980") for n in range(12)]
    assert answers[-1].status_code == 429


def test_what_was_typed_stays_in_the_form(visitor, world):
    page = visitor.look_up("22222-22222")
    assert 'value="22222-22222"' in page.text
    assert 'value="1971"' in page.text


def test_tries_are_audited_without_code_date_or_name(visitor, code, world):
    visitor.look_up(code, year="1972")
    visitor.look_up(code)
    with world.installation.database.reading() as session:
        entries = list(session.scalars(select(AuditEntry)))
        keys = list(session.scalars(select(Throttle.key)))
    opened, refused = audited(world, "release.status_opened"), audited(world, "release.status_refused")
    assert (len(opened), len(refused), opened[0].address) == (1, 1, "192.0.2.10")
    written = "\n".join(f"{each.subject} {each.actor_name} {each.details}" for each in entries)
    for secret in (code, code.replace("-", ""), "1971", "1972", "Maria", "Lopez", "Finch"):
        assert secret not in written + " ".join(keys)


def test_the_address_of_the_page_opens_nothing(app, visitor, code):
    visitor.look_up(code)
    page = Visitor(app).get(STATUS)
    assert page.request.path == "/status"
    assert "Maria" not in page.text


def test_the_grant_ends_after_half_an_hour(app, code):
    with time_machine.travel(MONDAY, tick=False) as clock:
        visitor = Visitor(app)
        visitor.look_up(code)
        clock.shift(timedelta(minutes=31))
        assert "Maria" not in visitor.get(STATUS).text


def test_leaving_ends_the_grant(visitor, code):
    visitor.look_up(code)
    visitor.post("/status/leave", {}, page=STATUS)
    assert visitor.get(STATUS).request.path == "/status"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("received", "We have your request"),
        ("in_progress", "We are working on it"),
        ("on_hold", "We have a question for you. Please call us."),
        ("in_review", "A second person checks"),
        ("needs_correction", "We are fixing something"),
        ("completed", "Your records are ready"),
        ("denied", "We never treated this person."),
        ("cancelled", "We stopped work on this request."),
    ],
)
def test_every_status_is_said_in_plain_words(visitor, world, code, status, words):
    change(world, lambda session, case: bring_to(world, session, case, status))
    assert words in visitor.look_up(code).text


def test_a_denial_says_how_to_complain(visitor, world, code):
    change(world, lambda session, case: bring_to(world, session, case, "denied"))
    assert "Office for Civil Rights" in visitor.look_up(code).text


def test_what_is_sent_is_listed_with_its_verdict(visitor, world, code, installation):
    run_due(installation)
    page = visitor.look_up(code)
    assert "signed.pdf" in page.text
    assert "Not accepted" in page.text
    assert "This PDF" in page.text


def test_the_verdict_is_said_in_the_language_of_the_page(app, world, code, installation):
    run_due(installation)
    page = Visitor(app, "es").look_up(code)
    assert "No aceptado" in page.text
    assert "Este PDF" in page.text


def test_a_refused_paper_is_told_by_mail_without_its_name(world, code, installation):
    run_due(installation)
    with world.installation.database.reading() as session:
        notice = session.scalars(select(Notice).where(Notice.template == "release.refused_document")).one()
    assert "signed.pdf" not in notice.subject + notice.body


def test_the_awaited_paper_takes_the_request_off_hold(visitor, world, code, installation):
    hold(world, "awaiting_identification")
    page = visitor.look_up(code)
    assert "We need to see who you are" in page.text
    visitor.post(f"{STATUS}/documents", {"identification": (BytesIO(SCAN), "licence.png")}, page=STATUS)
    run_due(installation)
    with world.installation.database.reading() as session:
        assert case_of(session).status == "in_progress"
    assert "We are working on it" in visitor.get(STATUS).text


def test_a_bad_file_is_explained_and_the_good_one_kept(visitor, world, code):
    visitor.look_up(code)
    files = [(BytesIO(b"MZ\x90"), "setup.exe"), (BytesIO(PDF + b"new"), "card.pdf")]
    page = visitor.post(f"{STATUS}/documents", {"identification": files}, page=STATUS)
    assert page.status_code == 422
    assert "setup.exe: This file is a program" in page.text
    assert "card.pdf" in page.text
    with world.installation.database.reading() as session:
        names = set(session.scalars(select(Document.given_name)))
    assert names == {"signed.pdf", "card.pdf"}


def test_sending_no_file_is_said(visitor, code):
    visitor.look_up(code)
    assert "Choose a file first." in visitor.post(f"{STATUS}/documents", {}, page=STATUS).text


def test_a_closed_request_takes_no_papers(visitor, world, code):
    visitor.look_up(code)
    cancel_page = f"{STATUS}/cancel"
    token_page = visitor.get(cancel_page)
    change(world, lambda session, case: bring_to(world, session, case, "denied"))
    assert token_page.status_code == 200
    page = visitor.post(f"{STATUS}/documents", {"identification": (BytesIO(PDF), "late.pdf")}, page="/status")
    assert "takes no more papers" in page.text


def test_cancelling_asks_why_and_ends_the_request(visitor, world, code):
    visitor.look_up(code)
    assert "Write a few words on why." in visitor.post(f"{STATUS}/cancel", {"reason": " "}).text
    page = visitor.post(f"{STATUS}/cancel", {"reason": "Found \0them at home"})
    assert "Your request was cancelled" in page.text
    with world.installation.database.reading() as session:
        case = case_of(session)
        event = session.scalars(select(CaseEvent).where(CaseEvent.action == "cancel")).one()
    assert case.status == "cancelled"
    assert (event.actor_kind, event.note) == ("requester", "Found them at home")


def test_a_finished_request_cannot_be_cancelled(visitor, world, code):
    visitor.look_up(code)
    change(world, lambda session, case: bring_to(world, session, case, "completed"))
    page = visitor.post(f"{STATUS}/cancel", {"reason": "Too late"}, page="/status")
    assert "closed already" in page.text
    with world.installation.database.reading() as session:
        assert case_of(session).status == "completed"


def test_letters_to_the_requester_can_be_read_and_other_papers_cannot(visitor, world, code, installation):
    ids = {}

    def act(session, case):
        for name, details in (("letter", {"generated": True}), ("mail_in", {})):
            document = add_document(session, case, "correspondence")
            document.details = details
            ids[name] = document.public_id
            installation.store.put_stream(document.key, [b"%PDF-letter"])
            document.size = len(b"%PDF-letter")

    change(world, act)
    visitor.look_up(code)
    letter = visitor.get(f"{STATUS}/letters/{ids['letter']}")
    assert letter.data == b"%PDF-letter"
    assert letter.headers["Content-Disposition"].startswith("attachment")
    assert visitor.get(f"{STATUS}/letters/{ids['mail_in']}").status_code == 404
    assert len(audited(world, "release.letter_fetched")) == 1


def test_the_status_page_speaks_spanish(app, code):
    page = Visitor(app, "es").look_up(code)
    assert "Tenemos su solicitud" in page.text
    assert "Cancelar mi solicitud" in page.text


def test_a_cancellation_open_for_too_long_keeps_the_reason(visitor, code):
    visitor.look_up(code)
    answer = visitor.client.post(f"{STATUS}/cancel", data={"reason": "Found them", "csrf_token": "stale"})
    assert answer.status_code == 400
    assert "Found them" in answer.text


def test_every_page_that_answers_a_form_can_be_read_in_the_other_language(visitor, code):
    visitor.look_up(code)
    page = visitor.post(f"{STATUS}/documents", {}, page=STATUS)
    assert "/status/request/documents?lang=es" in page.text
    assert "Tenemos su solicitud" in visitor.get("/status/request/documents?lang=es").text
