"""Declaring a report: what it says, which files it becomes, when it is made and who is told.

A workflow declares its reports as data; `making` makes them, the pages under /reports show them. A report's
files hold what its readers need and no more: they are mailed about, kept and passed on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from duecare.core.exports import Sheet
from duecare.core.jobs import queue
from duecare.core.jobs.queue import JobKind, Work
from duecare.core.jobs.schedule import Schedule
from duecare.core.people.models import Organisation


@dataclass(frozen=True)
class Occasion:
    """One making of a report: its unique code, the moment it speaks of, and the time since the report before.

    What ended counts from `since` on and before `until`, so that the reports of the schedule tile the time:
    nothing is left out between two of them, and nothing is in both.
    """

    code: str
    at: datetime
    since: datetime
    until: datetime
    zone: str

    @property
    def first(self) -> date:
        return self.since.astimezone(ZoneInfo(self.zone)).date()

    @property
    def last(self) -> date:
        return self.until.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True)
class Content:
    """What a report says on an occasion.

    `figures` (JSON-able) are kept in the database; `document` is the data of the typst template; `sheets`
    become the workbook and `table` the CSV file; `told` fills in the notice. The rows of sheets are read
    while the files are written.
    """

    figures: dict[str, Any]
    document: Mapping[str, Any]
    sheets: tuple[Sheet, ...]
    table: Sheet
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """A figure of a run as pages say it: the key in `figures`, its label, and how it reads."""

    key: str
    label: Any
    said: Callable[[Any], str] = str


@dataclass(frozen=True)
class Group:
    """Counts of a run that belong together: the key in `figures`, a title, and what each code is called."""

    key: str
    title: Any
    named: Callable[[str], str]


@dataclass(frozen=True)
class Report:
    """A report as everybody sees it. `recipients` are the roles whose active holders are told by `notice`.

    `permission` allows to make it on demand; reading needs `reports:read`.
    """

    name: str
    label: Any
    summary: Any
    template: Path
    schedule: Schedule
    compose: Callable[[Session, Organisation, Occasion], Content]
    recipients: frozenset[str]
    notice: str
    permission: str
    lines: tuple[Line, ...]
    groups: tuple[Group, ...] = ()


_reports: dict[str, Report] = {}


def declare(report: Report, make: Callable[[Report, Work], None]) -> Report:
    """Makes a report known, with the job that `make`s it by its schedule and on demand."""
    _reports[report.name] = report
    kind = JobKind(
        report.name,
        report.label,
        lambda work: make(report, work),
        report.schedule,
        permission=report.permission,
    )
    queue.declare(kind)
    return report


def reports() -> tuple[Report, ...]:
    """Every report, in the order of declaration."""
    return tuple(_reports.values())


def named(name: str) -> Report | None:
    """The report of a name."""
    return _reports.get(name)


def occasion_of(payload: Mapping[str, Any], schedule: Schedule, zone: str, present: datetime) -> Occasion:
    """The occasion of a job's payload.

    `occasion` is a local date, alone for the run of the schedule, or with something after a colon for one on
    demand, which then is as of `present`. `at` (ISO 8601) makes it as if it were that moment; the moment of
    the schedule itself is the run of the schedule.
    """
    here = ZoneInfo(zone)
    day, _colon, rest = str(payload["occasion"]).partition(":")
    scheduled = schedule.instant(date.fromisoformat(day), here)
    moment = datetime.fromisoformat(payload["at"]) if "at" in payload else present
    if rest or ("at" in payload and moment != scheduled):
        code = f"{day}:{rest or moment.isoformat()}"
        latest = schedule.latest_occasion(moment, here) or moment.astimezone(here).date()
        return Occasion(code, moment, schedule.instant(_before(latest, schedule), here), moment, zone)
    since = schedule.instant(_before(date.fromisoformat(day), schedule), here)
    return Occasion(day, max(moment, scheduled), since, scheduled, zone)


def _before(day: date, schedule: Schedule) -> date:
    """The day of the schedule before a day."""
    return next(
        earlier
        for earlier in (day - timedelta(days=back) for back in range(1, 8))
        if earlier.weekday() in schedule.days
    )
