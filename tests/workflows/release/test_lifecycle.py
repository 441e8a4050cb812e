"""The whole table of the release lifecycle: every status, every action, every role; and a long random walk.

The expectations are written here by hand, from the specification, and never read from the lifecycle itself.
"""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from duecare.core.access import SYSTEM, Caller
from duecare.core.errors import DomainError, Forbidden, Missing, NotPossible, Stale
from duecare.core.installation import Installation
from duecare.core.people.models import Organisation
from duecare.workflows.release import operations
from duecare.workflows.release.lifecycle import LIFECYCLE, STATUSES
from duecare.workflows.release.models import ReleaseRequest
from tests.support import world as worlds
from tests.support.world import World

ROLES = (
    "specialist",
    "supervisor",
    "reviewer",
    "privacy_officer",
    "administrator",
    "requester",
    "system",
)
WHO = {
    "assign": {"supervisor"},
    "submit_for_review": {"specialist"},
    "hold": {"specialist", "supervisor"},
    "resume": {"specialist", "supervisor", "system"},
    "complete": {"reviewer"},
    "return_for_correction": {"reviewer"},
    "extend": {"supervisor"},
    "deny": {"supervisor"},
    "cancel": {"supervisor", "requester"},
    "reopen": {"supervisor"},
}
LEADS_TO = {
    "received": {"assign": "in_progress", "extend": "received", "deny": "denied", "cancel": "cancelled"},
    "in_progress": {
        "assign": "in_progress",
        "submit_for_review": "in_review",
        "hold": "on_hold",
        "extend": "in_progress",
        "deny": "denied",
        "cancel": "cancelled",
    },
    "on_hold": {
        "assign": "on_hold",
        "resume": "in_progress",
        "extend": "on_hold",
        "deny": "denied",
        "cancel": "cancelled",
    },
    "in_review": {
        "complete": "completed",
        "return_for_correction": "needs_correction",
        "extend": "in_review",
        "cancel": "cancelled",
    },
    "needs_correction": {
        "assign": "needs_correction",
        "submit_for_review": "in_review",
        "hold": "on_hold",
        "extend": "needs_correction",
        "deny": "denied",
        "cancel": "cancelled",
    },
    "completed": {"reopen": "in_progress"},
    "denied": {"reopen": "in_progress"},
    "cancelled": {"reopen": "in_progress"},
}
NOT_ALLOWED, NOT_NOW, LACKING = "403", "409", "422"
PEOPLE = {
    "specialist": "alice",
    "supervisor": "sofia",
    "reviewer": "quentin",
    "privacy_officer": "priya",
    "administrator": "adam",
}


def caller_of(world: World, role: str) -> Caller:
    if role == "system":
        return SYSTEM
    if role == "requester":
        return Caller("requester", "Harold Finch", world.riverside.id, roles=frozenset({"requester"}))
    return world.caller(PEOPLE[role])


def needs_of(world: World, case: ReleaseRequest, action: str) -> dict[str, str]:
    reason = {"reason": "Because"}
    return {
        "assign": {"assignee": world.people["alice"].public_id},
        "hold": {"reason_code": "awaiting_clarification", **reason},
        "return_for_correction": {"notes": "Page 3 is missing"},
        "extend": {"until": five_days_after_due(case), **reason},
        "deny": {"basis": "no_such_records", **reason},
        "cancel": reason,
        "reopen": reason,
    }.get(action, {})


def five_days_after_due(case: ReleaseRequest) -> str:
    due = case.first_due_at or case.received_at
    return (due + timedelta(days=5)).date().isoformat()


def own_records(world: World, session: Session) -> ReleaseRequest:
    """A patient's own request where federal law alone governs, so that it may be extended once."""
    session.get_one(Organisation, world.riverside.id).state = "IL"
    session.flush()
    case = worlds.create(
        world, session, request_type="patient_access", requester={"kind": "patient"}, purpose=""
    )
    worlds.add_document(session, case, "release_package")
    return case


def outcome(world: World, session: Session, case: ReleaseRequest, action: str, role: str) -> str:
    """The status an action led to, or the kind of refusal; everything is taken back."""
    attempt = session.begin_nested()
    try:
        operations.act(session, caller_of(world, role), case, action, needs_of(world, case, action))
        return case.status
    except DomainError as error:
        return str(error.status)
    finally:
        attempt.rollback()


