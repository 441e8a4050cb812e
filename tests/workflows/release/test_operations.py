"""What logging a request asks of the database."""

from io import BytesIO

from duecare.core.documents import operations as documents
from duecare.core.installation import Installation
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
