from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from duecare.demo.office_time import OfficeTime
from duecare.demo.story import PlannedRequest, Setting, aimed_due, plan_year

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
WORKED = {"received", "in_progress", "on_hold", "needs_correction"}
CLOSED = {"completed", "denied", "cancelled"}
OPEN = WORKED | {"in_review"}
SAME = ""

# action: from which statuses, to which.
LEGAL = {
    "assign": (WORKED, SAME),
    "hold": ({"in_progress", "needs_correction"}, "on_hold"),
    "resume": ({"on_hold"}, "in_progress"),
    "submit_for_review": ({"in_progress", "needs_correction"}, "in_review"),
    "return_for_correction": ({"in_review"}, "needs_correction"),
    "complete": ({"in_review"}, "completed"),
    "extend": (OPEN, SAME),
    "deny": (WORKED, "denied"),
    "cancel": (OPEN, "cancelled"),
    "reopen": (CLOSED, "in_progress"),
}
MOMENTS = [
    NOW,
    datetime(2026, 11, 22, 15, 0, tzinfo=UTC),  # a Sunday
    datetime(2026, 11, 23, 9, 0, tzinfo=UTC),  # Monday before the office opens
    datetime(2026, 1, 1, 4, 30, tzinfo=UTC),  # New Year's Eve, locally
    datetime(2026, 3, 8, 7, 30, tzinfo=UTC),  # the hour after clocks went forward
]


def status_after(request: PlannedRequest) -> str:
    status = "received"
    for step in request.steps:
        sources, target = LEGAL[step.action]
        assert status in sources, f"{step.action} from {status}"
        status = target or ("in_progress" if status == "received" and step.action == "assign" else status)
    return status


def office_of(setting: Setting) -> OfficeTime:
    return OfficeTime(setting.zone, setting.is_working_day)


def open_by_days_left(year: list[PlannedRequest], setting: Setting) -> Counter[int]:
    office = office_of(setting)
    return Counter(
        (aimed_due(each, office) - office.local_date(NOW)).days
        for each in year
        if status_after(each) not in CLOSED
    )


def test_one_seed_gives_one_year(year: list[PlannedRequest], setting: Setting) -> None:
    assert plan_year(Random(7), NOW, 700, setting) == year


def test_another_seed_gives_another_year(year: list[PlannedRequest], setting: Setting) -> None:
    assert plan_year(Random(8), NOW, 700, setting) != year


@pytest.mark.parametrize("now", MOMENTS)
@pytest.mark.parametrize("volume", [60, 400])
def test_every_history_obeys_the_lifecycle(now: datetime, volume: int, setting: Setting) -> None:
    plan = plan_year(Random(volume), now, volume, setting)
    assert {status_after(each) for each in plan} <= OPEN | CLOSED


@pytest.mark.parametrize("now", MOMENTS)
def test_nothing_happens_later_than_now_or_before_receipt(now: datetime, setting: Setting) -> None:
    for each in plan_year(Random(1), now, 400, setting):
        times = [each.received_at, *(step.at for step in each.steps), now]
        assert times == sorted(times)


def test_steps_of_one_request_never_share_a_moment(year: list[PlannedRequest]) -> None:
    assert all(len({step.at for step in each.steps}) == len(each.steps) for each in year)


def test_all_steps_are_taken_in_office_hours(year: list[PlannedRequest], setting: Setting) -> None:
    times = [step.at.astimezone(setting.zone) for each in year for step in each.steps]
    assert all(8 <= at.hour + at.minute / 60 <= 17 and at.weekday() < 5 for at in times)


def test_nobody_reviews_a_package_they_prepared(year: list[PlannedRequest]) -> None:
    for each in year:
        preparer = ""
        for step in each.steps:
            preparer = step.actor if step.action == "submit_for_review" else preparer
            assert step.action not in ("complete", "return_for_correction") or step.actor != preparer


def test_what_an_action_needs_is_given(year: list[PlannedRequest]) -> None:
    for step in (step for each in year for step in each.steps):
        assert bool(step.assignee) == (step.action == "assign")
        assert bool(step.reason) == (step.action in ("hold", "deny", "cancel"))
        assert bool(step.text) == (step.action not in ("assign", "submit_for_review", "complete"))
        assert bool(step.until) == (step.action == "extend")


