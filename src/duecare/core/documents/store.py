"""Where document bytes live: a folder or an object store, behind one interface and one key layout.

A put is acknowledged only when it would survive a power cut. Nothing here knows about rows, people or
permissions, and no key may ever reach outside the store.
"""

import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

CHUNK_BYTES = 256 * 1024
_MAX_KEY_LENGTH = 512
_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class StoreError(Exception):
    """Something the store could not do."""


class InvalidKey(StoreError):
    """A key with a forbidden character, an empty or dotted segment, or too long."""


class NotFound(StoreError):
    """No object has this key."""


class TooLarge(StoreError):
    """The stream went past the size that the caller allows; nothing was kept."""

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"the stream is larger than {max_bytes} bytes")
        self.max_bytes = max_bytes


class StoreUnavailable(StoreError):
    """The store did not answer, refused us or is full; the caller may try again later."""


@dataclass(frozen=True)
class Stored:
    """What was written: size in bytes and lower-case hexadecimal SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Listed:
    """One object in a listing; size in bytes, and when it was written."""

    key: str
    size: int
    modified: datetime


def valid_key(key: str) -> str:
    """Return the key unchanged, or raise InvalidKey.

    Segments of letters, digits, dot, dash and underscore, none starting with a dot, joined by single slashes.
    """
    if len(key) > _MAX_KEY_LENGTH or not all(_SEGMENT.fullmatch(part) for part in key.split("/")):
        raise InvalidKey(repr(key[:80]))
    return key


class Measured(Iterator[bytes]):
    """A stream that is hashed and counted as it passes; raises TooLarge as soon as it is."""

    def __init__(self, chunks: Iterable[bytes], max_bytes: int | None) -> None:
        self._chunks = iter(chunks)
        self._max_bytes = max_bytes
        self._digest = hashlib.sha256()
        self._size = 0

    def __next__(self) -> bytes:
        chunk = next(self._chunks)
        self._size += len(chunk)
        if self._max_bytes is not None and self._size > self._max_bytes:
            raise TooLarge(self._max_bytes)
        self._digest.update(chunk)
        return chunk

    @property
    def stored(self) -> Stored:
        """Size and hash of what has passed so far."""
        return Stored(self._size, self._digest.hexdigest())


class Store(ABC):
    """Documents by key. Every method raises InvalidKey for a bad key and StoreUnavailable on trouble."""

    @abstractmethod
    def put_stream(self, key: str, chunks: Iterable[bytes], *, max_bytes: int | None = None) -> Stored:
        """Write durably, replacing any object of that key at once; TooLarge past `max_bytes`."""

    @abstractmethod
    def get_stream(self, key: str) -> Iterator[bytes]:
        """The whole object in chunks; NotFound is raised before the first one."""

    @abstractmethod
    def get_range(self, key: str, start: int, length: int) -> bytes:
        """At most `length` bytes from offset `start`, fewer at the end; NotFound."""

    @abstractmethod
    def open_local(self, key: str) -> AbstractContextManager[Path]:
        """A readable local file with the object's bytes, for the block only; never write to it; NotFound."""

    @abstractmethod
    def move(self, source: str, target: str) -> None:
        """Give the object another key, durably; done already (only `target` exists) is fine. NotFound."""

    @abstractmethod
    def delete(self, key: str) -> None:
        """Remove the object; a missing one is fine."""

    @abstractmethod
    def exists(self, key: str) -> bool:
        """Whether an object has this key."""

    @abstractmethod
    def list(self, prefix: str = "") -> Iterator[Listed]:
        """Every object below the folder `prefix` (the whole store if empty), in no given order."""

    @abstractmethod
    def check(self) -> None:
        """Raise StoreUnavailable unless a small object can be written and removed now."""

    @abstractmethod
    def remove_abandoned(self, before: datetime) -> int:
        """Remove unfinished writes begun before that time; returns how many."""


def from_url(url: str) -> Store:
    """The store of `DUECARE_STORAGE_URL`: `file:///folder`, `s3://…`, `az://…`, `gs://…`, or `memory://`."""
    scheme = urlsplit(url).scheme
    if scheme == "file":
        from duecare.core.documents.folder_store import FolderStore

        return FolderStore(Path(unquote(urlsplit(url).path)))
    if scheme in {"s3", "az", "gs", "memory"}:
        from duecare.core.documents.object_store import ObjectStore

        return ObjectStore.from_url(url)
    raise ValueError(f"a storage address starts with file, s3, az or gs, not with {scheme!r}")
