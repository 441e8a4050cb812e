"""Conditions of release transitions beyond status and role. Each gives None, or why the action must wait."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import clocks
from duecare.core.access import Caller
from duecare.core.cases import CaseExtension
from duecare.core.documents.models import ACCEPTED, QUARANTINED, Document
from duecare.core.texts import gettext as _
from duecare.core.time import now
from duecare.workflows.release import authorization, packages, queries


def package_of(session: Session, case: Any) -> Document | None:
    """The newest accepted release package of a case."""
    return next(reversed(_of_kind(session, case, "release_package", ACCEPTED)), None)


def has_package(session: Session, case: Any, _caller: Caller) -> str | None:
    if package_of(session, case) is None:
        return str(_l("There is no accepted release package yet: build or upload one."))
    return None


def has_notices(session: Session, case: Any, _caller: Caller) -> str | None:
    """Where a notice goes with the records, the package was built here, with it (42 CFR 2.32)."""
    package, notices = package_of(session, case), packages.notices_for(case, _today(session, case))
    if package is None or not notices:
        return None
    if (package.details.get("manifest") or {}).get("notice_pages"):
        return None
    return _(
        "A notice goes with these records (%(citation)s), and this package lacks it: build the package here.",
        citation=notices[0].citation,
    )


def no_package_under_inspection(session: Session, case: Any, _caller: Caller) -> str | None:
    """A package that is accepted later would slip under the reviewer's eyes."""
    if _of_kind(session, case, "release_package", QUARANTINED):
        return str(_l("A release package is still being checked: wait a moment."))
    return None


def has_authorization(session: Session, case: Any, _caller: Caller) -> str | None:
    """An accepted authorization document, and a check that finds it valid, where the type needs one."""
    if not authorization.needed(case):
        return None
    if not _of_kind(session, case, "authorization", ACCEPTED):
        return str(_l("There is no accepted authorization yet: upload it."))
    return authorization.obstacle(session, case, _today(session, case))


def authorization_holds_now(session: Session, case: Any, caller: Caller) -> str | None:
    """The second check, made at release by the reviewer after the package came in for review."""
    reason = has_authorization(session, case, caller)
    if reason or not authorization.needed(case):
        return reason
    check = authorization.latest(session, case, "release")
    if check is None or check.checked_at < case.status_since:
        return str(_l("Check the authorization again before releasing: record the check at release."))
    return authorization.obstacle(session, case, _today(session, case), "release")


def is_not_preparer(session: Session, case: Any, caller: Caller) -> str | None:
    """Neither whoever submitted the package nor whoever built or uploaded it."""
    package = package_of(session, case)
    preparers = {case.prepared_by_id, package.uploaded_by_id if package else None}
    if caller.user_id is not None and caller.user_id in preparers:
        return str(_l("Whoever prepared a package cannot review it: ask another reviewer."))
    return None


def can_be_extended(session: Session, case: Any, _caller: Caller) -> str | None:
    """Once, where the rule allows it, before the first due date passes."""
    rule = clocks.rule_of(session, case)
    if rule is None or not rule.extension_days:
        return str(_l("The rule that governs this due date allows no extension."))
    if session.scalar(select(CaseExtension.id).where(CaseExtension.case_id == case.id)) is not None:
        return str(_l("The due date was extended already, and that can be done once."))
    if case.first_due_at is not None and case.first_due_at < now():
        return str(_l("The first due date has passed: it is too late for an extension."))
    return None


def has_assignee(_session: Session, case: Any, _caller: Caller) -> str | None:
    if case.assignee_id is None:
        return str(_l("Nobody was ever assigned to this request: log a new one instead."))
    return None


def _of_kind(session: Session, case: Any, kind: str, state: str) -> list[Document]:
    """The case's documents of a kind in a state, oldest first."""
    found = queries.documents(session, case)
    return [document for document in found if document.kind == kind and document.state == state]


def _today(session: Session, case: Any) -> Any:
    return clocks.calendar_of(session, case.organisation).local_date(now())
