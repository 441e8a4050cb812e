"""The database schema and its history: upgrade it, take it back, say whether it is what the models say.

The migrations live in `duecare.migrations`, which this module names but never imports.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, MetaData, Table, inspect, make_url, text
from sqlalchemy.types import JSON, LargeBinary, TypeEngine

from duecare.core.db import Database, UtcDateTime

LOCATION = "duecare:migrations"
MARIADB = {"mysql", "mariadb"}


class SchemaOutOfDate(Exception):
    """The database is not at the state that this version of duecare works with."""


def upgrade(database: Database, to: str = "head") -> None:
    """Brings the schema to a revision, creating it in an empty database. Done already is fine."""
    with migrating(database) as (connection, config):
        if connection.dialect.name in MARIADB and not inspect(connection).get_table_names():
            _compare_text_exactly(connection)
        command.upgrade(config, to)


def downgrade(database: Database, to: str = "base") -> None:
    """Takes the schema back to a revision; `base` leaves no table of duecare."""
    with migrating(database) as (_, config):
        command.downgrade(config, to)


def revision(database: Database) -> str | None:
    """The revision that the database says it is at; None for one never migrated."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """The revision that this version of duecare works with."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None, "there is a first migration"
    return found


def is_empty(database: Database) -> bool:
    """True for a database without any table."""
    with database.engine.connect() as connection:
        return not inspect(connection).get_table_names()


def ready(database: Database) -> None:
    """Makes a new SQLite database usable. Raises `SchemaOutOfDate` for any other that is not up to date."""
    if database.dialect == "sqlite" and is_empty(database):
        upgrade(database)
    elif revision(database) != head():
        raise SchemaOutOfDate("The database is not up to date. Run `duecare db upgrade` first.")


def faults(database: Database, metadata: MetaData) -> list[str]:
    """How the database differs from the models and from the newest revision, one line each."""
    found = revision(database)
    if found != head():
        return [f"the revision is {found or 'none'}, not {head()}: run `duecare db upgrade`"]
    with database.engine.connect() as connection:
        compared = MigrationContext.configure(connection, opts={**COMPARISON})
        differences = compare_metadata(compared, metadata)
        return [_described(each) for each in differences] + list(_checks(connection, metadata))


def _same_type(
    _context: Any, _column: Any, _metadata_column: Any, found: TypeEngine[Any], wanted: TypeEngine[Any]
) -> bool | None:
    """False where two names mean one type, None to let Alembic compare."""
    if isinstance(wanted, LargeBinary):  # MariaDB picks the kind of BLOB by the length asked for
        return not type(found).__name__.endswith(("BLOB", "BYTEA"))
    if isinstance(wanted, JSON | UtcDateTime):
        return type(found).__name__ not in {"JSON", "LONGTEXT", "DATETIME", "TIMESTAMP"}
    return None


COMPARISON: dict[str, Any] = {"compare_type": _same_type, "render_as_batch": True}


def _described(difference: Any) -> str:
    if isinstance(difference, list):
        return "; ".join(_described(each) for each in difference)
    kind, *parts = difference
    return f"{kind}: " + ", ".join(str(getattr(part, "name", part)) for part in parts if part is not None)


def _checks(connection: Connection, metadata: MetaData) -> Iterator[str]:
    """Names of CHECK constraints that the models have and the database has not, or the other way round."""
    inspector = inspect(connection)
    tables = set(inspector.get_table_names())
    for table in metadata.sorted_tables:
        if table.name not in tables:
            continue
        wanted = _check_names(table)
        found = {str(each["name"]) for each in inspector.get_check_constraints(table.name)}
        yield from (f"missing check: {name}" for name in sorted(wanted - found))
        own = {name for name in found if name.startswith("ck_")}
        yield from (f"unknown check: {name}" for name in sorted(own - wanted))


def _check_names(table: Table) -> set[str]:
    return {str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", LOCATION)
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def migrating(database: Database) -> Iterator[tuple[Connection, Config]]:
    """A connection in one transaction, and Alembic's configuration that works on it."""
    config = _config()
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        yield connection, config


def _compare_text_exactly(connection: Connection) -> None:
    """As on the other databases, letters of another case or with another accent are other letters."""
    name = make_url(connection.engine.url).database
    connection.execute(text(f"ALTER DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"))
