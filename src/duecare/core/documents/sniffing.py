"""What a file really is, from its first bytes; its name decides nothing but whether text may be text."""

from pathlib import Path
from typing import Literal

HEAD_BYTES = 4096
PDF_HEADER_WITHIN = 1024  # readers accept a header that stands this late; so do scanners' broken gateways

Kind = Literal["pdf", "jpeg", "png", "tiff", "text"]

ACCEPTED_SIGNATURES: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", "pdf"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
)

# (offset, signature, code of refusals.REASONS)
REFUSED_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"MZ", "executable"),
    (0, b"\x7fELF", "executable"),
    (0, b"\xca\xfe\xba\xbe", "executable"),
    (0, b"\xfe\xed\xfa\xce", "executable"),
    (0, b"\xfe\xed\xfa\xcf", "executable"),
    (0, b"\xce\xfa\xed\xfe", "executable"),
    (0, b"\xcf\xfa\xed\xfe", "executable"),
    (0, b"\x00asm", "executable"),
    (0, b"dex\n", "executable"),
    (0, b"L\x00\x00\x00\x01\x14\x02\x00", "executable"),  # Windows shortcut
    (0, b"#!", "script"),
    (0, b"PK\x03\x04", "archive"),
    (0, b"PK\x05\x06", "archive"),
    (0, b"Rar!\x1a\x07", "archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "archive"),
    (0, b"\x1f\x8b", "archive"),
    (0, b"BZh", "archive"),
    (0, b"\xfd7zXZ\x00", "archive"),
    (0, b"\x28\xb5\x2f\xfd", "archive"),
    (0, b"MSCF", "archive"),
    (257, b"ustar", "archive"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office"),
    (0, b"{\\rtf", "office"),
    (0, b"GIF87a", "animation"),
    (0, b"GIF89a", "animation"),
    (0, b"BM", "other_image"),
    (0, b"\x00\x00\x01\x00", "other_image"),
    (0, b"II+\x00", "other_image"),  # BigTIFF
    (0, b"MM\x00+", "other_image"),
    (0, b"8BPS", "other_image"),
    (0, b"\x00\x00\x00\x0cjP  ", "other_image"),
    (0, b"\xff\x0a", "other_image"),
    (4, b"ftypheic", "heic"),
    (4, b"ftypheix", "heic"),
    (4, b"ftypmif1", "heic"),
    (4, b"ftypmsf1", "heic"),
    (4, b"ftypavif", "other_image"),
    (8, b"WEBP", "other_image"),
)

# Anywhere in the head of something that is otherwise text.
MARKUP: tuple[tuple[bytes, str], ...] = (
    (b"<svg", "svg"),
    (b"<?php", "script"),
    (b"<?=", "script"),
    (b"<%@", "script"),
    (b"<script", "web_page"),
    (b"<!doctype html", "web_page"),
    (b"<html", "web_page"),
    (b"<iframe", "web_page"),
    (b"<hta:", "web_page"),
    (b"<?xml", "unknown"),
    (b"%!ps", "script"),
    (b"\nmime-version:", "email"),
    (b"@echo off", "script"),
)
OFFICE_PARTS = (b"[Content_Types].xml", b"word/", b"xl/", b"ppt/", b"mimetypeapplication/vnd.oasis")
TEXT_EXTENSIONS = {".txt", ".text"}

# The test file that virus scanners agree on (eicar.org), reversed so that no scanner trips over this source.
_TEST_VIRUS = b"!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$"[::-1]


def sniff(path: Path, extension: str) -> tuple[Kind | None, str]:
    """The accepted kind and "", or None and the code of the refusal.

    `extension` is that of the given name; only `.txt` may be text, since anything readable could pass for it.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        return None, "empty"
    kind = next((kind for signature, kind in ACCEPTED_SIGNATURES if head.startswith(signature)), None)
    refusal = "" if kind else _refusal(head)
    if kind or refusal:
        return kind, refusal
    if b"%PDF-" in head[:PDF_HEADER_WITHIN]:
        return "pdf", ""
    if extension in TEXT_EXTENSIONS:
        return "text", ""
    return None, "broken_pdf" if extension == ".pdf" else "unknown"


def _refusal(head: bytes) -> str:
    if _TEST_VIRUS in head:
        return "test_virus"
    for offset, signature, code in REFUSED_SIGNATURES:
        if head[offset:].startswith(signature):
            return "office" if code == "archive" and any(part in head for part in OFFICE_PARTS) else code
    readable = head.replace(b"\x00", b"").lower()  # also finds markup written in UTF-16
    return next((code for mark, code in MARKUP if mark in readable), "")
