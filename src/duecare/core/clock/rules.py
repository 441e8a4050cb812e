"""Rules say how long a request may take; they are dated, cited data that an administrator may edit."""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from duecare.core.clock.errors import BadRuleError


class Unit(StrEnum):
    CALENDAR_DAYS = "calendar_days"
    BUSINESS_DAYS = "business_days"
    FIXED_DATE = "fixed_date"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """How long requests of some types may take, who says so, and since when.

    ``amount`` counts days of ``unit`` (0 for a fixed date). ``extension_days`` is how many calendar days
    past the first due date the one extension may reach (0: none allowed). The rule is in force from
    ``valid_from`` until the day before ``valid_to``. ``jurisdiction`` is an ISO 3166 code (``US``,
    ``US-TX``); a rule without one applies everywhere.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    code: str
    name: str
    unit: Unit
    citation: str
    valid_from: date
    request_types: frozenset[str]
    amount: int = 0
    pausable: bool = False
    extension_days: int = 0
    valid_to: date | None = None
    jurisdiction: str | None = None

    def __post_init__(self) -> None:
        for fault, present in self._faults().items():
            if present:
                raise BadRuleError(rule=self.code, fault=fault)

    def _faults(self) -> dict[str, bool]:
        fixed = self.unit is Unit.FIXED_DATE
        return {
            "it has no request type": not self.request_types,
            "it must count at least one day": not fixed and self.amount < 1,
            "a fixed date counts no days": fixed and self.amount != 0,
            "a fixed date is never paused": fixed and self.pausable,
            "a fixed date is never extended": fixed and self.extension_days != 0,
            "its extension is negative": self.extension_days < 0,
            "it ends before it begins": self.valid_to is not None and self.valid_to <= self.valid_from,
        }

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def applies(self, request_type: str, jurisdictions: Collection[str], day: date) -> bool:
        """Whether the rule governs such a request, received on a local day in ``jurisdictions``."""
        here = self.jurisdiction is None or self.jurisdiction in jurisdictions
        return here and request_type in self.request_types and self.in_force(day)


class RuleFile(BaseModel):
    """The shape of a rules file: ``[[rule]]`` tables and nothing else."""

    model_config = ConfigDict(extra="forbid")

    rule: list[Rule] = Field(min_length=1)


def load_rules(path: Path) -> tuple[Rule, ...]:
    """Read the ``[[rule]]`` tables of a TOML file, in the file's order.

    Raises ``BadRuleError`` naming the file and every fault when a row is not a rule or two rows share a code.
    """
    try:
        rules = RuleFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).rule
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise BadRuleError(rule=path.name, fault=str(error)) from error
    codes = [rule.code for rule in rules]
    if len(set(codes)) < len(codes):
        raise BadRuleError(rule=path.name, fault="two rules share a code")
    return tuple(rules)
