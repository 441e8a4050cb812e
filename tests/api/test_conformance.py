"""The API does what its description says, and never fails, whatever is sent (promise 20).

Each operation is called with made-up requests, fitting and unfitting ones, in three roles; half of them with
ids that exist.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support import world as worlds
from tests.support.api import ROOT, issue_token
from tests.support.world import World

ROLES = {"specialist": "alice", "supervisor": "sofia", "reviewer": "quentin"}
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
STATUSES = ("received", "in_progress", "on_hold", "in_review", "needs_correction", "completed")


@pytest.fixture
def known(world: World) -> dict[str, list[str]]:
    """Ids that exist, by the name of the path parameter."""
    with world.installation.database.transaction() as session:
        cases = [worlds.bring_to(world, session, worlds.create(world, session), each) for each in STATUSES]
        document = worlds.add_document(session, cases[0], "record")
        world.installation.store.put_stream(document.key, [b"%PDF-1.7"])
        document.size = len(b"%PDF-1.7")
        patient = cases[0].patient
        assert patient is not None
        return {
            "number": [case.number for case in cases],
            "id": [document.public_id, patient.public_id],
            "name": ["release.aging-report"],
            "format": ["pdf"],
        }


def _operations(app: Flask) -> Iterator[Any]:
    schema = schemathesis.openapi.from_wsgi(f"{ROOT}/openapi.json", app)
    return (each.ok() for each in schema.get_all_operations())


def _fuzz(app: Flask, token: str, known: dict[str, list[str]], examples: int) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    for operation in _operations(app):
        requests = st.one_of(
            operation.as_strategy(GenerationMode.POSITIVE), operation.as_strategy(GenerationMode.NEGATIVE)
        )

        @settings(
            max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(request=requests, is_known=st.booleans(), pick=st.integers(min_value=0, max_value=99))
        def conforms(request: Any, is_known: bool, pick: int) -> None:
            if is_known:
                for name in request.path_parameters:
                    request.path_parameters[name] = known[name][pick % len(known[name])]
            answer = request.call(headers=headers)
            request.validate_response(answer, checks=CHECKS)

        conforms()


def test_a_few_requests_of_each_operation_conform(
    app: Flask, world: World, known: dict[str, list[str]]
) -> None:
    _fuzz(app, issue_token(world, ROLES["supervisor"]), known, examples=3)


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_many_requests_of_each_operation_conform(
    app: Flask, world: World, known: dict[str, list[str]], role: str
) -> None:
    _fuzz(app, issue_token(world, ROLES[role]), known, examples=20)
