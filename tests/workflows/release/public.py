"""What people without an account do, in the words of the pages: used by the tests of the public side."""

import re
from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PDF = b"%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
MARIA = {
    "first_name": "Maria",
    "last_name": "Lopez",
    "born-month": "4",
    "born-day": "3",
    "born-year": "1971",
    "mrn": "448210",
}
REACHED = {
    "delivery": "portal",
    "email": "maria.lopez@mail.example",
    "phone": "555 0100",
    "address": "",
}
FIRM = {**REACHED, "name": "Harold Finch", "organisation": "Finch & Wren LLP", "email": "harold@firm.example"}
RECORDS = {
    "records": ["lab_results", "imaging_reports"],
    "since-month": "1",
    "since-day": "1",
    "since-year": "2024",
    "notes": "Dr. Novak, third floor",
}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
CODE = re.compile(r'class="big-code">([0-9A-Z]{5}-[0-9A-Z]{5})<')


class Visitor:
    """A browser without script: it reads a page, fills its form and sends it with the page's token."""

    def __init__(self, app: Flask, language: str = "en", address: str = "192.0.2.10") -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = {"Accept-Language": language}
        self.environ = {"REMOTE_ADDR": address}

    def get(self, path: str, *, follow: bool = True) -> TestResponse:
        return self.client.get(
            path, headers=self.headers, environ_overrides=self.environ, follow_redirects=follow
        )

    def post(
        self, path: str, data: dict[str, Any], *, page: str | None = None, follow: bool = True
    ) -> TestResponse:
        """Fills the form of `page` (the same path if not named) and sends it."""
        found = TOKEN.search(self.get(page or path).text)
        assert found, f"no form on {page or path}"
        return self.client.post(
            path,
            data={"csrf_token": found[1], **data},
            headers=self.headers,
            environ_overrides=self.environ,
            follow_redirects=follow,
        )

    def answer(self, step: str, data: dict[str, Any], *, follow: bool = True) -> TestResponse:
        return self.post(f"/request/riverside/{step}", data, follow=follow)

    def add_files(self, files: dict[str, list[tuple[str, bytes]]], button: str = "continue") -> TestResponse:
        data: dict[str, Any] = {
            kind: [(BytesIO(content), name) for name, content in named] for kind, named in files.items()
        }
        return self.post("/request/riverside/documents", {button: "1", **data})

    def fill_as_patient(self) -> TestResponse:
        """Everything up to the check of answers."""
        self.answer("who", {"who": "patient"})
        self.answer("patient", MARIA)
        self.answer("contact", REACHED)
        self.answer("records", RECORDS)
        return self.add_files({})

    def fill_as_firm(self, files: dict[str, list[tuple[str, bytes]]] | None = None) -> TestResponse:
        self.answer("who", {"who": "attorney"})
        self.answer("contact", FIRM)
        self.answer("patient", MARIA)
        self.answer("records", {**RECORDS, "purpose": "A claim"})
        return self.add_files({"authorization": [("signed.pdf", PDF)]} if files is None else files)

    def send(self) -> TestResponse:
        return self.post("/request/riverside/send", {}, page="/request/riverside/check")

    def look_up(self, code: str, year: str = "1971") -> TestResponse:
        born = {"born-month": "4", "born-day": "3", "born-year": year}
        return self.post("/status", {"code": code, **born})


def code_on(page: TestResponse) -> str:
    """The tracking code that a receipt shows."""
    found = CODE.search(page.text)
    assert found, page.text
    return found[1]
