"""What people type is protected: it never gets into addresses, log lines, mails or refused answers."""

import pytest
from sqlalchemy import select

from duecare.core.jobs.runner import run_due
from duecare.core.notices.models import Notice
from tests.workflows.release.public import FIRM, MARIA, PDF, RECORDS, Visitor, code_on

CANARIES = {
    "first_name": "Kanarifirst",
    "last_name": "Kanarilast",
    "mrn": "KANARI-MRN-7",
    "name": "Kanariname",
    "organisation": "Kanarifirm",
    "phone": "555 KANARI",
    "address": "1 Kanari Street",
    "notes": "Kanarinotes",
    "purpose": "Kanaripurpose",
}


@pytest.fixture
def sent(app, world):
    """A request whose every field carries a canary, and its visitor."""
    visitor = Visitor(app)
    visitor.answer("who", {"who": "attorney"})
    visitor.answer("contact", _with(FIRM))
    visitor.answer("patient", _with(MARIA))
    visitor.answer("records", _with({**RECORDS, "purpose": ""}))
    visitor.add_files({"authorization": [("Kanarifile.pdf", PDF)]})
    return visitor, visitor.send()


def _with(fields):
    return {name: CANARIES.get(name, value) for name, value in fields.items()}


def caught(text):
    return [value for value in (*CANARIES.values(), "Kanarifile", "1971-04-03") if value in text]


def test_mails_carry_a_number_and_a_link_only(sent, installation):
    run_due(installation)
    with installation.database.reading() as session:
        notices = session.scalars(select(Notice)).all()
    assert notices
    assert caught("".join(f"{each.subject}{each.body}{each.link}" for each in notices)) == []


def test_log_lines_carry_none_of_it(sent, installation, capsys):
    visitor, receipt = sent
    visitor.look_up(code_on(receipt))
    visitor.look_up("22222-22222")
    run_due(installation)
    said = capsys.readouterr()
    assert caught(said.out + said.err) == []
    assert code_on(receipt) not in said.out + said.err


def test_log_lines_of_a_failed_form_carry_none_of_it(app, world, capsys):
    visitor = Visitor(app)
    visitor.answer("who", {"who": "patient"})
    visitor.answer("patient", {**_with(MARIA), "born-month": "13"})
    said = capsys.readouterr()
    assert caught(said.out + said.err) == []


def test_redirects_and_links_carry_none_of_it(app, world):
    visitor = Visitor(app)
    visitor.answer("who", {"who": "patient"})
    answer = visitor.answer("patient", _with(MARIA), follow=False)
    assert answer.status_code == 303
    assert caught(answer.headers["Location"]) == []


def test_somebody_elses_refused_look_up_shows_none_of_it(app, sent):
    _visitor, receipt = sent
    stranger = Visitor(app, address="198.51.100.7")
    pages = [stranger.look_up(code_on(receipt), year="1980"), stranger.get("/status/request")]
    pages.append(stranger.get("/request/riverside/receipt"))
    assert caught("".join(page.text for page in pages)) == []
    assert all(code_on(receipt) not in page.text for page in pages[1:])
