"""The nightly check names what is not as it was stored, and tells the administrators concerned."""

from io import BytesIO

import pytest
from sqlalchemy import delete, select, update

from duecare.core import audit, verify
from duecare.core.cases import SearchTerm
from duecare.core.documents import operations as documents
from duecare.core.documents.models import Document
from duecare.core.installation import Installation
from duecare.core.jobs import queue, runner
from duecare.core.jobs.models import Job
from duecare.core.notices.models import Notice
from tests.support import world as worlds
from tests.support.world import World


@pytest.fixture
def hospital(world: World, installation: Installation) -> World:
    """A request with a letter in the store."""
    with installation.database.transaction() as session:
        case = worlds.create(world, session)
        landed = documents.land(installation.store, BytesIO(b"Dear colleague"), "letter.txt", 1000)
        documents.attach(session, world.caller("alice"), case, "correspondence", landed)
    return world


def verified(installation: Installation) -> Job:
    with installation.database.transaction() as session:
        job = queue.enqueue(session, verify.VERIFY)
    for work in queue.claim_job(installation, job.id):
        runner.run_one(work)
    with installation.database.reading() as session:
        return session.get_one(Job, job.id)


def told(installation: Installation) -> set[str]:
    query = select(Notice.address).where(Notice.template == "core.verify_failed", Notice.channel == "email")
    with installation.database.reading() as session:
        return {str(address) for address in session.scalars(query)}


def test_a_whole_installation_has_no_fault_and_nobody_is_told(hospital, installation):
    job = verified(installation)
    assert job.state == "done"
    assert [part["faults"] for part in job.result.values()] == [0, 0, 0]
    assert [part["checked"] for part in job.result.values()] == [1, 1, 1]
    assert told(installation) == set()


def test_a_changed_file_is_named_and_told_to_its_administrators(hospital, installation):
    with installation.database.reading() as session:
        document = session.scalars(select(Document)).one()
    installation.store.put_stream(document.key, [b"Dear forger"])
    assert verified(installation).result["files"]["named"] == [
        f"document {document.public_id}: the file is not what was stored"
    ]
    assert told(installation) == {"adam@duecare.example"}


def test_a_missing_file_is_named(hospital, installation):
    with installation.database.reading() as session:
        document = session.scalars(select(Document)).one()
    installation.store.delete(document.key)
    assert verified(installation).result["files"]["named"] == [
        f"document {document.public_id}: the file is missing"
    ]


def test_an_edited_audit_entry_is_named(hospital, installation):
    with installation.database.transaction() as session:
        session.execute(update(audit.AuditEntry).where(audit.AuditEntry.sequence == 2).values(action="x"))
    assert "entry 2" in verified(installation).result["audit"]["named"][0]


def test_an_open_case_that_cannot_be_found_is_named(hospital, installation):
    with installation.database.transaction() as session:
        session.execute(delete(SearchTerm).where(SearchTerm.term == "lopez"))
    assert verified(installation).result["search"]["faults"] == 1


def test_a_refused_document_needs_no_file(hospital, installation):
    with installation.database.transaction() as session:
        document = session.scalars(select(Document)).one()
        document.state, document.refusal_code = "refused", "broken"
    installation.store.delete(document.key)
    assert verified(installation).result["files"]["faults"] == 0
