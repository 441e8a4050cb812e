"""A request in the words and shapes of the page components."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from flask import url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from duecare.core import clocks
from duecare.core.access import Caller
from duecare.core.cases import CaseEvent
from duecare.core.lifecycle import Option
from duecare.core.texts import gettext as _
from duecare.core.texts import locale
from duecare.core.time import now
from duecare.workflows.release import amendments, authorization, guards, queries, standing, terms
from duecare.workflows.release.authorization import ELEMENTS, PARTS, Part
from duecare.workflows.release.forms import ACTION_FORMS, LANGUAGES
from duecare.workflows.release.lifecycle import LIFECYCLE
from duecare.workflows.release.models import AuthorizationCheck, ReleaseRequest
from duecare.workflows.release.packages import PREPARING
from duecare.workflows.release.roles import Permission
from duecare.workflows.release.views.clock_words import lines_of
from duecare.workflows.release.views.shared import status_label, tone_of

LIKELY = {
    "in_progress": ("submit_for_review", "hold"),
    "in_review": ("complete", "return_for_correction"),
    "needs_correction": ("submit_for_review", "hold"),
    "on_hold": ("resume",),
    "received": ("assign",),
}
DESTRUCTIVE = frozenset({"deny", "cancel"})
KEYS = {"assign": "a", "submit_for_review": "s", "hold": "h", "resume": "r"}
EVENT_WORDS = {
    "create": _l("logged the request"),
    "assign": _l("assigned it"),
    "submit_for_review": _l("submitted the package for review"),
    "hold": _l("put it on hold"),
    "resume": _l("resumed it"),
    "complete": _l("completed it"),
    "return_for_correction": _l("asked for a correction"),
    "extend": _l("extended the due date"),
    "deny": _l("denied it"),
    "cancel": _l("cancelled it"),
    "reopen": _l("reopened it"),
    "amend": _l("corrected"),
    "note": _l("noted"),
    "check_authorization": _l("checked the authorization"),
    "ask_for_cure": _l("asked for what the authorization lacks"),
    "write_letter": _l("wrote a letter"),
    "renew_tracking_code": _l("gave a new tracking code"),
    "build_package": _l("built the package"),
    "review": _l("confirmed every point of the review"),
    "offer_pickup": _l("sent a new link to the package"),
    "fetch_package": _l("fetched the package"),
    "due_recalculated": _l("moved the due date, because the calendar or a rule changed"),
}
EVENT_TONES = {
    "complete": ("good", "check"),
    "return_for_correction": ("warn", "alert"),
    "hold": ("wait", "pause"),
    "deny": ("bad", "alert"),
    "note": ("neutral", "note"),
}


def header_of(session: Session, case: ReleaseRequest) -> dict[str, Any]:
    """The head of the case page: who, where it stands, when it is due and why."""
    assert case.patient is not None
    return {
        "number": case.number,
        "person": case.patient.name,
        "born": case.patient.date_of_birth,
        "mrn": case.patient.mrn,
        "status_label": status_label(case.status),
        "status_tone": tone_of(case.status),
        "due_at": case.due_at if case.is_open else None,
        "is_open": case.is_open,
        "sentence": standing.sentence_of(session, case),
        "why": lines_of(clocks.govern(session, case).winner) if case.is_open else [],
        "why_url": url_for("release_cases.clock", number=case.number),
    }


def actions_of(session: Session, case: ReleaseRequest, caller: Caller) -> list[dict[str, Any]]:
    """What the caller may do now, the likely first; what must wait comes with its reason."""
    options = LIFECYCLE.options(session, case, caller)
    likely = LIKELY.get(case.status, ())
    ranked = sorted(options, key=lambda each: _rank(each.transition.action, likely))
    offered = [
        _review(session, case, caller) if option.transition.action == "complete" else _action(case, option)
        for option in ranked
    ]
    return _preparation(session, case, caller) + _pickup(case, caller) + offered


def _preparation(session: Session, case: ReleaseRequest, caller: Caller) -> list[dict[str, Any]]:
    """What comes before submitting: the check of the authorization, then the package."""
    if case.status not in PREPARING or not caller.may(Permission.RELEASES_WORK):
        return []
    today = clocks.calendar_of(session, case.organisation).local_date(now())
    if authorization.obstacle(session, case, today):
        address = url_for("release_authorizations.check", number=case.number, stage="intake")
        return [_step(_("Check the authorization"), address, "c")]
    if _awaits_package(session, case):
        address = url_for("release_packages.package", number=case.number)
        return [_step(_("Build the package"), address, "b")]
    return []


def _awaits_package(session: Session, case: ReleaseRequest) -> bool:
    """True without an accepted package, and while the one that was sent back is still the newest."""
    package = guards.package_of(session, case)
    sent_back_at = case.status_since if case.status == "needs_correction" else None
    return package is None or (sent_back_at is not None and package.uploaded_at < sent_back_at)


def _pickup(case: ReleaseRequest, caller: Caller) -> list[dict[str, Any]]:
    """Sending the link to a completed package anew, for a requester whose link ran out or got lost."""
    if case.status != "completed" or not caller.may(Permission.RELEASES_WORK):
        return []
    label = _("Send a new link")
    told = _("The requester gets a new link by e-mail. Earlier links stop working.")
    unreachable = _("The requester gave no e-mail address: the link cannot be sent.")
    return [
        {
            "label": label,
            "url": url_for("release_pickup.offer", number=case.number),
            "method": "post",
            "possible": bool(case.requester_email),
            "reason": None if case.requester_email else unreachable,
            "confirm": {"title": label, "text": told, "label": label},
        }
    ]


def _step(label: str, address: str, key: str) -> dict[str, Any]:
    return {"label": label, "url": address, "method": "get", "possible": True, "reason": None, "key": key}


def _review(session: Session, case: ReleaseRequest, caller: Caller) -> dict[str, Any]:
    """Completing leads over the review page, which says itself what is left to check."""
    obstacle = guards.is_not_preparer(session, case, caller)
    return {
        "label": _("Review the package"),
        "url": url_for("release_reviews.review", number=case.number),
        "method": "get",
        "possible": obstacle is None,
        "reason": obstacle,
        "key": "r",
    }


def _rank(action: str, likely: Sequence[str]) -> tuple[int, bool]:
    return (likely.index(action) if action in likely else len(likely), action in DESTRUCTIVE)


def _action(case: ReleaseRequest, option: Option) -> dict[str, Any]:
    transition = option.transition
    asks = transition.action in ACTION_FORMS
    address = url_for(
        "release_actions.act", number=case.number, action=transition.action, version=case.version
    )
    label = str(transition.label)
    confirm = {"title": label, "text": str(transition.consequence), "label": label}
    return {
        "label": label,
        "url": address,
        "method": "get" if asks else "post",
        "possible": option.reason is None,
        "reason": option.reason,
        "danger": transition.action in DESTRUCTIVE,
        "key": KEYS.get(transition.action),
        "confirm": None if asks else confirm,
    }


def timeline_of(events: Sequence[CaseEvent]) -> list[dict[str, Any]]:
    """What happened, newest first."""
    return [
        {
            "at": event.at,
            "who": event.actor_name,
            "what": str(EVENT_WORDS.get(event.action, event.action)),
            "note": event.note or _told(event),
            "tone": EVENT_TONES.get(event.action, ("neutral", "disc"))[0],
            "icon": EVENT_TONES.get(event.action, ("neutral", "disc"))[1],
            "changes": _changes(event),
        }
        for event in events
    ]


def last_change(event: CaseEvent) -> str:
    """Who did what last, e.g. for somebody who has the page open."""
    what = EVENT_WORDS.get(event.action, event.action)
    return _("%(who)s %(what)s. Reload to see it.", who=event.actor_name, what=what)


def version_of(session: Session, case: ReleaseRequest) -> str:
    """A text that differs whenever anything on the page of a request does."""
    events, documents = queries.timeline(session, case), queries.documents(session, case)
    last = events[0].id if events else 0
    inspected = max((each.inspected_at.timestamp() for each in documents if each.inspected_at), default=0)
    return f"{case.version}.{last}.{len(documents)}.{inspected:.0f}"


def facts_of(case: ReleaseRequest, caller: Caller) -> dict[str, list[dict[str, Any]]]:
    """The facts of the request and of its requester, with where each may be changed."""
    editable = case.is_open and caller.may(Permission.RELEASES_WORK)
    asks = terms.asks(case.request_type)
    request_facts = [
        _fact(_("Type"), terms.REQUEST_TYPES[case.request_type]),
        _fact(_("Came by"), terms.CHANNELS[case.channel]),
        *(_editable(case, name, editable) for name in ("record_types", "range_from", "range_to")),
        *(_editable(case, name, editable) for name in ("purpose", "paper_date") if name in asks),
        *(_editable(case, name, editable) for name in ("delivery", "priority")),
        _fact(_("Assigned to"), case.assignee.name if case.assignee else _("nobody")),
        _editable(case, "notes", editable),
        *(_fact(name.replace("_", " ").capitalize(), value) for name, value in case.extra.items()),
    ]
    requester = [
        _fact(_("Who asks"), terms.REQUESTER_KINDS[case.requester_kind]),
        *(_editable(case, name, editable) for name in amendments.EDITABLE if name.startswith("requester_")),
    ]
    return {"request": request_facts, "requester": requester}


def _fact(label: Any, value: Any) -> dict[str, Any]:
    return {"label": str(label), "value": "–" if value in (None, "") else _plain(value)}


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)


def _editable(case: ReleaseRequest, name: str, editable: bool) -> dict[str, Any]:
    url = url_for("release_facts.fact", number=case.number, name=name) if editable else None
    return _fact(amendments.EDITABLE[name], fact_value(name, getattr(case, name))) | {"change_url": url}


DAYS = frozenset({"range_from", "range_to", "paper_date"})
VALUE_WORDS: dict[str, dict[str, Any]] = {
    "delivery": terms.DELIVERIES,
    "priority": terms.PRIORITIES,
    "requester_locale": LANGUAGES,
}


def fact_value(name: str, value: Any) -> str:
    """A fact's value in words."""
    if name in DAYS and value:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
        return str(format_date(day, "EEE d MMM y", locale=locale()))
    if isinstance(value, list):
        return ", ".join(str(terms.RECORD_TYPES.get(each, each)) for each in value)
    return str(VALUE_WORDS.get(name, {}).get(value, "" if value is None else value))


