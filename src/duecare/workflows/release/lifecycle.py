"""The statuses and transitions of a release, as data. Nothing else decides who may do what when."""

from datetime import date
from typing import Annotated

from flask_babel import lazy_gettext as _l
from pydantic import Field

from duecare.core.lifecycle import UNCHANGED, Guard, Lifecycle, Needs, Status, Transition
from duecare.core.validation import OneOf
from duecare.workflows.release import effects, guards
from duecare.workflows.release.models import WORKFLOW
from duecare.workflows.release.roles import Permission
from duecare.workflows.release.terms import DENIAL_BASES, HOLD_REASONS

Text = Annotated[str, Field(min_length=1, max_length=4000)]

STATUSES = (
    Status("received", _l("Received"), "neutral", next_action=_l("Assign")),
    Status("in_progress", _l("In progress"), "active", next_action=_l("Prepare the package")),
    Status(
        "on_hold",
        _l("On hold"),
        "waiting",
        next_action=_l("Wait for what is missing"),
        waiting_on="requester",
    ),
    Status(
        "in_review", _l("In review"), "active", next_action=_l("Review the package"), waiting_on="reviewer"
    ),
    Status("needs_correction", _l("Requires correction"), "attention", next_action=_l("Correct the package")),
    Status("completed", _l("Completed"), "good", is_open=False),
    Status("denied", _l("Denied"), "ended", is_open=False),
    Status("cancelled", _l("Cancelled"), "ended", is_open=False),
)
OPEN = tuple(status.code for status in STATUSES if status.is_open)
ENDED = tuple(status.code for status in STATUSES if not status.is_open)

SPECIALIST = frozenset({"specialist"})
SUPERVISOR = frozenset({"supervisor"})
REVIEWER = frozenset({"reviewer"})
REQUESTER = frozenset({"requester"})
SYSTEM = frozenset({"system"})


class AssignNeeds(Needs):
    """`assignee` is the opaque id of an active specialist."""

    assignee: str


class HoldNeeds(Needs):
    """Why the case waits: a code, and words."""

    reason_code: Annotated[str, OneOf(HOLD_REASONS)]
    reason: Text


class ResumeNeeds(Needs):
    """A word on what arrived, if any."""

    notes: Annotated[str, Field(max_length=4000)] = ""


class CorrectionNeeds(Needs):
    """What must be corrected."""

    notes: Text


class ExtendNeeds(Needs):
    """The written reason and the new due date."""

    reason: Text
    until: date


class DenyNeeds(Needs):
    """The coded basis, and the reason in plain language."""

    basis: Annotated[str, OneOf(DENIAL_BASES)]
    reason: Text


class ReasonNeeds(Needs):
    """Why."""

    reason: Text


TRANSITIONS = (
    Transition(
        "assign",
        _l("Assign"),
        ("received", "in_progress", "on_hold", "needs_correction"),
        {"received": "in_progress"},
        SUPERVISOR,
        scope=Permission.RELEASES_ASSIGN,
        needs=AssignNeeds,
        effects=(effects.assign,),
        consequence=_l("The specialist and whoever had it before are told."),
        is_primary=True,
    ),
    Transition(
        "submit_for_review",
        _l("Submit for review"),
        ("in_progress", "needs_correction"),
        "in_review",
        SPECIALIST,
        scope=Permission.RELEASES_WORK,
        guards=(
            Guard("package", guards.has_package),
            Guard("notices", guards.has_notices),
            Guard("inspection", guards.no_package_under_inspection),
            Guard("authorization", guards.has_authorization),
        ),
        effects=(effects.submitted,),
        consequence=_l("The reviewers are told. You cannot change the package while it is in review."),
        is_primary=True,
    ),
    Transition(
        "hold",
        _l("Put on hold"),
        ("in_progress", "needs_correction"),
        "on_hold",
        SPECIALIST | SUPERVISOR,
        scope=Permission.RELEASES_WORK,
        needs=HoldNeeds,
        effects=(effects.hold,),
        consequence=_l("The clock stops only if the rule of this request type allows it."),
    ),
    Transition(
        "resume",
        _l("Resume"),
        ("on_hold",),
        "in_progress",
        SPECIALIST | SUPERVISOR | SYSTEM,
        scope=Permission.RELEASES_WORK,
        needs=ResumeNeeds,
        effects=(effects.resume,),
        is_primary=True,
    ),
    Transition(
        "complete",
        _l("Complete"),
        ("in_review",),
        "completed",
        REVIEWER,
        scope=Permission.RELEASES_REVIEW,
        guards=(
            Guard("reviewer", guards.is_not_preparer, status=403),
            Guard("package", guards.has_package),
            Guard("notices", guards.has_notices),
            Guard("authorization", guards.authorization_holds_now),
        ),
        effects=(effects.complete,),
        consequence=_l("The requester is told and can fetch the package. The disclosure is recorded."),
        is_primary=True,
    ),
    Transition(
        "return_for_correction",
        _l("Requires correction"),
        ("in_review",),
        "needs_correction",
        REVIEWER,
        scope=Permission.RELEASES_REVIEW,
        needs=CorrectionNeeds,
        guards=(Guard("reviewer", guards.is_not_preparer, status=403),),
        effects=(effects.returned,),
        consequence=_l("The specialist is told what to correct."),
    ),
    Transition(
        "extend",
        _l("Extend the due date"),
        OPEN,
        UNCHANGED,
        SUPERVISOR,
        scope=Permission.RELEASES_OVERSEE,
        needs=ExtendNeeds,
        guards=(Guard("extension", guards.can_be_extended),),
        effects=(effects.extend,),
        consequence=_l("The requester gets the reason and the new date in writing. This can be done once."),
    ),
    Transition(
        "deny",
        _l("Deny"),
        ("received", "in_progress", "on_hold", "needs_correction"),
        "denied",
        SUPERVISOR,
        scope=Permission.RELEASES_OVERSEE,
        needs=DenyNeeds,
        effects=(effects.deny,),
        consequence=_l("The requester is told the basis and how to have it reviewed."),
    ),
    Transition(
        "cancel",
        _l("Cancel"),
        OPEN,
        "cancelled",
        SUPERVISOR | REQUESTER,
        scope=Permission.RELEASES_OVERSEE,
        needs=ReasonNeeds,
        effects=(effects.cancel,),
        consequence=_l("Work on this request stops and the requester is told."),
    ),
    Transition(
        "reopen",
        _l("Reopen"),
        ENDED,
        "in_progress",
        SUPERVISOR,
        scope=Permission.RELEASES_OVERSEE,
        needs=ReasonNeeds,
        guards=(Guard("assignee", guards.has_assignee),),
        effects=(effects.reopen,),
        consequence=_l("A pickup that was offered is withdrawn. The clock counts from receipt again."),
    ),
)

LIFECYCLE = Lifecycle(WORKFLOW, STATUSES, TRANSITIONS, settle=effects.settle)
