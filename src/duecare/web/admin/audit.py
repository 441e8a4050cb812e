"""The audit log: who did and saw what; taken out as CSV; its chain checked on demand."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Response as FlaskResponse
from flask import redirect, render_template, request, stream_with_context, url_for
from werkzeug.wrappers import Response

from duecare.core import audit_log, audit_words, requests
from duecare.core.access import Permission
from duecare.core.audit import AuditEntry
from duecare.core.audit_log import Asked
from duecare.core.exports import CSV_TYPE, as_csv
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.web.admin.frame import blueprint
from duecare.web.admin.jobs import progress_of
from duecare.web.converters import row_number

COLUMNS = ("sequence", "at", "who", "kind", "from", "action", "subject", "details", "hash")
OPAQUE = re.compile(r"[0-9a-f]{32}")


@blueprint.get("/audit")
@requires(Permission.AUDIT_READ)
def audit() -> str:
    """The organisation's log, newest first."""
    session, organisation, asked = requests.reading(), requests.organisation_id(), _asked()
    before = request.args.get("before", type=row_number)
    found = audit_log.page(session, organisation, asked, requests.caller().zone, before)
    shown = found[: audit_log.PAGE]
    check = audit_log.last_check(session, organisation)
    return render_template(
        "admin/audit.html",
        entries=[_row(entry) for entry in shown],
        filters=_filters(asked),
        case_number=asked.subject,
        check=check,
        progress=progress_of(check) if check and check.finished_at is None else None,
        export_url=url_for("admin.audit_export", **_query()),
        next_url=_next_url(shown) if len(found) > len(shown) else None,
    )


@blueprint.get("/audit/export.csv")
@requires(Permission.AUDIT_READ)
def audit_export() -> Response:
    """Everything that the filters let through, as a file."""
    asked, zone, organisation = _asked(), requests.caller().zone, requests.organisation_id()
    with requests.transaction() as session:
        audit_log.note_export(session, requests.caller(), organisation, asked)
    rows = _cells(audit_log.every(requests.reading(), organisation, asked, zone))
    answer = FlaskResponse(stream_with_context(as_csv(COLUMNS, rows)), content_type=CSV_TYPE)
    answer.headers["Content-Disposition"] = "attachment; filename=audit-log.csv"
    return answer


@blueprint.post("/audit/check")
@requires(Permission.AUDIT_READ)
def audit_check() -> Response:
    """Checks the chain now, as a job."""
    with requests.transaction() as session:
        audit_log.ask_for_check(session, requests.caller(), requests.organisation_id())
    return redirect(url_for("admin.audit"))


def _asked() -> Asked:
    given = request.args
    return Asked(
        who=given.get("who", ""),
        action=given.get("action", "").strip(),
        subject=given.get("subject", "").strip(),
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date.min < day < date.max else None


def _query() -> dict[str, Any]:
    return {name: value for name, value in request.args.items() if value and name != "before"}


def _filters(asked: Asked) -> list[dict[str, Any]]:
    people = audit_log.people(requests.reading(), requests.organisation_id())
    who = [("", _("Everybody")), *((person.public_id, person.name) for person in people)]
    return [
        {
            "name": "subject",
            "label": _("Case number or id"),
            "type": "search",
            "value": asked.subject,
        },
        {"name": "who", "label": _("Who"), "type": "select", "value": asked.who, "options": who},
        {"name": "action", "label": _("Action begins with"), "type": "search", "value": asked.action},
        {"name": "since", "label": _("From"), "type": "date", "value": asked.since},
        {"name": "until", "label": _("to"), "type": "date", "value": asked.until},
    ]


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "who": entry.actor_name,
        "kind": entry.actor_kind,
        "action": entry.action,
        "said": audit_words.words_of(entry.action),
        "subject": entry.subject,
        "subject_shown": _short(entry.subject),
        "subject_url": url_for("admin.audit", subject=entry.subject),
        "details": told(entry.details),
        "from": entry.address,
        "sequence": entry.sequence,
    }


def _short(subject: str) -> str:
    """The first digits of an opaque id; anything else as it is."""
    return f"{subject[:8]}…" if OPAQUE.fullmatch(subject) else subject


def told(details: dict[str, Any]) -> list[str]:
    """An entry's details in lines: what changed from what to what, then the rest."""
    before, after = details.get("before"), details.get("after")
    if isinstance(before, dict) or isinstance(after, dict):
        changed = _changes(before or {}, after or {})
    else:
        changed = [_change("", before, after)] if "before" in details or "after" in details else []
    rest = {name: value for name, value in details.items() if name not in {"before", "after", "from", "to"}}
    if "to" in details:
        changed.append(_change("", details.get("from"), details["to"]))
    return changed + [f"{name}: {_word(value)}" for name, value in rest.items()]


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    names = dict.fromkeys([*before, *after])
    return [
        _change(name, before.get(name), after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _change(name: str, before: Any, after: Any) -> str:
    said = f"{_word(before)} → {_word(after)}"
    return f"{name}: {said}" if name else said


def _word(value: Any) -> str:
    if value in (None, "", [], {}):
        return "–"
    if isinstance(value, list):
        return ", ".join(map(_word, value))
    return str(value) if not isinstance(value, dict) else json.dumps(value, ensure_ascii=False)


def _cells(entries: Iterator[AuditEntry]) -> Iterator[list[Any]]:
    for entry in entries:
        details = json.dumps(entry.details, ensure_ascii=False, sort_keys=True)
        yield [
            entry.sequence,
            entry.at.isoformat(),
            entry.actor_name,
            entry.actor_kind,
            entry.address,
            entry.action,
            entry.subject,
            details,
            entry.hash,
        ]


def _next_url(shown: Any) -> str:
    return url_for("admin.audit", **_query(), before=str(shown[-1].sequence))
