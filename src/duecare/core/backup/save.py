"""Makes a backup while the installation works: one snapshot of every table, and the files it speaks of."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table, func, select
from sqlalchemy.orm import Session

import duecare
from duecare.core import schema
from duecare.core.backup import folder as layout
from duecare.core.backup.folder import BackupError, Manifest
from duecare.core.documents import intake
from duecare.core.documents.models import QUARANTINED, REFUSED, Document
from duecare.core.documents.store import NotFound, Store
from duecare.core.installation import Installation
from duecare.core.reports.models import ReportRun
from duecare.core.time import now

Progress = Callable[[int, int], None]
SNAPSHOTS = 5
ROWS_AT_ONCE = 1000


class FileMoved(Exception):
    """A file of the snapshot is no longer there, because its inspection ended meanwhile: snapshot anew."""


def save(installation: Installation, metadata: MetaData, folder: Path, progress: Progress) -> Manifest:
    """Backs the installation up into a new or empty folder. Raises `BackupError`."""
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for _ in range(SNAPSHOTS):
        try:
            manifest = _saved(installation, metadata, folder, progress)
        except FileMoved:
            continue
        layout.write_manifest(folder, manifest)
        return manifest
    raise BackupError("stored files changed or are missing; run `duecare jobs run core.verify` to see which")


def keys_of(session: Session) -> Iterator[str]:
    """Keys of every stored file that rows speak of; those that may move soon come first."""
    columns = (Document.key, Document.state, Document.details)
    kept = select(*columns).where(Document.state != REFUSED).order_by(Document.state != QUARANTINED)
    for key, _, details in session.execute(kept):
        yield key
        if details.get("thumbnail"):
            yield intake.thumbnail_key(key)
    for files in session.scalars(select(ReportRun.files)):
        yield from files.values()


def _saved(installation: Installation, metadata: MetaData, folder: Path, progress: Progress) -> Manifest:
    with installation.database.snapshot() as session:
        keys = list(dict.fromkeys(keys_of(session)))
        tables = metadata.sorted_tables
        total = len(keys) + sum(_count(session, table) for table in tables)
        files = list(_copied(installation.store, keys, folder, lambda done: progress(done, total)))
        layout.write_lines(folder / layout.FILE_LIST, files)
        rows: dict[str, int] = {}
        for table in tables:
            rows[table.name] = layout.write_lines(_path(folder, table), _rows(session, table))
            progress(len(keys) + sum(rows.values()), total)
    paths = [folder / layout.FILE_LIST, *(_path(folder, table) for table in tables)]
    return Manifest(
        format=layout.FORMAT,
        version=duecare.__version__,
        revision=schema.revision(installation.database) or "",
        made_at=now().isoformat(),
        rows=rows,
        hashes={path.relative_to(folder).as_posix(): layout.digest(path) for path in paths},
        files=len(files),
        file_bytes=sum(size for _, size, _ in files),
    )


def _copied(
    store: Store, keys: Iterable[str], folder: Path, tell: Callable[[int], None]
) -> Iterator[list[Any]]:
    from duecare.core.documents.folder_store import FolderStore

    copies = FolderStore(folder / layout.FILES)
    for number, key in enumerate(keys, start=1):
        try:
            stored = copies.put_stream(key, store.get_stream(key))
        except NotFound:
            raise FileMoved(key) from None
        tell(number)
        yield [key, stored.size, stored.sha256]


def _rows(session: Session, table: Table) -> Iterator[list[Any]]:
    in_order = select(table).order_by(*table.primary_key.columns)
    for row in session.execute(in_order, execution_options={"yield_per": ROWS_AT_ONCE}):
        yield layout.packed(row)


def _count(session: Session, table: Table) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def _path(folder: Path, table: Table) -> Path:
    return folder / layout.TABLES / f"{table.name}.jsonl.gz"
