"""The aging report: its files equal its figures, it is made once an occasion; its mail has no PHI."""

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from openpyxl import load_workbook
from pypdfium2 import PdfDocument
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core.audit import AuditEntry
from duecare.core.clock.aging import AGING_BUCKETS
from duecare.core.jobs import queue, runner, scheduling
from duecare.core.jobs.models import Job
from duecare.core.notices.models import Notice
from duecare.core.people.models import Organisation, User
from duecare.core.reports import declaration, making
from duecare.core.reports.declaration import occasion_of
from duecare.core.reports.models import ReportRun
from duecare.core.reports.statistics import percentile
from duecare.core.time import now
from duecare.workflows.release.aging import AGING_REPORT
from duecare.workflows.release.lifecycle import STATUSES
from tests.support.pages import check_page, statements
from tests.support.world import World, sign_in_as
from tests.workflows.release import histories
from tests.workflows.release.histories import CALENDAR, History

HERE = ZoneInfo("America/Chicago")
SCHEDULE = AGING_REPORT.schedule


def make(world: World, payload: dict[str, Any] | None = None, organisation: str = "riverside") -> Job:
    """Makes the report, by default on demand, and gives its job as it ended."""
    given = payload or {"occasion": f"{now().astimezone(HERE).date()}:demand", "made_by": "Sofia Example"}
    with world.installation.database.transaction() as session:
        wanted = queue.enqueue(
            session, AGING_REPORT.name, given, organisation_id=getattr(world, organisation).id
        )
        session.flush()
        job_id = wanted.id
    for work in queue.claim_job(world.installation, job_id):
        runner.run_one(work)
    with world.installation.database.reading() as session:
        return session.get_one(Job, job_id)


def run_of(world: World, job: Job) -> ReportRun:
    with world.installation.database.reading() as session:
        return session.scalars(select(ReportRun).where(ReportRun.public_id == job.result["report"])).one()


def content(world: World, run: ReportRun, kind: str) -> bytes:
    return b"".join(world.installation.store.get_stream(run.files[kind]))


def all_of(session: Session, model: type[Any]) -> list[Any]:
    return list(session.scalars(select(model).order_by(model.id)))


@pytest.fixture
def busy(world: World) -> World:
    history = histories.made(Random(11), world, now(), 90)
    with world.installation.database.transaction() as session:
        histories.write(session, history)
    return world


@pytest.fixture
def made(busy: World) -> ReportRun:
    return run_of(busy, make(busy))


def rows_of(world: World, run: ReportRun) -> list[dict[str, str]]:
    text = content(world, run, "csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_csv_file_holds_every_row_behind_the_figures(busy: World, made: ReportRun) -> None:
    rows = rows_of(busy, made)
    open_rows = [row for row in rows if row["Part"] == "open"]
    took = Counter(int(row["Turnaround in days"]) for row in rows if row["Part"] == "completed")
    figures = made.figures
    assert len(open_rows) == figures["open"] == sum(figures["by_status"].values())
    assert Counter(row["Age group"] for row in open_rows) == Counter(
        {label: count for label, count in figures["aging"].items() if count}
    )
    assert sum(row["Overdue"] == "yes" for row in open_rows) == figures["overdue"]
    assert took.total() == figures["completed"]
    assert (percentile(took, 50), percentile(took, 90)) == (figures["median_days"], figures["ninetieth_days"])


def test_the_workbook_equals_the_figures(busy: World, made: ReportRun) -> None:
    book = load_workbook(io.BytesIO(content(busy, made, "xlsx")))
    assert book.sheetnames == ["Figures", "Open requests", "Completed"]
    figures = dict(book["Figures"].iter_rows(min_row=2, values_only=True))
    assert figures["Open"] == made.figures["open"] == book["Open requests"].max_row - 1
    assert figures["Overdue"] == made.figures["overdue"]
    assert book["Completed"].max_row - 1 == made.figures["completed"]
    for status in STATUSES:
        kind, total = ("Status", "by_status") if status.is_open else ("Ended in 30 days", "ended_by_status")
        assert figures[f"{kind}: {status.label}"] == made.figures[total][status.code]
    for bucket in AGING_BUCKETS:
        assert figures[f"Age in days: {bucket.label}"] == made.figures["aging"][bucket.label]


def test_the_pdf_says_the_figures(busy: World, made: ReportRun) -> None:
    pdf = PdfDocument(content(busy, made, "pdf"))
    text = "\n".join(page.get_textpage().get_text_range() for page in pdf)
    assert 1 <= len(pdf) <= 4
    assert "Riverside General" in text
    assert f"{made.figures['unassigned']} unassigned" in text
    for label in (*(str(status.label) for status in STATUSES), *(bucket.label for bucket in AGING_BUCKETS)):
        assert label in text
    for label in ("Overdue and priority requests", "Workload", "Completed since the previous weekday"):
        assert label in text
    for row in rows_of(busy, made):
        if row["Part"] == "open" and row["Overdue"] == "yes":
            assert row["Number"] in text


def test_the_pdf_is_tagged_for_screen_readers(busy: World, made: ReportRun) -> None:
    import pikepdf

    with pikepdf.open(io.BytesIO(content(busy, made, "pdf"))) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en"
        assert "Aging report" in str(pdf.docinfo.get("/Title", "")) or pdf.open_metadata()["dc:title"]


def test_no_file_and_no_message_names_a_patient(world: World) -> None:
    history = histories.made(Random(3), world, now(), 40)
    for one in history.cases:
        one.patient.update(first_name="Canaryfirst", last_name="Canarylast", mrn=f"CANARY{one.patient['id']}")
        one.request["requester_name"] = "Canaryrequester"
    with world.installation.database.transaction() as session:
        histories.write(session, history)
    run = run_of(world, make(world))
    texts = [content(world, run, "csv"), content(world, run, "pdf"), str(run.figures).encode()]
    pdf = PdfDocument(content(world, run, "pdf"))
    texts += [page.get_textpage().get_text_range().encode() for page in pdf]
    book = load_workbook(io.BytesIO(content(world, run, "xlsx")))
    texts += [str(cell).encode() for sheet in book for row in sheet.values for cell in row]
    with world.installation.database.reading() as session:
        texts += [f"{each.subject} {each.body} {each.link}".encode() for each in all_of(session, Notice)]
        texts += [str(each.details).encode() for each in all_of(session, AuditEntry)]
    assert not [text for text in texts if b"canary" in text.lower()]


def test_a_specialist_named_like_a_formula_stays_text(busy: World) -> None:
    with busy.installation.database.transaction() as session:
        session.get_one(User, busy.people["alice"].id).name = '=HYPERLINK("https://x.example")'
    run = run_of(busy, make(busy))
    names = {row["Specialist"] for row in rows_of(busy, run)}
    assert all(not name.startswith("=") for name in names)
    book = load_workbook(io.BytesIO(content(busy, run, "xlsx")))
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_an_active_supervisor_is_told_with_a_link_and_nobody_else(busy: World) -> None:
    run = run_of(busy, make(busy))
    with busy.installation.database.reading() as session:
        notices = all_of(session, Notice)
    assert {each.user_id for each in notices} == {busy.people["sofia"].id}
    assert {each.channel for each in notices} == {"email", "in_app"}
    assert {each.link for each in notices} == {f"/reports/{run.public_id}"}
    assert all(str(run.figures["open"]) in each.body for each in notices)


def test_a_supervisor_who_left_is_not_told(busy: World) -> None:
    with busy.installation.database.transaction() as session:
        session.get_one(User, busy.people["sofia"].id).active = False
    make(busy)
    with busy.installation.database.reading() as session:
        assert all_of(session, Notice) == []


def test_an_occasion_is_made_once(busy: World) -> None:
    day = SCHEDULE.latest_occasion(now(), HERE)
    assert day is not None
    first, second = (make(busy, {"occasion": day.isoformat()}) for _ in range(2))
    assert (first.state, second.state) == ("done", "done")
    assert first.result == second.result
    with busy.installation.database.reading() as session:
        assert len(all_of(session, ReportRun)) == 1
        assert len(all_of(session, Notice)) == 2, "one by e-mail, one at the bell"


def test_files_lie_below_the_organisations_reports(busy: World, made: ReportRun) -> None:
    folder = f"{busy.riverside.id}/reports/{AGING_REPORT.name}/"
    assert set(made.files) == set(making.FORMATS)
    assert all(key.startswith(folder) for key in made.files.values())


def test_each_organisation_gets_its_own(busy: World) -> None:
    run = run_of(busy, make(busy, organisation="lakeside"))
    assert run.figures["open"] == 0
    assert rows_of(busy, run) == []


def test_memory_of_the_report_is_not_asked_for_row_by_row(busy: World) -> None:
    with statements(busy.installation) as seen:
        make(busy)
    assert len([each for each in seen if each.lstrip().startswith(("SELECT", "WITH"))]) < 40


@pytest.mark.parametrize(
    ("day", "since"),
    [
        (date(2026, 11, 20), datetime(2026, 11, 19, 12, tzinfo=UTC)),
        (date(2026, 11, 23), datetime(2026, 11, 20, 12, tzinfo=UTC)),  # Monday: since Friday
        (date(2026, 3, 9), datetime(2026, 3, 6, 12, tzinfo=UTC)),  # the clocks went forward on Sunday
        (date(2026, 11, 2), datetime(2026, 10, 30, 11, tzinfo=UTC)),  # the clocks went back on Sunday
    ],
)
def test_a_report_begins_where_the_one_of_the_weekday_before_ended(day: date, since: datetime) -> None:
    occasion = occasion_of({"occasion": day.isoformat()}, SCHEDULE, HERE.key, SCHEDULE.instant(day, HERE))
    assert occasion.since == since
    assert occasion.until == SCHEDULE.instant(day, HERE)
    assert occasion.until.astimezone(HERE).hour == 6


def test_reports_of_a_year_tile_the_time() -> None:
    days = [date(2026, 1, 1) + timedelta(days=count) for count in range(365)]
    occasions = [
        occasion_of({"occasion": day.isoformat()}, SCHEDULE, HERE.key, SCHEDULE.instant(day, HERE))
        for day in days
        if day.weekday() in SCHEDULE.days
    ]
    assert all(after.since == before.until for before, after in pairwise(occasions))


def test_on_demand_it_reaches_from_the_weekday_before_up_to_now() -> None:
    wednesday = datetime(2026, 11, 18, 20, 0, tzinfo=UTC)
    occasion = occasion_of({"occasion": "2026-11-18:x"}, SCHEDULE, HERE.key, wednesday)
    assert occasion.since == datetime(2026, 11, 17, 12, tzinfo=UTC)
    assert occasion.until == occasion.at == wednesday


def test_made_as_if_it_were_the_moment_of_the_schedule_it_is_the_scheduled_one() -> None:
    payload = {"occasion": "2026-11-18", "at": "2026-11-18T12:00:00+00:00"}
    assert occasion_of(payload, SCHEDULE, HERE.key, now()).code == "2026-11-18"
    later = {**payload, "at": "2026-11-18T12:00:01+00:00"}
    assert occasion_of(later, SCHEDULE, HERE.key, now()).code != "2026-11-18"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 20, 11, 59, tzinfo=UTC), "2026-11-19"),  # Friday, a minute to six in Chicago
        (datetime(2026, 11, 20, 12, 0, tzinfo=UTC), "2026-11-20"),
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), "2026-11-20"),  # Sunday
        (datetime(2026, 11, 26, 12, 0, tzinfo=UTC), "2026-11-26"),  # Thanksgiving is a weekday all the same
        (datetime(2026, 3, 9, 11, 0, tzinfo=UTC), "2026-03-09"),  # an hour earlier in UTC after the change
        (datetime(2026, 11, 2, 11, 59, tzinfo=UTC), "2026-10-30"),
    ],
)
def test_it_is_made_on_weekdays_at_six_where_the_facility_is(
    world: World, moment: datetime, expected: str
) -> None:
    with world.installation.database.transaction() as session:
        session.get_one(Organisation, world.riverside.id).created_at = datetime(2026, 1, 1, tzinfo=UTC)
    scheduling.enqueue_scheduled(world.installation, moment, AGING_REPORT.name)
    scheduling.enqueue_scheduled(world.installation, moment, AGING_REPORT.name)
    with world.installation.database.reading() as session:
        jobs = [each for each in all_of(session, Job) if each.organisation_id == world.riverside.id]
    assert [each.payload["occasion"] for each in jobs] == [expected]