def expected(status: str, action: str, role: str) -> str:
    if role not in WHO[action]:
        return NOT_ALLOWED
    return LEADS_TO[status].get(action, NOT_NOW)


@pytest.mark.parametrize("status", list(LEADS_TO))
def test_every_action_of_every_role_leads_where_the_table_says(
    world: World, installation: Installation, status: str
) -> None:
    with installation.database.transaction() as session:
        case = worlds.bring_to(world, session, own_records(world, session), status)
        found = {
            (action, role): outcome(world, session, case, action, role) for action in WHO for role in ROLES
        }
        assert found == {(action, role): expected(status, action, role) for action in WHO for role in ROLES}


def test_the_table_of_this_test_knows_every_status_and_action() -> None:
    assert set(LEADS_TO) == {status.code for status in STATUSES}
    assert set(WHO) == {transition.action for transition in LIFECYCLE.transitions}


@pytest.mark.parametrize("status", list(LEADS_TO))
def test_a_case_can_be_brought_to_every_status(world: World, installation: Installation, status: str) -> None:
    with installation.database.transaction() as session:
        case = worlds.bring_to(world, session, worlds.create(world, session), status)
        assert case.status == status
        assert case.is_open == LIFECYCLE.status(status).is_open


def test_whoever_prepared_a_package_never_reviews_it(world: World, installation: Installation) -> None:
    with installation.database.transaction() as session:
        case = own_records(world, session)
        worlds.assign(world, session, case, to="quinn")
        operations.act(session, world.caller("quinn"), case, "submit_for_review")
        for action, needs in (("complete", {}), ("return_for_correction", {"notes": "x"})):
            with pytest.raises(Forbidden):
                operations.act(session, world.caller("quinn"), case, action, needs)


@pytest.mark.parametrize(("action", "needs"), [("complete", {}), ("return_for_correction", {"notes": "x"})])
def test_whoever_built_or_uploaded_a_package_never_reviews_it_whoever_submits_it(
    world: World, installation: Installation, action: str, needs: dict[str, str]
) -> None:
    with installation.database.transaction() as session:
        case = own_records(world, session)
        worlds.assign(world, session, case)
        package = worlds.add_document(session, case, "release_package")
        package.uploaded_by_id = world.people["quinn"].id
        operations.act(session, world.caller("alice"), case, "submit_for_review")
        with pytest.raises(Forbidden):
            operations.act(session, world.caller("quinn"), case, action, needs)
        operations.act(session, world.caller("quentin"), case, action, needs)


def test_substance_use_records_leave_only_in_a_package_with_their_notice(
    world: World, installation: Installation
) -> None:
    with installation.database.transaction() as session:
        case = own_records(world, session)
        case.request_type, case.record_types = "court_order", ["substance_use_records"]
        case.paper_date = case.received_at.date() + timedelta(days=14)
        worlds.assign(world, session, case)
        uploaded = worlds.add_document(session, case, "release_package")
        with pytest.raises(Missing, match=r"42 CFR 2\.32"):
            operations.act(session, world.caller("alice"), case, "submit_for_review")
        uploaded.details = {"manifest": {"notice_pages": 1}}
        operations.act(session, world.caller("alice"), case, "submit_for_review")
        uploaded.details = {}
        with pytest.raises(Missing, match=r"42 CFR 2\.32"):
            operations.act(session, world.caller("quentin"), case, "complete")


def test_a_package_still_being_checked_cannot_be_submitted(world: World, installation: Installation) -> None:
    with installation.database.transaction() as session:
        case = own_records(world, session)
        worlds.assign(world, session, case)
        worlds.add_document(session, case, "release_package", "quarantined")
        with pytest.raises(Missing):
            operations.act(session, world.caller("alice"), case, "submit_for_review")


