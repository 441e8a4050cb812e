"""The aging report itself: its figures, its files, when it is made and who is told.

Open work is as of the moment the report is made. What was completed counts since the report of the weekday
before; medians over thirty days stand beside, because a day is too short for them.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import time, timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from duecare.core import clocks, queues
from duecare.core.clock.aging import AGING_BUCKETS
from duecare.core.exports import Sheet
from duecare.core.jobs.schedule import WEEKDAYS, Schedule
from duecare.core.notices.compose import Template
from duecare.core.notices.compose import declare as declare_notices
from duecare.core.people.models import Organisation
from duecare.core.queues import Filters, Scope
from duecare.core.reports.declaration import Content, Group, Line, Occasion, Report
from duecare.core.texts import gettext as _
from duecare.core.workflow import named
from duecare.workflows.release.aging import entries, words
from duecare.workflows.release.aging.entries import Entry, Reader
from duecare.workflows.release.figures import Figures
from duecare.workflows.release.lifecycle import ENDED, OPEN
from duecare.workflows.release.measures import Ended, Present
from duecare.workflows.release.models import WORKFLOW
from duecare.workflows.release.question import PERIOD_DAYS, Question
from duecare.workflows.release.roles import SUPERVISOR, Permission

NAME = "release.aging-report"
FIRST_ROWS = 40


def compose(session: Session, organisation: Organisation, occasion: Occasion) -> Content:
    """What the report says of an organisation on an occasion."""
    reader = Reader(session, organisation.id, occasion, clocks.calendar_of(session, organisation))
    scope = Scope(organisation.id, (named(WORKFLOW),), organisation.zone)
    counted = Figures(session, scope, _last_days(occasion), occasion.at)
    present, month = counted.present(), counted.ended()
    completed = list(reader.completed())
    recent = _ended(completed)
    people = counted.people({*present.by_person, *month.by_person})
    figures = _figures(present, recent, month, occasion)
    return Content(
        figures=figures,
        document=words.document(
            organisation,
            occasion,
            figures,
            first=_first(session, scope),
            completed=completed,
            load=words.workload(present, month, people),
        ),
        sheets=_sheets(figures, reader, completed),
        table=entries.sheet(_("Requests"), _ALL_COLUMNS, chain(reader.open(), completed)),
        told={"open": present.total.open, "overdue": present.total.overdue},
    )


def _last_days(occasion: Occasion) -> Question:
    """The thirty days up to the report."""
    today = occasion.at.astimezone(ZoneInfo(occasion.zone)).date()
    return Question(today - timedelta(days=PERIOD_DAYS - 1), today, today)


def _ended(completed: list[Entry]) -> Ended:
    """The turnaround of the entries, as the dashboard counts it."""
    found = Ended(by_status=Counter(completed=len(completed)))
    for each in completed:
        found.turnaround[each.turnaround_days or 0] += 1
        found.with_due_date += each.was_on_time is not None
        found.late += each.was_on_time is False
    return found


def _figures(present: Present, recent: Ended, month: Ended, occasion: Occasion) -> dict[str, Any]:
    load = present.total
    return {
        "as_of": occasion.at.isoformat(),
        "since": occasion.since.isoformat(),
        "until": occasion.until.isoformat(),
        "open": load.open,
        "overdue": load.overdue,
        "due_today": load.due_today,
        "due_within_3_days": load.soon,
        "to_complete_first": load.pressing,
        "unassigned": present.unassigned,
        "by_status": {code: present.by_status[code] for code in OPEN},
        "ended_by_status": {code: month.by_status[code] for code in ENDED},
        "aging": {bucket.label: count for bucket, count in zip(AGING_BUCKETS, present.aging, strict=True)},
        **_turnaround("", recent),
        **_turnaround("month_", month),
    }


def _turnaround(prefix: str, ended: Ended) -> dict[str, Any]:
    return {
        f"{prefix}completed": ended.completed,
        f"{prefix}median_days": ended.median,
        f"{prefix}ninetieth_days": ended.ninetieth,
        f"{prefix}late": ended.late,
    }


def _first(session: Session, scope: Scope) -> tuple[queues.CaseRow, ...]:
    """What must be completed first, as far as the page has room; the workbook has all."""
    wanted = Filters(workflows=(WORKFLOW,), state="open", is_pressing=True)
    return queues.page(session, scope, wanted, limit=FIRST_ROWS).rows


def _sheets(figures: dict[str, Any], reader: Reader, completed: list[Entry]) -> tuple[Sheet, ...]:
    def of_completed() -> Iterator[Entry]:
        return iter(completed)

    open_columns = (*entries.SHARED, *entries.OPEN_ONLY)
    completed_columns = (*entries.SHARED, *entries.COMPLETED_ONLY)
    return (
        Sheet(_("Figures"), [_("Figure"), _("Value")], words.figure_rows(figures)),
        entries.sheet(_("Open requests"), open_columns, reader.open()),
        entries.sheet(_("Completed"), completed_columns, of_completed()),
    )


_ALL_COLUMNS = (entries.PART, *entries.SHARED, *entries.OPEN_ONLY, *entries.COMPLETED_ONLY)

declare_notices(
    Template(
        NAME,
        _l("The aging report was made"),
        _l("Aging report of %(organisation)s: %(overdue)s overdue"),
        _l(
            "The aging report of %(organisation)s is ready: %(open)s open requests, %(overdue)s of them "
            "overdue. Read it here, or download it as PDF, Excel or CSV:"
        ),
        parameters=("organisation", "open", "overdue"),
    )
)
AGING_REPORT = Report(
    name=NAME,
    label=_l("Aging report"),
    summary=_l(
        "Open requests by status and age, what is overdue or must be completed first, and the turnaround "
        "of each request completed since the weekday before."
    ),
    template=Path(__file__).parents[1] / "paper" / "aging.typ",
    schedule=Schedule(time(6), WEEKDAYS),
    compose=compose,
    recipients=frozenset({SUPERVISOR.code}),
    notice=NAME,
    permission=Permission.RELEASES_OVERSEE,
    lines=tuple(Line(key, label, said) for key, label, said in words.FIGURES),
    groups=tuple(Group(key, title, named) for key, title, named in words.GROUPS),
)
