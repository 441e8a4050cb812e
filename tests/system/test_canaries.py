"""Protected text stays where it belongs: a canary in every column that may hold some shows no way out.

The walk asks for every page and address as people who may not see it; the database says where else it went.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import JSON, LargeBinary, String, Table, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from duecare.core.jobs import runner
from duecare.core.metadata import metadata
from duecare.core.notices.models import Notice
from duecare.core.people.models import Organisation
from duecare.workflows.release import operations
from duecare.workflows.release.authorization import PARTS
from tests.core.documents import made
from tests.support import world as worlds
from tests.support.api import ApiClient, issue_token
from tests.support.world import World
from tests.workflows.release.public import FIRM, MARIA, RECORDS, Visitor

CANARY = "kanari"
WORD = "Kanari"
FEDERAL_LAW_ALONE = "IL"
EMAIL = "kanari@kanari.example"
MAKE_UP = {
    "patient": {"first_name": WORD, "last_name": "Kanarilast", "mrn": "KANARI-7"},
    "requester": {
        "kind": "attorney",
        "name": "Kanariname",
        "organisation": "Kanarifirm",
        "email": EMAIL,
        "phone": WORD,
        "address": "1 Kanari Street",
    },
    "purpose": "Kanaripurpose",
    "notes": "Kanarinotes",
}
# Every column of text of a table with health information holds a canary, or is listed with what it holds.
PROTECTED = {
    "authorization_checks": {"stage": "code", "checked_by": "colleague"},
    "case_events": {
        "workflow": "code",
        "actor_kind": "code",
        "actor_name": "colleague",
        "action": "code",
        "from_status": "code",
        "to_status": "code",
    },
    "case_extensions": {},
    "case_pauses": {"reason": "code"},
    "cases": {
        "public_id": "opaque",
        "workflow": "code",
        "number": "number",
        "status": "code",
        "priority": "code",
        "title": "kinds of record and of requester",
        "waiting_on": "code",
        "rule_code": "code",
    },
    "disclosures": {"description": "codes"},
    "documents": {
        "public_id": "opaque",
        "kind": "code",
        "state": "code",
        "refusal_code": "code",
        "refusal": "a sentence of ours",
        "key": "number and opaque id",
        "media_type": "code",
        "sha256": "digest",
        "original_sha256": "digest",
        "details": "codes and figures",
        "uploaded_by": "colleague, or the part somebody plays",
    },
    "patients": {"public_id": "opaque"},
    "public_draft_files": {"public_id": "opaque", "kind": "code", "key": "opaque", "sha256": "digest"},
    "public_drafts": {"token_digest": "digest"},
    "release_requests": {
        "channel": "code",
        "request_type": "code",
        "requester_kind": "code",
        "requester_locale": "code",
        "record_types": "codes",
        "delivery": "code",
        "tracking_digest": "digest",
        "denial_basis": "code",
        "form_key": "digest",
    },
    "search_terms": {},
}
ADDRESSED = {"notices": {"address"}}
LEAVES = {"security.logout", "account.end_session", "account.switch_organisation"}


@dataclass
class Kept:
    """What the world holds now: ids to try, and what was answered on the way."""

    numbers: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    answers: list[TestResponse] = field(default_factory=list)


def has_canary(value: object) -> bool:
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    return CANARY in text.lower()


def leaks(answer: TestResponse) -> bool:
    """Whether protected text is in the body, the address it leads to or a cookie."""
    return has_canary(answer.data) or has_canary(answer.headers)


@pytest.fixture
def kept(app: Flask, world: World) -> Kept:
    """Requests that went every way, with canaries wherever people can write; all their jobs have run."""
    app.testing, app.config["WTF_CSRF_ENABLED"] = False, False
    found = Kept()
    with world.installation.database.transaction() as session:
        session.get_one(Organisation, world.riverside.id).state = FEDERAL_LAW_ALONE
        for way, changes in WAYS.items():
            case = worlds.create(world, session, **{**MAKE_UP, **changes})
            case.extra = {"ward": WORD}
            assert case.patient is not None
            case.patient.phone, case.patient.email = WORD, EMAIL
            found.numbers.append(case.number)
            way(world, session, case)
    found.answers += _as_a_colleague(worlds.sign_in_as(app, world, "alice"), found.numbers)
    _as_a_requester(app)
    runner.run_due(world.installation)
    found.ids = _every_id(world)
    return found


def _completed(world: World, session: Session, case: Any) -> None:
    worlds.assign(world, session, case)
    for kind in ("authorization", "release_package"):
        document = worlds.add_document(session, case, kind)
        document.given_name, document.title = "Kanari.pdf", "Kanarititle"
    findings = {part.code: {"finding": "present", "where": WORD} for part in PARTS}
    for stage, name, action in (("intake", "alice", "submit_for_review"), ("release", "quentin", "complete")):
        operations.record_check(session, world.caller(name), case, stage, findings, expiry_event=WORD)
        operations.act(session, world.caller(name), case, action)


def _held_and_extended(world: World, session: Session, case: Any) -> None:
    worlds.assign(world, session, case)
    until = (case.first_due_at + timedelta(days=5)).date().isoformat()
    operations.act(session, world.caller("sofia"), case, "extend", {"until": until, "reason": WORD})
    held = {"reason_code": "awaiting_clarification", "reason": WORD}
    operations.act(session, world.caller("alice"), case, "hold", held)


def _denied(world: World, session: Session, case: Any) -> None:
    worlds.assign(world, session, case)
    denied = {"basis": "no_such_records", "reason": WORD}
    operations.act(session, world.caller("sofia"), case, "deny", denied)


def _sent_back_and_cancelled(world: World, session: Session, case: Any) -> None:
    worlds.bring_to(world, session, case, "in_review")
    operations.act(session, world.caller("quentin"), case, "return_for_correction", {"notes": WORD})
    operations.act(session, world.caller("sofia"), case, "cancel", {"reason": WORD})


OWN = {"request_type": "patient_access", "requester": {**MAKE_UP["requester"], "kind": "patient"}}
WAYS: dict[Callable[[World, Session, Any], None], dict[str, Any]] = {
    _completed: {},
    _held_and_extended: OWN,
    _denied: {},
    _sent_back_and_cancelled: {},
}


def _as_a_colleague(client: FlaskClient, numbers: list[str]) -> Iterator[TestResponse]:
    """What a specialist types, right and wrong; gives the answers that may carry none of it."""
    page = f"/releases/{numbers[1]}"
    upload = (made.pdf(text=WORD), "Kanari.pdf")
    client.post(f"{page}/notes", data={"note": WORD})
    client.post(f"{page}/facts/notes", data={"value": WORD})
    client.post(f"{page}/facts/requester_email", data={"value": "kanari"})
    client.post(f"{page}/documents", data={"kind": "record", "file": (made.io.BytesIO(upload[0]), upload[1])})
    client.post(f"{page}/documents", data={"kind": "record", "file": (made.io.BytesIO(b"?"), "Kanari.exe")})
    client.post("/releases/new", data={"patient-first_name": WORD, "purpose": WORD})
    client.get("/find?q=kanari")
    client.get("/releases?q=kanari")
    yield client.get("/healthz")
    yield client.get("/readyz")


def _as_a_requester(app: Flask) -> None:
    for send in (False, True):
        visitor = Visitor(app)
        visitor.post = _without_token(visitor)  # type: ignore[method-assign]
        visitor.answer("who", {"who": "attorney"})
        visitor.answer("contact", {**FIRM, "name": WORD, "email": EMAIL})
        visitor.answer("patient", {**MARIA, "first_name": WORD, "last_name": WORD})
        visitor.answer("records", {**RECORDS, "notes": WORD, "purpose": WORD})
        visitor.add_files({"authorization": [("Kanari.pdf", made.pdf())]}, "add")
        if send:
            visitor.send()


def _without_token(visitor: Visitor) -> Any:
    def post(
        path: str, data: dict[str, Any], *, page: str | None = None, follow: bool = True
    ) -> TestResponse:
        del page
        return visitor.client.post(
            path,
            data=data,
            headers=visitor.headers,
            environ_overrides=visitor.environ,
            follow_redirects=follow,
        )

    return post


def _every_id(world: World) -> list[str]:
    """Every opaque id there is, of anything."""
    with world.installation.database.reading() as session:
        tables = [table for table in metadata.sorted_tables if "public_id" in table.c]
        return [each for table in tables for each in session.scalars(select(table.c.public_id).limit(3))]


def columns_of_text(table: Table) -> list[str]:
    """Columns that can hold what somebody wrote."""
    written = (String, JSON, LargeBinary)
    return [column.name for column in table.columns if isinstance(column.type, written)]


def test_every_column_of_text_of_a_protected_table_holds_a_canary(world: World, kept: Kept) -> None:
    assert kept.numbers
    bare = []
    with world.installation.database.reading() as session:
        for name, harmless in PROTECTED.items():
            table = metadata.tables[name]
            rows = session.execute(select(table)).mappings().all()
            wanted = [column for column in columns_of_text(table) if column not in harmless]
            bare += [f"{name}.{each}" for each in wanted if not any(has_canary(row[each]) for row in rows)]
            assert harmless.keys() <= set(columns_of_text(table)), name
    assert bare == [], "plant a canary there, or say in PROTECTED what these columns hold"


def test_no_other_column_of_the_database_holds_any(world: World, kept: Kept) -> None:
    """History, jobs, mails, bell, report figures, remembered answers, throttles and the rest."""
    assert kept.numbers
    found = set()
    with world.installation.database.reading() as session:
        for table in metadata.sorted_tables:
            allowed = (
                set(columns_of_text(table)) - PROTECTED.get(table.name, dict.fromkeys(table.c.keys())).keys()
            )
            allowed |= ADDRESSED.get(table.name, set())
            for row in session.execute(select(table)).mappings():
                found |= {
                    f"{table.name}.{each}" for each in row if each not in allowed and has_canary(row[each])
                }
    assert found == set()


def test_no_mail_carries_any(world: World, kept: Kept, tmp_path: Path) -> None:
    mails = list((tmp_path / "outbox").glob("*.eml"))
    assert mails
    assert kept.numbers
    for path in mails:
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        del mail["To"]
        assert not has_canary(mail.as_string()), mail["Subject"]
        assert not has_canary(mail.get_content()), mail["Subject"]


def test_no_log_line_or_health_answer_carries_any(
    kept: Kept, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    said = capsys.readouterr()
    assert not has_canary(said.out + said.err + caplog.text)
    assert not [answer for answer in kept.answers if leaks(answer)]


def test_who_may_see_it_does(app: Flask, world: World, kept: Kept) -> None:
    assert leaks(worlds.sign_in_as(app, world, "alice").get(f"/releases/{kept.numbers[0]}"))


WHO_MAY_NOT = ("charlie", "sven", "rita", "perry", "anna", "adam", None)
PARAMETER = re.compile(r"<(?:[^:>]+:)?(\w+)>")
SAMPLES = {
    "action": ["hold", "assign", "cancel"],
    "stage": ["intake"],
    "code": ["riverside"],
    "step": ["contact", "patient"],
    "name": ["notes", "release.aging-report"],
    "file_format": ["csv"],
    "format": ["pdf"],
    "kind": ["csv"],
    "page": ["1"],
    "workflow": ["release"],
    "request_type": ["third_party"],
}


def addresses(rule: Rule, kept: Kept) -> list[str]:
    """The rule's addresses with the ids there are: number and the id that fits are both tried."""
    found = [rule.rule]
    while any(PARAMETER.search(each) for each in found):
        found = [
            PARAMETER.sub(value, each, count=1)
            for each in found
            if (parameter := PARAMETER.search(each))
            for value in _values(parameter[1], kept)
        ]
    return found


