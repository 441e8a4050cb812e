"""The sandboxed child: `python -m duecare.core.documents.child` reads one task, touches one stranger's file.

It limits itself before it reads the task, answers with one JSON object on standard output, and knows nothing
of the database, the store, settings or other files. See `sandbox` for the parent's side.
"""

import hashlib
import json
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from duecare.core.documents.names import extension
from duecare.core.documents.policy import Policy
from duecare.core.documents.refusal import Refusal
from duecare.core.documents.rewritten import Rewritten
from duecare.core.documents.sniffing import Kind, sniff

READY = "ready"
# kind → media type and extension of the rewritten file
WRITTEN_AS: dict[Kind, tuple[str, str]] = {
    "pdf": ("application/pdf", ".pdf"),
    "tiff": ("application/pdf", ".pdf"),
    "jpeg": ("image/jpeg", ".jpg"),
    "png": ("image/png", ".png"),
    "text": ("text/plain", ".txt"),
}


def inspect(source: Path, folder: Path, given_name: str, policy: Policy) -> dict[str, Any]:
    """Rewrite `source` into `folder`; returns what `inspection.Accepted` needs; raises Refusal."""
    kind, code = sniff(source, extension(given_name))
    if kind is None:
        raise Refusal(code)
    media_type, ending = WRITTEN_AS[kind]
    rewritten, thumbnail = folder / f"rewritten{ending}", folder / "thumbnail.jpg"
    outcome = _rewrite(kind, source, rewritten, policy)
    if kind != "text":
        _draw(rewritten, media_type, thumbnail, policy)
    return {
        "media_type": media_type,
        "extension": ending,
        **asdict(outcome),
        "size": rewritten.stat().st_size,
        "sha256": _sha256(rewritten),
        "rewritten": str(rewritten),
        "thumbnail": str(thumbnail) if kind != "text" else None,
    }


def _rewrite(kind: Kind, source: Path, target: Path, policy: Policy) -> Rewritten:
    if kind == "pdf":
        from duecare.core.documents.clean_pdf import rewrite_pdf

        return rewrite_pdf(source, target, policy)
    if kind == "text":
        from duecare.core.documents.clean_text import rewrite_text

        rewrite_text(source, target, policy)
        return Rewritten(None)
    from duecare.core.documents.clean_image import rewrite_picture, rewrite_scan

    if kind == "tiff":
        return Rewritten(rewrite_scan(source, target, policy))
    rewrite_picture(source, target, kind, policy)
    return Rewritten(1)


def _draw(rewritten: Path, media_type: str, thumbnail: Path, policy: Policy) -> None:
    from duecare.core.documents.drawing import draw_page, try_drawing

    if media_type == "application/pdf":
        try_drawing(rewritten, policy.draw_seconds)
    draw_page(rewritten, media_type, 1, policy.thumbnail_width, thumbnail)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def draw(source: Path, target: Path, media_type: str, page: int, width: int) -> dict[str, Any]:
    """Draw one page of an accepted document; raises Refusal."""
    from duecare.core.documents.drawing import draw_page

    draw_page(source, media_type, page, width, target)
    return {}


def _inspect_task(task: dict[str, Any]) -> dict[str, Any]:
    policy = Policy(**task["policy"])
    return inspect(Path(task["source"]), Path(task["folder"]), task["given_name"], policy)


def _draw_task(task: dict[str, Any]) -> dict[str, Any]:
    return draw(Path(task["source"]), Path(task["target"]), task["media_type"], task["page"], task["width"])


TASKS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {"inspect": _inspect_task, "draw": _draw_task}


def limit_self(memory_bytes: int, cpu_seconds: int, file_bytes: int) -> None:
    """Hard limits of this process; a breach ends it or fails the allocation."""
    for what, limit in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (limit, limit))


def main(arguments: list[str]) -> int:
    """Arguments: memory in bytes, processor seconds, file size in bytes. The task is on standard input."""
    limit_self(*(int(argument) for argument in arguments))
    sys.stdout.write(READY + "\n")
    sys.stdout.flush()
    task = json.load(sys.stdin)
    try:
        answer = {"done": TASKS[task["task"]](task)}
    except Refusal as refusal:
        answer = {"refused": {"code": refusal.code, "params": refusal.params, "detail": refusal.detail}}
    json.dump(answer, sys.stdout)
    return 0


def task_of(name: str, policy: Policy | None = None, **arguments: str | int) -> dict[str, Any]:
    """The JSON form of a task, as the parent sends it."""
    return {"task": name, **arguments, **({"policy": asdict(policy)} if policy else {})}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
