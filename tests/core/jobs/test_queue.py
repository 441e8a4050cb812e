"""A job is claimed by one worker, finished once, tried again with growing waits, and never lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from duecare.core.cases import NumberSeries
from duecare.core.jobs import queue, runner
from duecare.core.jobs.models import Job
from duecare.core.jobs.queue import LeaseLost
from tests.core.jobs.given import jobs, nothing, put

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RACERS = 50


def test_a_job_of_an_unknown_kind_cannot_be_written(installation):
    with installation.database.reading() as session, pytest.raises(KeyError):
        queue.enqueue(session, "nonsense")


def test_the_same_key_gives_the_same_job(installation, declare):
    declare("tidy", nothing)
    put(installation, "tidy", 2, key="once")
    assert len(jobs(installation)) == 1


def test_a_kind_is_declared_once(declare):
    declare("tidy", nothing)
    with pytest.raises(ValueError, match="twice"):
        declare("tidy", lambda work: None)


@pytest.mark.parametrize("shares_commit", [True, False])
def test_fifty_racers_claim_no_job_twice(place, declare, shares_commit):
    declare("race", nothing, shares_commit=shares_commit)
    put(place, "race", RACERS)

    def race(_number):
        claimed = []
        while works := queue.claim(place, limit=3):
            claimed += [work.job_id for work in works]
        return claimed

    with ThreadPoolExecutor(RACERS) as racers:
        claimed = [job for found in racers.map(race, range(RACERS)) for job in found]
    assert sorted(claimed) == [job.id for job in jobs(place)]


def test_a_silent_workers_job_is_taken_over_and_the_first_can_write_nothing(place, declare):
    declare("slow", nothing, lease_seconds=60)
    with time_machine.travel(NOON, tick=False):
        put(place, "slow")
        (first,) = queue.claim(place)
    with time_machine.travel(NOON + timedelta(seconds=61), tick=False):
        (second,) = queue.claim(place)
        with pytest.raises(LeaseLost), first.finishing() as session:
            session.add(NumberSeries(series="wrong", last=1))
        with second.finishing() as session:
            session.add(NumberSeries(series="right", last=1))
    with place.database.reading() as session:
        assert session.scalars(select(NumberSeries.series)).all() == ["right"]


def test_progress_keeps_the_lease(installation, declare):
    declare("slow", nothing, lease_seconds=60)
    with time_machine.travel(NOON, tick=False):
        put(installation, "slow")
        (work,) = queue.claim(installation)
    with time_machine.travel(NOON + timedelta(seconds=50), tick=False):
        work.progress(1, 2)
    with time_machine.travel(NOON + timedelta(seconds=100), tick=False):
        assert queue.claim(installation) == []


def test_a_revived_job_runs_again(installation, declare):
    declare("tidy", nothing)
    put(installation, "tidy")
    with installation.database.transaction() as session:
        job = session.scalars(select(Job)).one()
        job.state, job.attempts = "dead", 8
        queue.revive(job)
    assert runner.run_due(installation) == 1
    assert jobs(installation)[0].state == "done"


def test_a_job_whose_worker_dies_each_time_ends_on_the_dead_list(installation, declare):
    declare("killer", nothing, max_attempts=3)
    put(installation, "killer")
    for _ in range(3):
        assert queue.claim(installation)
        with installation.database.transaction() as session:
            session.execute(update(Job).values(leased_until=NOON - timedelta(days=365 * 20)))
    assert queue.claim(installation) == []
    assert jobs(installation)[0].state == "dead"


def test_only_kinds_that_share_a_commit_are_claimed_together(installation, declare):
    declare("alone", nothing)
    declare("together", nothing, shares_commit=True)
    put(installation, "together", 2)
    put(installation, "alone", 2)
    assert [len(queue.claim(installation, limit=10)) for _ in range(4)] == [2, 1, 1, 0]


def test_whoever_wants_to_be_told_hears_of_jobs_after_the_commit_only(installation, declare, monkeypatch):
    declare("tidy", nothing)
    monkeypatch.setattr(queue, "_tellers", [])
    heard = []
    queue.after_commit(lambda: heard.append(len(jobs(installation))))
    with installation.database.reading() as session:
        queue.enqueue(session, "tidy")
        session.flush()
    assert heard == []
    put(installation, "tidy", 3)
    assert heard == [3]
