"""How a form's files come in: each is held back from filling the disk, and none costs the form's other parts.

What is larger than one file may be, or does not fit with the others of its form any more, is cut: it is read
to its end and thrown away, so that the form can be shown again with everything else. A body that nobody reads
is read to its end as well, since a browser shows no answer before it has sent everything.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, cast

from flask import Request, current_app, request

if TYPE_CHECKING:
    from _typeshed.wsgi import InputStream, StartResponse, WSGIApplication, WSGIEnvironment

FILES_TOGETHER = 3
READ_TOGETHER = 10
IN_MEMORY_BYTES = 500_000
DRAIN_CHUNK_BYTES = 1 << 20
DRAIN_MOST_BYTES = 4_000_000_000
ALONE, TOGETHER = "alone", "together"
LARGEST_FILE = "UPLOAD_MAX_BYTES"


class Arriving(SpooledTemporaryFile[bytes]):
    """A file of a form. `cut` says whether it was too large alone, or together with the others."""

    cut = ""

    def __init__(self, most_bytes: int, take: Callable[[int], bool]) -> None:
        super().__init__(max_size=IN_MEMORY_BYTES, mode="rb+")
        self._left, self._take = most_bytes, take

    def write(self, data: Any) -> int:
        """Takes bytes in, or throws them away together with all that came before."""
        if not self.cut:
            self._left -= len(data)
            self.cut = ALONE if self._left < 0 else "" if self._take(len(data)) else TOGETHER
            if not self.cut:
                return super().write(data)
            self.seek(0)
            self.truncate()
        return len(data)


class FormRequest(Request):
    """A request whose files arrive as above."""

    bytes_taken = 0

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002 - Werkzeug's contract
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return cast("IO[bytes]", Arriving(current_app.config[LARGEST_FILE], self._take))

    def _take(self, size: int) -> bool:
        """True while the form's files are together no larger than they may be."""
        self.bytes_taken += size
        most: int = FILES_TOGETHER * current_app.config[LARGEST_FILE]
        return self.bytes_taken <= most


def allow_many() -> None:
    """Lets a form bring several files, also ones that are too large: those are refused each by its name."""
    request.max_content_length = READ_TOGETHER * current_app.config[LARGEST_FILE]


class Drained:
    """Reads to its end what the app left of a request's body, before the answer begins."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        answer = self._app(environ, start_response)
        if environ.get("wsgi.input_terminated"):  # else nobody knows where the body ends
            with suppress(OSError):
                _read_on(environ["wsgi.input"], DRAIN_MOST_BYTES)
        return answer


def _read_on(body: "InputStream", left: int) -> None:
    while left > 0 and (chunk := body.read(DRAIN_CHUNK_BYTES)):
        left -= len(chunk)
