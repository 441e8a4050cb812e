"""A scheduled job runs once per day of its organisation, whatever the clock does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from duecare.core.jobs import runner, scheduling
from duecare.core.jobs.schedule import WEEKDAYS, Schedule
from duecare.core.people.models import Organisation
from tests.core.jobs.given import jobs, nothing

CHICAGO = ZoneInfo("America/Chicago")
HALF_PAST_TWO = Schedule(at=time(2, 30))
FOUNDED = datetime(2026, 1, 1, tzinfo=UTC)
NIGHTLY = "nightly"


def founded(installation):
    with installation.database.transaction() as session:
        session.add(Organisation(code="h", name="Hospital", zone="America/Chicago", created_at=FOUNDED))
    return installation


@pytest.fixture
def hospital(installation):
    return founded(installation)


def occasions(installation):
    return [job.payload["occasion"] for job in jobs(installation) if job.name == NIGHTLY]


def watch(installation, start, hours, minutes=10):
    """Looks at the schedule every few minutes of the time that really passes."""
    for step in range(hours * 60 // minutes):
        moment = start.astimezone(UTC) + timedelta(minutes=step * minutes)
        scheduling.enqueue_scheduled(installation, moment, NIGHTLY)


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1), date(2026, 6, 10)])
@pytest.mark.parametrize("at", [time(1, 30), time(2, 30)])
def test_a_day_has_one_run_also_when_the_clocks_change(hospital, declare, day, at):
    declare(NIGHTLY, nothing, schedule=Schedule(at=at))
    watch(hospital, datetime.combine(day, time(0, 10), CHICAGO), hours=22)
    assert occasions(hospital) == [(day - timedelta(days=1)).isoformat(), day.isoformat()]


def test_a_time_that_the_day_skips_falls_after_the_gap():
    assert HALF_PAST_TWO.instant(date(2026, 3, 8), CHICAGO) == datetime(2026, 3, 8, 8, 30, tzinfo=UTC)


def test_a_time_that_the_day_has_twice_is_the_first():
    twice = Schedule(at=time(1, 30))
    assert twice.instant(date(2026, 11, 1), CHICAGO) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_after_standing_still_only_the_latest_occasion_runs(hospital, declare):
    declare(NIGHTLY, nothing, schedule=HALF_PAST_TWO)
    scheduling.enqueue_scheduled(hospital, datetime(2026, 6, 1, 12, tzinfo=UTC), NIGHTLY)
    scheduling.enqueue_scheduled(hospital, datetime(2026, 6, 9, 12, tzinfo=UTC), NIGHTLY)
    assert occasions(hospital) == ["2026-06-01", "2026-06-09"]


def test_weekdays_leave_the_weekend_out(hospital, declare):
    declare(NIGHTLY, nothing, schedule=Schedule(at=time(6, 0), days=WEEKDAYS))
    watch(hospital, datetime(2026, 6, 5, 5, 0, tzinfo=CHICAGO), hours=4 * 24, minutes=60)
    assert occasions(hospital) == ["2026-06-04", "2026-06-05", "2026-06-08"]


def test_three_workers_at_once_write_one_run(place, declare):
    declare(NIGHTLY, nothing, schedule=HALF_PAST_TWO)
    hospital, moment = founded(place), datetime(2026, 6, 9, 12, tzinfo=UTC)

    def look(_worker):
        for _ in range(10):
            scheduling.enqueue_scheduled(hospital, moment, NIGHTLY)

    with ThreadPoolExecutor(3) as workers:
        list(workers.map(look, range(3)))
    assert occasions(hospital) == ["2026-06-09"]


def test_an_organisation_has_no_occasion_before_it_was(hospital, declare):
    declare(NIGHTLY, nothing, schedule=HALF_PAST_TWO)
    scheduling.enqueue_scheduled(hospital, FOUNDED + timedelta(minutes=5), NIGHTLY)
    assert occasions(hospital) == []


def test_a_run_on_demand_is_of_the_moment_asked_for(hospital, declare):
    declare(NIGHTLY, nothing, schedule=HALF_PAST_TWO)
    (job,) = runner.run_now(hospital, NIGHTLY, datetime(2026, 3, 2, 4, tzinfo=UTC))
    assert (job.state, job.payload["occasion"]) == ("done", "2026-03-01")


def test_a_job_without_schedule_cannot_be_demanded(hospital, declare):
    declare(NIGHTLY, nothing)
    with hospital.database.reading() as session, pytest.raises(KeyError):
        scheduling.enqueue_run(session, NIGHTLY)
