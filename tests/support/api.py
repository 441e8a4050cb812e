"""A client of the JSON API, and what it sends in the field's words."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from duecare.core.people import tokens
from duecare.core.people.models import Organisation, User
from duecare.core.time import now
from duecare.workflows.release.api import EXAMPLE_CHECK, EXAMPLE_INTAKE
from tests.support.world import PEOPLE, World

ROOT = "/api/v1"
PROBLEM = "application/problem+json"


class ApiClient:
    """Calls the API in process with one token, or with none."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self.http = app.test_client(use_cookies=False)
        self.token = token

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = dict(options.pop("headers", {}))
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return self.http.open(ROOT + path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.call("POST", path, **options)

    def act(self, number: str, action: str, **needs: Any) -> TestResponse:
        return self.post(f"/releases/{number}/actions/{action}", json=needs)

    def upload(self, number: str, kind: str, content: bytes, name: str) -> TestResponse:
        data = {"kind": kind, "file": (BytesIO(content), name)}
        return self.post(f"/releases/{number}/documents", data=data)

    def check(self, number: str, stage: str, **changes: Any) -> TestResponse:
        body = {**EXAMPLE_CHECK, "stage": stage, **changes}
        return self.post(f"/releases/{number}/authorization-checks", json=body)

    @staticmethod
    def new_release(**changes: Any) -> dict[str, Any]:
        """A third-party request by an attorney; `patient` and `requester` are merged."""
        body: dict[str, Any] = dict(EXAMPLE_INTAKE)
        for name, value in changes.items():
            body[name] = {**body[name], **value} if name in {"patient", "requester"} else value
        return body


def issue_token(
    world: World, name: str, scopes: frozenset[str] | None = None, lives: timedelta = timedelta(days=1)
) -> str:
    """A token of a person for their organisation, by default with all that their roles grant."""
    organisation_name, caller = PEOPLE[name][0], world.caller(name)
    with world.installation.database.transaction() as session:
        organisation = session.get_one(Organisation, getattr(world, organisation_name).id)
        user = session.get_one(User, world.people[name].id)
        _row, text = tokens.issue(
            session,
            caller,
            user,
            organisation,
            name="A test",
            scopes=caller.permissions if scopes is None else scopes,
            expires_at=now() + lives,
        )
    return text


def problem_of(answer: TestResponse, status: int) -> dict[str, Any]:
    """The problem an answer is; fails unless it is a well-formed one of the status."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == PROBLEM
    problem: dict[str, Any] = answer.get_json()
    assert set(problem) <= {"type", "title", "status", "detail", "errors"}
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem
