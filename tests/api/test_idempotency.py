"""A release sent twice under one key is one release."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from duecare.core.idempotency import RememberedAnswer
from duecare.core.time import now
from duecare.workflows.release.models import ReleaseRequest
from tests.support import world as worlds
from tests.support.api import ApiClient, issue_token, problem_of
from tests.support.world import World

KEY = {"Idempotency-Key": "order-7781"}


def _releases(world: World) -> int:
    with world.installation.database.reading() as session:
        return worlds.count(session, ReleaseRequest)


def test_the_same_request_twice_gives_the_same_answer_and_one_release(alice: ApiClient, world: World) -> None:
    first, second = (alice.post("/releases", json=alice.new_release(), headers=KEY) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.get_json() == second.get_json()
    assert first.headers["Location"] == second.headers["Location"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert _releases(world) == 1


def test_another_request_under_the_key_is_refused(alice: ApiClient, world: World) -> None:
    alice.post("/releases", json=alice.new_release(), headers=KEY)
    other = alice.post("/releases", json=alice.new_release(purpose="Something else"), headers=KEY)
    assert "Idempotency-Key" in problem_of(other, 422)["errors"]
    assert _releases(world) == 1


def test_a_refused_request_leaves_its_key_free(alice: ApiClient) -> None:
    problem_of(alice.post("/releases", json=alice.new_release(record_types=[]), headers=KEY), 422)
    assert alice.post("/releases", json=alice.new_release(), headers=KEY).status_code == 201


def test_a_key_means_nothing_to_another_organisation(
    alice: ApiClient, charlie: ApiClient, world: World
) -> None:
    first = alice.post("/releases", json=alice.new_release(), headers=KEY).get_json()
    second = charlie.post("/releases", json=alice.new_release(), headers=KEY).get_json()
    assert first["number"] != second["number"]


@pytest.mark.parametrize(("later", "count"), [(timedelta(hours=23), 1), (timedelta(hours=25), 2)])
def test_a_key_is_kept_for_a_day(app: Flask, world: World, later: timedelta, count: int) -> None:
    client = ApiClient(app, issue_token(world, "alice", lives=timedelta(days=7)))
    client.post("/releases", json=client.new_release(), headers=KEY)
    with time_machine.travel(now() + later, tick=False):
        client.post("/releases", json=client.new_release(), headers=KEY)
    assert _releases(world) == count


def test_the_kept_answer_can_be_read_by_nobody_without_the_key(alice: ApiClient, world: World) -> None:
    code = alice.post("/releases", json=alice.new_release(), headers=KEY).get_json()["tracking_code"]
    with world.installation.database.reading() as session:
        kept = session.scalars(select(RememberedAnswer.answer)).one()
    assert kept
    assert b"Lopez" not in kept
    assert code.encode() not in kept


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_an_odd_key_is_refused(alice: ApiClient, key: str) -> None:
    answer = alice.post("/releases", json=alice.new_release(), headers={"Idempotency-Key": key})
    problem_of(answer, 422)


def test_racers_under_one_key_make_one_release(app: Flask, alice: ApiClient, world: World) -> None:
    racers, body = 2, alice.new_release()
    start = Barrier(racers)

    def send(_number: int) -> dict[str, Any]:
        client = ApiClient(app, alice.token)
        start.wait()
        answer = client.post("/releases", json=body, headers=KEY)
        assert answer.status_code == 201
        content: dict[str, Any] = answer.get_json()
        return content

    with ThreadPoolExecutor(racers) as pool:
        answers = list(pool.map(send, range(racers)))
    assert answers[0] == answers[1]
    assert _releases(world) == 1
