"""Rewrites plain text as UTF-8 with simple line ends, without control or text-reordering characters."""

import re
from pathlib import Path

from duecare.core.documents.policy import Policy
from duecare.core.documents.refusal import Refusal

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_BINARY = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f]")
_DECEPTIVE = re.compile("[\x1b\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def rewrite_text(source: Path, target: Path, policy: Policy) -> None:
    """Write `source` to `target` as clean UTF-8; raises Refusal."""
    if source.stat().st_size > policy.max_text_bytes:
        raise Refusal("too_large_text")
    text = _decoded(source.read_bytes())
    if _BINARY.search(text):
        raise Refusal("broken_text")
    plain = _DECEPTIVE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    if not plain.strip():
        raise Refusal("empty")
    if plain.count("\n") > policy.max_text_lines:
        raise Refusal("too_large_text")
    target.write_text(plain, encoding="utf-8", newline="\n")


def _decoded(data: bytes) -> str:
    encodings = ("utf-16",) if data.startswith(_UTF16_MARKS) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal("broken_text")
