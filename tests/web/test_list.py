"""The list of releases: filters, views, paging, bulk assignment and export, each within one organisation."""

import csv
import io
from random import Random

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from duecare.core import lists
from duecare.core.audit import AuditEntry
from duecare.core.cases import Case
from duecare.core.installation import Installation
from duecare.core.people.models import SavedView
from duecare.core.time import now
from tests.support import many
from tests.support import world as worlds
from tests.support.pages import check_page
from tests.support.world import World, sign_in_as


@pytest.fixture
def numbers(world: World, installation: Installation) -> list[str]:
    """Three new requests of ours; Lakeside has one as well."""
    with installation.database.transaction() as session:
        ours = [
            worlds.create(world, session, channel=channel, patient={"mrn": f"88{index}"}).number
            for index, channel in enumerate(("fax", "phone", "mail"))
        ]
        worlds.create(world, session, by="charlie", patient={"last_name": "Lakesider"})
    return ours


@pytest.fixture
def sofia(app: Flask, world: World) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return sign_in_as(app, world, "sofia")


def exported(answer: object) -> list[list[str]]:
    content = answer.get_data().decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(content, newline="")))


def test_the_list_shows_open_requests(sofia: FlaskClient, numbers: list[str]) -> None:
    page = check_page(sofia.get("/releases"))
    assert all(number in page for number in numbers)
    assert "Lakesider" not in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("channel=fax", [0]),
        ("channel=fax&status=completed", []),
        ("type=third_party", [0, 1, 2]),
        ("type=subpoena", []),
        ("q=881", [1]),
        ("assignee=nobody", [0, 1, 2]),
        ("assignee=me", []),
        ("status=closed", []),
        ("received_from=2020-01-01", [0, 1, 2]),
        ("received_to=2020-01-01", []),
        ("overdue=true", []),
        ("priority=stat", []),
        ("channel=nonsense", [0, 1, 2]),
    ],
)
def test_a_filter_in_the_address_narrows_the_list(
    sofia: FlaskClient, numbers: list[str], query: str, shown: list[int]
) -> None:
    page = check_page(sofia.get(f"/releases?{query}"))
    assert [index for index, number in enumerate(numbers) if f"/releases/{number}" in page] == shown


def test_a_filter_that_cannot_be_read_is_refused(sofia: FlaskClient, numbers: list[str]) -> None:
    assert sofia.get("/releases?received_from=soon").status_code == 422
    assert sofia.get("/releases?sort=title").status_code == 422
    assert sofia.get("/releases?cursor=%00").status_code == 422


def test_pages_follow_one_another(sofia: FlaskClient, world: World, installation: Installation) -> None:
    made = many.make(
        Random(1),
        lists.page_named("releases").rows + 10,
        organisation_id=world.riverside.id,
        assignees=(world.people["alice"].id,),
        at=now(),
        open_share=1,
    )
    with installation.database.transaction() as session:
        many.write(session, made)
    first = check_page(sofia.get("/releases"))
    assert 'rel="next"' in first
    second = check_page(sofia.get(_href(first, "next")))
    assert 'rel="next"' not in second
    assert _rows(check_page(sofia.get(_href(second, "prev")))) == _rows(first)


def test_a_supervisor_assigns_many_at_once(
    sofia: FlaskClient, world: World, numbers: list[str], installation: Installation
) -> None:
    answer = _assign(sofia, world, numbers, query="channel=fax")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/releases?channel=fax")
    assert _holders(installation, numbers) == [world.people["bob"].id] * 3


def test_one_bad_case_never_loses_the_others(
    sofia: FlaskClient, world: World, numbers: list[str], installation: Installation
) -> None:
    with installation.database.transaction() as session:
        case = session.scalars(select(Case).where(Case.number == numbers[1])).one()
        worlds.bring_to(world, session, case, "cancelled")
    page = check_page(_assign(sofia, world, [*numbers, "ROI-1999-000001"]))
    assert "2 requests are now with Bob Example" in page
    assert "while the case is “Cancelled”" in page
    assert "ROI-1999-000001" in page
    assert _holders(installation, [numbers[0], numbers[2]]) == [world.people["bob"].id] * 2


