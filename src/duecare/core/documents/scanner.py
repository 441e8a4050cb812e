"""Asks a ClamAV daemon about a file. Fails closed: no clear answer is ScannerUnavailable, never "clean"."""

import socket
import struct
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_CHUNK_BYTES = 64 * 1024
_MAX_REPLY_BYTES = 4096


class ScannerUnavailable(Exception):
    """The scanner did not answer clearly. Try again later; the file is neither accepted nor refused."""


@dataclass(frozen=True)
class ScanResult:
    """The scanner's verdict; `signature` names what was found, None when clean."""

    signature: str | None

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return self.signature is None


Scan = Callable[[Path], ScanResult]


@dataclass(frozen=True)
class ClamAV:
    """A `Scan` over clamd's INSTREAM command. Address: `tcp://host:port` or `unix:///path/of/socket`."""

    address: str
    timeout_seconds: float = 30.0

    def __call__(self, path: Path) -> ScanResult:
        try:
            with closing(self._connected()) as connection:
                _send(connection, path)
                reply = _receive(connection)
        except OSError as error:
            raise ScannerUnavailable(f"the malware scanner does not answer: {error}") from error
        return _verdict(reply)

    def _connected(self) -> socket.socket:
        parts = urlsplit(self.address)
        if parts.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self.timeout_seconds)
            try:
                connection.connect(parts.path)
            except OSError:
                connection.close()
                raise
            return connection
        return socket.create_connection((parts.hostname or "", parts.port or 3310), self.timeout_seconds)


def _send(connection: socket.socket, path: Path) -> None:
    connection.sendall(b"zINSTREAM\0")
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            connection.sendall(struct.pack("!I", len(chunk)) + chunk)
    connection.sendall(struct.pack("!I", 0))


def _receive(connection: socket.socket) -> str:
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < _MAX_REPLY_BYTES:
        received = connection.recv(_MAX_REPLY_BYTES)
        if not received:
            break
        reply += received
    return reply.rstrip(b"\0\n").decode("utf-8", "replace")


def _verdict(reply: str) -> ScanResult:
    answer = reply.partition(": ")[2]
    if answer == "OK":
        return ScanResult(None)
    if answer.endswith(" FOUND"):
        return ScanResult(answer.removesuffix(" FOUND"))
    raise ScannerUnavailable(f"the malware scanner could not scan the file: {reply[:200]}")
