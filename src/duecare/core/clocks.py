"""Due dates of cases: an organisation's rules, closures and a case's own history, given to `clock`.

Rules are dated rows with a citation: built-in ones come from each workflow's rule file, an organisation adds
or replaces its own. Nothing here is arithmetic; that is all in `clock`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Row, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from duecare.core import clock
from duecare.core.cases import Case, CaseExtension, CasePause
from duecare.core.db import Base, BigId, Code, Id, Line, Name, OpaqueId, once
from duecare.core.kept import Kept
from duecare.core.people.models import Organisation
from duecare.core.time import now


class ClockRule(Base):
    """An organisation's own rule; the same code as a built-in rule replaces it from `valid_from` on."""

    __tablename__ = "clock_rules"
    __table_args__ = (Index("ix_clock_rules_workflow", "organisation_id", "workflow"),)

    id: Mapped[Id]
    public_id: Mapped[OpaqueId]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    workflow: Mapped[str] = mapped_column(String(20))
    code: Mapped[Code]
    name: Mapped[Name]
    unit: Mapped[str] = mapped_column(String(20))
    amount: Mapped[int]
    pausable: Mapped[bool] = mapped_column(Boolean)
    extension_days: Mapped[int] = mapped_column(default=0)
    citation: Mapped[Line]
    request_types: Mapped[list[Any]]
    jurisdiction: Mapped[str | None] = mapped_column(String(8))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")