def _values(parameter: str, kept: Kept) -> list[str]:
    if parameter == "number":
        return kept.numbers[:2]
    return SAMPLES.get(parameter) or (kept.ids if parameter in {"public_id", "id"} else ["x"])


@pytest.mark.parametrize("name", WHO_MAY_NOT)
def test_no_page_shows_any_to_somebody_who_may_not_see_it(
    app: Flask, world: World, kept: Kept, name: str | None
) -> None:
    client = worlds.sign_in_as(app, world, name) if name else app.test_client()
    asked = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in LEAVES or rule.endpoint.startswith(("api.", "assets.")):
            continue
        for path in addresses(rule, kept):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                answer = client.open(path, method=method, data={} if method == "POST" else None)
                asked += 1
                assert not leaks(answer), (method, path)
                assert answer.status_code != 500, (method, path)
                answer.close()
    assert asked > len(kept.ids)


def test_the_api_shows_none_to_an_administrator_of_the_same_organisation(
    app: Flask, world: World, kept: Kept
) -> None:
    adam = ApiClient(app, issue_token(world, "adam"))
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")]
    for rule in rules:
        for path in addresses(rule, kept):
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                answer = adam.call(
                    method, path.removeprefix("/api/v1"), json={} if method == "POST" else None
                )
                assert not leaks(answer), (method, path)


def test_notices_go_to_an_address_and_say_nothing_of_it(world: World, kept: Kept) -> None:
    assert kept.numbers
    with world.installation.database.reading() as session:
        notices = session.scalars(select(Notice)).all()
    assert any(notice.address == EMAIL for notice in notices)
    assert not any(has_canary((notice.subject, notice.body, notice.link)) for notice in notices)
