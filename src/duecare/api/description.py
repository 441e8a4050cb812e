"""Serves the API's description: for programs as OpenAPI, for people as a page."""

import json
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby

from flask import Response, render_template

from duecare.api.openapi import TAGS, describe
from duecare.api.operation import JSON, Answer, Call, Operation
from duecare.api.problems import DETAILS, TITLES

HTML = "text/html"
PUBLIC = "It describes the API and holds no data of anybody."


def operations(others: Sequence[Operation]) -> tuple[Operation, ...]:
    """The operations together with the two that describe them."""

    @lru_cache(maxsize=1)
    def document() -> str:
        return json.dumps(describe(everything))

    def specification(_call: Call) -> Answer:
        return Answer(Response(document(), mimetype=JSON))

    def page(_call: Call) -> Answer:
        groups = [(tag, list(each)) for tag, each in groupby(everything, lambda one: one.tag)]
        text = render_template(
            "api/description.html",
            groups=groups,
            tags=TAGS,
            description=json.loads(document()),
            problems=[(status, TITLES[status], DETAILS.get(status, "")) for status in TITLES],
        )
        return Answer(Response(text, mimetype=HTML))

    everything = (
        *others,
        Operation(
            "get_description",
            "GET",
            "/openapi.json",
            "description",
            "This API as OpenAPI 3.1",
            specification,
            public_because=PUBLIC,
        ),
        Operation(
            "read_description",
            "GET",
            "/",
            "description",
            "This API as a page to read",
            page,
            public_because=PUBLIC,
            media=HTML,
        ),
    )
    return everything
