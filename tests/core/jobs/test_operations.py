"""What an administrator does with jobs: retry what failed for good, run what is scheduled."""

from datetime import time

import pytest
from sqlalchemy import select

from duecare.core.audit import AuditEntry
from duecare.core.errors import Forbidden, NotFound, NotPossible
from duecare.core.jobs import operations, queue
from duecare.core.jobs.models import DEAD, WAITING, Job
from duecare.core.jobs.queue import JobKind
from duecare.core.jobs.schedule import Schedule

NIGHTLY = JobKind("test.nightly", "Nightly", lambda work: None, schedule=Schedule(time(2, 0)))


@pytest.fixture(autouse=True)
def _nightly(monkeypatch, installation):
    monkeypatch.setitem(queue._kinds, NIGHTLY.name, NIGHTLY)


def job(world, state=DEAD, where="riverside"):
    with world.installation.database.transaction() as session:
        row = queue.enqueue(session, NIGHTLY.name, organisation_id=getattr(world, where).id)
        row.state, row.attempts, row.error = state, 8, "Boom"
        session.flush()
        return row.public_id


def do(world, what, argument, by="adam"):
    with world.installation.database.transaction() as session:
        caller = world.caller(by)
        return what(session, caller, caller.organisation_id, argument)


def test_a_dead_job_runs_again_with_all_its_attempts(world):
    found = do(world, operations.retry, job(world))
    assert (found.state, found.attempts) == (WAITING, 0)


def test_only_a_dead_job_can_be_tried_again(world):
    with pytest.raises(NotPossible):
        do(world, operations.retry, job(world, WAITING))


def test_another_organisations_job_does_not_exist(world):
    with pytest.raises(NotFound):
        do(world, operations.retry, job(world), by="anna")


def test_a_scheduled_job_runs_now_for_the_own_organisation_only(world):
    do(world, operations.run_scheduled, NIGHTLY.name)
    with world.installation.database.reading() as session:
        rows = session.scalars(select(Job).where(Job.name == NIGHTLY.name)).all()
    assert [row.organisation_id for row in rows] == [world.riverside.id]


def test_what_has_no_schedule_is_not_run_by_hand(world):
    with pytest.raises(NotFound):
        do(world, operations.run_scheduled, "notices.send")


def test_a_schedule_says_its_last_and_its_next_run(world):
    do(world, operations.run_scheduled, NIGHTLY.name)
    with world.installation.database.reading() as session:
        found = operations.schedules(session, world.riverside.id, "America/Chicago")
    [row] = [each for each in found if each.kind is NIGHTLY]
    assert row.last.state == WAITING
    assert row.next_at > row.last.created_at


def test_jobs_are_counted_by_state_in_the_own_organisation(world):
    job(world)
    job(world, where="lakeside")
    with world.installation.database.reading() as session:
        assert operations.counts(session, world.riverside.id)[DEAD] == 1


def test_a_retry_is_audited(world):
    public_id = job(world)
    do(world, operations.retry, public_id)
    with world.installation.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "job.retried")).one()
    assert (entry.subject, entry.details["before"]["state"]) == (public_id, DEAD)


@pytest.mark.parametrize("by", ["alice", "sofia", "quentin", "priya"])
def test_only_an_administrator_manages_jobs(world, by):
    with pytest.raises(Forbidden):
        do(world, operations.run_scheduled, NIGHTLY.name, by=by)
