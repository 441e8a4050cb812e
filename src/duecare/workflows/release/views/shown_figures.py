"""Figures in the shapes of the page components: boxes, bars, charts and tables, each number with its rows."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_percent
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from duecare.core.charts import Chart, Point, Series, drawn
from duecare.core.clock.aging import AGING_BUCKETS, AgingBucket
from duecare.core.texts import gettext as _
from duecare.core.texts import ngettext
from duecare.workflows.release.lifecycle import ENDED, LIFECYCLE
from duecare.workflows.release.measures import Activity, Colleague, Ended, Flow, Load, Present, Span, Stays
from duecare.workflows.release.question import Question, Rows
from duecare.workflows.release.views.presenting import EVENT_WORDS

Shown = dict[str, Any]
AGE_TONES = ("plain", "plain", "warn", "bad")
HOURS_UNTIL_DAYS = 48
TURNAROUND_BUCKETS = tuple(
    AgingBucket(first, last)
    for first, last in ((0, 4), (5, 9), (10, 14), (15, 19), (20, 24), (25, 30), (31, None))
)
DEFINITIONS = {
    "overdue": _l(
        "Open requests whose due date has passed. Work on hold counts too, unless its clock stands still."
    ),
    "soon": _l(
        "Open requests due later today or on one of the three days after it. Overdue ones do not count."
    ),
    "pressing": _l("Open requests that are overdue, due within two days, stat or urgent."),
    "unassigned": _l("Open requests that nobody has yet."),
    "completed": _l("Requests completed in the period."),
    "median": _l(
        "Days from receipt to completion, counted in the facility's days, of the requests completed in the "
        "period. Half of them took at most the median, nine of ten at most the 90th percentile."
    ),
    "on_time": _l("The share of the requests completed in the period that were completed by their due date."),
    "corrections": _l(
        "The share of the requests QA decided on in the period that it sent back at least once."
    ),
    "aging": _l("Days since the day of receipt, counted in the facility's days, for open requests."),
    "stays": _l(
        "The median time requests had spent in a status when they left it in the period. Bars open the "
        "requests that left it. Of more than 5,000 such moves, the latest count."
    ),
    "flow": _l("Requests received and requests completed in the period, by day or, over a month, by week."),
    "turnaround": _l("How many of the requests completed in the period took how many days from receipt."),
}


def present_boxes(present: Present, rows: Rows) -> list[Shown]:
    """What needs a decision now, most pressing first."""
    load = present.total
    return [
        _box(_("Overdue"), load.overdue, rows.open(overdue="true"), "bad", DEFINITIONS["overdue"]),
        _box(_("Due today"), load.due_today, rows.open(due_today="true"), "warn"),
        _box(_("Due within 3 days"), load.soon, rows.open(due_within=3), None, DEFINITIONS["soon"]),
        _box(
            _("To complete first"), load.pressing, rows.open(pressing="true"), None, DEFINITIONS["pressing"]
        ),
        _box(
            _("Unassigned"),
            present.unassigned,
            rows.open(assignee="nobody"),
            "warn",
            DEFINITIONS["unassigned"],
        ),
        _box(_("Open"), load.open, rows.open()),
    ]


def period_boxes(ended: Ended, flow: Flow, question: Question, rows: Rows) -> list[Shown]:
    """How the period went."""
    completed = rows.ended("completed")
    sent_back = rows.happened(event="return_for_correction")
    took = _("90th percentile %(span)s", span=days(ended.ninetieth)) if ended.completed else None
    late = ngettext("%(num)d late", "%(num)d late", ended.late)
    back = _("%(some)d of %(all)d sent back by QA", some=flow.sent_back, all=flow.reviewed)
    return [
        _box(_("Received"), flow.received, rows.received(question.first, question.last)),
        _box(_("Completed"), ended.completed, completed, None, DEFINITIONS["completed"]),
        _box(_("Median turnaround"), days(ended.median), completed, None, DEFINITIONS["median"], took),
        _box(
            _("On time"),
            percent(ended.on_time),
            rows.ended("completed", late="true"),
            "bad" if ended.late else "good",
            DEFINITIONS["on_time"],
            late,
        ),
        _box(
            _("Corrections"), percent(flow.correction_rate), sent_back, None, DEFINITIONS["corrections"], back
        ),
    ]


def decision(present: Present, rows: Rows) -> Shown:
    """The one thing that needs a decision first."""
    load = present.total
    if load.overdue:
        text = ngettext("%(num)d request is overdue.", "%(num)d requests are overdue.", load.overdue)
        return {
            "tone": "bad",
            "text": text,
            "url": rows.open(overdue="true"),
            "label": _("See what holds them up"),
        }
    if present.unassigned:
        text = ngettext(
            "Nothing is overdue. %(num)d request waits for somebody to take it.",
            "Nothing is overdue. %(num)d requests wait for somebody to take them.",
            present.unassigned,
        )
        return {"tone": "warn", "text": text, "url": rows.open(assignee="nobody"), "label": _("Assign them")}
    return {
        "tone": "good",
        "text": _("Nothing is overdue, and every request has somebody."),
        "url": "",
        "label": "",
    }


def status_bars(present: Present, question: Question, rows: Rows) -> list[Shown]:
    """Open requests by status."""
    return [
        _bar(LIFECYCLE.status(code).label, present.by_status[code], rows.open(status=code))
        for code in question.open_statuses
    ]


def ended_bars(ended: Ended, rows: Rows) -> list[Shown]:
    """What ended in the period, by the way it ended."""
    return [
        _bar(LIFECYCLE.status(code).label, ended.by_status[code], rows.ended(code))
        for code in ENDED
        if rows.ended(code)
    ]


def aging_bars(present: Present, rows: Rows) -> list[Shown]:
    """Open requests by age."""
    return [
        {**_bar(_("%(range)s days", range=bucket.label), count, rows.aged(bucket)), "tone": tone}
        for bucket, count, tone in zip(AGING_BUCKETS, present.aging, AGE_TONES, strict=True)
    ]


def stay_bars(stays: Sequence[Stays], rows: Rows) -> list[Shown]:
    """The median time in each status."""
    return [
        {
            "label": LIFECYCLE.status(each.status).label,
            "value": each.median_hours,
            "text": span(each.median_hours),
            "url": rows.happened(event_left=each.status),
        }
        for each in stays
    ]


def flow_chart(flow: Flow, question: Question, rows: Rows) -> Shown:
    """Received and completed, side by side."""
    axis = _("Day") if all(each.first == each.last for each in flow.spans) else _("Week from")
    title, series = _("Received and completed"), flow_series(flow, question, rows)
    return _chart(Chart("flow", title, axis, _("requests"), series, str(DEFINITIONS["flow"])))


def flow_series(flow: Flow, question: Question, rows: Rows) -> tuple[Series, Series]:
    """What was received and what was completed, span by span."""
    labels = [_day(each.first, question.last) for each in flow.spans]

    def ended(each: Span) -> str:
        return rows.ended("completed", closed_from=each.first, closed_to=each.last)

    received = [(each.received, rows.received(each.first, each.last)) for each in flow.spans]
    completed = [(each.completed, ended(each)) for each in flow.spans]
    return _series(_("received"), labels, received), _series(_("completed"), labels, completed)


def turnaround_chart(ended: Ended, rows: Rows) -> Shown:
    """How long completed requests took."""
    title, series = _("Turnaround of completed requests, in days"), turnaround_series(ended, rows)
    return _chart(
        Chart("turnaround", title, _("Days"), _("requests"), series, str(DEFINITIONS["turnaround"]))
    )


def turnaround_series(ended: Ended, rows: Rows) -> tuple[Series]:
    """How many completed requests took how many days."""
    counted = [
        (
            sum(amount for took, amount in ended.turnaround.items() if bucket.holds(took)),
            rows.ended("completed", turnaround_from=bucket.first, turnaround_to=bucket.last),
        )
        for bucket in TURNAROUND_BUCKETS
    ]
    return (_series(_("completed"), [bucket.label for bucket in TURNAROUND_BUCKETS], counted),)


def workload(present: Present, ended: Ended, people: Mapping[int, Colleague], rows: Rows) -> list[Shown]:
    """A line for each active specialist and whoever else holds or completed work, busiest first."""
    lines = [
        _workload_line(person, present.by_person.get(id_, Load()), ended.by_person[id_], rows)
        for id_, person in people.items()
        if person.is_specialist or id_ in present.by_person or id_ in ended.by_person
    ]
    return sorted(lines, key=lambda line: (-line["open"]["value"], line["name"]))


def recent_activity(activity: Sequence[Activity], people: Mapping[int, Colleague], rows: Rows) -> list[Shown]:
    """A line for each person who did something lately."""
    return [
        {
            "name": people[each.user_id].name,
            "cases": each.cases,
            "url": rows.worked_on(people[each.user_id].public_id),
            "actions": [(count, _action_words(action)) for action, count in each.actions.most_common()],
            "last_at": each.last_at,
        }
        for each in activity
        if each.user_id in people
    ]


def days(count: int | None) -> str:
    """A number of days in words; a dash for none."""
    return "–" if count is None else ngettext("%(num)d day", "%(num)d days", count)


def span(hours: int) -> str:
    """A number of hours in words: in days once there are many."""
    if hours < HOURS_UNTIL_DAYS:
        return ngettext("%(num)d hour", "%(num)d hours", hours)
    return ngettext("%(num)d day", "%(num)d days", round(hours / 24))


def percent(part: float | None) -> str:
    """A share in percent; a dash for none."""
    return "–" if part is None else str(format_percent(part, locale=get_locale()))


def _box(
    label: str, value: Any, url: str, tone: str | None = None, definition: Any = None, note: str | None = None
) -> Shown:
    shown_tone = tone if note or value else None
    said = note or (_TONE_NOTES[tone] if tone in _TONE_NOTES and value else None)
    return {
        "label": label,
        "value": value,
        "url": url,
        "tone": shown_tone,
        "definition": definition,
        "note": said,
    }


_TONE_NOTES = {"bad": _l("needs a decision"), "warn": _l("needs attention")}


def _bar(label: Any, value: int, url: str) -> Shown:
    return {"label": str(label), "value": value, "url": url}


def _series(label: str, categories: Sequence[str], counted: Sequence[tuple[int, str]]) -> Series:
    points = zip(categories, counted, strict=True)
    return Series(label, tuple(Point(category, value, url) for category, (value, url) in points))


def _chart(chart: Chart) -> Shown:
    return {"chart": chart, "image": None if chart.is_empty else drawn(chart)}


def _day(value: date, last: date) -> str:
    pattern = "d MMM" if value.year == last.year else "d MMM yy"
    return str(format_date(value, pattern, locale=get_locale()))


def _workload_line(person: Colleague, load: Load, completed: int, rows: Rows) -> Shown:
    def cell(value: int, url: str) -> Shown:
        return {"value": value, "url": url}

    def held(**more: object) -> str:
        return rows.open(assignee=person.public_id, **more)

    return {
        "name": person.name,
        "open": cell(load.open, held()),
        "overdue": cell(load.overdue, held(overdue="true")),
        "soon": cell(load.soon, held(due_within=3)),
        "on_hold": cell(load.on_hold, held(status="on_hold")),
        "completed": cell(completed, rows.ended("completed", assignee=person.public_id)),
    }


def _action_words(action: str) -> str:
    return str(EVENT_WORDS.get(action, action.replace("_", " ")))
