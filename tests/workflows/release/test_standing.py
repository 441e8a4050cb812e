"""A sentence says where a request stands, as one would say it over the telephone."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from duecare.core.installation import Installation
from duecare.workflows.release import operations, standing
from tests.support import world as worlds
from tests.support.world import World

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SENTENCES = {
    "received": "Nobody works on it yet: it has waited for a supervisor to assign it since Mon 2 Mar.",
    "in_progress": "Alice Example is working on it. There is no accepted authorization yet: upload it.",
    "on_hold": "On hold since Mon 2 Mar: waiting for the requester to clarify: “Which admission?”. "
    "The clock keeps running.",
    "in_review": "Alice Example prepared the package; it has waited for a reviewer since Mon 2 Mar.",
    "needs_correction": "QA asked: “Page 3 is missing”. Waiting on Alice Example since Mon 2 Mar.",
    "completed": "Completed on Mon 2 Mar, 0 days after receipt. The package was not fetched yet; "
    "the link works until Wed 1 Apr.",
    "denied": "Denied on Mon 2 Mar. Basis: We hold no such records.",
    "cancelled": "Cancelled on Mon 2 Mar: “Sent to us by mistake”.",
}


@pytest.mark.parametrize("status", list(SENTENCES))
def test_each_status_has_its_sentence(world: World, installation: Installation, status: str):
    with time_machine.travel(MONDAY, tick=False), installation.database.transaction() as session:
        case = worlds.bring_to(world, session, worlds.create(world, session), status)
        assert standing.sentence_of(session, case) == SENTENCES[status]


def test_a_link_that_ran_out_is_not_said_to_work(world: World, installation: Installation):
    with time_machine.travel(MONDAY, tick=False) as clock, installation.database.transaction() as session:
        case = worlds.bring_to(world, session, worlds.create(world, session), "completed")
        clock.shift(timedelta(days=31))
        assert standing.sentence_of(session, case).endswith("was not fetched, and its link no longer works.")


def test_a_day_of_another_year_is_said_with_its_year(world: World, installation: Installation):
    with time_machine.travel(MONDAY, tick=False) as clock, installation.database.transaction() as session:
        case = worlds.bring_to(world, session, worlds.create(world, session), "cancelled")
        clock.shift(timedelta(days=365))
        assert standing.sentence_of(session, case).startswith("Cancelled on Mon 2 Mar 2026")


def test_one_day_is_not_called_days(world: World, installation: Installation):
    with time_machine.travel(MONDAY, tick=False), installation.database.transaction() as session:
        case = worlds.create(world, session, received_at=MONDAY - timedelta(days=1))
        worlds.bring_to(world, session, case, "completed")
        assert ", 1 day after receipt." in standing.sentence_of(session, case)


def test_a_request_that_lacks_only_its_package_says_so(world: World, installation: Installation):
    with installation.database.transaction() as session:
        case = worlds.create(world, session, request_type="patient_access", purpose="")
        worlds.assign(world, session, case)
        assert "the package is not built yet" in standing.sentence_of(session, case)
        worlds.add_document(session, case, "release_package")
        assert "submits it for review next" in standing.sentence_of(session, case)


def test_a_hold_that_the_rule_allows_stops_the_clock(world: World, installation: Installation):
    with installation.database.transaction() as session:
        world_state = session.get_one(type(world.riverside), world.riverside.id)
        world_state.state = "IL"
        session.flush()
        case = worlds.bring_to(world, session, worlds.create(world, session), "on_hold")
        assert standing.sentence_of(session, case).endswith("The clock stands still.")
        operations.act(session, world.caller("alice"), case, "resume")
        assert "On hold" not in standing.sentence_of(session, case)
