"""Reading the audit log: filters, paging, the check of its chain; always one organisation's own."""

from datetime import date

import pytest
from sqlalchemy import update

from duecare.core import audit, audit_log
from duecare.core.audit import AuditEntry
from duecare.core.audit_log import Asked
from duecare.core.errors import Forbidden
from duecare.core.jobs import runner

ZONE = "America/Chicago"


@pytest.fixture
def written(world):
    """Five entries of Riverside by two people, one of Lakeside."""
    with world.installation.database.transaction() as session:
        for number in range(3):
            audit.record(session, world.caller("alice"), "case.read", f"ROI-2026-00000{number}")
        audit.record(session, world.caller("adam"), "user.added", "somebody")
        audit.record(session, world.caller("adam"), "user.disabled", "somebody")
        audit.record(session, world.caller("anna"), "user.added", "other")
    return world


def found(world, **asked):
    with world.installation.database.reading() as session:
        return [entry.action for entry in audit_log.page(session, world.riverside.id, Asked(**asked), ZONE)]


def test_the_newest_comes_first_and_only_the_own_organisations(written):
    assert found(written) == ["user.disabled", "user.added", "case.read", "case.read", "case.read"]


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"action": "user."}, 2),
        ({"action": "user%"}, 0),
        ({"subject": "roi-2026-000001"}, 1),
        ({"since": date(2100, 1, 1)}, 0),
        ({"until": date(2000, 1, 1)}, 0),
        ({"since": date(2000, 1, 1), "until": date(2100, 1, 1)}, 5),
        ({"who": "nobody"}, 0),
    ],
)
def test_a_filter_lets_through(written, asked, count):
    assert len(found(written, **asked)) == count


def test_the_log_of_one_person(written):
    assert found(written, who=written.people["adam"].public_id) == ["user.disabled", "user.added"]


def test_pages_follow_each_other_without_gap_or_repeat(written, monkeypatch):
    monkeypatch.setattr(audit_log, "PAGE", 1)
    seen, before = [], None
    with written.installation.database.reading() as session:
        while rows := audit_log.page(session, written.riverside.id, Asked(), ZONE, before)[:1]:
            seen.append(rows[0].sequence)
            before = rows[0].sequence
    assert seen == [5, 4, 3, 2, 1]


def test_everything_is_read_batch_by_batch(written, monkeypatch):
    monkeypatch.setattr(audit_log, "EXPORT_BATCH", 2)
    with written.installation.database.reading() as session:
        rows = [entry.sequence for entry in audit_log.every(session, written.riverside.id, Asked(), ZONE)]
    assert rows == [5, 4, 3, 2, 1]


def check(world, by="priya"):
    with world.installation.database.transaction() as session:
        audit_log.ask_for_check(session, world.caller(by), world.riverside.id)
    runner.run_due(world.installation)
    with world.installation.database.reading() as session:
        return audit_log.last_check(session, world.riverside.id)


def test_a_check_finds_the_chain_whole(written):
    assert check(written).result == {"entries": 6, "fault": None}


def test_a_check_names_the_entry_that_was_changed(written):
    with written.installation.database.transaction() as session:
        session.execute(update(AuditEntry).where(AuditEntry.sequence == 2).values(subject="other"))
    assert check(written).result["fault"]["sequence"] == 2


def test_who_may_not_read_the_log_may_not_have_it_checked(written):
    with pytest.raises(Forbidden):
        check(written, by="sofia")