class Walker:
    """Takes random actions on a few cases and knows by the table of this test what each must lead to."""

    def __init__(self, world: World, session: Session, seed: int) -> None:
        self.world, self.session, self.random = world, session, Random(seed)
        self.cases = [own_records(world, session) for _ in range(4)]
        self.model = {case.id: ("received", False, False) for case in self.cases}

    def step(self) -> tuple[str, str]:
        case = self.random.choice(self.cases)
        action, role = self.attempt(case)
        foreseen = self.foreseen(case, action, role)
        return foreseen, self.taken(case, action, role)

    def attempt(self, case: ReleaseRequest) -> tuple[str, str]:
        """Mostly something that may succeed, so that the walk gets somewhere; else anything at all."""
        if self.random.random() < 0.3:
            return self.random.choice(list(WHO)), self.random.choice(ROLES)
        action = self.random.choice(list(LEADS_TO[case.status]))
        return action, self.random.choice(sorted(WHO[action]))

    def foreseen(self, case: ReleaseRequest, action: str, role: str) -> str:
        status, is_assigned, is_extended = self.model[case.id]
        result = expected(status, action, role)
        if result in {NOT_ALLOWED, NOT_NOW}:
            return result
        if (action == "extend" and is_extended) or (action == "reopen" and not is_assigned):
            return LACKING
        self.model[case.id] = (result, is_assigned or action == "assign", is_extended or action == "extend")
        return result

    def taken(self, case: ReleaseRequest, action: str, role: str) -> str:
        needs = needs_of(self.world, case, action)
        try:
            operations.act(self.session, caller_of(self.world, role), case, action, needs)
        except DomainError as error:
            return str(error.status)
        return case.status


def walk(world: World, installation: Installation, steps: int) -> None:
    with installation.database.transaction() as session:
        walker = Walker(world, session, seed=4)
        for number in range(steps):
            foreseen, taken = walker.step()
            assert taken == foreseen, f"step {number}"


def test_a_random_walk_never_leaves_the_table(world: World, installation: Installation) -> None:
    walk(world, installation, 500)


@pytest.mark.slow
def test_ten_thousand_random_steps_never_leave_the_table(world: World, installation: Installation) -> None:
    walk(world, installation, 10_000)


@pytest.mark.parametrize(
    ("status", "change"),
    [
        ("received", "status = 'in_progress'"),
        ("received", "status = 'forgotten'"),
        ("received", "status = 'on_hold'"),
        ("received", "status = 'completed', is_open = FALSE, closed_at = received_at"),
        ("in_progress", "status = 'completed'"),
        ("in_progress", "status = 'denied'"),
        ("in_progress", "assignee_id = NULL"),
        ("in_progress", "closed_at = received_at"),
        ("in_progress", "is_open = FALSE"),
        ("completed", "closed_at = NULL"),
        ("completed", "is_open = TRUE"),
        ("completed", "status = 'in_progress'"),
        ("completed", "assignee_id = NULL"),
        ("received", "priority = 'whenever'"),
    ],
)
def test_the_database_itself_refuses_a_status_without_what_it_needs(
    world: World, installation: Installation, status: str, change: str
) -> None:
    with installation.database.transaction() as session:
        case = worlds.bring_to(world, session, own_records(world, session), status)
        statement = text(f"UPDATE cases SET {change} WHERE id = :id")
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(statement, {"id": case.id})


@pytest.mark.parametrize(
    ("action", "role", "data", "field"),
    [
        ("assign", "supervisor", {"assignee": "nobody"}, "assignee"),
        ("hold", "specialist", {"reason_code": "because", "reason": "x"}, "reason_code"),
        ("hold", "specialist", {"reason_code": "awaiting_records", "reason": " "}, "reason"),
        ("deny", "supervisor", {"basis": "dislike", "reason": "x"}, "basis"),
        ("cancel", "supervisor", {}, "reason"),
        ("extend", "supervisor", {"until": "2026-02-30", "reason": "x"}, "until"),
        ("extend", "supervisor", {"until": "2020-01-01", "reason": "x"}, "until"),
        ("extend", "supervisor", {"until": "2099-01-01", "reason": "x"}, "until"),
    ],
)
def test_what_an_action_lacks_is_named_by_its_field(
    world: World, installation: Installation, action: str, role: str, data: dict[str, str], field: str
) -> None:
    with installation.database.transaction() as session:
        case = worlds.bring_to(world, session, own_records(world, session), "in_progress")
        with pytest.raises(Missing) as caught:
            operations.act(session, caller_of(world, role), case, action, data)
        assert field in caught.value.errors


def test_an_old_version_changes_nothing(world: World, installation: Installation) -> None:
    with installation.database.transaction() as session:
        case = worlds.bring_to(world, session, own_records(world, session), "in_progress")
        with pytest.raises(Stale):
            operations.act(session, world.caller("sofia"), case, "cancel", {"reason": "x"}, case.version - 1)
        with pytest.raises(NotPossible):
            operations.act(session, world.caller("quentin"), case, "complete")
