"""Closures and clock rules: who may change them, what is refused, and which due dates move."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from duecare.core import clock_words, clocks, recalculation, time_rules
from duecare.core.audit import AuditEntry
from duecare.core.cases import Case, CaseEvent
from duecare.core.clocks import ClockRule
from duecare.core.errors import Forbidden, Missing, NotFound, NotPossible
from duecare.core.jobs import runner
from duecare.core.jobs.models import Job
from duecare.core.people.models import Organisation
from duecare.core.time import replaying
from duecare.core.time_rules import RuleDraft
from tests.support.world import bring_to, create

WORKFLOW = "release"
MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
SHORTER = RuleDraft(
    code="target-third-party",
    name="Our target",
    unit="calendar_days",
    amount=10,
    pausable=True,
    extension_days=0,
    citation="house rule 7",
    request_types=("third_party",),
    jurisdiction=None,
    valid_from=date(2026, 1, 1),
)


@pytest.fixture(autouse=True)
def _monday():
    with replaying(MONDAY):
        yield


def change(world, what, *arguments, by="adam"):
    with world.installation.database.transaction() as session:
        caller = world.caller(by)
        organisation = session.get_one(Organisation, caller.organisation_id)
        return what(session, caller, organisation, *arguments)


def due_of(world, number):
    with world.installation.database.reading() as session:
        return session.scalars(select(Case).where(Case.number == number)).one().due_at


def new_case(world, by="alice", **changes):
    with world.installation.database.transaction() as session:
        return create(world, session, by, **changes).number


def impact(world):
    with world.installation.database.reading() as session:
        return recalculation.impact(session, world.riverside.id)


def test_a_closure_moves_the_due_dates_that_count_business_days_over_it(world):
    number = new_case(world, request_type="continuity_of_care")
    before = due_of(world, number)
    change(world, time_rules.add_closure, date(2026, 3, 3), "Inventory")
    runner.run_due(world.installation)
    assert due_of(world, number) == before + timedelta(days=1)


def test_a_removed_closure_moves_them_back(world):
    number = new_case(world, request_type="continuity_of_care")
    before = due_of(world, number)
    change(world, time_rules.add_closure, date(2026, 3, 3), "Inventory")
    runner.run_due(world.installation)
    change(world, time_rules.remove_closure, date(2026, 3, 3))
    runner.run_due(world.installation)
    assert due_of(world, number) == before


def test_the_impact_counts_the_due_dates_that_will_move(world):
    new_case(world, request_type="continuity_of_care")
    new_case(world, request_type="subpoena", paper_date=date(2026, 5, 1))
    change(world, time_rules.add_closure, date(2026, 3, 3), "Inventory")
    found = impact(world)
    assert (found.looked_at, found.moved, found.earlier, found.is_all) == (2, 1, 0, True)


def test_a_move_is_told_on_the_timeline_and_in_the_audit_log(world):
    number = new_case(world, request_type="continuity_of_care")
    change(world, time_rules.add_closure, date(2026, 3, 3), "Inventory")
    runner.run_due(world.installation)
    with world.installation.database.reading() as session:
        event = session.scalars(select(CaseEvent).where(CaseEvent.action == recalculation.ACTION)).one()
        audited = session.scalars(
            select(AuditEntry).where(AuditEntry.action == f"release.{recalculation.ACTION}")
        ).one()
    assert event.actor_name == "Adam Example"
    assert event.data["before"]["due_at"] < event.data["after"]["due_at"]
    assert audited.subject == number


def test_working_the_due_dates_out_twice_moves_nothing_more(world):
    new_case(world, request_type="continuity_of_care")
    change(world, time_rules.add_closure, date(2026, 3, 3), "Inventory")
    runner.run_due(world.installation)
    with world.installation.database.transaction() as session:
        recalculation.ask(session, world.caller("adam"), world.riverside.id)
    runner.run_due(world.installation)
    with world.installation.database.reading() as session:
        jobs = session.scalars(
            select(Job).where(Job.name == recalculation.RECALCULATE).order_by(Job.id)
        ).all()
    assert [job.result["moved"] for job in jobs] == [1, 0]


def test_closed_cases_keep_the_due_date_they_had(world):
    with world.installation.database.transaction() as session:
        number = bring_to(
            world, session, create(world, session, request_type="continuity_of_care"), "cancelled"
        ).number
    before = due_of(world, number)
    change(world, time_rules.add_closure, date(2026, 3, 3), "Inventory")
    runner.run_due(world.installation)
    assert due_of(world, number) == before


def test_another_organisations_due_dates_stay(world):
    number = new_case(world, by="charlie", request_type="continuity_of_care")
    before = due_of(world, number)
    change(world, time_rules.add_closure, date(2026, 3, 3), "Inventory")
    runner.run_due(world.installation)
    assert due_of(world, number) == before


def test_many_cases_are_worked_out_batch_by_batch(world, monkeypatch):
    monkeypatch.setattr(recalculation, "BATCH", 2)
    for _ in range(5):
        new_case(world, request_type="continuity_of_care")
    change(world, time_rules.add_closure, date(2026, 3, 3), "Inventory")
    runner.run_due(world.installation)
    with world.installation.database.reading() as session:
        job = session.scalars(select(Job).where(Job.name == recalculation.RECALCULATE)).one()
    assert (job.state, job.result, job.progress_done) == ("done", {"cases": 5, "moved": 5}, 5)


def test_an_own_rule_of_the_same_code_replaces_the_built_in_one(world):
    number = new_case(world, request_type="third_party")
    change(world, time_rules.add_rule, WORKFLOW, SHORTER)
    runner.run_due(world.installation)
    assert due_of(world, number).date() == date(2026, 3, 13)


def test_a_new_version_ends_the_one_before(world):
    change(world, time_rules.add_rule, WORKFLOW, SHORTER)
    change(world, time_rules.add_rule, WORKFLOW, replace(SHORTER, valid_from=date(2026, 4, 1), amount=5))
    with world.installation.database.reading() as session:
        rows = time_rules.own_rules(session, world.riverside.id, WORKFLOW)
    assert [(row.amount, row.valid_to) for row in rows] == [(10, date(2026, 4, 1)), (5, None)]


def test_a_version_cannot_begin_before_the_one_it_follows(world):
    change(world, time_rules.add_rule, WORKFLOW, SHORTER)
    with pytest.raises(Missing) as refused:
        change(world, time_rules.add_rule, WORKFLOW, replace(SHORTER, valid_from=date(2025, 1, 1)))
    assert "valid_from" in refused.value.errors


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"unit": "fortnights"}, "amount"),
        ({"name": " "}, "name"),
        ({"citation": ""}, "citation"),
        ({"request_types": ()}, "request_types"),
        ({"request_types": ("x-rays",)}, "request_types"),
    ],
)
def test_what_is_no_rule_is_refused_by_field(world, changes, field):
    with pytest.raises(Missing) as refused:
        change(world, time_rules.add_rule, WORKFLOW, replace(SHORTER, **changes))
    assert field in refused.value.errors


def test_ending_a_rule_that_leaves_a_type_of_request_without_one_is_refused(world):
    rule = change(
        world,
        time_rules.add_rule,
        WORKFLOW,
        replace(
            SHORTER,
            code="target-continuity-of-care",
            request_types=("continuity_of_care",),
            valid_from=date(2013, 9, 23),
        ),
    )
    lakeside_has_no_overlay = replace(SHORTER, code="target-third-party", valid_from=date(2013, 9, 23))
    change(world, time_rules.add_rule, WORKFLOW, lakeside_has_no_overlay, by="anna")
    with world.installation.database.reading() as session:
        [own] = session.scalars(select(ClockRule).where(ClockRule.organisation_id == world.lakeside.id)).all()
    with pytest.raises(NotPossible):
        change(world, time_rules.end_rule, own.public_id, date(2026, 4, 1), by="anna")
    assert rule.valid_to is None


def test_an_own_rule_can_end_where_another_still_applies(world):
    own = change(world, time_rules.add_rule, WORKFLOW, replace(SHORTER, code="house-target"))
    change(world, time_rules.end_rule, own.public_id, date(2026, 4, 1))
    with world.installation.database.reading() as session:
        assert time_rules.rule_of(session, world.riverside.id, own.public_id).valid_to == date(2026, 4, 1)


def test_another_organisations_rule_does_not_exist(world):
    own = change(world, time_rules.add_rule, WORKFLOW, SHORTER)
    with pytest.raises(NotFound):
        change(world, time_rules.end_rule, own.public_id, date(2026, 4, 1), by="anna")


@pytest.mark.parametrize("by", ["alice", "sofia", "quentin", "priya"])
def test_only_an_administrator_changes_rules_and_closures(world, by):
    with pytest.raises(Forbidden):
        change(world, time_rules.add_rule, WORKFLOW, SHORTER, by=by)
    with pytest.raises(Forbidden):
        change(world, time_rules.add_closure, date(2026, 3, 3), "Inventory", by=by)


def test_a_change_is_audited_with_before_and_after(world):
    own = change(world, time_rules.add_rule, WORKFLOW, replace(SHORTER, code="house-target"))
    change(world, time_rules.end_rule, own.public_id, date(2026, 4, 1))
    with world.installation.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "rule.ended")).one()
    assert (entry.details["before"]["valid_to"], entry.details["after"]["valid_to"]) == (None, "2026-04-01")


def test_a_trial_keeps_nothing(world):
    database = world.installation.database
    with database.trial() as session:
        organisation = session.get_one(Organisation, world.riverside.id)
        time_rules.add_closure(session, world.caller("adam"), organisation, date(2026, 3, 3), "Inventory")
    with database.reading() as session:
        assert not time_rules.closures(session, world.riverside.id, 2026)


def test_a_trial_moves_no_due_date_afterwards(world):
    new_case(world, request_type="third_party")
    database = world.installation.database
    with database.trial() as session:
        organisation = session.get_one(Organisation, world.riverside.id)
        time_rules.add_rule(session, world.caller("adam"), organisation, WORKFLOW, SHORTER)
        assert SHORTER.code in codes(session, organisation)
    with database.reading() as session:
        assert SHORTER.code not in codes(session, session.get_one(Organisation, world.riverside.id))


def codes(session, organisation):
    own = {row.code for row in time_rules.own_rules(session, organisation.id, WORKFLOW)}
    known = {rule.code for rule in clocks.rules_for(session, organisation, WORKFLOW) if rule.amount == 10}
    assert own == known
    return own


def test_a_derivation_is_told_in_sentences(world):
    number = new_case(world, request_type="third_party")
    with world.installation.database.reading() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        lines = clock_words.lines_of(clocks.govern(session, case).winner, {})
    assert all("%(" not in line for line in lines)
    assert "Mon 2 Mar 2026" in lines[0] or "2 Mar" in lines[0]