def test_another_organisations_request_is_not_assigned(
    app: Flask, world: World, numbers: list[str], installation: Installation
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    sven = sign_in_as(app, world, "sven")
    answer = sven.post(
        "/releases/assign", data={"number": numbers, "assignee": world.people["charlie"].public_id}
    )
    assert "There is no such case" in answer.text
    assert _holders(installation, numbers) == [None] * 3


@pytest.mark.parametrize("assignee", ["charlie", "quentin"])
def test_only_our_specialists_get_work(
    sofia: FlaskClient, world: World, numbers: list[str], installation: Installation, assignee: str
) -> None:
    data = {"number": numbers, "assignee": world.people[assignee].public_id}
    assert sofia.post("/releases/assign", data=data).status_code == 422
    assert _holders(installation, numbers) == [None] * 3


def test_a_specialist_assigns_nothing(app: Flask, world: World, numbers: list[str]) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    alice = sign_in_as(app, world, "alice")
    assert _assign(alice, world, numbers).status_code == 403
    assert "data-bulk-bar" not in alice.get("/releases").text


def test_an_export_holds_what_is_filtered(sofia: FlaskClient, numbers: list[str]) -> None:
    answer = sofia.get("/releases/export.csv?channel=fax")
    header, *rows = exported(answer)
    assert [row[header.index("Number")] for row in rows] == [numbers[0]]
    assert rows[0][header.index("Requester")] == "Harold Finch"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="releases-')


def test_an_export_is_audited_without_what_was_searched(
    sofia: FlaskClient, numbers: list[str], installation: Installation
) -> None:
    sofia.get("/releases/export.csv?q=lopez&status=received").get_data()
    with installation.database.reading() as session:
        entry = session.query(AuditEntry).filter_by(action="cases.exported").one()
    assert entry.details == {"format": "csv", "filters": {"status": "received"}, "searched": True}


def test_a_hostile_name_is_text_in_an_export(
    sofia: FlaskClient, world: World, installation: Installation
) -> None:
    with installation.database.transaction() as session:
        worlds.create(world, session, requester={"name": "=cmd|'/C calc'!A0"})
    header, row = exported(sofia.get("/releases/export.csv"))
    assert row[header.index("Requester")] == "'=cmd|'/C calc'!A0"


def test_an_export_is_a_workbook_too(sofia: FlaskClient, numbers: list[str]) -> None:
    assert sofia.get("/releases/export.xlsx").get_data().startswith(b"PK")


def test_there_is_no_other_kind_of_export(sofia: FlaskClient, numbers: list[str]) -> None:
    assert sofia.get("/releases/export.pdf").status_code == 404


def test_who_may_not_export_is_refused(app: Flask, world: World, numbers: list[str]) -> None:
    quentin = sign_in_as(app, world, "quentin")
    assert quentin.get("/releases/export.csv").status_code == 403
    assert "export.csv" not in quentin.get("/releases").text


def test_a_view_is_kept_and_offered(sofia: FlaskClient, world: World, numbers: list[str]) -> None:
    answer = sofia.post("/views/of/releases", data={"name": "Faxes", "query": "channel=fax&cursor=x"})
    assert answer.headers["Location"] == "/releases?channel=fax"
    assert "Faxes" in check_page(sofia.get("/releases"))


def test_a_private_view_is_ones_own(app: Flask, sofia: FlaskClient, world: World) -> None:
    sofia.post("/views/of/releases", data={"name": "Faxes", "query": "channel=fax"})
    assert "Faxes" not in sign_in_as(app, world, "alice").get("/releases").text


def test_a_shared_view_is_offered_to_colleagues_only(app: Flask, sofia: FlaskClient, world: World) -> None:
    sofia.post("/views/of/releases", data={"name": "Faxes", "query": "channel=fax", "shared": "true"})
    assert "Faxes" in sign_in_as(app, world, "alice").get("/releases").text
    assert "Faxes" not in sign_in_as(app, world, "charlie").get("/releases").text


def test_sharing_needs_its_permission(app: Flask, sofia: FlaskClient, world: World) -> None:
    alice = sign_in_as(app, world, "alice")
    data = {"name": "Faxes", "query": "", "shared": "true"}
    assert alice.post("/views/of/releases", data=data).status_code == 403
    assert 'name="shared"' not in alice.get("/releases").text


@pytest.mark.parametrize(("name", "status"), [("sofia", 302), ("alice", 403), ("charlie", 404)])
def test_who_removes_a_shared_view(
    app: Flask, sofia: FlaskClient, world: World, installation: Installation, name: str, status: int
) -> None:
    sofia.post("/views/of/releases", data={"name": "Faxes", "query": "", "shared": "true"})
    with installation.database.reading() as session:
        public_id = session.query(SavedView).one().public_id
    assert sign_in_as(app, world, name).post(f"/views/{public_id}/remove").status_code == status


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_view_needs_a_name_that_fits(sofia: FlaskClient, name: str) -> None:
    assert sofia.post("/views/of/releases", data={"name": name, "query": ""}).status_code == 422


def test_there_are_no_views_of_an_unknown_list(sofia: FlaskClient) -> None:
    assert sofia.post("/views/of/nonsense", data={"name": "x", "query": ""}).status_code == 404


def _assign(client: FlaskClient, world: World, numbers: list[str], query: str = "") -> object:
    data = {"number": numbers, "assignee": world.people["bob"].public_id, "query": query}
    return client.post("/releases/assign", data=data)


def _holders(installation: Installation, numbers: list[str]) -> list[int | None]:
    with installation.database.reading() as session:
        return [
            session.scalars(select(Case.assignee_id).where(Case.number == number)).one() for number in numbers
        ]


def _href(page: str, rel: str) -> str:
    return page.split(f'rel="{rel}" href="')[1].split('"', maxsplit=1)[0].replace("&amp;", "&")


def _rows(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.split('name="number" value="')[1:]]
