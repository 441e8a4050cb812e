"""Fetching a completed package by a signed link and one thing more."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from sqlalchemy import select

from duecare.core.audit import AuditEntry
from duecare.core.documents.models import Document
from duecare.core.jobs.runner import run_due
from duecare.core.notices import delivery
from duecare.core.notices.models import Notice
from duecare.core.people.models import Organisation
from duecare.core.signing import signed
from duecare.workflows.release import operations, pickup
from duecare.workflows.release.models import Pickup, ReleaseRequest
from tests.support.world import MONDAY, bring_to, create, sign_in_as
from tests.workflows.release.public import Visitor

PACKAGE = b"%PDF-1.7 the package"
RIGHT = {"born-month": "4", "born-day": "3", "born-year": "1971"}
WRONG = {**RIGHT, "born-year": "1970"}
CLOSED = "This link does not work"


@pytest.fixture
def visitor(app, world):
    return Visitor(app)


@pytest.fixture
def link(world, installation):
    """The path of the link that the requester of a completed request got."""
    return completed(world, installation)


def completed(world, installation, **settings):
    with installation.database.transaction() as session:
        session.get_one(Organisation, world.riverside.id).settings = settings
        case = bring_to(world, session, create(world, session), "completed")
        put_package(session, installation, case)
    return newest_link(installation)


def put_package(session, installation, case):
    offered = session.scalars(select(Pickup).where(Pickup.case_id == case.id)).first()
    package = session.get_one(Document, offered.document_id)
    package.size = installation.store.put_stream(package.key, [PACKAGE]).size


def newest_link(installation):
    """The path in the newest mail about records that are ready."""
    run_due(installation)
    with installation.database.reading() as session:
        notice = session.scalars(
            select(Notice).where(Notice.template == "release.completed").order_by(Notice.id.desc())
        ).first()
    key = installation.settings.key
    folder, _, value = notice.link.rpartition("/")
    return urlsplit(f"{folder}/{signed(key, pickup.PURPOSE, value)}").path


def entries(installation):
    with installation.database.reading() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_link_and_date_of_birth_give_the_package(visitor, link):
    page = visitor.post(link, RIGHT)
    assert "Download the records" in page.text
    package = visitor.get(f"{link}/package")
    assert package.data == PACKAGE
    disposition = package.headers["Content-Disposition"]
    assert re.fullmatch(r"attachment; filename=ROI-\d{4}-\d{6}\.pdf", disposition)
    assert package.headers["Cache-Control"] == "no-store"


def test_the_link_alone_opens_nothing(visitor, link):
    answer = visitor.get(f"{link}/package", follow=False)
    assert answer.status_code == 303
    assert PACKAGE not in answer.data


def test_the_page_names_no_patient_before_the_date_is_right(visitor, link):
    page = visitor.get(link).text + visitor.post(link, WRONG).text
    assert "Lopez" not in page
    assert "ROI-" not in page


def test_what_one_browser_proved_is_not_proved_in_another(app, visitor, link):
    visitor.post(link, RIGHT)
    assert "Download" not in Visitor(app).get(link).text


def test_a_wrong_date_says_how_many_tries_are_left(visitor, link):
    assert "You can try 4 more times." in visitor.post(link, WRONG).text
    for _ in range(2):
        visitor.post(link, WRONG)
    assert "You can try one more time." in visitor.post(link, WRONG).text


def test_five_wrong_tries_close_the_link_for_the_right_date_too(visitor, link):
    token_page = [visitor.post(link, WRONG) for _ in range(5)][-1]
    assert CLOSED in token_page.text
    assert CLOSED in visitor.get(link).text
    assert CLOSED in visitor.post(link, RIGHT, page="/status").text


def test_an_unreadable_date_costs_no_try(visitor, link):
    for _ in range(6):
        assert "not a real date" in visitor.post(link, {**RIGHT, "born-month": "13"}).text
    assert "Download the records" in visitor.post(link, RIGHT).text


def test_every_try_is_audited_with_its_address(visitor, link, installation):
    visitor.post(link, WRONG)
    visitor.post(link, RIGHT)
    visitor.get(f"{link}/package")
    found = [each.action for each in entries(installation) if each.address == "192.0.2.10"]
    tried = [action for action in found if "pickup" in action or "package_fetched" in action]
    assert tried == ["release.pickup_refused", "release.pickup_opened", "release.package_fetched"]


def test_the_assignee_is_told_once(visitor, link, installation, world):
    visitor.post(link, RIGHT)
    visitor.get(f"{link}/package")
    visitor.get(f"{link}/package")
    with installation.database.reading() as session:
        notices = session.scalars(
            select(Notice).where(Notice.template == "release.fetched", Notice.channel == "in_app")
        ).all()
        offered = session.scalars(select(Pickup)).one()
    assert [notice.user_id for notice in notices] == [world.people["alice"].id]
    assert offered.fetches == 2


def closed_by(name, visitor, link, world, installation):
    """The page of a link that does not work, in one of the ways in which it may not."""
    with installation.database.transaction() as session:
        offered = session.scalars(select(Pickup)).one()
        case = session.scalars(select(ReleaseRequest)).one()
        if name == "withdrawn":
            pickup.withdraw(session, case, MONDAY)
        if name == "expired":
            offered.expires_at = offered.created_at
        if name == "reopened":
            operations.act(session, world.caller("sofia"), case, "reopen", {"reason": "A page was missing"})
        public_id = offered.public_id
    other = {
        "unknown": signed(installation.settings.key, pickup.PURPOSE, "nobody-knows-this"),
        "unsigned": public_id,
        "for another purpose": signed(installation.settings.key, "password", public_id),
        "signed elsewhere": signed("x" * 40, pickup.PURPOSE, public_id),
    }
    return visitor.get(f"/pickup/{other[name]}" if name in other else link)


WAYS = ["withdrawn", "expired", "reopened", "unknown", "unsigned", "for another purpose", "signed elsewhere"]


@pytest.mark.parametrize("way", WAYS)
def test_links_that_do_not_work_all_look_alike(visitor, link, world, installation, way):
    page = closed_by(way, visitor, link, world, installation)
    reference = visitor.get("/pickup/anything")
    assert page.status_code == reference.status_code == 404
    assert without_address(page) == without_address(reference)
    assert "ask for a new link" in page.text


def without_address(page):
    return page.text.replace(page.request.path, "")


def test_a_link_expires_after_the_days_of_the_organisation(visitor, world, installation):
    with time_machine.travel(MONDAY, tick=False) as clock:
        link = completed(world, installation, pickup_days=7)
        clock.shift(timedelta(days=6, hours=23))
        assert "Get your records" in visitor.get(link).text
        clock.shift(timedelta(hours=2))
        assert CLOSED in visitor.get(link).text


def test_a_code_is_sent_apart_where_the_organisation_wants_one(visitor, world, installation):
    link = completed(world, installation, pickup_factor="code")
    page = visitor.post(f"{link}/code", {}, page=link)
    assert "We sent you a code" in page.text
    code = code_in_mail(installation)
    assert "Download the records" in visitor.post(link, {"code": code.lower()}).text
    assert visitor.get(f"{link}/package").data == PACKAGE


def code_in_mail(installation):
    with installation.database.reading() as session:
        notice = session.scalars(
            select(Notice).where(Notice.template == "release.pickup_code").order_by(Notice.id.desc())
        ).first()
    assert notice.link == "/status"
    return re.search(
        r"[0-9A-Z]{5}-[0-9A-Z]{5}", delivery.message(installation.settings, notice).get_content()
    )[0]


def test_a_code_works_once_and_for_half_an_hour(app, world, installation):
    with time_machine.travel(MONDAY, tick=False) as clock:
        link = completed(world, installation, pickup_factor="code")
        first, second = Visitor(app), Visitor(app)
        first.post(f"{link}/code", {}, page=link)
        code = code_in_mail(installation)
        first.post(link, {"code": code})
        assert "not right" in second.post(link, {"code": code}).text
        second.post(f"{link}/code", {}, page=link)
        clock.shift(timedelta(minutes=31))
        assert "not right" in second.post(link, {"code": code_in_mail(installation)}).text


def test_codes_cannot_be_asked_for_without_end(visitor, world, installation):
    link = completed(world, installation, pickup_factor="code")
    answers = [visitor.post(f"{link}/code", {}, page=link) for _ in range(4)]
    assert answers[-1].status_code == 429


def test_staff_offer_a_new_link_and_the_old_one_stops(app, visitor, world, link, installation):
    for _ in range(5):
        visitor.post(link, WRONG)
    answer = post_offer(sign_in_as(app, world, "alice"), world)
    assert answer.status_code == 303
    renewed = newest_link(installation)
    assert renewed != link
    assert CLOSED in visitor.get(link).text
    assert "Download the records" in visitor.post(renewed, RIGHT).text


def post_offer(client, world):
    """Presses the button of the case page."""
    client.application.config["WTF_CSRF_ENABLED"] = False
    with world.installation.database.reading() as session:
        number = session.scalars(select(ReleaseRequest.number)).one()
    return client.post(f"/releases/{number}/pickup")


OFFERS = [("sofia", 303), ("quentin", 403), ("adam", 403), ("charlie", 404)]


@pytest.mark.parametrize(("who", "status"), OFFERS)
def test_who_may_offer_a_new_link(app, world, link, who, status):
    assert post_offer(sign_in_as(app, world, who), world).status_code == status


def test_a_request_that_is_not_completed_offers_nothing(app, world, installation):
    with installation.database.transaction() as session:
        bring_to(world, session, create(world, session), "in_progress")
    assert post_offer(sign_in_as(app, world, "alice"), world).status_code == 409


def test_the_page_speaks_spanish(app, link):
    assert "Reciba sus registros" in Visitor(app, "es").get(link).text


def test_a_change_of_language_after_asking_for_a_code_leads_back_to_the_page(visitor, link):
    assert "Reciba sus registros" in visitor.get(f"{link}/code?lang=es").text
