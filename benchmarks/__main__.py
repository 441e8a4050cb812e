"""Run the benchmarks, each in a process of its own, under a heading that names the machine."""

import os
import platform
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def names() -> list[str]:
    return sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))


def machine() -> str:
    """Processor, usable cores, memory, system and Python: what a figure depends on."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    system = f"{platform.system()} {platform.release()}"
    python = f"Python {platform.python_version()}"
    return ", ".join([processor(), f"{usable_cores()} cores", f"{memory:.0f} GiB", system, python])


def usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processor() -> str:
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def run(name: str) -> bool:
    print(f"\n## {name}", flush=True)
    program = f"from benchmarks.bench_{name} import main; print(*main(), sep='\\n')"
    return subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def main(wanted: list[str]) -> int:
    """Run the named benchmarks, or all. 0: each ran. 1: one failed. 2: there is none of that name."""
    known = names()
    if unknown := sorted(set(wanted) - set(known)):
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    print(f"Machine: {machine()}", flush=True)
    results = [run(name) for name in wanted or known]
    return 0 if all(results) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
