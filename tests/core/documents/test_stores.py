"""Both kinds of store keep one contract; a folder store survives being killed at any point."""

import hashlib
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from duecare.core.documents.folder_store import FolderStore
from duecare.core.documents.object_store import ObjectStore
from duecare.core.documents.store import (
    InvalidKey,
    NotFound,
    Store,
    Stored,
    StoreUnavailable,
    TooLarge,
    from_url,
    valid_key,
)
from duecare.core.time import now

KEY = "riverside/release/2026/11/ROI-2026-000123/7f3a"
CONTENT = b"page one" * 1000


@pytest.fixture(params=["folder", "objects"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return from_url(f"file://{tmp_path}/documents%20here" if request.param == "folder" else "memory://")


def test_what_was_put_is_read_back_whole_with_its_size_and_hash(store):
    stored = store.put_stream(KEY, [CONTENT[:10], CONTENT[10:]])
    assert stored == Stored(len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert b"".join(store.get_stream(KEY)) == CONTENT


def test_an_empty_stream_can_be_stored(store):
    assert store.put_stream(KEY, []).size == 0
    assert b"".join(store.get_stream(KEY)) == b""


def test_a_range_ends_where_the_object_ends(store):
    store.put_stream(KEY, [b"0123456789"])
    assert store.get_range(KEY, 2, 3) == b"234"
    assert store.get_range(KEY, 8, 30) == b"89"
    assert store.get_range(KEY, 10, 5) == b""


def test_a_second_put_replaces_the_first(store):
    store.put_stream(KEY, [b"old"])
    store.put_stream(KEY, [b"new"])
    assert b"".join(store.get_stream(KEY)) == b"new"


def test_a_stream_past_the_limit_is_stopped_and_leaves_nothing(store):
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield bytes(100)

    with pytest.raises(TooLarge):
        store.put_stream(KEY, endless(), max_bytes=250)
    assert len(taken) == 3
    assert not store.exists(KEY)
    assert list(store.list()) == []


def test_a_stream_that_breaks_off_leaves_nothing(store, tmp_path):
    def broken():
        yield CONTENT
        raise ConnectionResetError

    with pytest.raises((ConnectionResetError, StoreUnavailable)):
        store.put_stream(KEY, broken())
    assert list(store.list()) == []
    assert list(tmp_path.rglob("*.part")) == []


def test_a_local_file_shows_the_bytes(store):
    store.put_stream(KEY, [CONTENT])
    with store.open_local(KEY) as path:
        assert path.read_bytes() == CONTENT


def test_a_move_may_be_repeated(store):
    store.put_stream("quarantine/a", [CONTENT])
    store.move("quarantine/a", KEY)
    store.move("quarantine/a", KEY)
    assert b"".join(store.get_stream(KEY)) == CONTENT
    assert not store.exists("quarantine/a")


def test_a_delete_may_be_repeated(store):
    store.put_stream(KEY, [CONTENT])
    store.delete(KEY)
    store.delete(KEY)
    assert not store.exists(KEY)


def test_a_listing_names_what_stands_below_a_folder(store):
    for key in ("a/one", "a/b/two", "ab/three"):
        store.put_stream(key, [b"123"])
    assert sorted(listed.key for listed in store.list("a")) == ["a/b/two", "a/one"]
    found = {listed.key: listed for listed in store.list()}
    assert found["ab/three"].size == 3
    assert abs(now() - found["ab/three"].modified) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "read",
    [
        lambda store: store.get_stream("gone"),
        lambda store: store.get_range("gone", 0, 1),
        lambda store: store.open_local("gone").__enter__(),
        lambda store: store.move("gone", "away"),
    ],
    ids=["stream", "range", "local", "move"],
)
def test_a_missing_object_is_not_found(store, read):
    with pytest.raises(NotFound):
        read(store)


def test_a_working_store_passes_its_check_and_keeps_nothing_of_it(store):
    store.check()
    assert list(store.list()) == []


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "a//b",
        "a/../b",
        "..",
        "a/.hidden",
        "a\\b",
        "a b",
        "a\0",
        "é",
        "a/",
        "x" * 200,
        "a/" * 300 + "a",
    ],
)
def test_a_key_that_could_reach_outside_is_invalid(store, key):
    with pytest.raises(InvalidKey):
        store.put_stream(key, [b""])
    with pytest.raises(InvalidKey):
        store.exists(key)