def test_the_command_line_makes_it_for_every_organisation(busy: World, app: Flask) -> None:
    with app.app_context():
        jobs = runner.run_now(busy.installation, AGING_REPORT.name)
    assert [each.state for each in jobs] == ["done", "done"]


def test_the_page_makes_one_follows_it_and_lists_it(app: Flask, busy: World) -> None:
    client = sign_in_as(app, busy, "sofia")
    assert "No report yet" in check_page(client.get("/reports"))
    app.config["WTF_CSRF_ENABLED"] = False
    answer = client.post(f"/reports/{AGING_REPORT.name}/runs")
    assert client.post(f"/reports/{AGING_REPORT.name}/runs").location == answer.location, "it is under way"
    assert 'data-state="queued"' in check_page(client.get(answer.location))
    runner.run_due(busy.installation)
    text = check_page(client.get(answer.location))
    assert 'data-state="done"' in text
    with busy.installation.database.reading() as session:
        run = session.scalars(select(ReportRun)).one()
    assert run.made_by == "Sofia Example"
    assert f"/reports/{run.public_id}/pdf" in text
    page = check_page(client.get(f"/reports/{run.public_id}"))
    assert "Overdue" in page
    for label in (*(str(status.label) for status in STATUSES), *(bucket.label for bucket in AGING_BUCKETS)):
        assert f"<dt>{label}</dt>" in page


