"""Whatever happens to a request has words in its timeline."""

import re
from pathlib import Path

from duecare.core import recalculation
from duecare.workflows.release.lifecycle import TRANSITIONS
from duecare.workflows.release.views.presenting import EVENT_WORDS

FOLDER = Path(__file__).parents[3] / "src" / "duecare" / "workflows" / "release"
RECORDED = re.compile(r"record_event\(\s*\w+(?:\.\w+)*,\s*\w+(?:\.\w+)*,\s*\"(\w+)\"")


def test_every_recorded_event_has_words() -> None:
    recorded = {
        action
        for module in FOLDER.rglob("*.py")
        for action in RECORDED.findall(module.read_text(encoding="utf-8"))
    }
    assert {"create", "note", "fetch_package"} <= recorded
    known = {transition.action for transition in TRANSITIONS} | {recalculation.ACTION}
    assert sorted((recorded | known) - EVENT_WORDS.keys()) == []
