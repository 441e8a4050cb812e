"""The API's description (OpenAPI 3.1), made from the same operations as its routes."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from duecare.api.operation import JSON, MULTIPART, PREFIX, Operation
from duecare.api.problems import MEDIA_TYPE as PROBLEM
from duecare.api.problems import TITLES, Problem
from duecare.api.reading import KEY_HEADER, MAX_VALUE_LENGTH
from duecare.core.idempotency import KEPT_FOR

REF = "#/components/schemas/{model}"
SECURITY = "token"
VERSION = "1.0"
TAGS = {
    "releases": "Requests for a patient's records",
    "documents": "Files of cases",
    "patients": "The patient index of your organisation",
    "jobs": "Work that runs by itself, and starting it by hand",
    "reports": "Reports that were made",
    "me": "Your token",
    "description": "This description",
}
Schemas = dict[tuple[Any, JsonSchemaMode], dict[str, Any]]


def describe(operations: Sequence[Operation]) -> dict[str, Any]:
    """The description of the operations."""
    refs, definitions = _schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, refs)
    used = [operation.tag for operation in operations]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "duecare",
            "version": VERSION,
            "description": "Care workflows over HTTP. Every error is a problem (RFC 9457).",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": PREFIX}],
        "security": [{SECURITY: []}],
        "tags": [{"name": tag, "description": text} for tag, text in TAGS.items() if tag in used],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(definitions.items())),
            "responses": {f"Problem{status}": _problem(status) for status in TITLES},
            "securitySchemes": {
                SECURITY: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Your token. Its scopes are those of your permissions that it may use.",
                }
            },
        },
    }


def _schemas(operations: Iterable[Operation]) -> tuple[Schemas, dict[str, Any]]:
    asked: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {(Problem, "serialization"): None}
    for operation in operations:
        for model in (operation.body, operation.form, operation.query):
            if model:
                asked[model, "validation"] = None
        if operation.answer:
            asked[operation.answer, "serialization"] = None
    refs, content = models_json_schema(list(asked), ref_template=REF)
    definitions: dict[str, Any] = content["$defs"]
    for model in {operation.form for operation in operations if operation.form}:
        form = definitions[refs[model, "validation"]["$ref"].rpartition("/")[2]]
        form["properties"]["file"] = {"type": "string", "format": "binary", "description": "The file"}
        form["required"] = [*form["required"], "file"]
    return dict(refs), definitions


def _operation(operation: Operation, refs: Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": str(operation.summary),
        "parameters": _parameters(operation),
        "responses": _responses(operation, refs),
    }
    if text := _explained(operation):
        described["description"] = text
    if operation.public_because:
        described["security"] = []
    if operation.body:
        described["requestBody"] = _json_body(operation, refs[operation.body, "validation"])
    if operation.form:
        described["requestBody"] = _form_body(refs[operation.form, "validation"])
    return described


def _explained(operation: Operation) -> str:
    needed = f"Needs `{operation.permission}`." if operation.permission else ""
    return " ".join(filter(None, (str(operation.description), needed)))


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in operation.parameters
    ]
    if operation.query:
        schema = operation.query.model_json_schema()
        found += [_query_parameter(name, each, schema) for name, each in schema["properties"].items()]
    if operation.once:
        found.append(_key_header())
    return found


def _query_parameter(name: str, schema: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in schema.items() if key not in {"title", "default", "description"}}
    choices = [each for each in plain.pop("anyOf", []) if each.get("type") != "null"]
    parameter = {
        "name": name,
        "in": "query",
        "required": name in whole.get("required", ()),
        "schema": {**plain, **(choices[0] if choices else {})},
    }
    if "description" in schema:
        parameter["description"] = schema["description"]
    return parameter


def _key_header() -> dict[str, Any]:
    hours = int(KEPT_FOR.total_seconds() // 3600)
    return {
        "name": KEY_HEADER,
        "in": "header",
        "required": False,
        "description": f"A key of your choice. The same request under it within {hours} hours is answered as "
        "the first was, and happens once; another request under it is refused with 422.",
        "schema": {"type": "string", "minLength": 1, "maxLength": MAX_VALUE_LENGTH},
    }


def _json_body(operation: Operation, schema: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": schema}
    if operation.example is not None:
        content["example"] = operation.example
    return {"required": True, "content": {JSON: content}}


def _form_body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {MULTIPART: {"schema": schema}}}


def _responses(operation: Operation, refs: Schemas) -> dict[str, Any]:
    content = (
        {operation.media: {"schema": refs[operation.answer, "serialization"]}}
        if operation.answer
        else {operation.media: {}}
    )
    found: dict[str, Any] = {str(operation.status): {"description": "Done", "content": content}}
    if operation.status in {201, 202} and not operation.path.endswith("-checks"):
        found[str(operation.status)]["headers"] = {
            "Location": {"description": "Where it is now", "schema": {"type": "string"}}
        }
    for status in operation.all_problems:
        found[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return found


def _problem(status: int) -> dict[str, Any]:
    example = {
        "type": f"{PREFIX}/#problem-{status}",
        "title": TITLES[status],
        "status": status,
        "detail": "What is wrong and what to do about it.",
    }
    content = {PROBLEM: {"schema": {"$ref": REF.format(model="Problem")}, "example": example}}
    return {"description": TITLES[status], "content": content}
