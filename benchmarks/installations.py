"""Installations to measure on: a folder of their own, an organisation, a specialist, one of each database."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, make_url, text

from duecare import workflows
from duecare.core.access import Caller
from duecare.core.installation import Installation, open_installation
from duecare.core.metadata import metadata
from duecare.core.people.models import Membership, Organisation, User
from duecare.core.people.sign_in import caller_of
from duecare.settings import load

POSTGRESQL = os.environ.get(
    "DUECARE_TEST_POSTGRESQL_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)


@contextmanager
def installation(kind: str = "sqlite") -> Iterator[Installation]:
    """An empty installation on `sqlite` or `postgresql`, thrown away afterwards."""
    workflows.load()
    with (
        TemporaryDirectory(prefix="duecare-bench-", dir=os.environ.get("DUECARE_BENCH_DIR")) as folder,
        _database(kind, Path(folder)) as url,
    ):
        settings = load(
            {},
            environment="test",
            database_url=url,
            storage_url=f"file://{folder}/store",
            mail_url=f"file://{folder}/outbox",
        )
        opened = open_installation(settings)
        metadata.create_all(opened.database.engine)
        yield opened
        opened.database.dispose()


def staff(opened: Installation) -> dict[str, Caller]:
    """An organisation with one specialist, supervisor and reviewer: callers by role."""
    with opened.database.transaction() as session:
        hospital = Organisation(code="bench", name="Bench General", zone="America/New_York", state="OH")
        session.add(hospital)
        session.flush()
        return {role: _member(session, hospital, role) for role in ("specialist", "supervisor", "reviewer")}


def _member(session, hospital, role):  # type: ignore[no-untyped-def]
    user = User(name=role.title(), email=f"{role}@bench.example", fs_uniquifier=uuid.uuid4().hex)
    session.add(user)
    session.flush()
    session.add(Membership(user_id=user.id, organisation_id=hospital.id, role=role))
    session.flush()
    memberships = [type("Row", (), {"role": role, "Organisation": hospital})]
    return caller_of(user, memberships, hospital.id)


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'duecare.db'}"
        return
    name = f"duecare_bench_{uuid.uuid4().hex[:12]}"
    admin = create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        admin.dispose()
