"""What the figures of the release workflow are, as they come out of the tables: counts, never text.

Definitions people read stand beside the figures on the dashboard; these are the same ones for code.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from duecare.core.clock.aging import AGING_BUCKETS
from duecare.core.reports.statistics import percentile, share


@dataclass
class Load:
    """Open work, of everybody or of one person; `soon` is due within `SOON_DAYS`, today included."""

    open: int = 0
    overdue: int = 0
    due_today: int = 0
    soon: int = 0
    pressing: int = 0
    on_hold: int = 0

    def add(self, row: Any) -> None:
        """Adds a group of cases of one status."""
        self.open += row.open
        self.overdue += row.overdue
        self.due_today += row.due_today
        self.soon += row.soon
        self.pressing += row.pressing
        self.on_hold += row.open if row.status == "on_hold" else 0


@dataclass
class Present:
    """Open work now. `aging` has a count for each of `AGING_BUCKETS`; `by_person` is keyed by user id."""

    total: Load = field(default_factory=Load)
    unassigned: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    by_person: dict[int, Load] = field(default_factory=lambda: defaultdict(Load))
    aging: list[int] = field(default_factory=lambda: [0] * len(AGING_BUCKETS))


@dataclass
class Ended:
    """What ended in the period. `turnaround` counts completed requests by whole days from receipt to end."""

    by_status: Counter[str] = field(default_factory=Counter)
    by_person: Counter[int] = field(default_factory=Counter)
    turnaround: Counter[int] = field(default_factory=Counter)
    late: int = 0
    with_due_date: int = 0

    @property
    def completed(self) -> int:
        return self.by_status["completed"]

    @property
    def median(self) -> int | None:
        return percentile(self.turnaround, 50)

    @property
    def ninetieth(self) -> int | None:
        return percentile(self.turnaround, 90)

    @property
    def on_time(self) -> float | None:
        """The share of completed requests with a due date that met it."""
        return share(self.with_due_date - self.late, self.with_due_date)


@dataclass(frozen=True)
class Span:
    """Days that a chart shows as one, and what was received and completed on them."""

    first: date
    last: date
    received: int
    completed: int


@dataclass(frozen=True)
class Flow:
    """What came in and went out in the period; how many cases QA decided on, and sent back at least once."""

    spans: tuple[Span, ...]
    reviewed: int
    sent_back: int

    @property
    def received(self) -> int:
        return sum(each.received for each in self.spans)

    @property
    def correction_rate(self) -> float | None:
        return share(self.sent_back, self.reviewed)


@dataclass(frozen=True)
class Colleague:
    """A person as figures name them, with the opaque id that filters know."""

    public_id: str
    name: str
    is_specialist: bool


@dataclass
class Activity:
    """What one person did lately: how often each action, with how many cases, and when last."""

    user_id: int
    cases: int = 0
    last_at: datetime | None = None
    actions: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Stays:
    """How long cases stayed in a status: median hours, over the latest moves in the period."""

    status: str
    median_hours: int
    moves: int
