"""What kind of files the tree holds, and how large a module may grow."""

import ast

import pytest

from tests.rules.tree import SourceFile, files, paths, text_files

LONGEST_MODULE = 400
LONGEST_WRITTEN_LINE = 500
MODULES = ("src/*.py", "src/*.js", "tests/*.py", "benchmarks/*.py", "tools/*.py")
GENERATED = ("src/duecare/migrations/versions/*",)
TOO_LONG_FOR_A_REASON: dict[str, str] = {}
FOREIGN_PLACES = {"node_modules", "vendor", "vendored", "third_party", "bower_components"}
FOREIGN_ENDINGS = (".min.js", ".min.css", ".min.mjs", ".js.map", ".css.map", ".whl", ".jar")
FOREIGN_NAMES = {"package-lock.json", "yarn.lock", "pnpm-lock.yaml", "uv.lock", "poetry.lock"}


def is_foreign(path: str) -> bool:
    *folders, name = path.split("/")
    return bool(FOREIGN_PLACES & set(folders)) or name.endswith(FOREIGN_ENDINGS) or name in FOREIGN_NAMES


def looks_minified(file: SourceFile) -> bool:
    banner = file.text.lstrip()[:400]
    copied = banner.startswith("/*!") or "@license" in banner or "@preserve" in banner
    return copied or longest_line(file) > LONGEST_WRITTEN_LINE


def longest_line(file: SourceFile) -> int:
    return max(map(len, file.text.splitlines()), default=0)


def is_too_long(file: SourceFile) -> bool:
    return len(file.text.splitlines()) > LONGEST_MODULE


def modules() -> list[SourceFile]:
    return [file for file in files(*MODULES) if not file.matches(*GENERATED)]


def test_no_file_of_a_third_party_is_copied_in():
    assert [path for path in paths() if is_foreign(path)] == []


@pytest.mark.parametrize("path", ["src/duecare/web/static/x.min.js", "vendor/x.py", "docs/uv.lock"])
def test_a_copied_file_would_be_noticed(path):
    assert is_foreign(path)


def test_browser_code_is_written_here_and_readable():
    assert [file.path for file in files("*.js", "*.mjs", "*.css") if looks_minified(file)] == []


@pytest.mark.parametrize("text", ["/*! somebody's v1 */", "x" * (LONGEST_WRITTEN_LINE + 1)])
def test_minified_code_would_be_noticed(text):
    assert looks_minified(SourceFile("x.js", text))


def test_no_module_is_too_long_to_read_in_one_sitting():
    too_long = {file.path for file in modules() if is_too_long(file)}
    assert too_long == set(TOO_LONG_FOR_A_REASON)


def test_every_module_says_what_it_is_for():
    silent = [file.path for file in files("src/*.py") if not ast.get_docstring(ast.parse(file.text))]
    assert silent == []


def test_every_text_file_is_utf8_with_unix_line_ends():
    odd = [file.path for file in text_files() if "\ufffd" in file.text or "\r\n" in file.text]
    assert odd == []
