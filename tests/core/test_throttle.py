"""Counting tries: the limit holds for racers on every database, windows end, keys are not readable."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from duecare.core import throttle
from duecare.core.db import Database
from duecare.core.errors import TooMany
from duecare.core.metadata import metadata
from duecare.core.people.models import Throttle
from duecare.core.time import now

KEY = "status:ROI-2026-000123:203.0.113.9"
WINDOW = timedelta(minutes=15)
RACERS = 24
LIMIT = 7


@pytest.fixture
def database(any_database_url):
    database = Database(any_database_url)
    metadata.create_all(database.engine, tables=[Throttle.__table__])
    yield database
    database.dispose()


def gets_through(database, key=KEY, limit=LIMIT):
    try:
        with database.transaction() as session:
            throttle.hit(session, key, limit, WINDOW)
    except TooMany:
        return False
    return True


def test_of_many_racers_exactly_the_limit_gets_through(database):
    with ThreadPoolExecutor(8) as pool:
        through = list(pool.map(lambda _: gets_through(database), range(RACERS)))
    assert sum(through) == LIMIT


def test_the_first_try_after_the_window_starts_a_new_one(database, time_machine):
    time_machine.move_to("2026-03-02T15:00:00Z", tick=False)
    assert [gets_through(database, limit=2) for _ in range(3)] == [True, True, False]
    time_machine.shift(WINDOW)
    assert [gets_through(database, limit=2) for _ in range(3)] == [True, True, False]


def test_a_refused_try_does_not_lengthen_the_wait(database, time_machine):
    time_machine.move_to("2026-03-02T15:00:00Z", tick=False)
    gets_through(database, limit=1)
    time_machine.shift(timedelta(minutes=14))
    assert not gets_through(database, limit=1)
    time_machine.shift(timedelta(minutes=1))
    assert gets_through(database, limit=1)


def test_the_refusal_says_how_long_to_wait(database, time_machine):
    time_machine.move_to("2026-03-02T15:00:00Z", tick=False)
    gets_through(database, limit=1)
    time_machine.shift(timedelta(minutes=4, seconds=30))
    with pytest.raises(TooMany, match="11 minutes"), database.transaction() as session:
        throttle.hit(session, KEY, 1, WINDOW)


def test_keys_do_not_share_a_count(database):
    assert gets_through(database, limit=1)
    assert gets_through(database, "another", limit=1)


def test_a_success_is_forgotten(database):
    gets_through(database, limit=1)
    with database.transaction() as session:
        throttle.forget(session, KEY)
    assert gets_through(database, limit=1)


def test_the_table_does_not_tell_what_was_tried(database):
    gets_through(database)
    with database.reading() as session:
        assert "ROI" not in session.scalars(select(Throttle.key)).one()


def test_old_counts_are_swept(database, time_machine):
    time_machine.move_to("2026-03-02T15:00:00Z", tick=False)
    gets_through(database)
    time_machine.shift(timedelta(days=1))
    gets_through(database, "another")
    with database.transaction() as session:
        throttle.sweep(session, now() - WINDOW)
    with database.reading() as session:
        assert len(session.scalars(select(Throttle)).all()) == 1
