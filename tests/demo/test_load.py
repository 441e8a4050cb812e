"""The demonstration as it is loaded: lively, lawful and the same every time."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from duecare.core import audit
from duecare.core.cases import Case
from duecare.core.documents.models import Document
from duecare.core.installation import Installation
from duecare.core.jobs import runner, scheduling
from duecare.core.reports.models import ReportRun
from duecare.core.time import now
from duecare.demo import load, staffing

FEW = 40


@pytest.fixture
def filled(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """An installation with a small demonstration."""
    monkeypatch.setattr("duecare.demo.staffing._requests_a_year", lambda data: FEW)
    load.fill(installation, "no-password", lambda _: None)
    return installation


def test_the_demonstration_has_work_in_every_status_and_holds_together(filled: Installation) -> None:
    with filled.database.reading() as session:
        by_organisation = session.execute(
            select(Case.organisation_id, func.count()).group_by(Case.organisation_id)
        ).all()
        assert [row[1] for row in by_organisation] == [FEW, FEW]
        open_cases = session.scalars(select(Case).where(Case.is_open.is_(True))).all()
        assert any(case.due_at and case.due_at < now() for case in open_cases)
        assert audit.verify(session) == []


def test_the_aging_report_of_the_last_weekday_is_made_as_soon_as_jobs_run(filled: Installation) -> None:
    scheduling.enqueue_scheduled(filled, name="release.aging-report")
    while runner.run_due(filled, name="release.aging-report"):
        pass
    with filled.database.reading() as session:
        runs = session.scalars(select(ReportRun).order_by(ReportRun.organisation_id)).all()
    assert [run.organisation_id for run in runs] == [1, 2]
    assert all(run.figures["open"] and run.figures["month_completed"] for run in runs)


def test_every_document_of_the_demonstration_lies_in_the_store_as_its_row_says(filled: Installation) -> None:
    with filled.database.reading() as session:
        documents = session.scalars(select(Document)).all()
    assert len(documents) > FEW
    for document in documents:
        with filled.store.open_local(document.key) as path:
            assert Path(path).stat().st_size == document.size


def test_everybody_who_can_sign_in_is_listed_with_what_they_do() -> None:
    assert {organisation for organisation, *_ in staffing.sign_ins()} == {
        "Riverside General",
        "Lakeside Medical Center",
    }
    assert all(does for *_, does in staffing.sign_ins())
