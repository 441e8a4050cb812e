"""The supervisor's board: unassigned first, everybody's load, each figure's rows, assigning many at once."""

import pytest

from duecare.core.time import now
from duecare.workflows.release import board
from duecare.workflows.release.models import ReleaseRequest
from tests.support.markup import page, text
from tests.support.world import World


def test_unassigned_requests_come_first_and_can_be_given_to_somebody_at_once(
    signed_in, case_in, world: World
):
    numbers = [case_in(patient={"mrn": str(each)}).number for each in range(3)]
    held = case_in("in_progress").number
    sofia = signed_in("sofia")
    shown = page(sofia.get("/releases/board"))
    assert sorted(shown.xpath("//input[@name='number']/@value")) == sorted(numbers)
    data = {"number": [*numbers[:2], "ROI-1999-000001"], "assignee": world.people["bob"].public_id}
    answer = sofia.post("/releases/board/assign", data=data)
    after = text(page(sofia.get(answer.location)))
    assert "2 requests were assigned." in after
    assert "ROI-1999-000001" in after
    assert numbers[2] in after
    assert held not in after


def test_each_figure_equals_the_rows_it_opens(signed_in, case_in, world: World):
    for status in ("in_progress", "in_progress", "on_hold", "in_review"):
        case_in(status)
    with world.installation.database.transaction() as session:
        late = session.get_one(ReleaseRequest, 1)
        late.due_at = late.received_at
        session.flush()
        found = board.workload(session, world.riverside.id, now(), world.riverside.zone)
        loads = {load.person.name: load for load in found}
    alice = loads["Alice Example"]
    assert (alice.open, alice.overdue, alice.on_hold) == (4, 1, 1)
    assert loads["Bob Example"].open == 0
    sofia = signed_in("sofia")
    for kind in board.KINDS:
        address = f"/releases/board?show={kind}&specialist={world.people['alice'].public_id}"
        rows = page(sofia.get(address)).xpath("//input[@name='number']")
        assert len(rows) == getattr(alice, kind)


@pytest.mark.parametrize("name", ["alice", "quentin", "priya", "adam"])
def test_only_who_assigns_sees_the_board(signed_in, name):
    assert signed_in(name).get("/releases/board").status_code == 403


def test_another_organisations_requests_stay_away(signed_in, case_in):
    case_in()
    assert not page(signed_in("sven").get("/releases/board")).xpath("//input[@name='number']")


def test_without_a_choice_nothing_is_assigned(signed_in, case_in):
    case_in()
    sofia = signed_in("sofia")
    answer = sofia.post("/releases/board/assign", data={"assignee": ""})
    assert "Choose requests and a specialist." in text(page(sofia.get(answer.location)))