class Closure(Base):
    """A day on which an organisation is closed beyond the public holidays."""

    __tablename__ = "closures"
    __table_args__ = (Index("ix_closures_day", "organisation_id", "day", unique=True),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(BigId, ForeignKey("organisations.id"))
    day: Mapped[date]
    name: Mapped[Name]


@dataclass(frozen=True)
class Timing:
    """What the clock needs to know of a case beyond its shared row: its type, and a date set on paper."""

    request_type: str
    fixed_date: date | None = None


@dataclass(frozen=True)
class Terms:
    """The rules, places and days that bind an organisation's cases."""

    rules: tuple[clock.Rule, ...]
    jurisdictions: frozenset[str]
    calendar: clock.Calendar


_own_rules: Kept[tuple[clock.Rule, ...]] = Kept(most=200)
_closures: Kept[tuple[tuple[date, str], ...]] = Kept(most=200)
_builtin: dict[str, tuple[clock.Rule, ...]] = {}
_timings: dict[str, Callable[[Any], Timing]] = {}


def register(workflow: str, rules: tuple[clock.Rule, ...], timing: Callable[[Any], Timing]) -> None:
    """Makes a workflow's built-in rules known, and how to read a case's `Timing`."""
    _builtin[workflow] = rules
    _timings[workflow] = timing


def builtin_rules(workflow: str) -> tuple[clock.Rule, ...]:
    """The rules that come with a workflow, all dates."""
    return _builtin[workflow]


def rules_for(session: Session, organisation: Organisation, workflow: str) -> tuple[clock.Rule, ...]:
    """Every rule of an organisation: its own, and the built-in ones it has not replaced."""
    key = (organisation.id, organisation.terms_version, workflow)
    rows = select(ClockRule).where(
        ClockRule.organisation_id == organisation.id, ClockRule.workflow == workflow
    )
    own = _own_rules.get(session, key, lambda: tuple(map(as_rule, session.scalars(rows))))
    kept = (_until_replaced(rule, own) for rule in _builtin[workflow])
    return tuple(rule for rule in kept if rule) + own


def rule_of(session: Session, case: Case) -> clock.Rule | None:
    """The rule that governs a case's precomputed due date, as it was in force on the day of receipt."""
    received_on = calendar_of(session, case.organisation).local_date(case.received_at)
    rules = rules_for(session, case.organisation, case.workflow)
    return next((each for each in rules if each.code == case.rule_code and each.in_force(received_on)), None)


def calendar_of(session: Session, organisation: Organisation) -> clock.Calendar:
    """An organisation's calendar: its zone, its public holidays and its own closures."""
    key = (organisation.id, organisation.terms_version)
    rows = select(Closure.day, Closure.name).where(Closure.organisation_id == organisation.id)
    closed = _closures.get(session, key, lambda: tuple((day, name) for day, name in session.execute(rows)))
    return _calendar(organisation.zone, organisation.country, organisation.state, closed)


def govern(session: Session, case: Case, as_of: datetime | None = None) -> clock.Governed:
    """The derivation of a case's due date, with the rules that gave way to a shorter one."""
    terms = terms_of(session, case.organisation, case.workflow)
    return govern_under(terms, case, *_course(session, case), as_of)


def terms_of(session: Session, organisation: Organisation, workflow: str) -> Terms:
    """What binds every case of a workflow in an organisation, read once for many cases."""
    return Terms(
        rules_for(session, organisation, workflow),
        jurisdictions_of(organisation),
        calendar_of(session, organisation),
    )


def govern_under(
    terms: Terms,
    case: Case,
    pauses: tuple[clock.Pause, ...],
    extension: clock.Extension | None,
    as_of: datetime | None = None,
) -> clock.Governed:
    """The same from what was read before. Raises `clock.NoRuleAppliesError` where no rule is in force."""
    timing = _timings[case.workflow](case)
    return clock.govern(
        rules=terms.rules,
        request_type=timing.request_type,
        jurisdictions=terms.jurisdictions,
        calendar=terms.calendar,
        received_at=case.received_at,
        pauses=pauses,
        extension=extension,
        as_of=as_of or now(),
        fixed_date=timing.fixed_date,
    )


def start(session: Session, case: Case) -> None:
    """Sets the due date of a case just received, which has no pause and no extension yet."""
    terms = terms_of(session, case.organisation, case.workflow)
    apply(case, govern_under(terms, case, (), None).winner)


def settle(session: Session, case: Case) -> None:
    """Keeps the case's precomputed due date equal to its derivation."""
    apply(case, govern(session, case).winner)


def apply(case: Case, winner: clock.Derivation) -> None:
    """Writes a derivation's due dates and its rule to the case."""
    case.due_at, case.first_due_at = winner.due_at, winner.first_due_at
    case.rule_code = winner.rule.code


def jurisdictions_of(organisation: Organisation) -> frozenset[str]:
    """ISO 3166 codes of the places whose rules bind an organisation, e.g. `US` and `US-TX`."""
    here = {organisation.country}
    return frozenset(
        here | ({f"{organisation.country}-{organisation.state}"} if organisation.state else set())
    )


def extend(session: Session, case: Case, granted_at: datetime, until: date, reason: str) -> None:
    """Grants the one extension. Raises `clock.ClockError` where the governing rule does not permit it."""
    proposed = clock.Extension(granted_at, until, reason)
    pauses, granted = _course(session, case)
    clock.validate_extension(
        govern(session, case).winner.rule,
        calendar_of(session, case.organisation),
        case.received_at,
        pauses,
        proposed,
        granted,
    )
    session.add(CaseExtension(case_id=case.id, granted_at=granted_at, until=until, reason=reason))
    session.flush()


def age_days(case: Case, calendar: clock.Calendar, as_of: datetime) -> int:
    """Local days since receipt: up to now while open, up to the end once closed."""
    return clock.age_days(case.received_at, case.closed_at or as_of, calendar)


def pause(session: Session, case: Case, at: datetime, reason: str, note: str) -> None:
    """Opens a pause."""
    session.add(CasePause(case_id=case.id, started_at=at, reason=reason, note=note))
    session.flush()


def resume(session: Session, case: Case, at: datetime) -> None:
    """Ends every open pause."""
    open_pauses = select(CasePause).where(CasePause.case_id == case.id, CasePause.ended_at.is_(None))
    for row in session.scalars(open_pauses):
        row.ended_at = at
    session.flush()


@lru_cache(maxsize=64)
def _calendar(
    zone: str, country: str, state: str | None, closures: tuple[tuple[date, str], ...]
) -> clock.Calendar:
    years = range(now().year - 10, now().year + 4)
    return clock.calendar_for(zone, country, state, dict(closures), years)


def open_pause(session: Session, case: Case) -> CasePause | None:
    """The pause that has not ended, if there is one."""
    rows = _course_rows(session, case)
    found = [row.CasePause for row in rows if row.CasePause and row.CasePause.ended_at is None]
    return found[-1] if found else None


def _course_rows(session: Session, case: Case) -> Sequence[Row[CasePause, CaseExtension]]:
    """A case's pauses and its extension, in one statement."""
    cases = Case.__table__
    query = (
        select(CasePause, CaseExtension)
        .select_from(cases)
        .outerjoin(CasePause, CasePause.case_id == cases.c.id)
        .outerjoin(CaseExtension, CaseExtension.case_id == cases.c.id)
        .where(cases.c.id == case.id)
        .order_by(CasePause.id)
    )
    return once(session, ("course", case.id), lambda: session.execute(query).all())


def _course(session: Session, case: Case) -> tuple[tuple[clock.Pause, ...], clock.Extension | None]:
    rows = _course_rows(session, case)
    pauses = tuple(_pause(row.CasePause) for row in rows if row.CasePause)
    granted = rows[0].CaseExtension if rows else None
    return pauses, _extension(granted) if granted else None


def pauses_of(session: Session, case_ids: Sequence[int]) -> dict[int, tuple[clock.Pause, ...]]:
    """The pauses of many cases, by the case's id; a case without one is left out."""
    found: dict[int, tuple[clock.Pause, ...]] = {}
    rows = session.scalars(select(CasePause).where(CasePause.case_id.in_(case_ids)).order_by(CasePause.id))
    for row in rows:
        found[row.case_id] = (*found.get(row.case_id, ()), _pause(row))
    return found


def extensions_of(session: Session, case_ids: Sequence[int]) -> dict[int, clock.Extension]:
    """The extensions of many cases, by the case's id."""
    rows = session.scalars(select(CaseExtension).where(CaseExtension.case_id.in_(case_ids)))
    return {row.case_id: _extension(row) for row in rows}


def _pause(row: CasePause) -> clock.Pause:
    return clock.Pause(row.started_at, row.ended_at, row.reason)


def _extension(row: CaseExtension) -> clock.Extension:
    return clock.Extension(row.granted_at, row.until, row.reason)


def as_rule(row: ClockRule) -> clock.Rule:
    """The rule that a row is. Raises `clock.BadRuleError` for one that cannot be."""
    return clock.Rule(
        code=row.code,
        name=row.name,
        unit=clock.Unit(row.unit),
        amount=row.amount,
        pausable=row.pausable,
        extension_days=row.extension_days,
        citation=row.citation,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        request_types=frozenset(row.request_types),
        jurisdiction=row.jurisdiction,
    )


def _until_replaced(rule: clock.Rule, own: tuple[clock.Rule, ...]) -> clock.Rule | None:
    starts = [each.valid_from for each in own if each.code == rule.code]
    if not starts:
        return rule
    first = min(starts)
    return None if first <= rule.valid_from else replace(rule, valid_to=min(first, rule.valid_to or first))
