"""Plays the script of one request: which actions follow one another, by whom, when and with which words.

The scripts obey the lifecycle of a release; the reviewer is never the specialist who prepared the package.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal

from duecare.demo.cast import RequestType
from duecare.demo.office_time import OfficeTime

Action = Literal[
    "assign",
    "hold",
    "resume",
    "submit_for_review",
    "return_for_correction",
    "complete",
    "extend",
    "deny",
    "cancel",
    "reopen",
]
Script = Literal[
    "received",
    "working",
    "held",
    "reviewing",
    "returned",
    "extended",
    "completed",
    "completed_after_hold",
    "completed_after_return",
    "completed_after_both",
    "completed_by_another",
    "completed_after_extension",
    "completed_twice",
    "denied",
    "denied_at_once",
    "cancelled",
    "cancelled_at_once",
]
Role = Literal["supervisor", "specialist", "reviewer"]
DEFECTIVE = "authorization_defective"

_REVIEWED: tuple[Action, ...] = ("submit_for_review", "complete")
_CORRECTED: tuple[Action, ...] = ("submit_for_review", "return_for_correction", *_REVIEWED)
SCRIPTS: dict[Script, tuple[Action, ...]] = {
    "received": (),
    "working": ("assign",),
    "held": ("assign", "hold"),
    "reviewing": ("assign", "submit_for_review"),
    "returned": ("assign", "submit_for_review", "return_for_correction"),
    "extended": ("assign", "extend"),
    "completed": ("assign", *_REVIEWED),
    "completed_after_hold": ("assign", "hold", "resume", *_REVIEWED),
    "completed_after_return": ("assign", *_CORRECTED),
    "completed_after_both": ("assign", "hold", "resume", *_CORRECTED),
    "completed_by_another": ("assign", "assign", *_REVIEWED),
    "completed_after_extension": ("assign", "extend", *_REVIEWED),
    "completed_twice": ("assign", *_REVIEWED, "reopen", *_REVIEWED),
    "denied": ("assign", "deny"),
    "denied_at_once": ("deny",),
    "cancelled": ("assign", "cancel"),
    "cancelled_at_once": ("cancel",),
}
HOLD_REASONS: dict[RequestType, tuple[str, ...]] = {
    "patient_access": ("identity", "clarification", "records_awaited"),
    "representative": ("identity", "clarification"),
    "third_party": (DEFECTIVE, DEFECTIVE, "clarification", "payment"),
    "continuity_of_care": ("clarification", "records_awaited"),
    "subpoena": ("records_awaited",),
}
DENY_REASONS: dict[RequestType, tuple[str, ...]] = {
    "patient_access": ("no_records", "psychotherapy_notes", "endangerment"),
    "representative": ("not_authorized", "endangerment"),
    "third_party": (DEFECTIVE, "no_records"),
    "continuity_of_care": ("no_records",),
    "subpoena": ("no_records",),
}
CANCEL_REASONS = ("withdrawn", "withdrawn", "duplicate")
REASONS: dict[Action, dict[RequestType, tuple[str, ...]]] = {
    "hold": HOLD_REASONS,
    "deny": DENY_REASONS,
    "cancel": dict.fromkeys(HOLD_REASONS, CANCEL_REASONS),
}
ROLES: dict[Action, Role] = {
    "assign": "supervisor",
    "hold": "specialist",
    "resume": "specialist",
    "submit_for_review": "specialist",
    "return_for_correction": "reviewer",
    "complete": "reviewer",
    "extend": "supervisor",
    "deny": "supervisor",
    "cancel": "supervisor",
    "reopen": "supervisor",
}
# An extension is written on one of these days after receipt, before the first 30 days have passed.
EXTENDED_ON_DAY = (18.0, 25.0)
EXTENDED_DUE_DAY = 60
TAKEN_UP_AFTER_DAYS = (0.1, 1.8)


@dataclass(frozen=True, slots=True)
class Team:
    """User names of the staff by role. Needs two specialists, and a reviewer besides any one of them."""

    supervisors: Sequence[str]
    specialists: Sequence[str]
    reviewers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Step:
    """One action: when (UTC), by whom, and what it needs.

    `assignee` belongs to assign, `reason` (a code) and `text` to hold, deny and cancel, `text` alone to
    resume, return, extend and reopen, `until` (the new due date) to extend.
    """

    action: Action
    at: datetime
    actor: str
    assignee: str | None = None
    reason: str | None = None
    text: str | None = None
    until: date | None = None


def play(
    rng: Random,
    script: Script,
    request_type: RequestType,
    *,
    received_at: datetime,
    until: datetime,
    office: OfficeTime,
    team: Team,
) -> tuple[Step, ...]:
    """Return the steps of a script between receipt and `until`, in office hours, each later than the last.

    Closing scripts end at `until`. Without office time in between nothing has been done yet.
    """
    actions = SCRIPTS[script]
    closing = actions[-1:] in (("complete",), ("deny",), ("cancel",))
    fractions = _fractions(rng, actions, (until - received_at) / timedelta(days=1), closing)
    moments = office.spread(received_at, until, fractions)
    last_due = office.local_date(received_at) + timedelta(days=EXTENDED_DUE_DAY)
    players = _Players(rng, team, request_type, last_due)
    return tuple(players.step(action, at) for action, at in zip(actions, moments, strict=False))


def _fractions(rng: Random, actions: Sequence[Action], days: float, closing: bool) -> list[float]:
    """Return at which parts of the way from receipt to the end the actions happen, rising to 1 at most."""
    if not actions:
        return []
    end = 1.0 if closing else rng.uniform(0.85, 0.98)
    first = min(rng.uniform(*TAKEN_UP_AFTER_DAYS) / days, end * 0.3)
    if len(actions) == 1:
        return [end if closing else first]
    if "extend" in actions:
        second = rng.uniform(*EXTENDED_ON_DAY) / days
        return [first, second, *_between(rng, second, end, len(actions) - 2)]
    return [first, *_between(rng, first, end, len(actions) - 1)]


def _between(rng: Random, start: float, end: float, number: int) -> list[float]:
    """Return `number` rising fractions after `start`, the last of them `end`, none close to another."""
    gaps = [rng.uniform(0.4, 1.0) for _ in range(number)]
    return [start + (end - start) * sum(gaps[: count + 1]) / sum(gaps) for count in range(number)]


class _Players:
    """Who acts in one request; remembers the specialist who has it."""

    def __init__(self, rng: Random, team: Team, request_type: RequestType, last_due: date) -> None:
        self.rng, self.team, self.request_type, self.last_due = rng, team, request_type, last_due
        self.supervisor = rng.choice(team.supervisors)
        self.specialist = ""

    def step(self, action: Action, at: datetime) -> Step:
        if action == "assign":
            self.specialist = self._other(self.team.specialists)
        reasons = REASONS.get(action, {}).get(self.request_type)
        reason = self.rng.choice(reasons) if reasons else None
        texts = _texts().get(action, {}).get(reason or "text")
        return Step(
            action,
            at,
            actor=self._actor(ROLES[action]),
            assignee=self.specialist if action == "assign" else None,
            reason=reason,
            text=self.rng.choice(texts) if texts else None,
            until=self.last_due if action == "extend" else None,
        )

    def _actor(self, role: Role) -> str:
        if role == "reviewer":
            return self._other(self.team.reviewers)
        return self.supervisor if role == "supervisor" else self.specialist

    def _other(self, usernames: Sequence[str]) -> str:
        return self.rng.choice([each for each in usernames if each != self.specialist])


@cache
def _texts() -> dict[str, Any]:
    path = Path(__file__).parent / "data" / "story.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
