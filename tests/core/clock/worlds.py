"""The calendars, rules and moments that hand-worked clock cases are told in."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duecare
from duecare.core.clock import Calendar, Extension, Pause, Rule, Unit, calendar_for, load_rules

CHICAGO = Calendar(ZoneInfo("America/Chicago"))
TEXAS = calendar_for("America/Chicago", "US", "TX", {}, range(2023, 2027))
LONG_AFTER = datetime(2030, 1, 1, tzinfo=UTC)
RULES_FILE = Path(duecare.__file__).parent / "workflows" / "release" / "rules.toml"
RULES = {rule.code: rule for rule in load_rules(RULES_FILE)}
ACCESS = RULES["us-right-of-access"]
THIRD_PARTY = RULES["target-third-party"]
CONTINUITY = RULES["target-continuity-of-care"]
SUBPOENA = RULES["subpoena-date"]


def at(wall: str, zone: str = "America/Chicago") -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def held(start: str, end: str | None) -> Pause:
    return Pause(at(start), end and at(end), "waiting for clarification")


def letter(granted: str, until: date) -> Extension:
    return Extension(at(granted), until, "records at a storage company")


def extendable(unit: Unit = Unit.CALENDAR_DAYS, amount: int = 30) -> Rule:
    return Rule(
        code="extendable",
        name="Extendable target",
        unit=unit,
        amount=amount,
        pausable=True,
        extension_days=30,
        citation="organisation's own target",
        valid_from=date(2020, 1, 1),
        request_types=frozenset({"any"}),
    )
