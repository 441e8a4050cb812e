"""What logging a request asks of the database, and what takes one off hold."""

from io import BytesIO

import pytest

from duecare.core.documents import operations as documents
from duecare.core.installation import Installation
from duecare.core.notices.models import Notice
from duecare.workflows.release import operations
from tests.support import world as worlds
from tests.support.pages import statements
from tests.support.world import World

MOST_STATEMENTS = 21


def log_with_a_document(world: World, installation: Installation, number: int) -> None:
    landed = documents.land(installation.store, BytesIO(b"%PDF-" + bytes([number])), "signed.pdf", 100_000)
    with installation.database.transaction() as session:
        case = worlds.create(world, session, patient={"mrn": f"44821{number}"})
        documents.attach(session, world.caller("alice"), case, "authorization", landed)


def test_logging_a_request_with_its_document_takes_few_statements(
    world: World, installation: Installation
) -> None:
    log_with_a_document(world, installation, 1)
    with statements(installation) as seen:
        log_with_a_document(world, installation, 2)
    assert len(seen) <= MOST_STATEMENTS, seen


@pytest.mark.parametrize(
    ("awaited", "arrives", "status"),
    [
        ("awaiting_authorization", "authorization", "in_progress"),
        ("awaiting_identification", "identification", "in_progress"),
        ("awaiting_records", "record", "in_progress"),
        ("awaiting_authorization", "identification", "on_hold"),
        ("awaiting_records", "correspondence", "on_hold"),
        ("awaiting_clarification", "correspondence", "on_hold"),
        ("awaiting_payment", "record", "on_hold"),
    ],
)
def test_only_what_was_waited_for_takes_a_request_off_hold_and_its_specialist_is_told(
    world: World, installation: Installation, awaited: str, arrives: str, status: str
) -> None:
    with installation.database.transaction() as session:
        case = worlds.bring_to(world, session, worlds.create(world, session), "in_progress")
        data = {"reason_code": awaited, "reason": "Not here yet"}
        operations.act(session, world.caller("alice"), case, "hold", data)
        operations.after_acceptance(session, case, worlds.add_document(session, case, arrives))
        session.flush()
        told = session.query(Notice).filter_by(template="release.arrived").all()
        assert case.status == status
        assert bool(told) is (status == "in_progress")
