"""The inbox: everybody's first page, all their workflows together, the next action first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from duecare.core import lists, queues, requests
from duecare.core.access import Caller
from duecare.core.queues import CasePage, Counters, Scope
from duecare.core.requests import signed_in
from duecare.web.cases import CASES

pages = Blueprint("inbox", __name__)
ROWS = 30
COUNTERS: tuple[tuple[str, Any, dict[str, str], str], ...] = (
    ("overdue", _l("Overdue"), {"overdue": "true"}, "bad"),
    ("due_today", _l("Due today"), {"due_today": "true"}, "warn"),
    ("waiting", _l("Waiting on others"), {"waiting": "true"}, ""),
    ("unassigned", _l("Unassigned"), {"assignee": "nobody"}, ""),
)


@dataclass(frozen=True)
class Section:
    """A part of the inbox: its heading, the list behind it, and what to do where it is empty."""

    title: Any
    asked: dict[str, str]
    empty_title: Any
    empty_text: Any


MINE = Section(
    _l("My work"),
    {"assignee": "me"},
    _l("Nothing waits for you"),
    _l("Ask your supervisor for the next request, or look what is unassigned."),
)
UNASSIGNED = Section(
    _l("Unassigned"),
    {"assignee": "nobody"},
    _l("Every request has somebody who works on it"),
    _l("Look at what is overdue or due today, or at the workload on the board."),
)
OVERDUE = Section(
    _l("Overdue"),
    {"overdue": "true"},
    _l("Nothing is overdue"),
    _l("What is due today and tomorrow comes next."),
)
REVIEW_EMPTY = (
    _l("Nothing waits for review"),
    _l("You are told here and by e-mail when a package is submitted."),
)


@pages.get("/")
@signed_in
def show() -> str:
    """What do I do next, what is about to be late, what are we waiting for."""
    caller = requests.caller()
    scope = queues.scope_of(caller)
    if scope is None:
        return render_template("shell/inbox_without_cases.html")
    read = [(section, _read(section, scope)) for section in sections(caller, scope)]
    numbers = dict.fromkeys(row.number for _section, page in read for row in page.rows)
    requests.note_read("cases.listed", "inbox", {"numbers": list(numbers)})
    return render_template(
        "shell/inbox.html",
        counters=_counters(queues.counted(requests.reading(), scope)),
        sections=[_shown(section, page, caller) for section, page in read],
    )


def sections(caller: Caller, scope: Scope) -> list[Section]:
    """What a person sees by their roles: waiting reviews, their own work, what nobody holds, what is late."""
    found = [section for section in (_reviews(caller, scope),) if section]
    if any(workflow.assignable & caller.roles for workflow in scope.workflows):
        found.append(MINE)
    if _assigns(caller, scope):
        found.append(UNASSIGNED)
    return found if MINE in found or len(found) > 1 else [*found, OVERDUE]


def _reviews(caller: Caller, scope: Scope) -> Section | None:
    """What waits for one of the caller's roles, as the statuses say."""
    statuses = {
        status.code: status.label
        for workflow in scope.workflows
        for status in workflow.lifecycle.statuses
        if status.waiting_on in caller.roles
    }
    if not statuses:
        return None
    title = _("Waiting for you: %(statuses)s", statuses=", ".join(map(str, statuses.values())).lower())
    return Section(title, {"status": ",".join(statuses)}, *REVIEW_EMPTY)


def _assigns(caller: Caller, scope: Scope) -> bool:
    return any(
        transition.action == "assign" and transition.who & caller.roles
        for workflow in scope.workflows
        for transition in workflow.lifecycle.transitions
    )


def _read(section: Section, scope: Scope) -> CasePage:
    return queues.page(requests.reading(), scope, CASES.filters(section.asked), limit=ROWS)


def _shown(section: Section, page: CasePage, caller: Caller) -> dict[str, Any]:
    """A section for the template; in one's own work, what waits on others comes last."""
    rows = list(page.rows)
    if section is MINE:
        rows.sort(key=lambda row: row.waiting_on not in {None, *caller.roles})
    return {
        "section": section,
        "lines": [lists.line(row, caller) for row in rows],
        "url": lists.address(CASES.path, section.asked),
        "has_more": page.next is not None,
        "count": _count(rows, has_more=page.next is not None),
    }


def _count(rows: Sequence[Any], *, has_more: bool) -> str:
    if has_more:
        return str(_("the first %(num)d", num=len(rows)))
    return str(ngettext("%(num)d case", "%(num)d cases", len(rows)))


def _counters(figures: Counters) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "value": _figure(getattr(figures, name)),
            "url": lists.address(CASES.path, asked),
            "tone": tone if getattr(figures, name) else "",
        }
        for name, label, asked, tone in COUNTERS
    ]


def _figure(value: int) -> str:
    return f"{queues.COUNTED_AT_MOST:,}+" if value > queues.COUNTED_AT_MOST else f"{value:,}"
