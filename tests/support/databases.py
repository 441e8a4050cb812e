"""Databases of a test's own on the servers that are there: made under a unique name, dropped afterwards."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool


@dataclass(frozen=True)
class Server:
    """One kind of database server, where it is looked for, and how a database is made and dropped on it."""

    name: str
    variable: str
    default: str
    create: str
    drop: str

    @property
    def address(self) -> URL:
        return make_url(os.environ.get(self.variable, self.default))


POSTGRESQL = Server(
    name="PostgreSQL",
    variable="DUECARE_TEST_POSTGRESQL_URL",
    default="postgresql+psycopg://postgres@127.0.0.1:5432/postgres",
    create='CREATE DATABASE "{name}"',
    drop='DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
)
MARIADB = Server(
    name="MariaDB",
    variable="DUECARE_TEST_MARIADB_URL",
    default="mysql+pymysql://root@127.0.0.1:3306/",
    create="CREATE DATABASE `{name}` CHARACTER SET utf8mb4",
    drop="DROP DATABASE IF EXISTS `{name}`",
)


@contextmanager
def temporary_database(server: Server) -> Iterator[str]:
    """The URL (with password) of a new, empty database; skips the test when the server does not answer."""
    name = f"duecare_test_{uuid4().hex}"
    administration = create_engine(server.address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        with administration.connect() as connection:
            connection.execute(text(server.create.format(name=name)))
    except OperationalError as error:
        shown = server.address.render_as_string(hide_password=True)
        pytest.skip(f"no {server.name} at {shown} ({server.variable}): {error.orig}")
    try:
        yield server.address.set(database=name).render_as_string(hide_password=False)
    finally:
        with administration.connect() as connection:
            connection.execute(text(server.drop.format(name=name)))
