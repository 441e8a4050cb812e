"""A backup made while others write can be restored elsewhere, equal in rows, files and audit chain."""

import gzip
import threading
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel
from sqlalchemy import func, select

from duecare.core import audit, schema
from duecare.core.backup.folder import BackupError, packed, read_manifest
from duecare.core.backup.load import load
from duecare.core.backup.save import save
from duecare.core.cases import Case
from duecare.core.documents import operations as documents
from duecare.core.documents.models import Document
from duecare.core.installation import Installation, open_installation
from duecare.core.metadata import metadata
from duecare.settings import load as load_settings
from duecare.workflows import load as load_workflows
from tests.support import world as worlds
from tests.support.world import World


def quietly(_done: int, _total: int) -> None:
    pass


def an_installation(folder: Path, url: str) -> Installation:
    load_workflows()
    return open_installation(
        load_settings(
            {},
            environment="test",
            database_url=url,
            storage_url=f"file://{folder / 'store'}",
            mail_url=f"file://{folder / 'outbox'}",
        )
    )


@pytest.fixture
def living(any_database_url: str, tmp_path: Path) -> Iterator[World]:
    """A hospital at work, with a document whose file lies in the store."""
    opened = an_installation(tmp_path / "living", any_database_url)
    schema.upgrade(opened.database)
    world = worlds.build(opened)
    log_request(world)
    yield world
    opened.database.dispose()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Installation]:
    """Another, empty installation."""
    opened = an_installation(tmp_path / "elsewhere", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    yield opened
    opened.database.dispose()


def log_request(world: World) -> None:
    store = world.installation.store
    with world.installation.database.transaction() as session:
        case = worlds.create(world, session)
        landed = documents.land(store, BytesIO(case.number.encode() * 100), "letter.pdf", 100_000)
        documents.attach(session, world.caller("alice"), case, "correspondence", landed)


def contents(installation: Installation) -> dict[str, list[list[object]]]:
    with installation.database.snapshot() as session:
        return {
            table.name: [
                packed(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in metadata.sorted_tables
        }


def test_a_restored_installation_equals_the_one_saved(living, elsewhere, tmp_path):
    save(living.installation, metadata, tmp_path / "backup", quietly)
    load(elsewhere, metadata, tmp_path / "backup", quietly)
    assert contents(elsewhere) == contents(living.installation)


def test_the_files_of_a_restored_installation_are_there(living, elsewhere, tmp_path):
    save(living.installation, metadata, tmp_path / "backup", quietly)
    load(elsewhere, metadata, tmp_path / "backup", quietly)
    with elsewhere.database.reading() as session:
        key = session.scalars(select(Document.key)).one()
    assert b"".join(elsewhere.store.get_stream(key)).startswith(b"ROI-")


def test_a_backup_made_while_others_write_is_of_one_moment(living, elsewhere, tmp_path):
    stop = threading.Event()

    def keep_writing() -> None:
        with Flask("texts").app_context() as context:
            Babel(context.app)
            while not stop.is_set():
                log_request(living)

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        save(living.installation, metadata, tmp_path / "backup", quietly)
    finally:
        stop.set()
        writer.join()
    load(elsewhere, metadata, tmp_path / "backup", quietly)
    with elsewhere.database.reading() as session:
        assert audit.verify(session) == []
        cases = session.scalar(select(func.count()).select_from(Case))
        keys = session.scalars(select(Document.key)).all()
    assert len(keys) == cases
    assert all(elsewhere.store.exists(key) for key in keys)


def test_a_backup_goes_back_into_the_same_kind_of_database(any_database_url, tmp_path, elsewhere):
    schema.upgrade(elsewhere.database)
    world = worlds.build(elsewhere)
    log_request(world)
    save(elsewhere, metadata, tmp_path / "backup", quietly)
    target = an_installation(tmp_path / "target", any_database_url)
    load(target, metadata, tmp_path / "backup", quietly)
    assert contents(target) == contents(elsewhere)
    log_request(World(target, world.riverside, world.lakeside, world.people))
    target.database.dispose()


def test_a_folder_that_holds_something_is_not_written_into(elsewhere, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "note.txt").write_text("mine")
    with pytest.raises(BackupError, match="not empty"):
        save(elsewhere, metadata, tmp_path / "full", quietly)


def test_a_broken_off_backup_is_not_restored(elsewhere, tmp_path):
    with pytest.raises(BackupError, match="not a whole backup"):
        load(elsewhere, metadata, tmp_path, quietly)


@pytest.fixture
def saved(elsewhere, tmp_path) -> Path:
    schema.upgrade(elsewhere.database)
    log_request(worlds.build(elsewhere))
    save(elsewhere, metadata, tmp_path / "backup", quietly)
    return tmp_path / "backup"


def test_an_installation_with_rows_is_not_restored_into(elsewhere, saved):
    with pytest.raises(BackupError, match="not empty"):
        load(elsewhere, metadata, saved, quietly)


def test_a_changed_table_file_is_refused(elsewhere, saved):
    with gzip.open(saved / "tables" / "users.jsonl.gz", "at") as file:
        file.write("[]\n")
    with pytest.raises(BackupError, match=r"users\.jsonl\.gz"):
        load(elsewhere, metadata, saved, quietly)


def test_a_changed_document_is_refused(saved, tmp_path):
    document = next(path for path in (saved / "files").rglob("*") if path.is_file())
    document.write_bytes(b"something else")
    fresh = an_installation(tmp_path / "fresh", f"sqlite:///{tmp_path / 'fresh.db'}")
    with pytest.raises(BackupError, match="was changed"):
        load(fresh, metadata, saved, quietly)
    fresh.database.dispose()


def test_the_manifest_counts_what_was_saved(saved):
    manifest = read_manifest(saved)
    assert manifest.rows["cases"] == 1
    assert manifest.files == 1
