"""The malware scanner's answers, spoken by a stand-in on loopback."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from duecare.core.documents.scanner import ClamAV, ScannerUnavailable, ScanResult


@contextmanager
def clamd(reply: bytes | None) -> Iterator[tuple[str, list[bytes]]]:
    """A daemon that takes one stream and replies (or not, if None); yields its address and what came."""
    received: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as stream:
            assert stream.read(10) == b"zINSTREAM\0"
            while size := struct.unpack("!I", stream.read(4))[0]:
                received.append(stream.read(size))
            if reply is None:
                done.wait(5)
            else:
                connection.sendall(reply)

    done = threading.Event()
    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}", received
    finally:
        done.set()
        thread.join()
        server.close()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(b"0123456789" * 20_000)
    return path


def test_a_clean_file_was_sent_whole_and_is_clean(file):
    with clamd(b"stream: OK\0") as (address, received):
        assert ClamAV(address)(file).clean
    assert b"".join(received) == file.read_bytes()


def test_a_find_is_named(file):
    with clamd(b"stream: Win.Test.EICAR_HDB-1 FOUND\0") as (address, _):
        assert ClamAV(address)(file) == ScanResult("Win.Test.EICAR_HDB-1")


@pytest.mark.parametrize(
    "reply", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OKAY\0", b"OK\0", None]
)
def test_anything_but_a_clear_answer_is_none(file, reply):
    with clamd(reply) as (address, _), pytest.raises(ScannerUnavailable):
        ClamAV(address, timeout_seconds=0.2)(file)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.sock"])
def test_a_scanner_that_is_not_there_is_unavailable(file, address):
    with pytest.raises(ScannerUnavailable):
        ClamAV(address)(file)
