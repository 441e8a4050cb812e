"""The migrations build what the models say, on every database, and can be taken back and run again."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest
from flask import Flask
from flask_babel import Babel
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from duecare.core import schema
from duecare.core.db import Database
from duecare.core.installation import Installation
from duecare.core.metadata import metadata
from duecare.settings import load as load_settings
from duecare.workflows import load as load_workflows
from tests.support import world as worlds
from tests.support.databases import MARIADB, POSTGRESQL, temporary_database


@pytest.fixture
def empty(any_database_url: str) -> Iterator[Database]:
    load_workflows()
    database = Database(any_database_url)
    yield database
    database.dispose()


@pytest.fixture
def migrated(empty: Database) -> Database:
    schema.upgrade(empty)
    return empty


def filled(database: Database) -> worlds.World:
    """Two hospitals and a request, so that constraints and foreign keys have rows to hold."""
    settings = load_settings({}, environment="test", storage_url="memory://")
    world = worlds.build(Installation(settings, database))
    with database.transaction() as session:
        worlds.bring_to(world, session, worlds.create(world, session), "in_review")
    return world


@pytest.fixture(
    scope="module",
    params=[
        "sqlite",
        pytest.param("postgresql", marks=pytest.mark.servers),
        pytest.param("mariadb", marks=pytest.mark.servers),
    ],
)
def lively(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A filled database that no test changes."""
    places = {
        "sqlite": nullcontext(f"sqlite:///{tmp_path_factory.mktemp('lively') / 'duecare.db'}"),
        "postgresql": temporary_database(POSTGRESQL),
        "mariadb": temporary_database(MARIADB),
    }
    load_workflows()
    with places[request.param] as url, Flask("texts").app_context() as context:
        Babel(context.app)
        database = Database(url)
        schema.upgrade(database)
        filled(database)
        yield database
        database.dispose()


def test_the_migrated_schema_equals_the_models(migrated):
    assert schema.faults(migrated, metadata) == []


def test_a_database_without_schema_is_named_as_such(empty):
    assert schema.faults(empty, metadata) == ["the revision is none, not 0001: run `duecare db upgrade`"]


def test_a_missing_column_index_and_check_are_each_named(migrated):
    with migrated.engine.begin() as connection:
        connection.execute(text("ALTER TABLE jobs DROP COLUMN progress_total"))
        connection.execute(text("DROP TABLE authorization_checks"))
    found = " ".join(schema.faults(migrated, metadata))
    assert "progress_total" in found
    assert "authorization_checks" in found


def test_the_schema_can_be_taken_back_with_data_and_made_again(migrated):
    filled(migrated)
    schema.downgrade(migrated)
    assert set(inspect(migrated.engine).get_table_names()) <= {"alembic_version"}
    schema.upgrade(migrated)
    filled(migrated)
    assert schema.faults(migrated, metadata) == []


def test_upgrading_again_changes_nothing(migrated):
    filled(migrated)
    schema.upgrade(migrated)
    with migrated.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM cases")).scalar() == 1


@pytest.mark.parametrize(
    "violation",
    [
        "UPDATE cases SET assignee_id = NULL",
        "UPDATE cases SET status = 'completed'",
        "UPDATE cases SET status = 'denied'",
        "UPDATE cases SET status = 'cancelled', is_open = FALSE",
        "UPDATE cases SET status = 'received', is_open = FALSE",
        "UPDATE cases SET status = 'lost'",
        "UPDATE cases SET is_open = FALSE",
        "UPDATE cases SET closed_at = '2026-01-01 00:00:00'",
        "UPDATE cases SET priority = 'whenever'",
        "UPDATE jobs SET state = 'lost'",
        "UPDATE jobs SET state = 'running', leased_until = NULL",
        "UPDATE documents SET state = 'refused', refusal_code = NULL",
        "UPDATE documents SET media_type = NULL WHERE state = 'accepted'",
        "UPDATE release_requests SET range_from = '2025-01-01', range_to = '2024-01-01'",
        "UPDATE notices SET channel = 'pigeon'",
        "UPDATE audit_entries SET sequence = -sequence",
    ],
)
def test_the_database_refuses(lively, violation):
    with pytest.raises(DBAPIError, match=r"(?i)check|constraint"), lively.engine.begin() as connection:
        connection.execute(text(violation))


def test_texts_that_differ_in_case_or_accent_differ_everywhere(lively):
    with lively.engine.connect() as connection:
        found = connection.execute(text("SELECT count(*) FROM users WHERE email = 'ALICE@duecare.example'"))
        assert found.scalar() == 0


def test_an_empty_sqlite_database_is_made_ready_by_itself(sqlite_url):
    load_workflows()
    database = Database(sqlite_url)
    schema.ready(database)
    assert schema.revision(database) == schema.head()
    database.dispose()


@pytest.mark.parametrize("fixture", ["postgresql_url", "mariadb_url"])
def test_a_server_database_is_upgraded_on_command_only(request, fixture):
    database = Database(request.getfixturevalue(fixture))
    with pytest.raises(schema.SchemaOutOfDate, match="duecare db upgrade"):
        schema.ready(database)
    database.dispose()
