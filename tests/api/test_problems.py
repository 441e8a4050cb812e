"""Every error inside the API is a problem (RFC 9457), whoever raised it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from duecare.core.people.models import ApiToken, User
from duecare.core.time import now
from tests.support.api import PROBLEM, ApiClient, issue_token, problem_of
from tests.support.world import World, sign_in_as


def test_an_unknown_address_is_404(alice: ApiClient) -> None:
    problem_of(alice.get("/nothing"), 404)


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v2/releases"])
def test_an_unknown_address_beside_the_version_is_404_too(app: Flask, path: str) -> None:
    problem_of(app.test_client().get(path), 404)


def test_a_method_that_is_not_there_is_405_and_names_those_that_are(alice: ApiClient) -> None:
    answer = alice.call("DELETE", "/releases")
    problem_of(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) >= {"GET", "POST"}


def test_another_content_type_is_415(alice: ApiClient) -> None:
    problem_of(alice.post("/releases", data="patient=Maria"), 415)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\u0000"}',
        b"\xff",
        b'{"a": ' + b"[" * 100_000,
        b"1" * 10_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_body_that_is_no_json_object_is_400(alice: ApiClient, body: bytes) -> None:
    problem_of(alice.post("/releases", data=body, content_type="application/json"), 400)


def test_a_huge_body_is_413(alice: ApiClient) -> None:
    body = b'{"notes": "' + b"x" * 1_100_000 + b'"}'
    problem_of(alice.post("/releases", data=body, content_type="application/json"), 413)


def test_a_missing_field_is_422_and_named(alice: ApiClient) -> None:
    body = alice.new_release(patient={"date_of_birth": "1971-02-30"})
    del body["requester"]
    errors = problem_of(alice.post("/releases", json=body), 422)["errors"]
    assert set(errors) == {"requester", "patient.date_of_birth"}


def test_a_rule_about_several_fields_names_one(alice: ApiClient) -> None:
    body = alice.new_release(range_from="2025-01-01", range_to="2024-01-01")
    assert set(problem_of(alice.post("/releases", json=body), 422)["errors"]) == {"range_to"}


def test_an_unknown_field_is_422(alice: ApiClient) -> None:
    problem_of(alice.post("/releases", json=alice.new_release(status="completed")), 422)


def test_an_unknown_parameter_is_422(alice: ApiClient) -> None:
    assert "colour" in problem_of(alice.get("/releases?colour=red"), 422)["errors"]


def test_an_action_that_does_not_exist_is_404(alice: ApiClient, release: dict[str, Any]) -> None:
    problem_of(alice.act(release["number"], "explode"), 404)


def test_an_action_not_possible_from_the_status_is_409(quentin: ApiClient, release: dict[str, Any]) -> None:
    problem_of(quentin.act(release["number"], "complete"), 409)


def test_an_action_of_another_role_is_403(alice: ApiClient, release: dict[str, Any]) -> None:
    problem_of(alice.act(release["number"], "cancel", reason="Not mine"), 403)


def test_an_action_without_what_it_needs_is_422(sofia: ApiClient, release: dict[str, Any]) -> None:
    assert "assignee" in problem_of(sofia.act(release["number"], "assign"), 422)["errors"]


def test_an_old_version_is_409(sofia: ApiClient, release: dict[str, Any]) -> None:
    needs = {"reason": "Sent to us by mistake", "version": release["version"] + 1}
    problem_of(sofia.act(release["number"], "cancel", **needs), 409)


@pytest.mark.parametrize("version", ["1", 1.5, True, 0, 10**30])
def test_a_version_that_is_none_is_422(sofia: ApiClient, release: dict[str, Any], version: Any) -> None:
    needs = {"reason": "Sent to us by mistake", "version": version}
    assert "version" in problem_of(sofia.act(release["number"], "cancel", **needs), 422)["errors"]


def test_an_upload_without_a_file_is_422(alice: ApiClient, release: dict[str, Any]) -> None:
    data = {"kind": "record"}
    answer = alice.post(
        f"/releases/{release['number']}/documents", data=data, content_type="multipart/form-data"
    )
    assert "file" in problem_of(answer, 422)["errors"]


def test_an_empty_file_is_422(alice: ApiClient, release: dict[str, Any]) -> None:
    problem_of(alice.upload(release["number"], "record", b"", "empty.pdf"), 422)


def test_an_unknown_kind_of_document_is_422(alice: ApiClient, release: dict[str, Any]) -> None:
    answer = alice.upload(release["number"], "recipe", b"%PDF-1.7", "a.pdf")
    assert "kind" in problem_of(answer, 422)["errors"]


def test_no_token_is_401_and_says_how_to_come_with_one(nobody: ApiClient) -> None:
    answer = nobody.get("/releases")
    problem_of(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer wrong", "Basic YTpi", "Bearer \xff"])
def test_a_header_without_a_valid_token_is_401(nobody: ApiClient, header: str) -> None:
    problem_of(nobody.get("/releases", headers={"Authorization": header}), 401)


def test_an_expired_token_is_401(app: Flask, world: World) -> None:
    client = ApiClient(app, issue_token(world, "alice", lives=timedelta(hours=1)))
    assert client.get("/me").status_code == 200
    with time_machine.travel(now() + timedelta(hours=2), tick=False):
        problem_of(client.get("/me"), 401)


def test_a_revoked_token_is_401(world: World, alice: ApiClient) -> None:
    _change_tokens(world, revoked_at=now())
    problem_of(alice.get("/me"), 401)


def test_a_token_of_a_disabled_user_is_401(world: World, alice: ApiClient) -> None:
    with world.installation.database.transaction() as session:
        session.get_one(User, world.people["alice"].id).active = False
    problem_of(alice.get("/me"), 401)


def test_a_browser_session_opens_nothing(app: Flask, world: World) -> None:
    problem_of(sign_in_as(app, world, "alice").get("/api/v1/me"), 401)


def test_a_role_without_the_permission_is_403(client_of: Any, release: dict[str, Any]) -> None:
    problem_of(client_of("adam").get(f"/releases/{release['number']}"), 403)


def test_a_scope_that_is_left_out_is_403(client_of: Any) -> None:
    reader = client_of("alice", scopes=frozenset({"releases:read"}))
    assert reader.get("/releases").status_code == 200
    problem_of(reader.post("/releases", json=reader.new_release()), 403)


def test_a_scope_that_is_left_out_takes_actions_away(
    client_of: Any, sofia: ApiClient, release: dict[str, Any]
) -> None:
    narrow = client_of("sofia", scopes=frozenset({"releases:read", "releases:oversee"}))
    assert "assign" not in narrow.get(f"/releases/{release['number']}").get_json()["allowed_actions"]
    assert "cancel" in narrow.get(f"/releases/{release['number']}").get_json()["allowed_actions"]
    problem_of(narrow.act(release["number"], "assign", assignee="x"), 403)


def test_a_scope_grants_nothing_beyond_the_role(client_of: Any, world: World) -> None:
    greedy = client_of("alice")
    _change_tokens(world, scopes=["releases:read", "releases:assign", "jobs:manage"])
    assert greedy.get("/me").get_json()["permissions"] == ["releases:read"]
    assert greedy.get("/jobs").get_json() == {"items": []}


@pytest.mark.parametrize(
    ("name", "stage"), [("priya", "intake"), ("alice", "release"), ("quentin", "intake")]
)
def test_a_check_of_somebody_elses_stage_is_403(
    client_of: Any, release: dict[str, Any], name: str, stage: str
) -> None:
    problem_of(client_of(name).check(release["number"], stage), 403)


def test_something_that_fails_is_500_without_saying_what(
    app: Flask, alice: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("Maria Lopez")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("duecare.api.lists.queues.page", broken)
    answer = alice.get("/releases")
    assert "Maria" not in problem_of(answer, 500)["detail"]
    assert answer.mimetype == PROBLEM


def _change_tokens(world: World, **values: Any) -> None:
    with world.installation.database.transaction() as session:
        session.execute(update(ApiToken).values(**values))
