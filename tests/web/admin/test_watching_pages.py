"""Jobs and the audit log by page: filters, retry, run now, export, check; one organisation's own only."""

import csv

import pytest
from sqlalchemy import select

from duecare.core import audit
from duecare.core.audit import AuditEntry
from duecare.core.jobs import queue, runner
from duecare.core.jobs.models import DEAD, Job
from duecare.web.admin.audit import told

KIND = "core.recalculate-clocks"


def job_of(world, where="riverside", state=DEAD):
    with world.installation.database.transaction() as session:
        row = queue.enqueue(session, KIND, organisation_id=getattr(world, where).id)
        row.state, row.attempts, row.error = state, 8, "Unavailable: the mail server"
        session.flush()
        return row.public_id


def test_a_dead_job_says_why_and_is_tried_again(adam, world):
    found = job_of(world)
    assert "Unavailable: the mail server" in adam.get(f"/admin/jobs/{found}").text
    adam.send(f"/admin/jobs/{found}/retry")
    with world.installation.database.reading() as session:
        assert session.scalars(select(Job.state).where(Job.public_id == found)).one() == "waiting"


def test_jobs_are_filtered_by_state(adam, world):
    job_of(world)
    assert "Work out due dates again" in adam.get("/admin/jobs?state=dead").text
    assert "No such jobs" in adam.get("/admin/jobs?state=done").text


def test_a_job_of_another_organisation_does_not_exist(adam, world):
    found = job_of(world, "lakeside")
    assert adam.get(f"/admin/jobs/{found}").status_code == 404
    assert adam.send(f"/admin/jobs/{found}/retry").status_code == 404
    assert "Work out due dates again" not in adam.get("/admin/jobs?state=dead").text


def test_the_bar_of_a_job_asks_for_json(adam, world):
    answer = adam.get(f"/admin/jobs/{job_of(world)}", headers={"Accept": "application/json"})
    assert answer.json["state"] == "failed"


def test_what_has_no_schedule_cannot_be_run_by_hand(adam):
    assert adam.send("/admin/jobs/run", {"name": KIND}).status_code == 404


@pytest.fixture
def priya(visit):
    return visit("priya")


def test_the_privacy_officer_reads_the_log_of_a_case(world, priya):
    with world.installation.database.transaction() as session:
        audit.record(session, world.caller("alice"), "release.viewed", "ROI-2026-000001")
        audit.record(session, world.caller("alice"), "release.viewed", "ROI-2026-000002")
    html = priya.get("/admin/audit?subject=roi-2026-000001").text
    assert "ROI-2026-000001" in html
    assert "ROI-2026-000002" not in html


def test_the_log_of_another_organisation_is_not_shown(world, priya):
    with world.installation.database.transaction() as session:
        audit.record(session, world.caller("charlie"), "release.viewed", "ROI-2026-000077")
    assert "ROI-2026-000077" not in priya.get("/admin/audit").text
    assert "ROI-2026-000077" not in priya.get("/admin/audit/export.csv").text


def test_the_export_holds_what_the_filter_lets_through_and_is_audited(world, priya):
    with world.installation.database.transaction() as session:
        audit.record(session, world.caller("adam"), "user.added", "=1+1")
        audit.record(session, world.caller("adam"), "rule.added", "x")
    answer = priya.get("/admin/audit/export.csv?action=user.")
    lines = list(csv.reader(answer.text.lstrip("\ufeff").splitlines()))
    assert [line[5] for line in lines[1:]] == ["user.added"]
    assert lines[1][6] == "'=1+1"
    with world.installation.database.reading() as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.action == "audit.exported"))
    assert entry.details == {"action": "user."}


def test_the_chain_is_checked_on_demand(world, priya):
    priya.send("/admin/audit/check", page="/admin/audit")
    runner.run_due(world.installation)
    assert "Whole: " in priya.get("/admin/audit").text


@pytest.mark.parametrize(
    "query", ["since=nonsense", "before=x", "who=nobody", "action=%25", "since=2026-02-31"]
)
def test_a_nonsense_filter_does_no_harm(priya, query):
    assert priya.get(f"/admin/audit?{query}").status_code == 200


@pytest.mark.parametrize(
    ("details", "lines"),
    [
        ({"before": {"phone": ""}, "after": {"phone": "555"}}, ["phone: – → 555"]),
        ({"before": ["specialist"], "after": ["reviewer"]}, ["specialist → reviewer"]),
        (
            {"from": "received", "to": "in_progress", "fields": ["assignee"]},
            ["received → in_progress", "fields: assignee"],
        ),
        ({"before": None, "after": {"day": "2026-12-24"}}, ["day: – → 2026-12-24"]),
        ({}, []),
    ],
)
def test_details_are_told_in_lines(details, lines):
    assert told(details) == lines
