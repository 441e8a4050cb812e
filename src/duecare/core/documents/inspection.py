"""Decides about one uploaded file: accepted, with a harmless rewritten copy, or refused with a reason.

Every byte of the file is read by the malware scanner and by the sandboxed child only. Must never accept a
file that was not both scanned (where a scanner is configured) and rewritten.
"""

from dataclasses import dataclass
from pathlib import Path

from duecare.core.documents import sandbox
from duecare.core.documents.child import task_of
from duecare.core.documents.policy import MEGABYTE, Policy
from duecare.core.documents.refusal import Refusal
from duecare.core.documents.refusals import Refused
from duecare.core.documents.scanner import Scan


@dataclass(frozen=True)
class Accepted:
    """What to keep: the rewritten file and, for all but text, a JPEG thumbnail of its first page.

    Size in bytes and SHA-256 are those of the rewritten file. `pages` is None for text. `removed` names what
    was left out of a PDF (`javascript`, `attachments`, `links`, `signature` …) and `repaired` says that
    it was damaged and may lack pages: somebody should look.
    """

    media_type: str
    extension: str
    pages: int | None
    size: int
    sha256: str
    removed: tuple[str, ...]
    repaired: bool
    rewritten: Path
    thumbnail: Path | None


def inspect(
    path: Path,
    given_name: str,
    folder: Path,
    policy: Policy,
    scan: Scan | None = None,
    limits: sandbox.Limits = sandbox.DEFAULT_LIMITS,
) -> Accepted | Refused:
    """Inspect the file at `path`, whatever its name claims; the copy is written into the empty `folder`.

    Raises ScannerUnavailable or SandboxUnavailable when there is no verdict yet: try again later.
    """
    size = path.stat().st_size
    if size > policy.max_bytes:
        megabytes = {"size": -(-size // MEGABYTE), "limit": policy.max_bytes // MEGABYTE}
        return Refused("too_large", megabytes)
    found = scan(path).signature if scan and size else None
    if found:
        return Refused("infected", {"signature": found})
    task = task_of("inspect", policy, source=str(path), folder=str(folder), given_name=given_name)
    try:
        answer = sandbox.run(task, limits)
    except Refusal as refusal:
        return Refused(refusal.code, refusal.params, refusal.detail)
    return _accepted(answer)


def _accepted(answer: dict[str, object]) -> Accepted:
    thumbnail = answer["thumbnail"]
    return Accepted(
        media_type=str(answer["media_type"]),
        extension=str(answer["extension"]),
        pages=answer["pages"] if isinstance(answer["pages"], int) else None,
        size=int(str(answer["size"])),
        sha256=str(answer["sha256"]),
        removed=tuple(answer["removed"]) if isinstance(answer["removed"], list) else (),
        repaired=bool(answer["repaired"]),
        rewritten=Path(str(answer["rewritten"])),
        thumbnail=Path(str(thumbnail)) if thumbnail else None,
    )
