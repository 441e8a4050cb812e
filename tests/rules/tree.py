"""The files of this tree as the rules see them: what git tracks or would track, as text."""

import subprocess
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class SourceFile:
    """A text file and its path from the root, written with forward slashes."""

    path: str
    text: str

    def line_of(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1

    def matches(self, *globs: str) -> bool:
        """Whether the path fits one of the globs, in which `*` also spans folders."""
        return any(fnmatchcase(self.path, glob) for glob in globs)


@cache
def paths() -> tuple[str, ...]:
    """Every file that is tracked, or new and not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    return tuple(sorted(path for path in set(listing.split("\0")) if (ROOT / path).is_file()))


@cache
def text_files() -> tuple[SourceFile, ...]:
    found = []
    for path in paths():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content[:8192]:
            found.append(SourceFile(path, content.decode("utf-8", errors="replace")))
    return tuple(found)


def files(*globs: str) -> list[SourceFile]:
    return [file for file in text_files() if file.matches(*globs)]
