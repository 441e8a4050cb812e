"""The locked requirements, the change log and the make targets keep their form."""

import re

import pytest

import duecare
from tests.rules.tree import ROOT, files

HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
PIN = re.compile(r"^[a-z0-9][a-z0-9._-]*(\[[a-z0-9,_-]+\])?==[^\s;]+( ;.*)?$", re.IGNORECASE)


def locked_entries(text: str) -> list[str]:
    """The logical lines of a requirements file: continuation lines joined, comments left out."""
    joined = re.sub(r"\\\n\s*", "", text)
    return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


def fault_of(entry: str) -> str | None:
    pin, *hashes = entry.partition("--hash=")
    if not PIN.match(pin.strip()):
        return f"not pinned by name and version: {entry[:80]}"
    if not HASH.search("".join(hashes)):
        return f"no hash: {entry[:80]}"
    return None


@pytest.mark.parametrize("name", ["base", "dev", "celery"])
def test_every_requirement_is_pinned_with_its_hash_and_names_no_index(name):
    entries = locked_entries((ROOT / f"requirements/{name}.txt").read_text())
    assert [fault for fault in map(fault_of, entries) if fault] == []


@pytest.mark.parametrize(
    "entry",
    [
        "flask",
        "flask==3.1.3",
        "--index-url x",
        "--find-links wheels",
        "flask @ https://example.org/flask.whl",
    ],
)
def test_a_loose_requirement_would_be_noticed(entry):
    assert fault_of(entry)


def test_every_list_of_requirements_is_locked():
    wanted = {file.path.removesuffix(".in") for file in files("requirements/*.in")}
    assert wanted == {file.path.removesuffix(".txt") for file in files("requirements/*.txt")}


def test_the_change_log_tells_of_this_version():
    change_log = (ROOT / "CHANGELOG.md").read_text()
    assert re.search(rf"^## \[(Unreleased|{re.escape(duecare.__version__)})\]", change_log, re.MULTILINE)


def test_the_package_carries_the_version_of_its_description():
    assert f'\nversion = "{duecare.__version__}"\n' in (ROOT / "pyproject.toml").read_text()


def test_every_target_that_people_use_is_in_the_help_of_make():
    makefile = (ROOT / "Makefile").read_text()
    explained = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    assert {"help", "demo", "test", "check", "bench", "lock", "format", "docs", "clean"} <= explained