def test_progress_is_told_as_json(app: Flask, busy: World) -> None:
    job = make(busy)
    answer = sign_in_as(app, busy, "sofia").get(f"/reports/{AGING_REPORT.name}/jobs/{job.public_id}")
    assert (answer.json["state"], answer.json["value"]) == ("done", 100)


@pytest.mark.parametrize("kind", list(making.FORMATS))
def test_a_file_is_an_attachment_and_its_reading_is_audited(
    app: Flask, busy: World, made: ReportRun, kind: str
) -> None:
    answer = sign_in_as(app, busy, "sofia").get(f"/reports/{made.public_id}/{kind}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.data == content(busy, made, kind)
    with busy.installation.database.reading() as session:
        read = session.scalars(select(AuditEntry).where(AuditEntry.action == "report.downloaded")).one()
    assert (read.subject, read.details) == (made.public_id, {"format": kind})


@pytest.mark.parametrize(
    ("name", "status"), [("alice", 403), ("quentin", 403), ("adam", 403), ("sven", 404), ("priya", 200)]
)
def test_who_may_read_a_report(app: Flask, busy: World, made: ReportRun, name: str, status: int) -> None:
    client = sign_in_as(app, busy, name)
    for path in (f"/reports/{made.public_id}", f"/reports/{made.public_id}/pdf"):
        assert client.get(path).status_code == status, path


def test_who_only_reads_cannot_make_one(app: Flask, world: World) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = sign_in_as(app, world, "priya")
    assert "Make it now" not in check_page(client.get("/reports"))
    assert client.post(f"/reports/{AGING_REPORT.name}/runs").status_code == 403


def test_older_reports_are_a_page_away(app: Flask, world: World) -> None:
    with world.installation.database.transaction() as session:
        for place in range(27):
            session.add(
                ReportRun(
                    organisation_id=world.riverside.id,
                    name=AGING_REPORT.name,
                    occasion=f"2026-01-01:{place}",
                    period_from=date(2026, 1, 1),
                    period_to=date(2026, 1, 1),
                    figures={"open": place},
                    files={},
                )
            )
    client = sign_in_as(app, world, "sofia")
    first = check_page(client.get("/reports"))
    assert "Open 26" in first
    older = first.split('rel="next" href="')[1].split('"')[0]
    assert "Open 1<" in check_page(client.get(older))


def test_every_declared_report_has_its_job() -> None:
    assert {each.name for each in declaration.reports()} <= set(queue.kinds())


def test_the_figures_of_a_history_are_those_of_a_plain_recount(world: World) -> None:
    history: History = histories.made(Random(5), world, now(), 60)
    with world.installation.database.transaction() as session:
        histories.write(session, history)
    run = run_of(world, make(world))
    since = datetime.fromisoformat(run.figures["since"])
    rows = list(history.rows())
    done = [row for row in rows if row["status"] == "completed" and row["closed_at"] >= since]
    assert run.figures["completed"] == len(done)
    assert run.figures["by_status"] == {
        **dict.fromkeys(run.figures["by_status"], 0),
        **Counter(row["status"] for row in rows if row["is_open"]),
    }
    month = CALENDAR.local_date(now()) - timedelta(days=29)
    ended = [row for row in rows if row["closed_at"] and CALENDAR.local_date(row["closed_at"]) >= month]
    assert run.figures["ended_by_status"] == {
        code: sum(row["status"] == code for row in ended) for code in ("completed", "denied", "cancelled")
    }
    assert len(ended) > run.figures["ended_by_status"]["completed"] > 0
