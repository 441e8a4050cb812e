"""Whatever a handler raises, the runner goes on; outages are waited out; nothing is run twice in effect."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from duecare.core.cases import NumberSeries
from duecare.core.documents.store import StoreUnavailable
from duecare.core.errors import Unavailable
from duecare.core.jobs import queue, runner
from duecare.core.jobs.models import JobRunner
from tests.core.jobs.given import jobs, nothing, put

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DATABASE_GONE = OperationalError("", {}, Exception("server closed the connection"))


def test_a_failing_job_waits_longer_each_time_and_ends_on_the_dead_list(installation, declare):
    def fail(_work):
        raise ValueError("Maria Lopez cannot be read")

    declare("broken", fail, max_attempts=4)
    waits = []
    with time_machine.travel(NOON, tick=False) as clock:
        put(installation, "broken")
        while runner.run_due(installation, limit=1):
            (job,) = jobs(installation)
            waits.append((job.run_at - datetime.now(UTC)).total_seconds())
            clock.move_to(max(job.run_at, datetime.now(UTC)))
    assert waits[:3] == [2, 4, 8]
    assert (job.state, job.attempts) == ("dead", 4)
    assert "ValueError" in job.error
    assert "Lopez" not in job.error


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("The mail server does not answer."),
        StoreUnavailable("full"),
        ConnectionRefusedError(),
        OSError(28, "No space left on device"),
        DATABASE_GONE,
    ],
)
def test_an_outage_is_waited_out_without_counting_tries(installation, declare, error):
    is_away = True

    def send(_work):
        if is_away:
            raise error

    declare("mail", send, max_attempts=2)
    with time_machine.travel(NOON, tick=False) as clock:
        put(installation, "mail")
        for _ in range(10):
            assert runner.run_due(installation) == 1
            clock.shift(60)
        is_away = False
        assert runner.run_due(installation) == 1
    assert [(job.state, job.attempts) for job in jobs(installation)] == [("done", 1)]


def test_work_resumes_within_a_minute_of_an_outage(installation, declare):
    def send(_work):
        raise Unavailable("The mail server does not answer.")

    declare("mail", send)
    with time_machine.travel(NOON, tick=False):
        put(installation, "mail")
        runner.run_due(installation)
    assert (jobs(installation)[0].run_at - NOON).total_seconds() < 60


def test_a_failing_job_undoes_only_its_own_work_in_a_shared_commit(place, declare):
    def write(work):
        with work.finishing() as session:
            session.add(NumberSeries(series=work.payload["name"], last=1))
            session.flush()
            if work.payload["name"] == "bad":
                raise ValueError

    declare("together", write, shares_commit=True)
    for name in ("good", "bad", "better"):
        put(place, "together", payload={"name": name})
    runner.run_claimed(queue.claim(place, limit=10))
    with place.database.reading() as session:
        assert sorted(session.scalars(select(NumberSeries.series))) == ["better", "good"]
    assert [job.state for job in jobs(place)] == ["done", "waiting", "done"]


def test_a_job_that_could_not_be_put_back_is_when_the_database_is_here_again(
    installation, declare, monkeypatch
):
    tries = []

    def lose_the_database(_work):
        tries.append(1)
        if len(tries) == 1:
            monkeypatch.setattr(queue, "postpone", unreachable)
            raise DATABASE_GONE
        background.stop()

    def unreachable(_work, _error):
        monkeypatch.undo()
        declare("work", lose_the_database)
        raise DATABASE_GONE

    declare("work", lose_the_database)
    put(installation, "work")
    background = runner.Runner(installation, pause_seconds=0)
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        background.run(lambda: len(tries) < 2 and clock.shift(1) is None)
    assert len(tries) == 2


def test_a_runner_says_that_it_is_alive(installation):
    background = runner.Runner(installation, pause_seconds=0)
    rounds = iter([True, True, False])
    background.run(lambda: next(rounds))
    with installation.database.reading() as session:
        assert len(session.scalars(select(JobRunner)).all()) == 1


def test_a_job_of_a_kind_that_is_gone_ends_on_the_dead_list(installation, declare, monkeypatch):
    declare("old", nothing)
    put(installation, "old")
    kinds = queue.kinds()
    del kinds["old"]
    monkeypatch.setattr(queue, "_kinds", kinds)
    runner.run_due(installation, limit=1)
    assert jobs(installation)[0].state == "dead"
