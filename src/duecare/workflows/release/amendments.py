"""Correcting the facts of an open request: which may be changed, and the one function that changes them.

Every change stands in the timeline with what was before and after; the audit log names the fields only.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from duecare.core import clocks, lifecycle, search
from duecare.core.access import Caller
from duecare.core.errors import Missing, NotFound, NotPossible, Stale
from duecare.core.texts import gettext as _
from duecare.core.time import now
from duecare.workflows.release import intake
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.naming import searchable, title_of
from duecare.workflows.release.roles import Permission

EDITABLE = {
    "requester_name": _l("Name"),
    "requester_organisation": _l("Organisation"),
    "requester_email": _l("E-mail"),
    "requester_phone": _l("Phone"),
    "requester_address": _l("Address"),
    "requester_locale": _l("Language"),
    "record_types": _l("Records"),
    "range_from": _l("Care from"),
    "range_to": _l("Care until"),
    "purpose": _l("Purpose"),
    "paper_date": _l("Date on the paper"),
    "delivery": _l("Delivery"),
    "priority": _l("Priority"),
    "notes": _l("Notes"),
}
REQUESTER = "requester_"


def amend(
    session: Session,
    caller: Caller,
    case: ReleaseRequest,
    changes: Mapping[str, Any],
    version: int | None = None,
) -> dict[str, tuple[Any, Any]]:
    """Changes facts and gives what was before and after of each that differs.

    Raises `NotFound` for a fact that cannot be changed, `NotPossible` once the request has ended, `Stale`
    when somebody else changed it first, `Missing` (by field) for a value that intake would refuse too.
    """
    caller.need(Permission.RELEASES_WORK)
    if unknown := set(changes) - set(EDITABLE):
        raise NotFound(_("“%(name)s” cannot be changed.", name=min(unknown)))
    if not case.is_open:
        raise NotPossible(_("The request has ended: reopen it to change its facts."))
    if version is not None and version != case.version:
        raise Stale(
            _("Somebody changed this request after you opened it. Look at the change, then try again.")
        )
    checked = _checked(case, changes)
    differences = {
        name: (before, after) for name, after in checked.items() if (before := getattr(case, name)) != after
    }
    if differences:
        _write(session, caller, case, differences)
    return differences


def _checked(case: ReleaseRequest, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The new values, checked by the rules of intake together with the facts that stay."""
    values: dict[str, Any] = {
        "patient": {"first_name": "-", "last_name": "-", "date_of_birth": date(2000, 1, 1)},
        "requester": {"kind": case.requester_kind},
        "channel": case.channel,
        "request_type": case.request_type,
    }
    for name in EDITABLE:
        value = changes.get(name, getattr(case, name))
        if name.startswith(REQUESTER):
            values["requester"][name.removeprefix(REQUESTER)] = value
        else:
            values[name] = value
    try:
        parsed = intake.parse(values)
    except Missing as error:
        raise Missing(error.detail, {_field(name): text for name, text in error.errors.items()}) from None
    return {name: _value(parsed, name) for name in changes}


def _field(path: str) -> str:
    return path.replace("requester.", REQUESTER)


def _value(parsed: intake.ReleaseIntake, name: str) -> Any:
    if name.startswith(REQUESTER):
        return getattr(parsed.requester, name.removeprefix(REQUESTER))
    return getattr(parsed, name)


def _write(
    session: Session, caller: Caller, case: ReleaseRequest, differences: Mapping[str, tuple[Any, Any]]
) -> None:
    for name, (_before, after) in differences.items():
        setattr(case, name, after)
    case.title = title_of(case.record_types, case.requester_kind)
    case.updated_at = now()
    try:
        session.flush()
    except StaleDataError:
        raise Stale(_("Somebody changed this request at the same moment. Look at it again.")) from None
    search.reindex(session, case, searchable(case))
    clocks.settle(session, case)
    data = {name: [_plain(before), _plain(after)] for name, (before, after) in differences.items()}
    lifecycle.record_event(session, case, "amend", caller, source=case.status, data=data).is_internal = True


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
