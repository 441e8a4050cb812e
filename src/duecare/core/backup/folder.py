"""What a backup folder looks like.

`manifest.json` is written last, so that a folder without it is not a backup. `tables/{name}.jsonl.gz` holds a
table's rows in the order of its primary key, `files.jsonl.gz` the key, size and SHA-256 of each stored file,
`files/{key}` the files.
"""

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, TypeDecorator
from sqlalchemy.types import TypeEngine

FORMAT = 1
MANIFEST, TABLES, FILES, FILE_LIST = "manifest.json", "tables", "files", "files.jsonl.gz"
READ_BYTES = 1 << 20


class BackupError(Exception):
    """A backup that cannot be made or restored, with the reason."""


@dataclass(frozen=True)
class Manifest:
    """What a whole backup holds: rows by table, SHA-256 by data file, number and bytes of stored files."""

    format: int
    version: str
    revision: str
    made_at: str
    rows: dict[str, int]
    hashes: dict[str, str]
    files: int
    file_bytes: int


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Makes the folder a backup, at once and durably."""
    partial = folder / f"{MANIFEST}.part"
    with partial.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(folder / MANIFEST)


def read_manifest(folder: Path) -> Manifest:
    """The manifest. Raises `BackupError` for a folder that is no backup, or one of another format."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise BackupError(f"{folder} is not a whole backup: it has no readable {MANIFEST}") from None
    if manifest.format != FORMAT:
        raise BackupError(f"the backup has format {manifest.format}; this version reads {FORMAT}")
    return manifest


def write_lines(path: Path, rows: Iterable[list[Any]]) -> int:
    """Writes rows as JSON lines, compressed, and gives how many."""
    count = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=5) as file:
        for row in rows:
            file.write(json.dumps(row, separators=(",", ":")) + "\n")
            count += 1
    return count


def read_lines(path: Path) -> Iterator[list[Any]]:
    """The rows of a file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def digest(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(READ_BYTES):
            found.update(chunk)
    return found.hexdigest()


def packed(values: Iterable[Any]) -> list[Any]:
    """A row's values as JSON: times in ISO 8601, bytes in base64; JSON columns stay as they are."""
    return [_packed(value) for value in values]


def unpacked(table: Table, values: list[Any]) -> dict[str, Any]:
    """A row by column names, with the Python values that the columns' types take."""
    return {
        column.name: _unpacked(_kind(column.type), value)
        for column, value in zip(table.columns, values, strict=True)
    }


def _kind(stored_as: TypeEngine[Any]) -> type:
    return (stored_as.impl_instance if isinstance(stored_as, TypeDecorator) else stored_as).python_type


def _packed(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _unpacked(kind: type, value: Any) -> Any:
    if value is None:
        return None
    if kind in {datetime, date}:
        return kind.fromisoformat(value)
    return base64.b64decode(value) if kind is bytes else value
