"""Runs one task on a stranger's file in a child process with hard limits, and survives what happens there.

The child gets no environment but the import path, no descriptor but its pipes, and is killed when its time is
up. Only the child's own JSON answer is believed; anything else is a failure.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from duecare.core.documents.child import READY
from duecare.core.documents.policy import MEGABYTE
from duecare.core.documents.refusal import Refusal


@dataclass(frozen=True)
class Limits:
    """What the child may use: address space and written file in bytes, processor and wall time in seconds."""

    memory_bytes: int = 512 * MEGABYTE
    file_bytes: int = 256 * MEGABYTE
    cpu_seconds: int = 20
    wall_seconds: float = 20.0


DEFAULT_LIMITS = Limits()


class SandboxUnavailable(Exception):
    """The child could not even start: a fault of this machine, not of the file. Try again later."""


def run(task: dict[str, Any], limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """The child's answer to the task.

    Raises Refusal: the child's own, or `unreadable` when it crashed or reached a limit; SandboxUnavailable.
    """
    command = [
        sys.executable,
        "-P",
        "-m",
        "duecare.core.documents.child",
        str(limits.memory_bytes),
        str(limits.cpu_seconds),
        str(limits.file_bytes),
    ]
    try:
        finished = subprocess.run(  # noqa: S603
            command,
            input=json.dumps(task),
            capture_output=True,
            text=True,
            errors="replace",
            env=_environment(),
            timeout=limits.wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Refusal("unreadable", detail=f"not done after {limits.wall_seconds:g} seconds") from None
    except OSError as error:
        raise SandboxUnavailable(str(error)) from error
    return _answer(finished)


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "LC_ALL": "C.UTF-8"}


def _answer(finished: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    ready, _, answer = finished.stdout.partition("\n")
    if ready != READY:
        raise SandboxUnavailable(finished.stderr.strip()[-500:])
    if finished.returncode != 0:
        reason = finished.stderr.strip().rpartition("\n")[2]
        raise Refusal("unreadable", detail=f"exit status {finished.returncode}: {reason[:300]}")
    parsed: dict[str, Any] = json.loads(answer)
    if "refused" in parsed:
        raise Refusal(**parsed["refused"])
    done: dict[str, Any] = parsed["done"]
    return done
