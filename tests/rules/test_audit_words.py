"""Whatever is written into the audit log has words there."""

import ast
import re
from collections.abc import Iterator

from duecare import workflows
from duecare.core import audit_words
from duecare.core.workflow import registered
from tests.rules.tree import files

WRITERS = frozenset({"record", "record_reading", "note_read", "show", "_audited", "_note", "_noted", "noted"})
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")


def recorded(source: str) -> Iterator[str]:
    """The actions that a module's calls of the log's writers name."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in WRITERS:
            given = [each.value for each in node.args if isinstance(each, ast.Constant)]
            yield from (each for each in given if isinstance(each, str) and ACTION.fullmatch(each))


def test_every_recorded_action_has_words():
    workflows.load()
    found = {action for file in files("src/duecare/**/*.py") for action in recorded(file.text)}
    assert {"document.viewed", "cases.listed", "release.board_viewed", "user.invited"} <= found
    assert sorted(action for action in found if audit_words.words_of(action) == action) == []


def test_every_step_of_every_lifecycle_has_words():
    workflows.load()
    steps = {
        f"{workflow.code}.{transition.action}"
        for workflow in registered()
        for transition in workflow.lifecycle.transitions
    }
    assert sorted(action for action in steps if audit_words.words_of(action) == action) == []


def test_an_action_without_words_is_shown_as_it_is():
    assert audit_words.words_of("something.else") == "something.else"
