"""Makes an installation again from a backup, on any supported database and store, and proves it whole."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table, func, insert, select, text
from sqlalchemy.orm import Session

from duecare.core import audit, schema
from duecare.core.backup import folder as layout
from duecare.core.backup.folder import BackupError, Manifest
from duecare.core.documents.folder_store import FolderStore
from duecare.core.installation import Installation

Progress = Callable[[int, int], None]
ROWS_AT_ONCE = 1000


def load(installation: Installation, metadata: MetaData, folder: Path, progress: Progress) -> Manifest:
    """Restores into an empty installation, all rows in one commit. Raises `BackupError` and keeps nothing."""
    manifest = layout.read_manifest(folder)
    _ensure_unchanged(folder, manifest)
    if manifest.revision != schema.head():
        raise BackupError(
            f"the backup has schema {manifest.revision}, this version {schema.head()}: restore it with "
            f"duecare {manifest.version}, then upgrade"
        )
    schema.upgrade(installation.database)
    total = sum(manifest.rows.values()) + manifest.files
    _restore_files(installation, folder, lambda done: progress(done, total))
    with installation.database.transaction() as session:
        _ensure_empty(session, metadata)
        done = manifest.files
        for table in metadata.sorted_tables:
            done += _restore_table(session, folder, table)
            progress(done, total)
        _ensure_whole(session, metadata, manifest)
    return manifest


def _ensure_unchanged(folder: Path, manifest: Manifest) -> None:
    for name, expected in manifest.hashes.items():
        path = folder / name
        if not path.is_file() or layout.digest(path) != expected:
            raise BackupError(f"{name} of the backup is missing or was changed")


def _ensure_empty(session: Session, metadata: MetaData) -> None:
    for table in metadata.sorted_tables:
        if session.scalar(select(text("1")).select_from(table).limit(1)) is not None:
            raise BackupError(f"the installation is not empty: there are {table.name}")


def _restore_files(installation: Installation, folder: Path, tell: Callable[[int], None]) -> None:
    copies = FolderStore(folder / layout.FILES)
    for number, (key, size, sha256) in enumerate(layout.read_lines(folder / layout.FILE_LIST), start=1):
        stored = installation.store.put_stream(key, copies.get_stream(key))
        if (stored.size, stored.sha256) != (size, sha256):
            raise BackupError(f"the file {key} of the backup was changed")
        tell(number)


def _restore_table(session: Session, folder: Path, table: Table) -> int:
    path = folder / layout.TABLES / f"{table.name}.jsonl.gz"
    count = 0
    for rows in _batches(layout.unpacked(table, values) for values in layout.read_lines(path)):
        session.execute(insert(table), rows)
        count += len(rows)
    _continue_numbering(session, table)
    return count


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        yield batch


def _continue_numbering(session: Session, table: Table) -> None:
    """PostgreSQL alone keeps a table's last number apart from its rows."""
    column = table.autoincrement_column
    if column is None or session.get_bind().dialect.name != "postgresql":
        return
    name = f"'{table.name}', '{column.name}'"
    highest = select(func.max(column)).scalar_subquery()
    session.execute(
        select(func.setval(text(f"pg_get_serial_sequence({name})"), highest)).where(highest.is_not(None))
    )


def _ensure_whole(session: Session, metadata: MetaData, manifest: Manifest) -> None:
    for table in metadata.sorted_tables:
        found = session.scalar(select(func.count()).select_from(table))
        if found != manifest.rows.get(table.name):
            raise BackupError(f"{table.name}: {found} rows restored, {manifest.rows.get(table.name)} saved")
    if faults := audit.verify(session):
        raise BackupError(f"audit chain {faults[0].chain}, entry {faults[0].sequence}: {faults[0].reason}")
