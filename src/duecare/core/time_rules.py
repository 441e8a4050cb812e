"""The only writer of an organisation's closures and clock rules. Everything is audited; nothing here commits.

A change that can move due dates leaves a job that works them out again (see `recalculation`). A change that
would leave a type of request without a rule is refused.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import audit, clock, clocks, recalculation
from duecare.core.access import Caller, Permission
from duecare.core.clocks import ClockRule, Closure
from duecare.core.errors import Missing, NotFound, NotPossible
from duecare.core.people.models import Organisation
from duecare.core.texts import gettext as _
from duecare.core.time import now


@dataclass(frozen=True, kw_only=True)
class RuleDraft:
    """A rule as it was typed. `amount` and `extension_days` are days; `valid_to`: first day without it."""

    code: str
    name: str
    unit: str
    amount: int
    pausable: bool
    extension_days: int
    citation: str
    request_types: tuple[str, ...]
    jurisdiction: str | None
    valid_from: date
    valid_to: date | None = None
    note: str = ""


def add_closure(
    session: Session, caller: Caller, organisation: Organisation, day: date, name: str
) -> Closure:
    """Closes the organisation on a day. Raises `Missing` without a name, `NotPossible` when it is closed."""
    _need(caller, organisation, Permission.ORGANISATION_MANAGE)
    if not name.strip():
        raise Missing(_("The closure has no name."), {"name": _("Say why it is closed.")})
    taken = select(Closure.id).where(Closure.organisation_id == organisation.id, Closure.day == day)
    if session.scalar(taken) is not None:
        raise Missing(_("That day is closed already."), {"day": _("This day is in the list already.")})
    closure = Closure(organisation_id=organisation.id, day=day, name=name.strip())
    session.add(closure)
    _written(session, organisation)
    after = {"day": day.isoformat(), "name": closure.name}
    _audited(session, caller, organisation, "calendar.closure_added", {"before": None, "after": after})
    return closure


def remove_closure(session: Session, caller: Caller, organisation: Organisation, day: date) -> None:
    """Opens the organisation on a day that it had closed."""
    _need(caller, organisation, Permission.ORGANISATION_MANAGE)
    closure = session.scalar(
        select(Closure).where(Closure.organisation_id == organisation.id, Closure.day == day)
    )
    if closure is None:
        raise NotFound(_("There is no such closure."))
    before = {"day": day.isoformat(), "name": closure.name}
    session.delete(closure)
    _written(session, organisation)
    _audited(session, caller, organisation, "calendar.closure_removed", {"before": before, "after": None})


def add_rule(
    session: Session, caller: Caller, organisation: Organisation, workflow: str, draft: RuleDraft
) -> ClockRule:
    """Adds an organisation's own rule, or the next version of one: the same code replaces it.

    Raises `Missing` for a draft that is no rule (`core.clock.Rule`) or that begins too early.
    """
    _need(caller, organisation, Permission.RULES_MANAGE)
    _check_draft(workflow, draft)
    earlier = _versions(session, organisation.id, workflow, draft.code)
    _close_earlier(earlier, draft.valid_from)
    row = ClockRule(organisation_id=organisation.id, workflow=workflow, **_columns(draft))
    session.add(row)
    _written(session, organisation)
    _keep_covered(session, organisation, workflow)
    ended = [version.public_id for version in earlier if version.valid_to == draft.valid_from]
    details = {"before": {"ended": ended} if ended else None, "after": shown(row)}
    _audited(session, caller, organisation, "rule.added", details, row.public_id)
    return row


def end_rule(
    session: Session, caller: Caller, organisation: Organisation, public_id: str, valid_to: date
) -> ClockRule:
    """Ends an own rule: `valid_to` is the first day on which it is no longer in force."""
    _need(caller, organisation, Permission.RULES_MANAGE)
    row = rule_of(session, organisation.id, public_id)
    if valid_to <= row.valid_from:
        reason = _("Choose a day after the rule began, %(day)s.", day=row.valid_from.isoformat())
        raise Missing(_("The rule cannot end before it begins."), {"valid_to": reason})
    before, row.valid_to = shown(row), valid_to
    _written(session, organisation)
    _keep_covered(session, organisation, row.workflow)
    details = {"before": before, "after": shown(row)}
    _audited(session, caller, organisation, "rule.ended", details, row.public_id)
    return row


def rule_of(session: Session, organisation_id: int, public_id: str) -> ClockRule:
    """An own rule. Raises `NotFound` for another organisation's."""
    row = session.scalar(
        select(ClockRule).where(
            ClockRule.organisation_id == organisation_id, ClockRule.public_id == public_id
        )
    )
    if row is None:
        raise NotFound(_("There is no such rule."))
    return row


