"""How a list of cases is sorted, and where in it a page begins.

An order is a sequence of segments, each read along an index: first the cases with a due date, then those
whose clock stands still; or priority by priority. A cursor names the segment, the key and the id of a row, so
that a page neither skips nor repeats a case while others come and go.
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_

from duecare.core.cases import PRIORITIES
from duecare.core.errors import Missing
from duecare.core.queues.filters import Columns
from duecare.core.workflow import Workflow

DEFAULT_SORT = "due"


@dataclass(frozen=True)
class Segment:
    """A stretch of an order, by `key` and id: cases of one priority or status, with a key or with none."""

    key: str
    has_key: bool = True
    priority: str | None = None
    status: str | None = None

    def conditions(self, cases: Columns) -> list[ColumnElement[bool]]:
        """What makes a case belong here; the status is for the branches to ask."""
        key = cases[self.key]
        found = [key.is_not(None) if self.has_key else key.is_(None)]
        return found + ([cases["priority"] == self.priority] if self.priority else [])


@dataclass(frozen=True)
class Order:
    """Segments in the order of the list. A backward order is the same list read from its end."""

    sort: str
    segments: tuple[Segment, ...]
    descends: bool = False
    is_backward: bool = field(default=False, compare=False)

    def backward(self) -> "Order":
        return Order(self.sort, self.segments[::-1], not self.descends, is_backward=not self.is_backward)


@dataclass(frozen=True)
class Cursor:
    """A place in a list: just after (or, backward, just before) the row with this key and id."""

    sort: str
    rank: int
    key: datetime | None
    id: int
    is_backward: bool = False

    def text(self) -> str:
        """The opaque form that goes into a URL."""
        key = self.key.isoformat() if self.key else None
        content = json.dumps([self.sort, self.rank, key, self.id, int(self.is_backward)])
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def order_of(sort: str, workflows: tuple[Workflow, ...]) -> Order:
    """The order a sort asks for: a name of `SORTS`, with a minus in front for the other way round.

    Within one priority or status, what is due first always comes first.
    """
    name = sort.removeprefix("-")
    if name not in SORTS:
        message = _("Use one of: %(codes)s.", codes=", ".join(SORTS))
        raise Missing(_("This list cannot be sorted like that."), {"sort": message})
    return SORTS[name](sort, sort.startswith("-"), workflows)


def cursor_from(text: str, order: Order) -> Cursor:
    """The cursor of a URL. Raises `Missing` for one that is damaged or belongs to another order."""
    try:
        padded = text + "=" * (-len(text) % 4)
        sort, rank, key, id_, is_backward = json.loads(
            base64.b64decode(padded, altchars=b"-_", validate=True)
        )
        cursor = Cursor(str(sort), int(rank), _moment(key), int(id_), bool(is_backward))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        cursor = None
    if cursor is None or cursor.sort != order.sort or not _fits(cursor, order):
        message = _("This page belongs to another list. Start again from the first page.")
        raise Missing(message, {"cursor": message})
    return cursor


def beyond(cases: Columns, segment: Segment, cursor: Cursor, *, descends: bool) -> ColumnElement[bool]:
    """What lies after a cursor in its own segment. The plain bound on the key lets every database seek."""
    later_id: ColumnElement[bool] = cases["id"] < cursor.id if descends else cases["id"] > cursor.id
    if not segment.has_key:
        return later_id
    key = cases[segment.key]
    if descends:
        return and_(key <= cursor.key, or_(key < cursor.key, later_id))
    return and_(key >= cursor.key, or_(key > cursor.key, later_id))


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a cursor's time is aware")
    return moment


def _fits(cursor: Cursor, order: Order) -> bool:
    if not (0 <= cursor.rank < len(order.segments) and 0 <= cursor.id < 2**63):
        return False
    return order.segments[cursor.rank].has_key == (cursor.key is not None)


def _with_due(priority: str | None = None, status: str | None = None) -> tuple[Segment, Segment]:
    """Cases with a due date, then those whose clock stands still."""
    return (
        Segment("due_at", priority=priority, status=status),
        Segment("due_at", has_key=False, priority=priority, status=status),
    )


def _by_due(sort: str, descends: bool, _workflows: tuple[Workflow, ...]) -> Order:
    return Order(sort, _with_due(), descends)


def _by_received(sort: str, descends: bool, _workflows: tuple[Workflow, ...]) -> Order:
    return Order(sort, (Segment("received_at"),), descends)


def _by_age(sort: str, descends: bool, workflows: tuple[Workflow, ...]) -> Order:
    return _by_received(sort, not descends, workflows)


def _by_priority(sort: str, descends: bool, _workflows: tuple[Workflow, ...]) -> Order:
    codes = PRIORITIES[::-1] if descends else PRIORITIES
    found = (_with_due(priority=code) for code in codes)
    return Order(sort, tuple(segment for pair in found for segment in pair))


def _by_status(sort: str, descends: bool, workflows: tuple[Workflow, ...]) -> Order:
    statuses = list(dict.fromkeys(each.code for one in workflows for each in one.lifecycle.statuses))
    found = (_with_due(status=code) for code in (statuses[::-1] if descends else statuses))
    return Order(sort, tuple(segment for pair in found for segment in pair))


SORTS: dict[str, Callable[[str, bool, tuple[Workflow, ...]], Order]] = {
    "due": _by_due,
    "received": _by_received,
    "age": _by_age,
    "priority": _by_priority,
    "status": _by_status,
}
