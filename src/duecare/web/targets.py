"""Where a person may be sent after signing in: to a page of this site and nowhere else."""

from urllib.parse import urlsplit, urlunsplit

from flask import request

FIRST_PRINTABLE = " "


def local_target(target: str | None) -> str | None:
    """The target as a path on this site, or None when it leads elsewhere or browsers might read it so."""
    if not target:
        return None
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    if parts.scheme or parts.netloc:
        if urlunsplit((parts.scheme, parts.netloc, "/", "", "")) != request.host_url:
            return None
        target = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return target if _is_plain_path(target) else None


def _is_plain_path(target: str) -> bool:
    """One leading slash, and nothing that browsers drop or take for a slash."""
    odd = any(character < FIRST_PRINTABLE for character in target) or "\\" in target
    return target.startswith("/") and not target.startswith("//") and not odd