def test_the_documented_key_layout_is_valid():
    assert valid_key(KEY) == KEY


def test_an_unknown_kind_of_address_is_named():
    with pytest.raises(ValueError, match="'ftp'"):
        from_url("ftp://example.org/")


@pytest.mark.parametrize("url", ["s3://bucket/folder", "az://container/folder", "gs://bucket/folder"])
def test_cloud_addresses_are_understood(url, monkeypatch):
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    assert isinstance(from_url(url), ObjectStore)


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable):
        FolderStore(tmp_path / "file" / "below").check()


def test_the_folder_is_synced_before_the_name_appears(tmp_path, monkeypatch):
    calls = []
    sync, rename = os.fsync, Path.rename
    monkeypatch.setattr(os, "fsync", lambda file: (calls.append("sync"), sync(file))[1])
    monkeypatch.setattr(Path, "rename", lambda old, new: (calls.append("rename"), rename(old, new))[1])
    store = FolderStore(tmp_path)
    store.put_stream("a", [b"1"])
    calls.clear()
    store.put_stream("b", [b"1"])
    assert calls == ["sync", "rename", "sync"]


def test_only_old_unfinished_writes_are_removed(tmp_path):
    store = FolderStore(tmp_path)
    store.put_stream("kept", [b"1"])
    (tmp_path / ".incoming" / "left.part").write_bytes(b"half")
    assert store.remove_abandoned(now() - timedelta(days=1)) == 0
    assert store.remove_abandoned(now() + timedelta(days=1)) == 1
    assert [listed.key for listed in store.list()] == ["kept"]


PUT = """
import sys
from pathlib import Path
from duecare.core.documents.folder_store import FolderStore
FolderStore(Path(sys.argv[1])).put_stream("a/document", [b"whole " * 1000])
print("acknowledged")
"""


def put_in_a_process(folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    paths = os.pathsep.join(path for path in sys.path if path)
    command = [sys.executable, "-c", PUT, str(folder)]
    return subprocess.run(command, capture_output=True, env={"PYTHONPATH": paths, **environment}, check=False)


@pytest.mark.parametrize(
    ("point", "visible"),
    [("documents.after_temp_write", False), ("documents.after_sync", False), ("documents.after_put", True)],
)
def test_a_kill_shows_a_whole_document_or_none(tmp_path, point, visible):
    killed = put_in_a_process(tmp_path, DUECARE_TESTING="1", DUECARE_FAULT_POINT=point)
    assert killed.returncode == -signal.SIGKILL
    assert killed.stdout == b""
    found = [
        b"".join(FolderStore(tmp_path).get_stream(listed.key)) for listed in FolderStore(tmp_path).list()
    ]
    assert found == ([b"whole " * 1000] if visible else [])


@pytest.mark.parametrize(
    "environment",
    [
        {"DUECARE_FAULT_POINT": "documents.after_put"},
        {"DUECARE_FAULT_POINT": "documents.after_put", "DUECARE_TESTING": "yes"},
        {"DUECARE_FAULT_POINT": "documents.after_put:2", "DUECARE_TESTING": "1"},
    ],
    ids=["not testing", "not quite testing", "second arrival only"],
)
def test_a_fault_point_is_silent_unless_it_is_asked_for(tmp_path, environment):
    assert put_in_a_process(tmp_path, **environment).stdout == b"acknowledged\n"
