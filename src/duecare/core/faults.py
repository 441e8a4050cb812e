"""Named places where a crash test ends the process. Must never act outside tests.

A point is a no-op unless `DUECARE_TESTING=1` *and* `DUECARE_FAULT_POINT=name[:nth]` names it; then the nth
arrival (the first by default) ends the process with SIGKILL, so that nothing is cleaned up or flushed.
"""

import os
import signal
from collections import Counter

_arrivals: Counter[str] = Counter()


def point(name: str) -> None:
    """Die here if a crash test asked for it; otherwise do nothing."""
    if os.environ.get("DUECARE_TESTING") != "1":
        return
    wanted, _, nth = os.environ.get("DUECARE_FAULT_POINT", "").partition(":")
    if wanted != name:
        return
    _arrivals[name] += 1
    if _arrivals[name] == int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
