"""What a release transition changes besides the status, in the same transaction.

Whatever leaves the building (mail, pickup) is written as a notice or a job and happens after the commit.
"""

from typing import Any

from sqlalchemy import select

from duecare.core import clock, clocks
from duecare.core.errors import Missing
from duecare.core.lifecycle import Firing
from duecare.core.people.models import Membership, User
from duecare.workflows.release import guards, letters, messages, pickup
from duecare.workflows.release.models import Disclosure


def settle(firing: Firing) -> None:
    """Runs last on every firing: the due date, and the turnaround once the case ended."""
    case = firing.case
    clocks.settle(firing.session, case)
    if case.is_open:
        case.turnaround_days = None
    elif case.turnaround_days is None:
        calendar = clocks.calendar_of(firing.session, case.organisation)
        case.turnaround_days = clocks.age_days(case, calendar, firing.at)


def assign(firing: Firing) -> None:
    specialist = active_specialist(firing, firing.needs.assignee)
    before = firing.case.assignee
    firing.case.assignee_id, firing.case.assignee = specialist.id, specialist
    messages.assigned(firing, specialist, before)


def submitted(firing: Firing) -> None:
    firing.case.prepared_by_id = firing.caller.user_id
    messages.to_reviewers(firing)


def hold(firing: Firing) -> None:
    clocks.pause(firing.session, firing.case, firing.at, firing.needs.reason_code, firing.needs.reason)


def resume(firing: Firing) -> None:
    clocks.resume(firing.session, firing.case, firing.at)


def returned(firing: Firing) -> None:
    messages.to_assignee(firing, "release.returned")


def complete(firing: Firing) -> None:
    package = guards.package_of(firing.session, firing.case)
    assert package is not None, "the guard has_package comes first"
    firing.session.add(_disclosure(firing, package))
    link = pickup.offer(firing.session, firing.case, package, firing.at)
    messages.completed(firing, link)


def extend(firing: Firing) -> None:
    until = firing.needs.until
    try:
        clocks.extend(firing.session, firing.case, firing.at, until, firing.needs.reason)
    except clock.ClockError as error:
        raise Missing(str(error), {"until": str(error)}) from None
    letters.order(firing.session, firing.caller, firing.case, letters.EXTENSION, {})
    messages.extended(firing, until)


def deny(firing: Firing) -> None:
    firing.case.denial_basis = firing.needs.basis
    clocks.resume(firing.session, firing.case, firing.at)
    messages.to_requester(firing, "release.denied")


def cancel(firing: Firing) -> None:
    clocks.resume(firing.session, firing.case, firing.at)
    messages.to_requester(firing, "release.cancelled")
    if firing.caller.kind == "requester":
        messages.to_assignee(firing, "release.cancelled_by_requester")


def reopen(firing: Firing) -> None:
    firing.case.denial_basis = None
    pickup.withdraw(firing.session, firing.case, firing.at)
    messages.to_assignee(firing, "release.reopened")


def active_specialist(firing: Firing, public_id: str) -> User:
    """The active specialist of the case's organisation; raises `Missing` for anybody else."""
    user = firing.session.scalar(
        select(User)
        .join(Membership)
        .where(
            User.public_id == public_id,
            User.active.is_(True),
            Membership.organisation_id == firing.case.organisation_id,
            Membership.role == "specialist",
        )
    )
    if user is None:
        message = "Choose an active specialist of your organisation."
        raise Missing(message, {"assignee": message})
    return user


def _disclosure(firing: Firing, package: Any) -> Disclosure:
    case = firing.case
    recipient = ", ".join(filter(None, (case.requester_name, case.requester_organisation)))
    address = case.requester_address or case.requester_email or case.requester_phone
    return Disclosure(
        organisation_id=case.organisation_id,
        case_id=case.id,
        patient_id=case.patient_id,
        document_id=package.id,
        recipient=recipient,
        recipient_address=address,
        description=", ".join(case.record_types),
        purpose=case.purpose or case.request_type,
        disclosed_at=firing.at,
    )
