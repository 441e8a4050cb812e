"""The fixtures and run rules that every other test relies on."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

OUTSIDE = ("192.0.2.1", 80)  # reserved for documentation, RFC 5737


class Greeting(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Riverside General</title>")

    def log_message(self, *args):
        pass


def test_a_database_of_each_kind_is_new_and_takes_rows(any_database_url):
    engine = create_engine(any_database_url, poolclass=NullPool)
    assert inspect(engine).get_table_names() == []
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE releases (id INTEGER PRIMARY KEY)"))
        connection.execute(text("INSERT INTO releases VALUES (1)"))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM releases")) == 1
    engine.dispose()


def test_a_page_opens_what_this_machine_serves(page):
    with ThreadingHTTPServer(("127.0.0.1", 0), Greeting) as server, ThreadPoolExecutor() as threads:
        threads.submit(server.serve_forever, 0.01)
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        title = page.title()
        server.shutdown()
    assert title == "Riverside General"


def test_a_test_without_a_browser_may_run_an_event_loop():
    assert asyncio.run(asyncio.sleep(0, result="done")) == "done"


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_an_address_outside_this_machine_is_refused():
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(OUTSIDE, timeout=1)
