"""Where a request stands, in a sentence that can be read over the telephone: what is awaited, and from whom.

Words about facts that are read first; the due date stands beside it on every page.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import clocks
from duecare.core.access import SYSTEM
from duecare.core.texts import gettext as _
from duecare.core.texts import locale, ngettext
from duecare.core.time import now
from duecare.workflows.release import guards, queries, terms
from duecare.workflows.release import pickup as pickups
from duecare.workflows.release.models import Pickup, ReleaseRequest


@dataclass(frozen=True)
class Facts:
    """What a sentence may need besides the case. `note` is what was written when the status was taken."""

    since: str
    note: str = ""
    assignee: str = ""
    lacks_package: bool = False
    authorization: str | None = None
    pause_reason: str = ""
    clock_stands: bool = False
    days: int | None = None
    pickup_until: str = ""
    link_is_dead: bool = False
    fetched_on: str = ""


def sentence_of(session: Session, case: ReleaseRequest) -> str:
    """Where the case stands now."""
    return _SENTENCES[case.status](case, facts_of(session, case))


def facts_of(session: Session, case: ReleaseRequest) -> Facts:
    """Reads what the sentence of the case's status needs, and no more."""
    read = _READERS.get(case.status)
    extra = read(session, case) if read else {}
    return Facts(
        since=_day(case, case.status_since),
        assignee=case.assignee.name if case.assignee else "",
        days=case.turnaround_days,
        **extra,
    )


def _received(_case: ReleaseRequest, facts: Facts) -> str:
    return _(
        "Nobody works on it yet: it has waited for a supervisor to assign it since %(day)s.", day=facts.since
    )


def _in_progress(_case: ReleaseRequest, facts: Facts) -> str:
    if facts.authorization:
        return _("%(who)s is working on it. %(why)s", who=facts.assignee, why=facts.authorization)
    if facts.lacks_package:
        return _("%(who)s is gathering the records; the package is not built yet.", who=facts.assignee)
    return _("The package is ready; %(who)s submits it for review next.", who=facts.assignee)


def _on_hold(_case: ReleaseRequest, facts: Facts) -> str:
    clock = _("The clock stands still.") if facts.clock_stands else _("The clock keeps running.")
    waits = _("On hold since %(day)s: %(reason)s", day=facts.since, reason=_lowered(facts.pause_reason))
    return f"{waits}{_quoted(facts.note)}. {clock}"


def _in_review(_case: ReleaseRequest, facts: Facts) -> str:
    return _(
        "%(who)s prepared the package; it has waited for a reviewer since %(day)s.",
        who=facts.assignee,
        day=facts.since,
    )


def _needs_correction(_case: ReleaseRequest, facts: Facts) -> str:
    return _(
        "QA asked%(note)s. Waiting on %(who)s since %(day)s.",
        note=_quoted(facts.note),
        who=facts.assignee,
        day=facts.since,
    )


def _completed(_case: ReleaseRequest, facts: Facts) -> str:
    done = ngettext(
        "Completed on %(day)s, %(num)d day after receipt.",
        "Completed on %(day)s, %(num)d days after receipt.",
        facts.days or 0,
        day=facts.since,
    )
    if facts.fetched_on:
        return f"{done} " + _("The package was fetched on %(day)s.", day=facts.fetched_on)
    if facts.pickup_until:
        return f"{done} " + _(
            "The package was not fetched yet; the link works until %(day)s.", day=facts.pickup_until
        )
    if facts.link_is_dead:
        return f"{done} " + _("The package was not fetched, and its link no longer works.")
    return done


def _denied(case: ReleaseRequest, facts: Facts) -> str:
    basis = terms.DENIAL_BASES.get(case.denial_basis or "", "")
    return _("Denied on %(day)s. Basis: %(basis)s.", day=facts.since, basis=basis)


def _cancelled(_case: ReleaseRequest, facts: Facts) -> str:
    return _("Cancelled on %(day)s%(note)s.", day=facts.since, note=_quoted(facts.note))


def _read_progress(session: Session, case: ReleaseRequest) -> dict[str, Any]:
    return {
        "authorization": guards.has_authorization(session, case, SYSTEM),
        "lacks_package": guards.package_of(session, case) is None,
    }


def _read_pause(session: Session, case: ReleaseRequest) -> dict[str, Any]:
    pause = clocks.open_pause(session, case)
    reason = terms.HOLD_REASONS.get(pause.reason, "") if pause else ""
    note = pause.note if pause else ""
    return {"pause_reason": str(reason), "note": note, "clock_stands": case.due_at is None}


def _read_note(session: Session, case: ReleaseRequest) -> dict[str, Any]:
    for event in queries.timeline(session, case):
        if event.to_status == case.status and event.from_status not in {None, case.status}:
            return {"note": event.note}
    return {"note": ""}


def _read_pickup(session: Session, case: ReleaseRequest) -> dict[str, Any]:
    pickup = session.scalar(
        select(Pickup)
        .where(Pickup.case_id == case.id, Pickup.withdrawn_at.is_(None))
        .order_by(Pickup.id.desc())
        .limit(1)
    )
    if pickup is None:
        return {}
    if pickup.fetched_at:
        return {"fetched_on": _day(case, pickup.fetched_at)}
    if not pickups.is_open(pickup, now()):
        return {"link_is_dead": True}
    return {"pickup_until": _day(case, pickup.expires_at)}


def _day(case: ReleaseRequest, moment: datetime) -> str:
    """The day where the organisation is, with its year unless that is this year."""
    zone = ZoneInfo(case.organisation.zone)
    local = moment.astimezone(zone).date()
    pattern = "EEE d MMM" if local.year == now().astimezone(zone).year else "EEE d MMM y"
    return str(format_date(local, pattern, locale=locale()))


def _quoted(note: str) -> str:
    return _(": “%(note)s”", note=note.strip().rstrip(".")) if note.strip() else ""


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


_READERS: dict[str, Callable[[Session, ReleaseRequest], dict[str, Any]]] = {
    "in_progress": _read_progress,
    "on_hold": _read_pause,
    "needs_correction": _read_note,
    "cancelled": _read_note,
    "completed": _read_pickup,
}
_SENTENCES: dict[str, Callable[[ReleaseRequest, Facts], str]] = {
    "received": _received,
    "in_progress": _in_progress,
    "on_hold": _on_hold,
    "in_review": _in_review,
    "needs_correction": _needs_correction,
    "completed": _completed,
    "denied": _denied,
    "cancelled": _cancelled,
}
