"""The description: it names every route and nothing else, and reads as a page."""

import re
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.support.api import ROOT, ApiClient


@pytest.fixture
def described(nobody: ApiClient) -> dict[str, Any]:
    answer = nobody.get("/openapi.json")
    assert answer.status_code == 200
    content: dict[str, Any] = answer.get_json()
    return content


def _described(content: dict[str, Any]) -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, each in content["paths"].items() for method in each}


def _routed(app: Flask) -> set[tuple[str, str]]:
    return {
        (method, re.sub(r"<([^>]+)>", r"{\1}", rule.rule).removeprefix(ROOT))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(ROOT)
        for method in rule.methods or ()
        if method != "HEAD"
    }


def test_every_route_is_described_and_every_description_is_routed(
    app: Flask, described: dict[str, Any]
) -> None:
    assert _described(described) == _routed(app)


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    registry = Registry().with_resource("", Resource(described, DRAFT202012))
    for pointer in set(re.findall(r"'\$ref': '(#[^']+)'", str(described))):
        assert registry.resolver().lookup(pointer).contents


def test_every_example_fits_its_schema(described: dict[str, Any]) -> None:
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                if "example" not in content:
                    continue
                schema = {**content["schema"], "components": described["components"]}
                errors = list(Draft202012Validator(schema).iter_errors(content["example"]))
                assert errors == [], (method, path)


def test_every_operation_but_the_description_asks_for_a_token(described: dict[str, Any]) -> None:
    public = {
        operation["operationId"]
        for each in described["paths"].values()
        for operation in each.values()
        if operation.get("security") == []
    }
    assert public == {"get_description", "read_description"}


def test_the_page_links_to_every_operation(nobody: ApiClient, described: dict[str, Any]) -> None:
    page = nobody.get("/")
    assert page.status_code == 200
    for each in described["paths"].values():
        for operation in each.values():
            assert f'id="{operation["operationId"]}"' in page.text


def test_the_page_asks_for_nothing_from_elsewhere(nobody: ApiClient) -> None:
    loaded = re.findall(r'(?:src|href)="(https?:)?//', nobody.get("/").text)
    assert loaded == []


def test_the_page_names_the_type_of_every_field(nobody: ApiClient) -> None:
    page = nobody.get("/").text
    assert "list of anything" not in page
    assert "list of discharge_summary" in page
    assert "integer in the query" in page
