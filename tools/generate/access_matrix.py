"""Writes `docs/access-matrix.md` from the code: every route's rule, role's permissions and action's roles.

Run `python tools/generate/access_matrix.py`; with `--check` it writes nothing and fails when the page is out
of date. What the answers must be, cell by cell, people write in `tests/system/access_matrix.csv`.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from flask import Flask

from duecare.app import create_app
from duecare.core import requests, workflow
from duecare.core.access import Role, all_roles
from duecare.core.requests import Rule
from duecare.settings import load

PAGE = Path(__file__).parents[2] / "docs" / "access-matrix.md"
ANSWERED_BY_FLASK = frozenset({"HEAD", "OPTIONS"})
YES, NO = "✓", ""
HEAD = """# Who may do what

Written by `tools/generate/access_matrix.py` from the code; do not edit. Another organisation's things do not
exist for a caller (404); one's own without permission is refused (403). The answers for every route, role and
owner are written by hand in `tests/system/access_matrix.csv` and tested cell by cell.
"""


def main(arguments: Sequence[str]) -> int:
    """Writes or checks the page; gives the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the page is out of date")
    wants_check = parser.parse_args(arguments).check
    text = page()
    if not wants_check:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write(f"{PAGE.name} is out of date: run python tools/generate/access_matrix.py\n")
    return 1


def page() -> str:
    """The whole page."""
    app = create_app(load({}, environment="test", database_url="sqlite://"))
    with app.test_request_context():
        parts = [HEAD, *_permissions(), *_lifecycles(), *_routes(app)]
    return "\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A Markdown table; a pipe inside a cell is escaped."""
    yield _line(head)
    yield _line(["---"] * len(head))
    for row in rows:
        yield _line(row)
    yield ""


def _permissions() -> Iterator[str]:
    roles = all_roles()
    every = sorted(frozenset().union(*(role.permissions for role in roles)))
    yield "## Roles and permissions\n"
    yield from table(["role", "what for"], ([str(role.label), str(role.summary)] for role in roles))
    yield from table(
        ["permission", *(str(role.label) for role in roles)],
        ([f"`{each}`", *(YES if each in role.permissions else NO for role in roles)] for each in every),
    )


def _lifecycles() -> Iterator[str]:
    roles = all_roles()
    for each in workflow.registered():
        yield f"## Actions: {each.label}\n"
        yield "Who takes which action from which status; guards (never one's own package, …) come on top.\n"
        yield from table(["action", "from", "to", *_who(roles), "requester", "system"], _actions(each, roles))


def _actions(each: workflow.Workflow, roles: tuple[Role, ...]) -> Iterator[list[str]]:
    label = {status.code: str(status.label) for status in each.lifecycle.statuses}
    for transition in each.lifecycle.transitions:
        for source in transition.sources:
            callers = [*(role.code for role in roles), "requester", "system"]
            marks = [YES if code in transition.who else NO for code in callers]
            yield [f"`{transition.action}`", label[source], label[transition.target_from(source)], *marks]


def _who(roles: tuple[Role, ...]) -> list[str]:
    return [str(role.label) for role in roles]


def _routes(app: Flask) -> Iterator[str]:
    yield "## Routes\n"
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))
    yield from table(
        ["method", "address", "who may call it"],
        (
            [", ".join(sorted((rule.methods or set()) - ANSWERED_BY_FLASK)), f"`{rule.rule}`", _said(found)]
            for rule in rules
            if (found := requests.rule_of(app, rule.endpoint))
        ),
    )


def _said(rule: Rule) -> str:
    if rule.is_public:
        return f"anybody: {rule.reason}"
    return f"`{rule.permission}`" if rule.permission else "anybody signed in"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
