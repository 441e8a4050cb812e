"""Names that strangers gave their files: shown and offered for download, never used as a path."""

import re
import unicodedata

MAX_NAME_LENGTH = 120
ENDINGS = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "text/plain": (".txt", ".text"),
}
REPLACED_ENDINGS = {".tif", ".tiff", *(each for endings in ENDINGS.values() for each in endings)}
_FORBIDDEN = re.compile(r'[<>:"|?*;%`$]+')
_SPACES = re.compile(r"\s+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # device names on Windows
_INVISIBLE_CATEGORIES = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


def safe_name(given: str, default: str = "document") -> str:
    """A name fit for display and for `Content-Disposition`: one line, no path, no invisible or reordering
    character, at most MAX_NAME_LENGTH characters with the extension kept."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    visible = "".join(
        c for c in _SPACES.sub(" ", last) if unicodedata.category(c) not in _INVISIBLE_CATEGORIES
    )
    name = _FORBIDDEN.sub("_", visible).strip(" .")
    if not name or _RESERVED.fullmatch(name):
        name = default
    return _shortened(name)


def extension(name: str) -> str:
    """The lower-case extension with its dot, or an empty string."""
    stem, dot, ending = safe_name(name).rpartition(".")
    return f".{ending.lower()}" if stem and dot else ""


def saved_as(given: str, media_type: str | None) -> str:
    """The name under which a rewritten file is saved: the safe name, with the extension of what it is now, so
    that a fax that came as TIFF opens as the PDF it became, and nothing is saved as a program."""
    endings = ENDINGS.get(media_type or "", ())
    clean, ending = safe_name(given), extension(given)
    if not endings or ending in endings:
        return clean
    stem = clean[: -len(ending)] if ending in REPLACED_ENDINGS else clean
    return _shortened(stem + endings[0])


def _shortened(name: str) -> str:
    if len(name) <= MAX_NAME_LENGTH:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > 10:
        return name[:MAX_NAME_LENGTH].rstrip(" .")
    return stem[: MAX_NAME_LENGTH - len(ending) - 1].rstrip(" .") + dot + ending
