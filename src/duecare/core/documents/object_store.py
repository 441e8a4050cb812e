"""Documents in S3, Azure Blob or Google Cloud Storage (or in memory, for tests), through obstore.

A cloud put is durable and all-or-nothing once it returns. Every call has a time-out, so that a hanging
store fails clearly instead of holding a request.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import MemoryStore
from obstore.store import from_url as obstore_from_url

from duecare.core import faults
from duecare.core.documents.store import (
    CHUNK_BYTES,
    Listed,
    Measured,
    NotFound,
    Store,
    Stored,
    StoreUnavailable,
    TooLarge,
    valid_key,
)

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Backend

_CLIENT: dict[str, Any] = {"connect_timeout": "10s", "timeout": "60s"}
_RETRY: dict[str, Any] = {"max_retries": 3, "retry_timeout": timedelta(seconds=60)}
_PART_BYTES = 5 * 1024 * 1024
_PARTS_AT_ONCE = 4
_PROBE = "reachability-probe"


class ObjectStore(Store):
    """Objects in one bucket or container, below the path of the address."""

    def __init__(self, backend: "Backend") -> None:
        self._backend = backend

    @classmethod
    def from_url(cls, url: str) -> "ObjectStore":
        """Connect lazily: a wrong address or missing right shows at the first use or `check()`."""
        if url.startswith("memory:"):
            return cls(MemoryStore())
        options: dict[str, Any] = {"client_options": _CLIENT, "retry_config": _RETRY}
        return cls(obstore_from_url(url, **options))

    def put_stream(self, key: str, chunks: Iterable[bytes], *, max_bytes: int | None = None) -> Stored:
        measured = Measured(chunks, max_bytes)
        with _trouble_reported(key):
            obstore.put(
                self._backend,
                valid_key(key),
                measured,
                chunk_size=_PART_BYTES,
                max_concurrency=_PARTS_AT_ONCE,
            )
        faults.point("documents.after_put")
        return measured.stored

    def get_stream(self, key: str) -> Iterator[bytes]:
        with _trouble_reported(key):
            found = obstore.get(self._backend, valid_key(key))

        def chunks() -> Iterator[bytes]:
            with _trouble_reported(key):
                for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                    yield bytes(chunk)

        return chunks()

    def get_range(self, key: str, start: int, length: int) -> bytes:
        with _trouble_reported(key):
            size = obstore.head(self._backend, valid_key(key))["size"]
            end = min(start + length, size)
            return bytes(obstore.get_range(self._backend, key, start=start, end=end)) if start < end else b""

    @contextmanager
    def open_local(self, key: str) -> Iterator[Path]:
        with tempfile.NamedTemporaryFile(prefix="duecare-") as file:
            for chunk in self.get_stream(key):
                file.write(chunk)
            file.flush()
            yield Path(file.name)

    def move(self, source: str, target: str) -> None:
        if not self.exists(source) and self.exists(target):
            return
        with _trouble_reported(source):
            obstore.rename(self._backend, valid_key(source), valid_key(target))

    def delete(self, key: str) -> None:
        try:
            with _trouble_reported(key):
                obstore.delete(self._backend, valid_key(key))
        except NotFound:
            return

    def exists(self, key: str) -> bool:
        try:
            with _trouble_reported(key):
                obstore.head(self._backend, valid_key(key))
        except NotFound:
            return False
        return True

    def list(self, prefix: str = "") -> Iterator[Listed]:
        below = valid_key(prefix) if prefix else None
        with _trouble_reported(prefix):
            for batch in obstore.list(self._backend, prefix=below):
                for item in batch:
                    yield Listed(item["path"], item["size"], item["last_modified"])

    def check(self) -> None:
        self.put_stream(_PROBE, [b"reachable"])
        self.delete(_PROBE)

    def remove_abandoned(self, before: datetime) -> int:  # noqa: ARG002
        """Nothing to do: an unfinished put is never visible; the bucket's lifecycle rule drops its parts."""
        return 0


@contextmanager
def _trouble_reported(key: str) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotFoundError) as error:
        raise NotFound(key) from error
    except TooLarge:
        raise
    except (BaseError, OSError) as error:
        raise StoreUnavailable(f"the document store cannot be used: {type(error).__name__}") from error
