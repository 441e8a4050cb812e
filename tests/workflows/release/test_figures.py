"""Every figure equals a plain recount of the rows, and the number of rows that its address opens."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy.orm import Session

from duecare.core import lists, queues
from duecare.core.clock.aging import AGING_BUCKETS, age_days
from duecare.core.errors import Missing
from duecare.core.installation import open_installation
from duecare.core.metadata import metadata
from duecare.core.queues import rows as reading
from duecare.settings import load
from duecare.workflows import load as load_workflows
from duecare.workflows.release.figures import MOST_MOVES, Figures
from duecare.workflows.release.measures import Ended
from duecare.workflows.release.question import Question, Rows, parse
from duecare.workflows.release.views import shown_figures as shown
from duecare.workflows.release.views.listing import RELEASES
from tests.support.pages import statements
from tests.support.world import World, build
from tests.workflows.release import histories
from tests.workflows.release.histories import AUTUMN, CALENDAR, SPRING, History


@dataclass
class Office:
    """A world with a random history, its figures and its lists."""

    world: World
    session: Session
    history: History

    @property
    def scope(self) -> queues.Scope:
        scope = queues.scope_of(self.world.caller("sofia"))
        assert scope is not None
        return scope

    def figures(self, question: Question) -> Figures:
        return Figures(self.session, self.scope, question, self.history.at)

    def ask(self, given: dict[str, str]) -> Question:
        named = {"alice": self.world.people["alice"].public_id}
        asked = {name: named.get(value, value) for name, value in given.items()}
        return parse(asked, self.history.at.astimezone(histories.HERE).date())

    def behind(self, url: str) -> set[int]:
        """The ids of the rows that an address opens."""
        path, _, query = url.partition("?")
        assert path == RELEASES.path
        given = dict(lists.pairs(query))
        assert RELEASES.kept(given) == given, "the list understands every part of the address"
        found = queues.batches(self.session, self.scope, RELEASES.filters(given))
        return {row.id for batch in found for row in batch}

    def count(self, url: str) -> int:
        return len(self.behind(url)) if url else 0

    def asked_for(self, question: Question) -> list[dict[str, Any]]:
        """The plain rows of a question, its period aside."""
        return [row for row in self.history.rows() if self._is_asked(row, question)]

    def _is_asked(self, row: dict[str, Any], question: Question) -> bool:
        people = {user.public_id: user.id for user in self.world.people.values()}
        holder = {"": row["assignee_id"], "nobody": None}.get(
            question.assignee, people.get(question.assignee)
        )
        return (
            row["assignee_id"] == holder
            and (not question.statuses or row["status"] in question.statuses)
            and question.request_type in {"", row["request_type"]}
        )


@pytest.fixture(
    scope="module", params=[(SPRING, 1), (AUTUMN, 2), (AUTUMN, 3)], ids=lambda each: f"{each[0]:%b}-{each[1]}"
)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    at, seed = request.param
    yield from _office(tmp_path_factory.mktemp("figures"), at, seed)


def _office(folder: Path, at: datetime, seed: int) -> Iterator[Office]:
    load_workflows()
    url = f"sqlite:///{folder / 'd.db'}"
    installation = open_installation(
        load({}, environment="test", database_url=url, storage_url=f"file://{folder}")
    )
    metadata.create_all(installation.database.engine)
    world = build(installation)
    history = histories.made(Random(seed), world, at.astimezone(UTC))
    with installation.database.transaction() as session:
        histories.write(session, history)
    with installation.database.reading() as session:
        yield Office(world, session, history)
    installation.database.dispose()


@pytest.fixture(autouse=True)
def _as_of(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "office" in request.fixturenames:
        at = request.getfixturevalue("office").history.at
        monkeypatch.setattr(reading, "now", lambda: at)


QUESTIONS: dict[str, dict[str, str]] = {
    "everything": {},
    "a specialist": {"assignee": "alice"},
    "nobody's": {"assignee": "nobody"},
    "an open status": {"status": "in_review"},
    "an ended status": {"status": "completed"},
    "an unknown status": {"status": "nonsense"},
    "a type": {"type": "subpoena"},
    "one day": {"from": "2026-03-08", "to": "2026-03-08"},
    "the day the clocks go back": {"from": "2026-11-01", "to": "2026-11-01"},
    "a year": {"from": "2025-11-05", "to": "2026-11-04"},
    "all together": {
        "assignee": "alice",
        "status": "on_hold",
        "type": "third_party",
        "from": "2026-02-01",
        "to": "2026-11-30",
    },
}


@pytest.fixture(params=QUESTIONS.values(), ids=QUESTIONS.keys())
def question(request: pytest.FixtureRequest, office: Office) -> Question:
    return office.ask(request.param)


def test_open_figures_equal_the_rows_they_open(office: Office, question: Question) -> None:
    present, rows = office.figures(question).present(), Rows(question)
    for box in shown.present_boxes(present, rows):
        assert box["value"] == office.count(box["url"]), box["label"]
    for bar in [*shown.status_bars(present, question, rows), *shown.aging_bars(present, rows)]:
        assert bar["value"] == office.count(bar["url"]), bar["label"]


def test_open_figures_equal_a_plain_recount(office: Office, question: Question) -> None:
    present = office.figures(question).present()
    open_rows = [row for row in office.asked_for(question) if row["is_open"]]
    at = office.history.at
    ages = [age_days(row["received_at"], at, CALENDAR) for row in open_rows]
    today = CALENDAR.local_date(at)
    left = [
        (CALENDAR.local_date(row["due_at"]) - today).days
        for row in open_rows
        if row["due_at"] and row["due_at"] >= at
    ]
    assert present.total.open == len(open_rows)
    assert present.by_status == Counter(row["status"] for row in open_rows)
    assert present.aging == [sum(bucket.holds(age) for age in ages) for bucket in AGING_BUCKETS]
    assert present.total.overdue == sum(row["due_at"] is not None and row["due_at"] < at for row in open_rows)
    assert present.total.due_today == left.count(0)
    assert present.total.soon == sum(days <= 3 for days in left)
    assert present.unassigned == sum(row["assignee_id"] is None for row in open_rows)


def test_workload_equals_its_rows(office: Office, question: Question) -> None:
    figures, rows = office.figures(question), Rows(question)
    present, ended = figures.present(), figures.ended()
    people = figures.people({*present.by_person, *ended.by_person})
    for line in shown.workload(present, ended, people, rows):
        for name in ("open", "overdue", "soon", "on_hold", "completed"):
            cell = line[name]
            assert cell["value"] == office.count(cell["url"]), (line["name"], name)


def test_what_ended_equals_its_rows(office: Office, question: Question) -> None:
    ended, rows = office.figures(question).ended(), Rows(question)
    for bar in shown.ended_bars(ended, rows):
        assert bar["value"] == office.count(bar["url"]), bar["label"]
    assert ended.late == office.count(rows.ended("completed", late="true"))


def test_what_ended_equals_a_plain_recount(office: Office, question: Question) -> None:
    ended = office.figures(question).ended()
    closed = [
        row
        for row in office.asked_for(question)
        if row["closed_at"] and question.first <= CALENDAR.local_date(row["closed_at"]) <= question.last
    ]
    took = sorted(row["turnaround_days"] for row in closed if row["status"] == "completed")
    assert ended.by_status == Counter(row["status"] for row in closed)
    assert sorted(ended.turnaround.elements()) == took
    if took:
        assert ended.median == took[(len(took) - 1) // 2]
        assert ended.ninetieth == took[-(-len(took) * 9 // 10) - 1]


def test_charts_equal_their_rows(office: Office, question: Question) -> None:
    figures, rows = office.figures(question), Rows(question)
    flow = figures.flow()
    series = [*shown.flow_series(flow, question, rows), *shown.turnaround_series(figures.ended(), rows)]
    for each in series:
        for point in each.points:
            assert point.value == office.count(point.url), (each.label, point.category)
    assert flow.received == office.count(rows.received(question.first, question.last))


def test_corrections_equal_their_rows(office: Office, question: Question) -> None:
    flow, rows = office.figures(question).flow(), Rows(question)
    assert flow.sent_back == office.count(rows.happened(event="return_for_correction"))
    assert flow.reviewed == office.count(rows.happened(event="complete,return_for_correction"))


def test_recent_activity_equals_its_rows(office: Office, question: Question) -> None:
    figures, rows = office.figures(question), Rows(question)
    activity = figures.activity()
    people = figures.people(each.user_id for each in activity)
    for line in shown.recent_activity(activity, people, rows):
        assert line["cases"] == office.count(line["url"]), line["name"]


def test_recent_activity_equals_a_plain_recount(office: Office) -> None:
    question = office.ask({})
    since = [
        event
        for event in office.history.events
        if event["actor_id"] and question.active_from <= CALENDAR.local_date(event["at"]) <= question.today
    ]
    found = office.figures(question).activity()
    assert {each.user_id: each.actions for each in found} == {
        actor: Counter(event["action"] for event in since if event["actor_id"] == actor)
        for actor in {event["actor_id"] for event in since}
    }


def test_time_in_a_status_is_the_median_of_the_rows_it_opens(office: Office, question: Question) -> None:
    rows = Rows(question)
    for stay in office.figures(question).stays():
        cases = office.behind(rows.happened(event_left=stay.status))
        hours = sorted(
            event["hours_in_status"]
            for event in office.history.events
            if event["case_id"] in cases
            and event["from_status"] == stay.status
            and event["hours_in_status"] is not None
            and question.first <= CALENDAR.local_date(event["at"]) <= question.last
        )
        assert (stay.moves, stay.median_hours) == (len(hours), hours[(len(hours) - 1) // 2])


def test_the_figures_are_four_statements(office: Office) -> None:
    figures = office.figures(office.ask({"assignee": "alice", "type": "third_party"}))
    with statements(office.world.installation) as seen:
        for read in (figures.present, figures.ended, figures.flow, figures.activity, figures.stays):
            read()
        figures.people([1])
    assert len(seen) == 4


def test_a_question_without_a_period_is_about_the_last_thirty_days() -> None:
    question = parse({}, date(2026, 11, 22))
    assert (question.first, question.last) == (date(2026, 10, 24), date(2026, 11, 22))


@pytest.mark.parametrize(
    "given", [{"from": "2026-11-02", "to": "2026-11-01"}, {"from": "2025-01-01", "to": "2026-11-01"}]
)
def test_a_period_that_is_empty_or_too_long_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(Missing):
        parse(given, date(2026, 11, 22))


def test_nothing_completed_has_no_median_and_no_share() -> None:
    ended = Ended()
    assert (ended.median, ended.ninetieth, ended.on_time) == (None, None, None)


def test_the_dashboard_says_how_many_moves_it_looks_at() -> None:
    assert f"{MOST_MOVES:,}" in str(shown.DEFINITIONS["stays"])


def test_weeks_of_a_long_period_touch_and_do_not_overlap(office: Office) -> None:
    question = office.ask({"from": "2025-12-03", "to": "2026-06-18"})
    spans = office.figures(question).flow().spans
    assert (spans[0].first, spans[-1].last) == (question.first, question.last)
    assert all(after.first == before.last + timedelta(days=1) for before, after in pairwise(spans))
