"""Every setting does something, and the administrator guide says what."""

import re

import pytest

from duecare.settings import PREFIX, Settings
from tests.rules.tree import ROOT

GUIDE = (ROOT / "docs" / "administrator-guide.md").read_text(encoding="utf-8")
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "src").rglob("*.py")))
NOT_FOR_ADMINISTRATORS = {"environment": "what the commands, the demonstration and the tests set themselves"}


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_a_setting_is_read_somewhere(name):
    assert re.search(rf"\.{name}\b", CODE), f"{name} is asked for and never used"


@pytest.mark.parametrize("name", sorted(set(Settings.model_fields) - set(NOT_FOR_ADMINISTRATORS)))
def test_a_setting_stands_in_the_guide(name):
    assert f"`{PREFIX}{name.upper()}`" in GUIDE
