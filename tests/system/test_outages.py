"""What duecare leans on goes away: requests are refused clearly, nothing is lost, work resumes by itself.

The malware scanner fails closed. Stand-ins on loopback refuse, hang or answer; nothing waits on a real clock.
"""

import errno
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from duecare.core.cases import Case
from duecare.core.documents import scanner
from duecare.core.documents.folder_store import FolderStore
from duecare.core.documents.models import ACCEPTED, QUARANTINED, Document
from duecare.core.documents.store import StoreUnavailable
from duecare.core.installation import Installation
from duecare.core.jobs import queue, runner
from duecare.core.jobs.models import DONE, WAITING, Job
from duecare.core.notices import delivery
from duecare.core.notices.models import Notice
from duecare.core.time import monotonic
from tests.core.documents import made
from tests.support import world as worlds
from tests.support.api import ApiClient, issue_token, problem_of
from tests.support.pages import check_page
from tests.support.world import World

NOON = "2026-03-02T18:00:00Z"
LOOKS_IN_AN_HOUR = 12
RESUMES_WITHIN_SECONDS = 60
IMPATIENT_SECONDS = 0.2
Speak = Callable[[socket.socket], None]


@contextmanager
def listening(speak: Speak | None, port: int = 0) -> Iterator[int]:
    """A server on loopback that speaks with each caller, or says nothing at all; yields its port."""
    server = socket.create_server(("127.0.0.1", port))
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            held.append(connection)
            if speak:
                with connection:
                    speak(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()
        for connection in held:
            connection.close()


def closed_port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def clamd(connection: socket.socket) -> None:
    """Finds nothing in one stream."""
    with connection.makefile("rb") as stream:
        stream.read(len(b"zINSTREAM\0"))
        while size := struct.unpack("!I", stream.read(4))[0]:
            stream.read(size)
        connection.sendall(b"stream: OK\0")


def smtpd(connection: socket.socket) -> None:
    """Takes one message."""
    connection.sendall(b"220 ready\r\n")
    with connection.makefile("rb") as lines:
        for line in lines:
            verb = line[:4].upper()
            if verb == b"DATA":
                connection.sendall(b"354 go on\r\n")
                while next(lines) != b".\r\n":
                    pass
            connection.sendall(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")
            if verb == b"QUIT":
                return


def with_settings(world: World, **changes: Any) -> Installation:
    found = world.installation
    return replace(found, settings=found.settings.model_copy(update=changes))


def rows(installation: Installation, model: Any) -> list[Any]:
    with installation.database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def sit_out(installation: Installation, clock: Any) -> None:
    """An outage of an hour, in which more tries are made than a failing job has."""
    for _ in range(LOOKS_IN_AN_HOUR):
        assert runner.run_due(installation)
        clock.shift(3600 / LOOKS_IN_AN_HOUR)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who hangs is given up soon."""
    monkeypatch.setattr(delivery, "SMTP_SECONDS", IMPATIENT_SECONDS)
    init = scanner.ClamAV.__init__
    monkeypatch.setattr(
        scanner.ClamAV, "__init__", lambda self, address: init(self, address, IMPATIENT_SECONDS)
    )


@pytest.fixture
def alice(app: Flask, world: World) -> ApiClient:
    app.testing = False  # errors are answered, as in production
    return ApiClient(app, issue_token(world, "alice"))


@pytest.fixture
def number(world: World) -> str:
    with world.installation.database.transaction() as session:
        return worlds.create(world, session, requester={"email": ""}).number


# E-mail


@pytest.mark.parametrize("hangs", [False, True])
def test_mail_waits_for_its_server_and_goes_out_within_a_minute(
    world: World, impatient: None, hangs: bool
) -> None:
    port = closed_port()
    away = with_settings(world, mail_url=f"smtp://127.0.0.1:{port}")
    with time_machine.travel(NOON, tick=False) as clock:
        with world.installation.database.transaction() as session:
            worlds.create(world, session)
        if hangs:
            with listening(None) as silent:
                runner.run_due(with_settings(world, mail_url=f"smtp://127.0.0.1:{silent}"))
        else:
            sit_out(away, clock)
        assert [notice.sent_at for notice in rows(away, Notice) if notice.channel == "email"] == [None]
        clock.shift(RESUMES_WITHIN_SECONDS)
        with listening(smtpd, port):
            runner.run_due(away)
    assert all(notice.sent_at for notice in rows(away, Notice) if notice.channel == "email")


# Malware scanner


@pytest.mark.parametrize("hangs", [False, True])
def test_a_document_stays_in_quarantine_while_the_scanner_is_away_and_is_accepted_after(
    world: World, alice: ApiClient, number: str, impatient: None, hangs: bool
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        assert alice.upload(number, "record", made.pdf(), "visit.pdf").status_code == 201
        if hangs:
            with listening(None) as silent:
                runner.run_due(with_settings(world, malware_scan_url=f"tcp://127.0.0.1:{silent}"))
        else:
            sit_out(with_settings(world, malware_scan_url=f"tcp://127.0.0.1:{closed_port()}"), clock)
        [document] = rows(world.installation, Document)
        assert document.state == QUARANTINED
        problem_of(alice.get(f"/documents/{document.public_id}/content"), 409)
        clock.shift(RESUMES_WITHIN_SECONDS)
        with listening(clamd) as port:
            runner.run_due(with_settings(world, malware_scan_url=f"tcp://127.0.0.1:{port}"))
    assert rows(world.installation, Document)[0].state == ACCEPTED


def test_a_document_waits_for_a_machine_that_can_start_the_sandbox_again(
    world: World, alice: ApiClient, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_: object, **__: object) -> None:
        raise OSError(errno.EAGAIN, "no more processes")

    with time_machine.travel(NOON, tick=False) as clock:
        alice.upload(number, "record", made.pdf(), "visit.pdf")
        with monkeypatch.context() as patch:
            patch.setattr("duecare.core.documents.sandbox.subprocess.run", cannot)
            sit_out(world.installation, clock)
        clock.shift(RESUMES_WITHIN_SECONDS)
        runner.run_due(world.installation)
    assert rows(world.installation, Document)[0].state == ACCEPTED


# Document store


def _refused(*_: object, **__: object) -> None:
    raise StoreUnavailable("the bucket does not answer")


def _full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture(params=["away", "full"])
def no_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A store that refuses, and a disk that is full when the file is synced."""
    with monkeypatch.context() as patch:
        if request.param == "away":
            patch.setattr(FolderStore, "put_stream", _refused)
        else:
            patch.setattr("duecare.core.documents.folder_store.os.fsync", _full)
        yield


def test_an_upload_is_refused_clearly_and_leaves_nothing(
    world: World, alice: ApiClient, number: str, no_store: None
) -> None:
    told = problem_of(alice.upload(number, "record", made.pdf(), "visit.pdf"), 503)
    assert "Try again" in told["detail"]
    assert rows(world.installation, Document) == []
    assert [job.name for job in rows(world.installation, Job) if job.name == "documents.inspect"] == []


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_person_is_told_on_a_page_that_keeps_what_they_typed(
    app: Flask, world: World, number: str, no_store: None, accept: str
) -> None:
    app.testing, app.config["WTF_CSRF_ENABLED"] = False, False
    client = worlds.sign_in_as(app, world, "alice")
    data = {"kind": "record", "file": (BytesIO(made.pdf()), "visit.pdf")}
    answer = client.post(f"/releases/{number}/documents", data=data, headers={"Accept": accept})
    assert "data-keep-drafts" in check_page(answer, 503)


def test_an_inspection_waits_for_room_in_the_store(
    world: World, alice: ApiClient, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        alice.upload(number, "record", made.pdf(), "visit.pdf")
        with monkeypatch.context() as patch:
            patch.setattr("duecare.core.documents.folder_store.os.fsync", _full)
            sit_out(world.installation, clock)
            assert rows(world.installation, Document)[0].state == QUARANTINED
        clock.shift(RESUMES_WITHIN_SECONDS)
        runner.run_due(world.installation)
    assert rows(world.installation, Document)[0].state == ACCEPTED


# Database


@contextmanager
def no_database(installation: Installation) -> Iterator[None]:
    """Every statement fails as it does when the server is gone."""

    def fail(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("server closed the connection"))

    engine = installation.database.engine
    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)


@pytest.mark.parametrize("path", ["/", "/releases", "/releases/new", "/request/riverside", "/account"])
def test_a_page_says_that_the_database_is_away(app: Flask, world: World, path: str) -> None:
    app.testing = False
    client = worlds.sign_in_as(app, world, "alice")
    with no_database(world.installation):
        text = check_page(client.get(path), 503)
    assert "Nothing was changed" in text
    assert "server closed" not in text
    assert client.get(path).status_code in {200, 302}


def test_the_api_says_that_the_database_is_away(world: World, alice: ApiClient) -> None:
    with no_database(world.installation):
        problem_of(alice.get("/releases"), 503)
        problem_of(alice.post("/releases", json=alice.new_release()), 503)
    assert rows(world.installation, Case) == []


def test_nothing_protected_is_shown_when_the_reading_cannot_be_noted(
    app: Flask, world: World, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.testing = False
    client = worlds.sign_in_as(app, world, "alice")

    def gone(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("server closed the connection"))

    monkeypatch.setattr("duecare.core.audit.record_reading", gone)
    assert "Lopez" not in check_page(client.get(f"/releases/{number}"), 503)


def test_the_runner_waits_for_the_database_and_goes_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.installation.database.transaction() as session:
        worlds.create(world, session)
    monkeypatch.setattr(runner, "OUTAGE_SECONDS", 0)
    working = runner.Runner(world.installation)
    rounds = iter([True, True, False])
    with no_database(world.installation):
        working.run(lambda: next(rounds))
    assert {job.state for job in rows(world.installation, Job)} == {WAITING}
    runner.Runner(world.installation).run(lambda: WAITING in _states(world.installation))
    assert _states(world.installation) == {DONE}


def _states(installation: Installation) -> set[str]:
    return {job.state for job in rows(installation, Job) if job.organisation_id and not job.key}


# Broker


@pytest.fixture
def celery_runner(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Celery as the messenger. Nobody is told of jobs after the test; who hangs is given up soon."""
    pytest.importorskip("celery", reason="Celery is an extra: tools/venv celery")
    from duecare.core.jobs import celery_runner

    monkeypatch.setattr(queue, "_tellers", [])
    monkeypatch.setattr(celery_runner, "BROKER_SECONDS", IMPATIENT_SECONDS)
    return celery_runner


@pytest.mark.parametrize("hangs", [False, True])
def test_jobs_run_by_the_table_while_the_broker_is_away(
    world: World, alice: ApiClient, celery_runner: Any, hangs: bool
) -> None:
    with listening(None) if hangs else nullcontext(closed_port()) as port:
        celery_runner.tell_workers(f"redis://127.0.0.1:{port}/0")
        began = monotonic()
        assert alice.post("/releases", json=alice.new_release()).status_code == 201
        assert monotonic() - began < celery_runner.LOOK_EVERY_SECONDS / 2
        assert runner.run_due(world.installation)
    assert _states(world.installation) == {DONE}
