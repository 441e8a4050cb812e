"""Draws every workflow's lifecycle into `docs/lifecycles.md`. `--check` fails when the page is stale."""

import sys
from pathlib import Path

from duecare import workflows
from duecare.core.lifecycle import Lifecycle, Transition
from duecare.core.workflow import Workflow

PAGE = Path(__file__).parents[2] / "docs" / "lifecycles.md"
HEAD = """# Lifecycles

Generated from the tables that `fire()` goes by: `make docs` writes this page, `make check` compares it.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_section(workflow) for workflow in workflows.load())])


def _section(workflow: Workflow) -> str:
    lifecycle = workflow.lifecycle
    return "\n".join(
        [
            f"## {workflow.label}",
            "",
            "```mermaid",
            *_diagram(lifecycle),
            "```",
            "",
            "| status | meaning | next action |",
            "|---|---|---|",
            *(
                f"| `{status.code}` | {status.label} | {status.next_action or '–'} |"
                for status in lifecycle.statuses
            ),
            "",
            "| action | from | to | who | needs | also checked |",
            "|---|---|---|---|---|---|",
            *(_row(transition) for transition in lifecycle.transitions),
            "",
        ]
    )


def _diagram(lifecycle: Lifecycle) -> list[str]:
    lines = ["stateDiagram-v2", f"    [*] --> {lifecycle.statuses[0].code}: create"]
    for status in lifecycle.statuses:
        lines.append(f'    state "{status.label}" as {status.code}')
        lines += [
            f"    {source} --> {target}: {action}"
            for source, target, action in _arrows(lifecycle, status.code)
        ]
        if not status.is_open:
            lines.append(f"    {status.code} --> [*]")
    return lines


def _arrows(lifecycle: Lifecycle, source: str) -> list[tuple[str, str, str]]:
    by_target: dict[str, list[str]] = {}
    for transition in lifecycle.transitions:
        if source in transition.sources:
            by_target.setdefault(transition.target_from(source), []).append(transition.action)
    return [(source, target, ", ".join(actions)) for target, actions in by_target.items()]


def _row(transition: Transition) -> str:
    targets = sorted({transition.target_from(source) for source in transition.sources})
    unchanged = transition.target is None
    needs = ", ".join(f"`{name}`" for name in transition.needs.model_fields) or "–"
    guards = ", ".join(guard.name for guard in transition.guards) or "–"
    cells = (
        f"`{transition.action}`",
        ", ".join(transition.sources),
        "unchanged" if unchanged else ", ".join(targets),
        ", ".join(sorted(transition.who)),
        needs,
        guards,
    )
    return f"| {' | '.join(cells)} |"


def main(arguments: list[str]) -> int:
    """Writes the page, or with `--check` says whether it is current."""
    wanted = page()
    if arguments == ["--check"]:
        current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == wanted
        print("docs/lifecycles.md is current" if current else "docs/lifecycles.md is stale: run `make docs`")
        return 0 if current else 1
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
