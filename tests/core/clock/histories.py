"""Random histories of requests for the oracle, crowded around the moments where clocks go wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from duecare.core.clock import Calendar, Extension, Pause, Rule, Unit
from tests.core.clock.clock_oracle import FOREVER, Story

ZONES = (
    "America/Chicago",
    "America/Phoenix",
    "America/Havana",
    "America/Nuuk",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Pacific/Apia",
)
WEEKENDS = (frozenset({5, 6}), frozenset({5, 6}), frozenset({4, 5}), frozenset({6}), frozenset())
LEAP_DAY = date(2024, 2, 29)
YEAR_END = date(2025, 12, 31)


@dataclass(frozen=True)
class History:
    calendar: Calendar
    rules: tuple[Rule, ...]
    received_at: datetime
    pauses: tuple[Pause, ...]
    extension: Extension | None
    as_of: datetime
    fixed_date: date

    def story(self, rule: Rule) -> Story:
        """Say the same in the oracle's words."""
        extension = self.extension
        return Story(
            zone=self.calendar.zone.key,
            weekend=self.calendar.weekend,
            closed=frozenset(day.toordinal() for day in self.calendar.closures),
            received=seconds(self.received_at),
            as_of=seconds(self.as_of),
            unit=rule.unit.value,
            amount=rule.amount,
            pausable=rule.pausable,
            extension_days=rule.extension_days,
            pauses=tuple(
                (seconds(pause.started_at), FOREVER if pause.ended_at is None else seconds(pause.ended_at))
                for pause in self.pauses
            ),
            extension=(seconds(extension.granted_at), extension.until.toordinal()) if extension else None,
            fixed=self.fixed_date.toordinal(),
        )


def seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def random_history(rng: Random, zones: Sequence[str] = ZONES) -> History:
    zone = ZoneInfo(rng.choice(zones))
    first = random_day(rng)
    received_at = random_instant(rng, zone, first)
    pauses = random_pauses(rng, zone, first)
    edges = [edge for pause in pauses for edge in (pause.started_at, pause.ended_at) if edge]
    later = random_instant(rng, zone, first + timedelta(days=rng.randrange(70)))
    as_of = rng.choice((*edges, later, later, later, later))
    return History(
        calendar=random_calendar(rng, zone, first),
        rules=random_rules(rng, received_at.astimezone(zone).date()),
        received_at=received_at,
        pauses=pauses,
        extension=random_extension(rng, zone, first),
        as_of=max(as_of, received_at),
        fixed_date=first + timedelta(days=rng.randrange(-3, 60)),
    )


def random_day(rng: Random) -> date:
    around = rng.choice((LEAP_DAY, YEAR_END, None, None))
    if around is None:
        return date(2019, 1, 1) + timedelta(days=rng.randrange(11 * 365))
    return around - timedelta(days=rng.randrange(40))


def random_instant(rng: Random, zone: ZoneInfo, day: date) -> datetime:
    """Return an instant on or about a local day, often within a second of its edges."""
    wall = rng.choice(
        (
            time(0, 0, 0),
            time(0, 30, 0),
            time(23, 58, 59),
            time(23, 59, 0),
            time(23, 59, 59),
            time(rng.randrange(24), rng.randrange(60), rng.randrange(60)),
            time(rng.randrange(8, 18), rng.randrange(60)),
        )
    )
    return datetime.combine(day, wall.replace(fold=rng.randrange(2)), zone).astimezone(UTC)


def random_calendar(rng: Random, zone: ZoneInfo, first: date) -> Calendar:
    closures = frozenset(first + timedelta(days=rng.randrange(120)) for _ in range(rng.randrange(12)))
    return Calendar(zone, closures, rng.choice(WEEKENDS))


def random_pauses(rng: Random, zone: ZoneInfo, first: date) -> tuple[Pause, ...]:
    """Return up to four pauses: apart, adjacent, overlapping, empty, before receipt or still open."""
    pauses: list[Pause] = []
    for _ in range(rng.choice((0, 1, 1, 2, 3, 4))):
        start = random_instant(rng, zone, first + timedelta(days=rng.randrange(-2, 45)))
        if pauses and pauses[-1].ended_at and rng.random() < 0.2:
            start = pauses[-1].ended_at
        end = random_instant(
            rng, zone, start.astimezone(zone).date() + timedelta(days=rng.choice((0, 1, 2, 9)))
        )
        ended_at = rng.choice((max(start, end), max(start, end), start, None))
        pauses.append(Pause(start, ended_at, "hold"))
    return tuple(pauses)


def random_extension(rng: Random, zone: ZoneInfo, first: date) -> Extension | None:
    if rng.random() < 0.5:
        return None
    granted_on = first + timedelta(days=rng.randrange(40))
    until = granted_on + timedelta(days=rng.randrange(60))
    return Extension(random_instant(rng, zone, granted_on), until, "letter")


def random_rules(rng: Random, received_on: date) -> tuple[Rule, ...]:
    """Return a rule and its successor, changing near the day of receipt, and perhaps another."""
    change = received_on + timedelta(days=rng.randrange(-2, 3))
    rules = [
        random_rule(rng, "old", date(2013, 9, 23), change),
        random_rule(rng, "new", change, None),
    ]
    if rng.random() < 0.3:
        rules.append(random_rule(rng, "overlay", date(2013, 9, 23), None))
    return tuple(rules)


def random_rule(rng: Random, code: str, valid_from: date, valid_to: date | None) -> Rule:
    unit = rng.choice((Unit.CALENDAR_DAYS, Unit.CALENDAR_DAYS, Unit.BUSINESS_DAYS, Unit.BUSINESS_DAYS, *Unit))
    counted = unit is not Unit.FIXED_DATE
    most = 45 if unit is Unit.CALENDAR_DAYS else 25
    return Rule(
        code=code,
        name=code,
        unit=unit,
        amount=rng.randint(1, most) if counted else 0,
        pausable=counted and rng.random() < 0.7,
        extension_days=rng.choice((0, 10, 30, 30)) if counted else 0,
        citation="none",
        valid_from=valid_from,
        valid_to=valid_to,
        request_types=frozenset({"any"}),
    )
