"""How a list of cases is shown: rows as lines, filters as a bar, the state of both in the address.

A workflow describes its list as data (`ListPage`); reading is done by `queues`, drawing by shared templates.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from duecare.core import queues
from duecare.core import workflow as workflows
from duecare.core.access import Caller
from duecare.core.errors import NotFound
from duecare.core.queues import CasePage, CaseRow, Filters
from duecare.core.queues.filters import State

PRIORITY_LABELS = {"stat": _l("Stat"), "urgent": _l("Urgent"), "routine": _l("Routine")}
TONES = {"waiting": "wait", "attention": "warn", "ended": "neutral"}
SORT_LABELS = {
    "due": _l("Due first"),
    "-received": _l("Newest first"),
    "-age": _l("Oldest first"),
    "priority": _l("Priority"),
    "status": _l("Status"),
}


@dataclass(frozen=True)
class FilterField:
    """A field of the filter bar; a rare one is tucked away until it is used.

    `condition` turns a workflow's own value into what its cases must meet.
    One of the kind `carried` has no control: an address sets it (a figure opens its rows so), and the list
    says it in words that can be taken away.
    """

    name: str
    label: Any
    kind: Literal["search", "select", "date", "checkbox", "carried"]
    options: Mapping[str, Any] = field(default_factory=dict)
    is_rare: bool = False
    condition: Callable[[str], ColumnElement[bool]] | None = None


@dataclass(frozen=True)
class ListPage:
    """A list: its code (for saved views and the audit log), its path, its fields, what it shows unasked.

    `workflow` None is the list of all of them together.
    """

    code: str
    path: str
    title: Any
    fields: tuple[FilterField, ...]
    workflow: str | None = None
    state: State = "open"
    rows: int = 50

    def filters(self, given: Mapping[str, str]) -> Filters:
        """What a query string asks for. A value that is no option of its field asks for nothing."""
        known = {each.name: each for each in self.fields}
        own = tuple(
            known[name].condition(value)  # type: ignore[misc]
            for name, value in given.items()
            if name in known and known[name].condition and value in known[name].options
        )
        found = queues.parse(given, self.state)
        return replace(found, workflows=(self.workflow,) if self.workflow else found.workflows, also=own)

    def kept(self, given: Mapping[str, str]) -> dict[str, str]:
        """The part of a query string that this list understands, without empty values or a page."""
        names = [*(each.name for each in self.fields), "sort"]
        return {name: given[name] for name in names if given.get(name)}


SEARCH = FilterField("q", _l("Number, patient, DOB, MRN, requester"), "search")
ASSIGNEE = FilterField("assignee", _l("Who"), "select", {"me": _l("me"), "nobody": _l("nobody")})
PRIORITY = FilterField("priority", _l("Priority"), "select", PRIORITY_LABELS, is_rare=True)
RECEIVED_FROM = FilterField("received_from", _l("Received from"), "date", is_rare=True)
RECEIVED_TO = FilterField("received_to", _l("Received to"), "date", is_rare=True)
OVERDUE = FilterField("overdue", _l("Overdue"), "checkbox")
DUE_TODAY = FilterField("due_today", _l("Due today"), "checkbox")
WAITING = FilterField("waiting", _l("Waiting on others"), "checkbox")
SORT = FilterField("sort", _l("Order"), "select", SORT_LABELS)
CARRIED = (
    FilterField("pressing", _l("To complete first"), "carried"),
    FilterField("due_within", _l("Due within days"), "carried"),
    FilterField("closed_from", _l("Closed from"), "carried"),
    FilterField("closed_to", _l("Closed to"), "carried"),
    FilterField("late", _l("Closed after the due date"), "carried"),
    FilterField("turnaround_from", _l("Took at least days"), "carried"),
    FilterField("turnaround_to", _l("Took at most days"), "carried"),
)
STATES: dict[str, Any] = {"open": _l("Open"), "closed": _l("Closed"), "any": _l("Open and closed")}


def history_fields(actions: Mapping[str, Any], statuses: Mapping[str, Any]) -> tuple[FilterField, ...]:
    """What happened to a case: an action, the leaving of a status, by whom, and when."""
    return (
        FilterField("event", _l("What happened"), "carried", actions),
        FilterField("event_left", _l("Left the status"), "carried", statuses),
        FilterField("event_by", _l("Done by"), "carried"),
        FilterField("event_from", _l("Done from"), "carried"),
        FilterField("event_to", _l("Done to"), "carried"),
    )


def status_field(statuses: Mapping[str, Any]) -> FilterField:
    """The choice of a status, or of all that are open or closed."""
    return FilterField("status", _l("Status"), "select", {**STATES, **statuses})


@dataclass(frozen=True)
class Line:
    """A case as every list shows it. `due_at` is aware or None; `who` is None while nobody holds the case."""

    number: str
    url: str
    person: str
    what: str
    next_action: Any
    status_label: Any
    status_tone: str
    priority: str
    due_at: datetime | None
    closed_at: datetime | None
    received_at: datetime
    who: str | None
    mine: bool
    is_open: bool
    assign_url: str | None
    born: date | None
    mrn: str | None
    show_birth: bool = False

    @property
    def id(self) -> str:
        """What a selected row sends."""
        return self.number


def line(row: CaseRow, caller: Caller, *, show_birth: bool = False) -> Line:
    """A row as its line says it; `show_birth` tells patients of one name apart."""
    workflow = workflows.named(row.workflow)
    status = workflow.lifecycle.status(row.status)
    url = workflow.path_of(row.number)
    return Line(
        number=row.number,
        url=url,
        person=row.patient_name,
        what=what(row.priority, row.title),
        next_action=status.next_action or status.label,
        status_label=status.label,
        status_tone=TONES.get(status.tone, status.tone),
        priority=row.priority,
        due_at=row.due_at if row.is_open else None,
        closed_at=row.closed_at,
        received_at=row.received_at,
        who=short_name(row.assignee_name) if row.assignee_name else None,
        mine=row.assignee_id is not None and row.assignee_id == caller.user_id,
        is_open=row.is_open,
        assign_url=f"{url}/actions/assign" if may_assign(caller, row) else None,
        born=row.date_of_birth,
        mrn=row.mrn,
        show_birth=show_birth,
    )


def what(priority: str, title: str) -> str:
    """What a case is about, beginning with its priority where that is out of the ordinary."""
    return title if priority == "routine" else f"{PRIORITY_LABELS[priority]} · {title}"


def may_assign(caller: Caller, row: CaseRow) -> bool:
    """True where the caller's roles and the case's status allow it to be assigned."""
    return any(
        each.action == "assign" and row.status in each.sources and each.who & caller.roles
        for each in workflows.named(row.workflow).lifecycle.transitions
    )


def short_name(name: str) -> str:
    """`J. Kim` for `Jin-Ho Kim`: enough among colleagues, short enough for a column."""
    first, _space, rest = name.strip().rpartition(" ")
    return f"{first[0]}. {rest}" if first else rest


_pages: dict[str, ListPage] = {}


def declare(page: ListPage) -> ListPage:
    """Makes a list known, so that views of it can be saved."""
    _pages[page.code] = page
    return page


def page_named(code: str) -> ListPage:
    """The list of a code. Raises `NotFound` for an unknown one."""
    if code not in _pages:
        raise NotFound(_("There is no such list."))
    return _pages[code]


def address(path: str, given: Mapping[str, str], **changes: str | None) -> str:
    """A list's address with some of its parameters changed; None takes one away."""
    merged = {**given, **changes}
    kept = {name: value for name, value in merged.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


HEADS: tuple[tuple[str, Any, str, str], ...] = (
    ("number", _l("Number"), "", ""),
    ("person", _l("Person"), "title", ""),
    ("what", _l("What"), "hide", ""),
    ("status", _l("Status"), "", "status"),
    ("received", _l("Received"), "hide", "received"),
    ("due", _l("Due"), "side", "due"),
    ("who", _l("Who"), "last", ""),
)


def heads(page: ListPage | None = None, given: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The columns of the rows; one that can be sorted carries the address that does it, or turns it round."""
    given = given or {}
    by = given.get("sort", queues.DEFAULT_SORT)
    found = []
    for key, label, phone, sort in HEADS:
        head: dict[str, Any] = {"key": key, "label": label, "phone": phone}
        head["align"] = {"what": "one-line", "received": "no-wrap", "who": "no-wrap"}.get(key, "")
        if page and sort:
            head["sorted"] = {sort: "asc", f"-{sort}": "desc"}.get(by)
            head["sort_url"] = address(page.path, given, sort=f"-{sort}" if by == sort else sort)
        found.append(head)
    return found


def pairs(query: str) -> list[tuple[str, str]]:
    """The names and values of a query string."""
    return parse_qsl(query.removeprefix("?"))


def bar(
    page: ListPage, given: Mapping[str, str], choices: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The filter bar for the template; `choices` gives the options that only the database knows."""
    return [
        _shown_field(page, each, given, choices.get(each.name, {}))
        for each in page.fields
        if each.kind != "carried"
    ]


def carried(
    page: ListPage, given: Mapping[str, str], choices: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """What the address narrows the list to without a control, in words, each with the address without it."""
    return [
        {
            "name": each.name,
            "value": given[each.name],
            "words": _in_words(each, given[each.name], choices.get(each.name, {})),
            "remove_url": address(page.path, given, **{each.name: None}),
        }
        for each in page.fields
        if each.kind == "carried" and each.name in given
    ]


def _in_words(each: FilterField, value: str, choices: Mapping[str, Any]) -> str:
    options = {**each.options, **choices}
    said = ", ".join(str(options.get(part, part)) for part in value.split(","))
    return str(each.label) if value == "true" else f"{each.label}: {said}"


def _shown_field(
    page: ListPage, each: FilterField, given: Mapping[str, str], choices: Mapping[str, Any]
) -> dict[str, Any]:
    unasked = {"status": page.state, "sort": queues.DEFAULT_SORT}
    options = list({**each.options, **choices}.items())
    value = given.get(each.name, unasked.get(each.name, ""))
    if "," in value and each.kind == "select":
        options.append((value, _in_words(each, value, choices).partition(": ")[2]))
    return {
        "name": each.name,
        "label": each.label,
        "type": each.kind,
        "value": value,
        "is_rare": each.is_rare,
        "options": options if each.name in unasked else [("", _("Any")), *options],
    }


def neighbours(path: str, given: Mapping[str, str], found: CasePage) -> dict[str, str | None]:
    """The addresses of the pages before and after."""
    return {
        "previous_url": address(path, given, cursor=found.previous) if found.previous else None,
        "next_url": address(path, given, cursor=found.next) if found.next else None,
    }


def numbers(rows: Sequence[CaseRow]) -> dict[str, list[str]]:
    """What the audit log keeps of a list that was shown: numbers, never names."""
    return {"numbers": [row.number for row in rows]}
