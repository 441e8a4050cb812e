"""What people are told in the release workflow. Numbers and links only: no patient, no records, no reason."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core.lifecycle import Firing
from duecare.core.notices.compose import Template, declare, tell_address, tell_person
from duecare.core.people.models import Membership, User
from duecare.workflows.release.models import Pickup, ReleaseRequest
from duecare.workflows.release.pickup import PURPOSE

_l = lazy_gettext
STAFF = (
    Template(
        "release.assigned",
        _l("A request was assigned to you"),
        _l("%(number)s is yours"),
        _l("Request %(number)s was assigned to you."),
    ),
    Template(
        "release.unassigned",
        _l("A request was given to somebody else"),
        _l("%(number)s was given to a colleague"),
        _l("Request %(number)s is no longer assigned to you."),
    ),
    Template(
        "release.review",
        _l("A package is ready for review"),
        _l("%(number)s is ready for review"),
        _l("The release package of %(number)s waits for a reviewer."),
    ),
    Template(
        "release.returned",
        _l("A package was sent back for correction"),
        _l("%(number)s requires correction"),
        _l("The reviewer sent %(number)s back. The notes are on the request's page."),
    ),
    Template(
        "release.reopened",
        _l("A request of yours was reopened"),
        _l("%(number)s was reopened"),
        _l("Request %(number)s is open again and assigned to you."),
    ),
    Template(
        "release.cancelled_by_requester",
        _l("A requester cancelled their request"),
        _l("%(number)s was cancelled by the requester"),
        _l("The requester cancelled %(number)s. Nothing more is to be done."),
    ),
    Template(
        "release.arrived",
        _l("What a request waited for has arrived"),
        _l("%(number)s goes on: a document arrived"),
        _l("A document that %(number)s waited for has arrived. The request is in progress again."),
    ),
    Template(
        "release.fetched",
        _l("A package was picked up"),
        _l("The package of %(number)s was picked up"),
        _l("The requester downloaded the package of %(number)s."),
    ),
)
REQUESTER = (
    Template(
        "release.receipt",
        _l("Receipt for a request"),
        _l("We received your request %(number)s"),
        _l(
            "%(organisation)s received your request. Its number is %(number)s and its "
            "tracking code is %(code)s. You can see where it stands at any time:"
        ),
        parameters=("number", "organisation", "code"),
        to_people=False,
    ),
    Template(
        "release.completed",
        _l("Records are ready"),
        _l("Your request %(number)s is ready"),
        _l(
            "The records you asked %(organisation)s for are ready. The link below works until %(until)s. "
            "The page asks for one more thing, so that nobody else can open it."
        ),
        parameters=("number", "organisation", "until"),
        to_people=False,
        signed_purpose=PURPOSE,
    ),
    Template(
        "release.pickup_code",
        _l("A code to open the records"),
        _l("Your code for request %(number)s"),
        _l(
            "Your code is %(code)s. It works for %(minutes)s minutes, once. Type it on the page that "
            "asks for it. If you did not ask for it, do nothing. See your request here:"
        ),
        parameters=("number", "organisation", "code", "minutes"),
        to_people=False,
    ),
    Template(
        "release.refused_document",
        _l("A paper could not be accepted"),
        _l("Your request %(number)s: please send a paper again"),
        _l(
            "%(organisation)s could not accept one of the papers for your request %(number)s. The page below "
            "says why, and you can send it again there:"
        ),
        to_people=False,
    ),
    Template(
        "release.extended",
        _l("A due date was extended"),
        _l("Your request %(number)s needs more time"),
        _l(
            "%(organisation)s needs more time for your request %(number)s and will answer by %(until)s. "
            "The reason is on the request's page and in the letter kept there:"
        ),
        parameters=("number", "organisation", "until"),
        to_people=False,
    ),
    Template(
        "release.cure",
        _l("An authorization lacks something"),
        _l("Your request %(number)s: we need something more"),
        _l(
            "%(organisation)s cannot go on with your request %(number)s yet: the authorization lacks "
            "something. A letter says what to send. See where the request stands:"
        ),
        to_people=False,
    ),
    Template(
        "release.denied",
        _l("A request was denied"),
        _l("An answer to your request %(number)s"),
        _l("%(organisation)s has answered your request %(number)s. Read the answer here:"),
        to_people=False,
    ),
    Template(
        "release.cancelled",
        _l("A request was cancelled"),
        _l("Your request %(number)s was cancelled"),
        _l("Your request %(number)s to %(organisation)s was cancelled. See it here:"),
        to_people=False,
    ),
)
declare(*STAFF, *REQUESTER)
STATUS_PATH = "/status"


def case_path(case: ReleaseRequest) -> str:
    return f"/releases/{case.number}"


def assigned(firing: Firing, specialist: User, before: User | None) -> None:
    """Tells the specialist, and whoever had the case before."""
    tell_person(firing.session, specialist, "release.assigned", firing.case, case_path(firing.case))
    if before is not None and before.id != specialist.id:
        tell_person(firing.session, before, "release.unassigned", firing.case, case_path(firing.case))


def to_assignee(firing: Firing, code: str) -> None:
    if firing.case.assignee is not None:
        tell_person(firing.session, firing.case.assignee, code, firing.case, case_path(firing.case))


def to_reviewers(firing: Firing) -> None:
    """Tells every active reviewer of the organisation but the one who prepared the package."""
    reviewers = (
        select(User)
        .join(Membership)
        .where(
            User.active.is_(True),
            User.id != firing.caller.user_id,
            Membership.organisation_id == firing.case.organisation_id,
            Membership.role == "reviewer",
        )
    )
    for reviewer in firing.session.scalars(reviewers):
        tell_person(firing.session, reviewer, "release.review", firing.case, case_path(firing.case))


def to_requester(
    firing: Firing, code: str, link: str = STATUS_PATH, values: dict[str, Any] | None = None
) -> None:
    """Tells the requester by e-mail, if they gave an address."""
    case = firing.case
    if case.requester_email:
        tell_address(firing.session, case.requester_email, case.requester_locale, code, case, link, values)


def completed(firing: Firing, pickup: Pickup) -> None:
    """Sends the link of the pickup, if the requester gave an address."""
    if firing.case.requester_email:
        offered(firing.session, firing.case, pickup)


def offered(session: Session, case: ReleaseRequest, pickup: Pickup) -> None:
    """Sends the link of a pickup."""
    zone = ZoneInfo(case.organisation.zone)
    until = _shown(case, pickup.expires_at.astimezone(zone).date())
    link = f"/pickup/{pickup.public_id}"
    locale = case.requester_locale
    tell_address(session, case.requester_email, locale, "release.completed", case, link, {"until": until})


def extended(firing: Firing, until: date) -> None:
    shown = _shown(firing.case, until)
    to_requester(firing, "release.extended", values={"until": shown})


def _shown(case: ReleaseRequest, day: date) -> str:
    return str(format_date(day, "long", locale=case.requester_locale))