def authorization_of(session: Session, case: ReleaseRequest) -> dict[str, Any] | None:
    """What was found on the authorization; None where the request needs none."""
    parts = authorization.needed(case)
    if not parts:
        return None
    check = authorization.latest(session, case)
    today = clocks.calendar_of(session, case.organisation).local_date(now())
    verdict = authorization.judge(check, today, parts) if check else None
    present = (
        sum(authorization.finding_of(check.findings, part) == "present" for part in parts) if check else 0
    )
    return {
        "check": check,
        "verdict": verdict,
        "count": _tally(check, verdict, parts, present),
        "items": [_found(check, part) for part in parts] if check else [],
        "can_cure": bool(check and authorization.lacking(check, parts)),
    }


def _tally(
    check: AuthorizationCheck | None,
    verdict: authorization.Verdict | None,
    parts: Sequence[Part],
    present: int,
) -> str:
    """`✓ 6 of 6`: the elements where all nine parts are needed, else whatever is."""
    if check is None or verdict is None:
        return _("not checked")
    whole = set(PARTS) <= set(parts)
    found, total = (verdict.present, len(ELEMENTS)) if whole else (present, len(parts))
    mark = "✓ " if verdict.is_valid else ""
    return mark + _("%(found)s of %(total)s", found=found, total=total)


def _found(check: AuthorizationCheck, part: Part) -> dict[str, str]:
    finding = check.findings.get(part.code, {})
    return {
        "label": str(part.label),
        "state": finding.get("finding", "missing"),
        "note": finding.get("where", ""),
    }


def _told(event: CaseEvent) -> str:
    """What a code in an event's data means, e.g. the reason of a hold."""
    data = event.data
    if event.action == "hold":
        return str(terms.HOLD_REASONS.get(data.get("reason_code", ""), ""))
    if event.action == "deny":
        return str(terms.DENIAL_BASES.get(data.get("basis", ""), ""))
    return ""


def _changes(event: CaseEvent) -> list[tuple[str, str, str]]:
    if event.action != "amend":
        return []
    return [
        (str(amendments.EDITABLE.get(name, name)), fact_value(name, before), fact_value(name, after))
        for name, (before, after) in event.data.items()
    ]
