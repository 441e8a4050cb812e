"""A slow second opinion on due dates: it walks through every local minute and shares no code with the clock.

It knows only epoch seconds, day numbers (``date.toordinal``) and arrays of minutes. A minute is judged by
its last second, so facts given to the second are honoured.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

FIRST = datetime(2018, 12, 1, tzinfo=UTC)
LAST = datetime(2031, 1, 1, tzinfo=UTC)
ORIGIN = int(FIRST.timestamp()) // 60
BLOCK = 12 * 1440
FOREVER = math.inf


@dataclass(frozen=True)
class Story:
    """One request and one rule: instants in epoch seconds, days as ordinals, open pauses end ``FOREVER``."""

    zone: str
    weekend: frozenset[int]
    closed: frozenset[int]
    received: int
    as_of: int
    unit: str
    amount: int
    pausable: bool
    extension_days: int
    pauses: tuple[tuple[int, float], ...]
    extension: tuple[int, int] | None
    fixed: int | None


@dataclass(frozen=True)
class Answer:
    """The due instant and the first one in epoch seconds (``None`` while stopped), and the days left then."""

    due: int | None
    first_due: int | None
    days_left: int | None
    due_if_resumed: int | None


@dataclass(frozen=True)
class DayEnd:
    day: int
    last_second: int
    running: bool


@cache
def local_days(zone: str) -> np.ndarray:
    """Return, for each UTC minute from ``FIRST`` to ``LAST``, the day number of the local date.

    Offsets are read every quarter of an hour, the finest step at which any zone has changed since 2018.
    """
    tz = ZoneInfo(zone)
    quarters = (LAST - FIRST) // timedelta(minutes=15)
    moments = (datetime.fromtimestamp(ORIGIN * 60 + n * 900, tz) for n in range(quarters))
    offsets = [moment.utcoffset() // timedelta(minutes=1) for moment in moments]
    minutes = ORIGIN + np.arange(quarters * 15) + np.repeat(offsets, 15)
    days = minutes // 1440 + datetime(1970, 1, 1, tzinfo=UTC).toordinal()
    return days.astype(np.int32)


def solve(story: Story) -> Answer:
    """Walk the story as it was known at its ``as_of``."""
    story = as_known(story)
    if story.unit == "fixed_date":
        due = last_second_of(story, story.fixed)
        return Answer(due, due, None, None)
    due, first, left = walk(story)
    if due is not None:
        return Answer(due, first, None, None)
    resumed, _, _ = walk(running_from(story, story.as_of))
    return Answer(None, first, left, resumed)


def as_known(story: Story) -> Story:
    pauses = tuple(
        (start, end if end <= story.as_of else FOREVER) for start, end in story.pauses if start <= story.as_of
    )
    later = story.extension is not None and story.extension[0] > story.as_of
    return replace(
        story, pauses=pauses if story.pausable else (), extension=None if later else story.extension
    )


def running_from(story: Story, moment: int) -> Story:
    """The same story with no minute from ``moment`` on paused."""
    return replace(story, pauses=tuple((s, min(e, moment)) for s, e in story.pauses if s < moment))


def walk(story: Story) -> tuple[int | None, int | None, int | None]:
    """Return due, first due and the days left if stopped."""
    until = permitted_until(story)
    if until is None:
        due, left = count(story, day_of(story, story.received), story.amount)
        return due, due, left
    granted, _ = story.extension
    first, _ = count(running_from(story, granted), day_of(story, story.received), story.amount)
    due, left = pushed(story, day_of(story, granted), until)
    return due, first, left


def permitted_until(story: Story) -> int | None:
    """Return the day to which the extension reaches under the rule, or ``None`` if it moves nothing."""
    if story.extension is None or story.extension_days == 0:
        return None
    granted, until = story.extension
    first_instant, _ = count(running_from(story, granted), day_of(story, story.received), story.amount)
    first = day_of(story, first_instant)
    if day_of(story, granted) > first or until <= first:
        return None
    return min(until, first + story.extension_days)


def count(story: Story, after: int, amount: int) -> tuple[int | None, int | None]:
    """Walk to the end of the ``amount``-th day after ``after`` that counts and ends running."""
    counted = 0
    for end in day_ends(story, after, after):
        if counts(story, end.day) and end.running:
            counted += 1
        if counted == amount:
            return end.last_second, None
    return None, amount - counted


def pushed(story: Story, granted: int, until: int) -> tuple[int | None, int | None]:
    """Walk to the end of ``until``, owing a day for each counted day held after the grant; pay them off."""
    owed = 0
    for end in day_ends(story, granted, until):
        if counts(story, end.day):
            owed += not end.running if end.day <= until else -int(end.running)
        if end.day >= until and owed == 0:
            return end.last_second, None
    return None, owed


def counts(story: Story, day: int) -> bool:
    if story.unit == "calendar_days":
        return True
    return (day + 6) % 7 not in story.weekend and day not in story.closed


def day_ends(story: Story, after: int, through: int) -> Iterator[DayEnd]:
    """Step through every minute after the local day ``after`` and yield each day's last one.

    Ends once the day ``through`` is over and nothing but paused minutes can follow.
    """
    days = local_days(story.zone)
    minute = int(np.searchsorted(days, np.int32(after), side="right"))
    held_from = min((minute_of(start) for start, end in story.pauses if end == FOREVER), default=len(days))
    while minute < held_from or days[minute] <= through:
        block = slice(minute, minute + BLOCK)
        today, next_minute = days[block], days[minute + 1 : minute + BLOCK + 1]
        assert len(today) == len(next_minute) == BLOCK, "the walk left the table of minutes"
        paused = paused_minutes(story, block)
        for last in np.flatnonzero(today != next_minute):
            at = minute + int(last)
            yield DayEnd(int(days[at]), (ORIGIN + at) * 60 + 59, not paused[last])
        minute = block.stop


def paused_minutes(story: Story, block: slice) -> np.ndarray:
    paused = np.zeros(block.stop - block.start, dtype=bool)
    for start, end in story.pauses:
        first = minute_of(start)
        last = block.stop if end == FOREVER else minute_of(end)
        paused[max(first - block.start, 0) : max(last - block.start, 0)] = True
    return paused


def minute_of(second: float) -> int:
    """Return the first minute whose last second is not before ``second``."""
    return -((59 - int(second)) // 60) - ORIGIN


def day_of(story: Story, second: int) -> int:
    return int(local_days(story.zone)[second // 60 - ORIGIN])


def last_second_of(story: Story, day: int) -> int:
    after = int(np.searchsorted(local_days(story.zone), np.int32(day), side="right"))
    return (ORIGIN + after) * 60 - 1
