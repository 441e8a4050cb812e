"""Documents in a folder. A file is either wholly there, synced, under its final name, or not there.

obstore's local store does not sync, so puts and moves here are our own: temporary name, sync of the file,
rename, sync of each folder that changed (the sequence of POSIX durability).
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from duecare.core import faults
from duecare.core.documents.store import (
    CHUNK_BYTES,
    Listed,
    Measured,
    NotFound,
    Store,
    Stored,
    StoreUnavailable,
    valid_key,
)


class FolderStore(Store):
    """Objects as files below one folder, which is made if needed, readable by this user only."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / ".incoming"

    def put_stream(self, key: str, chunks: Iterable[bytes], *, max_bytes: int | None = None) -> Stored:
        target = self._path(key)
        measured = Measured(chunks, max_bytes)
        with _trouble_reported():
            partial = self._write_partial(measured)
            try:
                _make_folders(target.parent)
                partial.rename(target)
                _sync_folder(target.parent)
            finally:
                partial.unlink(missing_ok=True)
        faults.point("documents.after_put")
        return measured.stored

    def _write_partial(self, chunks: Iterable[bytes]) -> Path:
        _make_folders(self._incoming)
        partial = self._incoming / f"{uuid4().hex}.part"
        try:
            with partial.open("xb") as file:
                for chunk in chunks:
                    file.write(chunk)
                file.flush()
                faults.point("documents.after_temp_write")
                os.fsync(file.fileno())
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        faults.point("documents.after_sync")
        return partial

    def get_stream(self, key: str) -> Iterator[bytes]:
        with _trouble_reported():
            file = self._path(key).open("rb")

        def chunks() -> Iterator[bytes]:
            with file, _trouble_reported():
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk

        return chunks()

    def get_range(self, key: str, start: int, length: int) -> bytes:
        with _trouble_reported(), self._path(key).open("rb") as file:
            file.seek(start)
            return file.read(length)

    @contextmanager
    def open_local(self, key: str) -> Iterator[Path]:
        path = self._path(key)
        if not path.is_file():
            raise NotFound(key)
        yield path

    def move(self, source: str, target: str) -> None:
        old, new = self._path(source), self._path(target)
        if not old.is_file() and new.is_file():
            return
        with _trouble_reported():
            _make_folders(new.parent)
            old.rename(new)
            _sync_folder(new.parent)
            _sync_folder(old.parent)

    def delete(self, key: str) -> None:
        path = self._path(key)
        with _trouble_reported():
            if path.is_file():
                path.unlink()
                _sync_folder(path.parent)

    def exists(self, key: str) -> bool:
        return self._path(key).is_file()

    def list(self, prefix: str = "") -> Iterator[Listed]:
        start = self._path(prefix) if prefix else self._root
        for folder, folders, files in os.walk(start):
            folders[:] = [name for name in folders if not name.startswith(".")]
            for name in files:
                path = Path(folder, name)
                with suppress(FileNotFoundError):  # deleted since the folder was read
                    found = path.stat()
                    written = datetime.fromtimestamp(found.st_mtime, UTC)
                    yield Listed(path.relative_to(self._root).as_posix(), found.st_size, written)

    def check(self) -> None:
        with _trouble_reported():
            self._write_partial([b"reachable"]).unlink()

    def remove_abandoned(self, before: datetime) -> int:
        abandoned = [path for path in self._incoming.glob("*.part") if _modified(path) < before.timestamp()]
        for path in abandoned:
            path.unlink(missing_ok=True)
        return len(abandoned)

    def _path(self, key: str) -> Path:
        return self._root / valid_key(key)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # finished and renamed since it was listed
        return float("inf")


def _make_folders(folder: Path) -> None:
    """Make the folder and its parents; each new entry is synced into its parent."""
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _trouble_reported() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(str(error.filename)) from error
    except OSError as error:
        raise StoreUnavailable(f"the document folder cannot be used: {error.strerror}") from error
