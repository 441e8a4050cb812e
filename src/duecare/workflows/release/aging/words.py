"""The aging report in words: what its PDF is set from, and how its figures read. Counts nothing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from flask_babel import lazy_gettext as _l

from duecare.core.exports import Cell
from duecare.core.lists import PRIORITY_LABELS
from duecare.core.people.models import Organisation
from duecare.core.queues import CaseRow
from duecare.core.reports.declaration import Occasion
from duecare.core.texts import gettext as _
from duecare.core.texts import locale, ngettext
from duecare.workflows.release.aging.entries import Entry
from duecare.workflows.release.lifecycle import LIFECYCLE
from duecare.workflows.release.measures import Colleague, Ended, Load, Present

MOST_COMPLETED = 60
LATE_BUCKETS = {"16–30": "warn", "31+": "bad"}
Shown = dict[str, Any]


def days(count: int | None) -> str:
    """A number of days in words; a dash for none."""
    return "–" if count is None else ngettext("%(num)d day", "%(num)d days", count)


FIGURES = (
    ("open", _l("Open"), str),
    ("overdue", _l("Overdue"), str),
    ("due_today", _l("Due today"), str),
    ("due_within_3_days", _l("Due within 3 days"), str),
    ("to_complete_first", _l("To complete first"), str),
    ("unassigned", _l("Unassigned"), str),
    ("completed", _l("Completed since the previous weekday's report"), str),
    ("median_days", _l("Their median turnaround"), days),
    ("ninetieth_days", _l("Their 90th percentile"), days),
    ("late", _l("Of them late"), str),
    ("month_completed", _l("Completed in 30 days"), str),
    ("month_median_days", _l("Median turnaround in 30 days"), days),
    ("month_ninetieth_days", _l("90th percentile in 30 days"), days),
    ("month_late", _l("Late in 30 days"), str),
)


def status_label(code: str) -> str:
    """What people call a status."""
    return str(LIFECYCLE.status(code).label)


GROUPS = (
    ("by_status", _l("Open requests by status"), status_label),
    ("ended_by_status", _l("Ended in 30 days"), status_label),
    ("aging", _l("Open requests by age, in days"), str),
)


def figure_rows(figures: Mapping[str, Any]) -> Iterator[Sequence[Cell]]:
    """The figures as rows of a sheet, with those by status and by age."""
    for key, label, _said in FIGURES:
        yield str(label), figures[key]
    for code, count in figures["by_status"].items():
        yield f"{_('Status')}: {status_label(code)}", count
    for code, count in figures["ended_by_status"].items():
        yield f"{_('Ended in 30 days')}: {status_label(code)}", count
    for label, count in figures["aging"].items():
        yield f"{_('Age in days')}: {label}", count


def document(
    organisation: Organisation,
    occasion: Occasion,
    figures: Mapping[str, Any],
    *,
    first: Sequence[CaseRow],
    completed: Sequence[Entry],
    load: list[Shown],
) -> Shown:
    """The data of `aging.typ`."""
    return {
        "title": _("Aging report"),
        "language": locale(),
        "organisation": organisation.name,
        "as_of": _("As of %(when)s", when=_when(occasion.at, occasion.zone)),
        "period": _(
            "Completed requests: from %(since)s to %(until)s, since the previous weekday's report.",
            since=_when(occasion.since, occasion.zone),
            until=_when(occasion.until, occasion.zone),
        ),
        "boxes": _boxes(figures),
        "bars": [
            _bars(str(title), [(named(code), count) for code, count in figures[key].items()], LATE_BUCKETS)
            for key, title, named in GROUPS
        ],
        "first": _first(first, figures["to_complete_first"], occasion),
        "completed": _completed(completed, figures),
        "workload": _workload(load),
        "note": _(
            "Patients are not named in this report. “To complete first” is what is overdue, due within two "
            "days, stat or urgent. Turnaround counts the facility's days from the day of receipt; the median "
            "and the 90th percentile are values that occurred (nearest rank)."
        ),
        "page": _("Page"),
        "of": _("of"),
    }


def workload(present: Present, month: Ended, people: Mapping[int, Colleague]) -> list[Shown]:
    """A line for each active specialist and whoever else holds work, busiest first."""
    lines = [
        {"name": person.name, "load": present.by_person.get(id_, Load()), "completed": month.by_person[id_]}
        for id_, person in people.items()
        if person.is_specialist or id_ in present.by_person
    ]
    return sorted(lines, key=lambda line: (-line["load"].open, line["name"]))


def _boxes(figures: Mapping[str, Any]) -> list[Shown]:
    unassigned = _("%(count)d unassigned", count=figures["unassigned"])
    month = _("%(count)d in 30 days", count=figures["month_completed"])
    ninetieth = _("90th percentile %(span)s", span=days(figures["month_ninetieth_days"]))
    return [
        _box(_("Overdue"), figures["overdue"], tone="bad" if figures["overdue"] else "good"),
        _box(_("Due today"), figures["due_today"], tone="warn" if figures["due_today"] else ""),
        _box(_("To complete first"), figures["to_complete_first"]),
        _box(_("Open"), figures["open"], unassigned),
        _box(_("Completed"), figures["completed"], month),
        _box(_("Median, 30 days"), days(figures["month_median_days"]), ninetieth),
    ]


def _box(label: str, value: Any, note: str = "", tone: str = "") -> Shown:
    return {"label": label, "value": str(value), "note": note, "tone": tone}


def _bars(title: str, rows: Sequence[tuple[str, int]], tones: Mapping[str, str]) -> Shown:
    largest = max([count for _label, count in rows] + [1])
    return {
        "title": title,
        "rows": [
            {"label": label, "value": count, "share": count / largest, "tone": tones.get(label, "")}
            for label, count in rows
        ],
    }


def _first(rows: Sequence[CaseRow], total: int, occasion: Occasion) -> Shown:
    more = total - len(rows)
    return {
        "title": _("Overdue and priority requests"),
        "header": [_("Number"), _("Request"), _("Next action"), _("Specialist"), _("Due")],
        "rows": [_first_row(row, occasion) for row in rows],
        "empty": _("Nothing is overdue, due within two days, stat or urgent."),
        "more": _("And %(count)d more, in the Excel and CSV files.", count=more) if more > 0 else "",
    }


def _first_row(row: CaseRow, occasion: Occasion) -> Shown:
    status = LIFECYCLE.status(row.status)
    priority = "" if row.priority == "routine" else str(PRIORITY_LABELS[row.priority])
    return {
        "cells": [row.number, row.title, str(status.next_action), row.assignee_name or _("nobody")],
        "priority": priority,
        "due": _due(row.due_at, occasion),
        "is_overdue": row.due_at is not None and row.due_at < occasion.at,
    }


def _completed(rows: Sequence[Entry], figures: Mapping[str, Any]) -> Shown:
    more = len(rows) - MOST_COMPLETED
    summary = _(
        "Median turnaround %(median)s, 90th percentile %(ninetieth)s, %(late)d late.",
        median=days(figures["median_days"]),
        ninetieth=days(figures["ninetieth_days"]),
        late=figures["late"],
    )
    return {
        "title": _("Completed since the previous weekday's report"),
        "summary": summary if rows else "",
        "header": [_("Number"), _("Request"), _("Specialist"), _("Received"), _("Completed"), _("Days")],
        "rows": [
            [
                each.number,
                each.title,
                each.specialist or "–",
                _day(each.local(each.received_at)),
                _day(each.local(each.closed_at)),
                str(each.turnaround_days),
            ]
            for each in rows[:MOST_COMPLETED]
        ],
        "late": [place for place, each in enumerate(rows[:MOST_COMPLETED]) if each.was_on_time is False],
        "empty": _("No request was completed in this time."),
        "more": _("And %(count)d more, in the Excel and CSV files.", count=more) if more > 0 else "",
    }


def _workload(lines: Sequence[Shown]) -> Shown:
    return {
        "title": _("Workload"),
        "header": [
            _("Specialist"),
            _("Open"),
            _("Overdue"),
            _("Due within 3 days"),
            _("On hold"),
            _("Completed in 30 days"),
        ],
        "rows": [
            [
                line["name"],
                *(str(getattr(line["load"], name)) for name in ("open", "overdue", "soon", "on_hold")),
                str(line["completed"]),
            ]
            for line in lines
        ],
    }


def _due(due_at: datetime | None, occasion: Occasion) -> str:
    if due_at is None:
        return _("clock stopped")
    here = ZoneInfo(occasion.zone)
    left = (due_at.astimezone(here).date() - occasion.at.astimezone(here).date()).days
    if due_at < occasion.at:
        late = ngettext("%(num)d day late", "%(num)d days late", -left) if left else _("late since today")
        return f"{_day(due_at.astimezone(here))} · {late}"
    words = {0: _("today"), 1: _("tomorrow")}.get(left) or ngettext("in %(num)d day", "in %(num)d days", left)
    return f"{_day(due_at.astimezone(here))} · {words}"


def _day(moment: datetime | None) -> str:
    return "–" if moment is None else str(format_date(moment, "d MMM", locale=locale()))


def _when(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    day = format_date(local, "EEEE, d MMMM y", locale=locale())
    return f"{day}, {format_time(local, 'short', locale=locale())} {local.tzname()}"