def own_rules(session: Session, organisation_id: int, workflow: str) -> Sequence[ClockRule]:
    """Every version of an organisation's own rules, by code and date."""
    mine = (ClockRule.organisation_id == organisation_id, ClockRule.workflow == workflow)
    order = (ClockRule.code, ClockRule.valid_from, ClockRule.id)
    return session.scalars(select(ClockRule).where(*mine).order_by(*order)).all()


def closures(session: Session, organisation_id: int, year: int) -> Sequence[Closure]:
    """An organisation's own closures of a year."""
    in_year = Closure.day.between(date(year, 1, 1), date(year, 12, 31))
    query = select(Closure).where(Closure.organisation_id == organisation_id, in_year)
    return session.scalars(query.order_by(Closure.day)).all()


def shown(row: ClockRule) -> dict[str, Any]:
    """A rule as the audit log keeps it."""
    fields = ("code", "name", "unit", "amount", "pausable", "extension_days", "citation", "jurisdiction")
    dates = {"valid_from": row.valid_from.isoformat(), "valid_to": _iso(row.valid_to)}
    return {name: getattr(row, name) for name in fields} | dates | {"request_types": list(row.request_types)}


def _check_draft(workflow: str, draft: RuleDraft) -> None:
    errors = {
        name: _("This is needed.")
        for name in ("code", "name", "citation")
        if not getattr(draft, name).strip()
    }
    known = frozenset().union(*(rule.request_types for rule in clocks.builtin_rules(workflow)))
    if not draft.request_types or not known.issuperset(draft.request_types):
        errors["request_types"] = _("Choose the types of request that the rule is for.")
    if errors:
        raise Missing(_("Some of the rule is missing or wrong."), errors)
    try:
        clocks.as_rule(ClockRule(**_columns(draft)))
    except (clock.BadRuleError, ValueError) as error:
        raise Missing(_("This cannot be a rule."), {"amount": str(error)}) from None


def _columns(draft: RuleDraft) -> dict[str, Any]:
    return {**vars(draft), "request_types": sorted(draft.request_types)}


def _versions(session: Session, organisation_id: int, workflow: str, code: str) -> list[ClockRule]:
    return [row for row in own_rules(session, organisation_id, workflow) if row.code == code]


def _close_earlier(versions: Iterable[ClockRule], begins: date) -> None:
    """Ends the version before on the day the new one begins, so that only one is in force at a time."""
    for version in versions:
        if version.valid_from >= begins:
            reason = _(
                "There is a version from %(day)s. Choose a later day.", day=version.valid_from.isoformat()
            )
            raise Missing(_("The new version must begin after the one before."), {"valid_from": reason})
        if version.valid_to is None or version.valid_to > begins:
            version.valid_to = begins


def _keep_covered(session: Session, organisation: Organisation, workflow: str) -> None:
    """Raises `NotPossible` when a type of request would be without a rule from today on."""
    terms = clocks.terms_of(session, organisation, workflow)
    today = terms.calendar.local_date(now())
    turns = {day for rule in terms.rules for day in (rule.valid_from, rule.valid_to) if day and day > today}
    types = frozenset().union(*(rule.request_types for rule in clocks.builtin_rules(workflow)))
    for day in sorted({today, *turns}):
        covered = frozenset().union(
            *(
                rule.request_types
                for rule in terms.rules
                if any(rule.applies(each, terms.jurisdictions, day) for each in rule.request_types)
            )
        )
        if types - covered:
            raise NotPossible(
                _(
                    "From %(day)s no rule would be in force for: %(types)s. Add the next version instead.",
                    day=day.isoformat(),
                    types=", ".join(sorted(types - covered)),
                )
            )


def _need(caller: Caller, organisation: Organisation, permission: Permission) -> None:
    if caller.organisation_id != organisation.id:
        raise NotFound(_("There is no such organisation."))
    caller.need(permission)


def _audited(
    session: Session,
    caller: Caller,
    organisation: Organisation,
    action: str,
    details: dict[str, Any],
    subject: str | None = None,
) -> None:
    audit.record(session, caller, action, subject or organisation.public_id, details, organisation.id)
    recalculation.ask(session, caller, organisation.id)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _written(session: Session, organisation: Organisation) -> None:
    """What was changed holds from here on: nobody goes by what they kept of rules and closures."""
    organisation.renew_terms()
    session.flush()
