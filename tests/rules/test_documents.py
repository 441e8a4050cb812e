"""The written guides: every link inside the tree leads somewhere."""

import re
from pathlib import PurePosixPath

import pytest

from tests.rules.tree import ROOT, files

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def targets(text: str) -> list[str]:
    """Relative link targets of a Markdown text, without their anchors."""
    found = (target.partition("#")[0] for target in LINK.findall(text))
    return [target for target in found if target and not re.match(r"[a-z]+:", target)]


@pytest.mark.parametrize("document", files("*.md"), ids=lambda document: document.path)
def test_links_lead_to_files_of_this_tree(document):
    folder = ROOT / PurePosixPath(document.path).parent
    assert [target for target in targets(document.text) if not (folder / target).exists()] == []


def test_every_decision_is_listed():
    index = (ROOT / "docs/decisions/README.md").read_text()
    decisions = {file.path.rpartition("/")[2] for file in files("docs/decisions/[0-9]*.md")}
    assert decisions <= set(targets(index))
