"""The database: one declarative base, column types that behave alike everywhere, two kinds of session.

`Database.reading()` gives a session for reads; `Database.transaction()` gives one that commits once, at the
end of its block, or leaves nothing behind. Nothing else in the product commits.
"""

import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
IMMEDIATE = "duecare_immediate"
_READ = "duecare_read"
T = TypeVar("T")
BUSY_SECONDS = 15
ASK_SECONDS = 0.001
CONNECT_SECONDS = 5


# Many short look-ups along indexes at once, on disks without a moving head: PostgreSQL's defaults plan for
# few long scans.
POSTGRESQL_OPTIONS = "-c random_page_cost=1.1 -c jit=off -c max_parallel_workers_per_gather=0"


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant with microseconds; a naive value is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must be aware")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


BigId = BigInteger().with_variant(Integer, "sqlite")
Id = Annotated[int, mapped_column(BigId, primary_key=True)]
Code = Annotated[str, mapped_column(String(64))]
Name = Annotated[str, mapped_column(String(200))]
Line = Annotated[str, mapped_column(String(500))]


class Base(DeclarativeBase):
    """Every table. Constraints are named, so that migrations and error messages can speak of them."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON, list[Any]: JSON}


def opaque_id() -> str:
    """An identifier for URLs that says nothing and cannot be guessed (128 bits)."""
    return secrets.token_hex(16)


OpaqueId = Annotated[str, mapped_column(String(32), unique=True, default=opaque_id)]


class Database:
    """An engine and its sessions."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.engine = _engine(url, pool_size)

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reads: whatever it did is rolled back."""
        with self.session() as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session that sees one state from its first read to its end, whatever others commit."""
        engine = self.engine
        if self.dialect != "sqlite":  # where a transaction is a snapshot anyway
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        with Session(engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits once when its block ends, or rolls everything back."""
        with Session(self.engine.execution_options(**{IMMEDIATE: True}), expire_on_commit=False) as session:
            yield session
            session.commit()

    @contextmanager
    def trial(self) -> Iterator[Session]:
        """A session that may write, to see what would follow; whatever it did is rolled back."""
        with Session(self.engine.execution_options(**{IMMEDIATE: True}), expire_on_commit=False) as session:
            yield session

    def session(self) -> Session:
        """A session for reads that its caller closes. It never writes by itself: nothing is flushed."""
        return Session(self.engine, expire_on_commit=False, autoflush=False)

    def dispose(self) -> None:
        self.engine.dispose()


def remember(session: Session) -> None:
    """Lets a session that only reads keep what it reads `once`, from now on; what it kept is forgotten."""
    session.info[_READ] = {}


def once(session: Session, key: tuple[object, ...], read: Callable[[], T]) -> T:
    """What `read` gives, asked for once in a session that remembers; every other session reads anew."""
    kept: dict[tuple[object, ...], T] | None = session.info.get(_READ)
    if kept is None:
        return read()
    if key not in kept:
        kept[key] = read()
    return kept[key]


def _engine(url: str, pool_size: int) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url, parsed.database, pool_size)
    arguments: dict[str, Any] = {"pool_pre_ping": True, "pool_size": pool_size, "pool_recycle": 1800}
    connecting: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS}
    if parsed.get_backend_name() in {"mysql", "mariadb"}:
        arguments["isolation_level"] = "READ COMMITTED"
        connecting["init_command"] = "SET time_zone = '+00:00'"
    if parsed.get_backend_name() == "postgresql":
        connecting["options"] = POSTGRESQL_OPTIONS
    return create_engine(url, hide_parameters=True, connect_args=connecting, **arguments)


def _sqlite_engine(url: str, file: str | None, pool_size: int) -> Engine:
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS}, pool_size=pool_size, hide_parameters=True
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "cache_size = -65536",
        "mmap_size = 268435456",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes SQLite's write lock first, so that a read can never turn into a refused write."""
    if connection.get_execution_options().get(IMMEDIATE, False):
        _take_write_lock(connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _take_write_lock(connection: Connection) -> None:
    """Waits for the write lock by asking often.

    SQLite itself asks less often each time, in the end ten times a second, while the lock may lie free.
    """
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 0")
    try:
        for _ in range(int(BUSY_SECONDS / ASK_SECONDS)):
            try:
                cursor.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                time.sleep(ASK_SECONDS)
            else:
                return
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")
        cursor.close()
    connection.exec_driver_sql("BEGIN IMMEDIATE")
