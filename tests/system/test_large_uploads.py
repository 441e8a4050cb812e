"""Files that are far too large, sent to a real server: an answer in words, nothing else of the form lost."""

import re
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.support import world as worlds
from tests.system.serving import Served, served
from tests.web.account.steps import ALICE
from tests.workflows.release.test_intake_page import GOOD

MEGABYTE = 1_000_000
CHUNK = b"%PDF-1.7 " + b"\0" * (MEGABYTE - 9)
BOUNDARY = "a-boundary-that-stands-in-no-file"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("large"), worlds.build) as found:
        yield found


class Client:
    """A browser of few words: it keeps its cookie and sends everything before it reads the answer."""

    def __init__(self, server: Served) -> None:
        self.host, self.cookie = urlsplit(server.address).netloc, ""

    def get(self, path: str) -> str:
        return self._sent("GET", path, {}, None)[1]

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._sent("POST", path, headers, iter([urlencode(fields, quote_via=quote).encode()]))

    def upload(
        self, path: str, fields: dict[str, list[str]], files: list[tuple[str, str, int]]
    ) -> tuple[int, str]:
        """Sends files as (field, name, megabytes), each different, without ever holding one in memory."""
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return self._sent("POST", path, headers, list(_parts(fields, files)))

    def sign_in(self) -> None:
        token = TOKEN.search(self.get("/sign-in"))[1]
        self.post("/sign-in", {"csrf_token": token, "email": ALICE, "password": worlds.PASSWORD})

    def _sent(self, method: str, path: str, headers: dict[str, str], body) -> tuple[int, str]:
        connection = HTTPConnection(self.host, timeout=120)
        chunks = list(body or ())
        headers |= {"Cookie": self.cookie, "Content-Length": str(sum(map(len, chunks)))}
        connection.request(method, path, iter(chunks), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        if set_to := answer.getheader("Set-Cookie"):
            self.cookie = set_to.partition(";")[0]
        connection.close()
        return answer.status, text


def _parts(fields: dict[str, list[str]], files: list[tuple[str, str, int]]) -> Iterator[bytes]:
    start = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    for name, values in fields.items():
        yield from (f'{start}"{name}"\r\n\r\n{value}\r\n'.encode() for value in values)
    for name, given_name, megabytes in files:
        yield f'{start}"{name}"; filename="{given_name}"\r\n\r\n'.encode()
        yield from [CHUNK] * megabytes
        yield f"{given_name}\r\n".encode()
    yield f"--{BOUNDARY}--\r\n".encode()


@pytest.fixture
def alice(server: Served) -> Client:
    client = Client(server)
    client.sign_in()
    return client


def typed(token: str) -> dict[str, list[str]]:
    fields = {name: value if isinstance(value, list) else [value] for name, value in GOOD.items()}
    return {"csrf_token": [token], **fields}


def test_a_scan_of_200_mb_is_refused_by_its_name_and_the_rest_of_the_request_is_kept(alice):
    token = TOKEN.search(alice.get("/releases/new"))[1]
    files = [("file-record", "huge.pdf", 200), ("file-authorization", "signed.pdf", 1)]
    status, shown = alice.upload("/releases/new", typed(token), files)
    assert status == 422
    assert "huge.pdf" in shown
    assert "The file is larger than 100 MB. Split it" in shown
    assert f'value="{GOOD["last_name"]}"' in shown
    assert GOOD["notes"] in shown
    assert re.search(r'document-name">signed.pdf<', shown)


def test_files_that_are_too_large_together_are_kept_as_far_as_they_fit(alice):
    token = TOKEN.search(alice.get("/releases/new"))[1]
    files = [("file-record", f"part-{number}.pdf", 90) for number in range(4)]
    status, shown = alice.upload("/releases/new", typed(token), files)
    assert status == 422
    assert shown.count("are larger than 300 MB. Send this one by itself.") == 1
    assert len(re.findall(r'document-name">part-[012].pdf<', shown)) == 3


def test_a_visitors_paper_of_200_mb_is_refused_by_its_name(server):
    client = Client(server)
    steps = {
        "who": {"who": "patient"},
        "patient": {
            "first_name": "Maria",
            "last_name": "Lopez",
            "born-month": "4",
            "born-day": "3",
            "born-year": "1971",
        },
        "contact": {"delivery": "portal", "email": "maria@mail.example"},
        "records": {"records": "lab_results"},
    }
    for step, fields in steps.items():
        token = TOKEN.search(client.get(f"/request/riverside/{step}"))[1]
        assert client.post(f"/request/riverside/{step}", {"csrf_token": token, **fields})[0] == 303
    token = TOKEN.search(client.get("/request/riverside/documents"))[1]
    files = [("identification", "card.pdf", 1), ("correspondence", "huge.pdf", 200)]
    status, shown = client.upload("/request/riverside/documents", {"csrf_token": [token]}, files)
    assert status == 422
    assert "huge.pdf: The file is larger than 100 MB" in shown
    assert "card.pdf" in shown


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/api/v1/releases"])
def test_whoever_sends_200_mb_where_nothing_large_belongs_gets_an_answer(server, path):
    status, shown = Client(server).upload(path, {}, [("file", "huge.pdf", 200)])
    assert status in {401, 404, 413}
    assert "<h1" in shown or "title" in shown
    assert "duecare" in Client(server).get("/sign-in")