def test_an_extension_is_written_inside_the_first_thirty_days(year: list[PlannedRequest]) -> None:
    days = [(s.at - each.received_at).days for each in year for s in each.steps if s.action == "extend"]
    assert days
    assert max(days) < 30


def test_requests_at_weekends_come_by_the_portal(year: list[PlannedRequest], setting: Setting) -> None:
    weekend = [each for each in year if each.received_at.astimezone(setting.zone).weekday() >= 5]
    assert {each.channel for each in weekend} == {"portal"}


@pytest.mark.parametrize(
    ("channel", "share"),
    [("fax", 0.35), ("portal", 0.25), ("email", 0.15), ("phone", 0.10), ("walk_in", 0.10), ("mail", 0.05)],
)
def test_channels_have_their_share(year: list[PlannedRequest], channel: str, share: float) -> None:
    assert sum(each.channel == channel for each in year) / len(year) == pytest.approx(share, abs=0.05)


def test_the_plan_has_the_volume_asked_for(year: list[PlannedRequest]) -> None:
    assert len(year) == 700


def test_every_status_occurs(year: list[PlannedRequest]) -> None:
    assert {status_after(each) for each in year} == OPEN | CLOSED


def test_open_work_is_of_a_believable_size(year: list[PlannedRequest]) -> None:
    assert 60 <= sum(status_after(each) in OPEN for each in year) <= 90


def test_six_requests_are_overdue(year: list[PlannedRequest], setting: Setting) -> None:
    assert sum(number for days, number in open_by_days_left(year, setting).items() if days < 0) == 6


def test_seven_requests_are_due_today(year: list[PlannedRequest], setting: Setting) -> None:
    assert open_by_days_left(year, setting)[0] == 7


def test_nine_fresh_requests_wait_for_somebody(year: list[PlannedRequest]) -> None:
    fresh = [each for each in year if status_after(each) == "received"]
    assert [NOW - each.received_at < timedelta(hours=26) for each in fresh] == [True] * 9


def test_three_are_sent_back_and_six_wait(year: list[PlannedRequest]) -> None:
    statuses = Counter(map(status_after, year))
    assert (statuses["needs_correction"], statuses["on_hold"]) == (3, 6)


def test_most_old_requests_are_completed(year: list[PlannedRequest]) -> None:
    closed = Counter(status for each in year if (status := status_after(each)) in CLOSED)
    assert 0.85 <= closed["completed"] / closed.total() <= 0.95


def test_a_few_closed_requests_were_late(year: list[PlannedRequest], setting: Setting) -> None:
    office = office_of(setting)
    closed = [each for each in year if status_after(each) in CLOSED]
    late = sum(office.local_date(each.steps[-1].at) > aimed_due(each, office) for each in closed)
    assert 0.01 <= late / len(closed) <= 0.08


def test_only_third_parties_bring_an_authorization(year: list[PlannedRequest]) -> None:
    assert all(bool(each.authorizations) == (each.request_type == "third_party") for each in year)


def test_a_completed_disclosure_rests_on_an_authorization_that_was_whole(
    year: list[PlannedRequest], setting: Setting
) -> None:
    office = office_of(setting)
    for each in (each for each in year if each.authorizations and status_after(each) == "completed"):
        last = each.authorizations[-1]
        assert (last.lacks, last.expires_on > office.local_date(each.steps[-1].at)) == (frozenset(), True)


def test_nobody_asks_a_patient_for_a_purpose(year: list[PlannedRequest]) -> None:
    own = [each for each in year if each.request_type in ("patient_access", "representative")]
    assert {each.wanted.purpose for each in own} == {None}


def test_wanted_days_lie_between_birth_and_receipt(year: list[PlannedRequest]) -> None:
    for each in year:
        days = [
            each.patient.date_of_birth,
            each.wanted.first_day,
            each.wanted.last_day,
            each.received_at.date(),
        ]
        assert days == sorted(days)


def test_a_subpoena_names_its_day(year: list[PlannedRequest]) -> None:
    assert all(bool(each.paper_due) == (each.request_type == "subpoena") for each in year)
