"""How dates, spans and sizes are said to people; pure functions, used as Jinja filters.

Never reads the clock: the caller passes `now`, so that one page speaks of one moment.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

import flask_babel
from babel import dates
from babel.numbers import format_decimal
from flask import Flask

from duecare.core.language import chosen_code

Tone = Literal["neutral", "active", "wait", "good", "warn", "bad"]
Zone = str | ZoneInfo

MINUTES_PER_HOUR = 60
MINUTES_PER_DAY = 24 * MINUTES_PER_HOUR
BYTES_PER_STEP = 1000
SIZE_UNITS = ("B", "KB", "MB", "GB", "TB")


class Due(NamedTuple):
    """A due time in words: `phrase` ("due in 3 days"), `on` ("Wed 25 Nov"), `exact`, and its tone."""

    phrase: str
    on: str
    exact: str
    tone: Tone


def due(due_at: datetime | None, now: datetime, zone: Zone) -> Due:
    """Say when something is due, counted in calendar days of `zone`; both times must be aware."""
    if due_at is None:
        return Due(gettext("no due date"), "", "", "neutral")
    local, local_now = _local(due_at, zone), _local(now, zone)
    days = (local.date() - local_now.date()).days
    on = _short_day(local.date(), local_now.date())
    exact = when(due_at, zone)
    if days == 0:
        on = format_time(local)
    if local < local_now:
        return Due(_overdue(local_now - local, -days), on, exact, "bad")
    if days == 0:
        return Due(gettext("due today"), on, exact, "warn")
    if days == 1:
        return Due(gettext("due tomorrow"), on, exact, "warn")
    return Due(ngettext("due in %(num)d day", "due in %(num)d days", days), on, exact, "neutral")


def due_phrase(due_at: datetime | None, now: datetime, zone: Zone) -> str:
    """One line for a page or a mail: "due in 3 days · Wed 25 Nov"."""
    said = due(due_at, now, zone)
    return f"{said.phrase} · {said.on}" if said.on else said.phrase


def when(moment: datetime, zone: Zone, now: datetime | None = None) -> str:
    """A moment in `zone`: "Wed 18 Nov 2026, 2:32 PM CST", or with `now` as people say it: "today 2:32 PM"."""
    local = _local(moment, zone)
    time = format_time(local)
    if now is None:
        return f"{format_date(local.date(), 'EEE d MMM y')}, {time} {local.tzname()}"
    today = _local(now, zone).date()
    days = (today - local.date()).days
    if days == 0:
        return gettext("today %(time)s", time=time)
    if days == 1:
        return gettext("yesterday %(time)s", time=time)
    return f"{_short_day(local.date(), today)}, {time}"


def on_day(moment: datetime, zone: Zone, now: datetime) -> str:
    """The day of a moment in `zone`, as short as it can be said: "today", "Wed 18 Nov"."""
    here, today = _local(moment, zone).date(), _local(now, zone).date()
    return gettext("today") if here == today else _short_day(here, today)


def day(value: date | None) -> str:
    """A calendar day with its weekday and year: "Wed 25 Nov 2026"; an absent one is a dash."""
    return "–" if value is None else format_date(value, "EEE d MMM y")


def local_day(moment: datetime, zone: Zone) -> str:
    """The day of a moment in `zone`, in full: "Friday, November 20, 2026"."""
    return format_date(_local(moment, zone).date(), "full")


def born(value: date | None) -> str:
    """A date of birth: "3 Apr 1971", always with the year and the month in letters."""
    return gettext("unknown") if value is None else format_date(value, "d MMM y")


def iso(moment: datetime | date) -> str:
    """The machine-readable value of a `<time>` element."""
    return moment.isoformat()


def file_size(count: int) -> str:
    """A size in bytes, in decimal units as file managers show it: "1.2 MB"."""
    size, unit = float(count), 0
    while round(size) >= BYTES_PER_STEP and unit < len(SIZE_UNITS) - 1:
        size, unit = size / BYTES_PER_STEP, unit + 1
    pattern = "#,##0.#" if unit and size < 10 else "#,##0"
    return f"{format_decimal(size, pattern, locale=chosen_code())} {SIZE_UNITS[unit]}"


def duration(days: float | None) -> str:
    """A span given in days: "3 days", below one day "6 hours" or "20 minutes"; an absent one is a dash."""
    if days is None:
        return "–"
    minutes = round(days * MINUTES_PER_DAY)
    if minutes < MINUTES_PER_HOUR:
        return ngettext("%(num)d minute", "%(num)d minutes", minutes)
    if minutes < MINUTES_PER_DAY:
        return ngettext("%(num)d hour", "%(num)d hours", round(minutes / MINUTES_PER_HOUR))
    rounded = round(days, 1)
    if rounded == int(rounded):
        return ngettext("%(num)d day", "%(num)d days", int(rounded))
    return gettext("%(count)s days", count=format_decimal(rounded, "0.#", locale=chosen_code()))


def init_app(app: Flask) -> None:
    """Offer these functions to the templates as filters of the same names."""
    for function in (due, due_phrase, when, day, local_day, born, iso, file_size, duration, on_day):
        app.add_template_filter(function)


def _overdue(late_by: timedelta, days: int) -> str:
    if days:
        return ngettext("overdue %(num)d day", "overdue %(num)d days", days)
    minutes = int(late_by.total_seconds() // 60)
    if minutes < MINUTES_PER_HOUR:
        return gettext("overdue just now") if minutes < 1 else gettext("overdue %(num)d min", num=minutes)
    hours = minutes // MINUTES_PER_HOUR
    return ngettext("overdue %(num)d hour", "overdue %(num)d hours", hours)


def _short_day(value: date, today: date) -> str:
    pattern = "EEE d MMM" if value.year == today.year else "EEE d MMM y"
    return format_date(value, pattern)


def _local(moment: datetime, zone: Zone) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time shown to people must carry its zone")
    return moment.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def gettext(message: str, **values: object) -> str:
    """Translate; typed, and under the name that the extraction of messages looks for."""
    return str(flask_babel.gettext(message, **values))


def ngettext(singular: str, plural: str, num: int) -> str:
    """Translate with a count."""
    return str(flask_babel.ngettext(singular, plural, num))


def format_date(value: date, pattern: str) -> str:
    """A calendar day by a pattern of CLDR, or one of its names ("full")."""
    return _date_in(value, pattern, chosen_code())


def format_time(moment: datetime) -> str:
    """The time of day of a moment in its own zone, to the minute: "2:32 PM"."""
    return _time_in(moment.hour, moment.minute, chosen_code())


# A list says a hundred days and times, many of them often, and Babel takes long to work one out.
@lru_cache(maxsize=8192)
def _date_in(value: date, pattern: str, locale: str) -> str:
    return str(dates.format_date(value, pattern, locale=locale))


@lru_cache(maxsize=8192)
def _time_in(hour: int, minute: int, locale: str) -> str:
    return str(dates.format_time(time(hour, minute), "short", locale=locale))
