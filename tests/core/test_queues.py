"""Lists equal a plain recomputation over all cases, page by page, both ways, for every filter and sort."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import product
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.orm import Session

from duecare.core import queues
from duecare.core.access import Caller
from duecare.core.cases import PRIORITIES, Case
from duecare.core.errors import Missing
from duecare.core.installation import open_installation
from duecare.core.metadata import metadata
from duecare.core.queues import CaseRow, Filters, Scope, filters, rows
from duecare.settings import load
from duecare.workflows import load as load_workflows
from duecare.workflows.release.lifecycle import STATUSES
from tests.support import many
from tests.support.many import Made
from tests.support.world import MONDAY, World, build

HERE = ZoneInfo("America/Chicago")
STATUS_ORDER = [status.code for status in STATUSES]
SORT_NAMES = [*queues.SORTS, *(f"-{name}" for name in queues.SORTS)]


class Office:
    """A world with many cases, their plain rows, and a session for reads."""

    def __init__(self, world: World, session: Session, cases: list[Made]) -> None:
        self.world, self.session, self.cases = world, session, cases
        self.people = {user.id: user for user in world.people.values()}

    @property
    def caller(self) -> Caller:
        return self.world.caller("alice")

    @property
    def scope(self) -> Scope:
        scope = queues.scope_of(self.caller)
        assert scope is not None
        return scope

    def expected(self, asked: Filters, sort: str = "due") -> list[int]:
        """Ids of the list, computed in plain Python."""
        ours = self.world.riverside.id
        kept = [
            each
            for each in self.cases
            if each.case["organisation_id"] == ours and _is_kept(each, asked, self)
        ]
        return [each.case["id"] for each in sorted(kept, key=lambda each: _place(each.case, sort))]

    def listed(self, asked: Filters, sort: str = "due", limit: int = 40) -> list[int]:
        """Ids of the list, read page by page to its end."""
        found: list[int] = []
        cursor = ""
        while True:
            page = queues.page(self.session, self.scope, asked, sort=sort, cursor=cursor, limit=limit)
            found += [row.id for row in page.rows]
            if page.next is None:
                return found
            cursor = page.next


@contextmanager
def opened(url: str) -> Iterator[Office]:
    """An office in an empty database: 260 cases of Riverside, 40 of Lakeside."""
    load_workflows()
    installation = open_installation(load({}, environment="test", database_url=url))
    metadata.create_all(installation.database.engine)
    world = build(installation)
    staff = tuple(world.people[name].id for name in ("alice", "bob"))
    theirs = (world.people["charlie"].id,)
    rng = Random(20260302)
    cases = [
        *many.make(rng, 260, organisation_id=world.riverside.id, assignees=staff, at=MONDAY),
        *many.make(rng, 40, organisation_id=world.lakeside.id, assignees=theirs, at=MONDAY, first_id=1001),
    ]
    with installation.database.transaction() as session:
        many.write(session, iter(cases))
    with installation.database.reading() as session:
        yield Office(world, session, cases)
    installation.database.dispose()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with opened(f"sqlite:///{tmp_path_factory.mktemp('office') / 'duecare.db'}") as found:
        yield found


@pytest.fixture(autouse=True)
def _monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "now", lambda: MONDAY)


FILTERS = {
    "everything": Filters(),
    "open work": Filters(state="open"),
    "ended work": Filters(state="closed"),
    "one status": Filters(statuses=("in_review",)),
    "two statuses": Filters(statuses=("received", "completed")),
    "an unknown status": Filters(statuses=("nonsense",)),
    "mine": Filters(assignee="me", state="open"),
    "nobody's": Filters(assignee="nobody"),
    "overdue": Filters(is_overdue=True),
    "due today": Filters(is_due_today=True),
    "waiting": Filters(is_waiting=True),
    "stat": Filters(priority="stat"),
    "received in February": Filters(
        received_from=datetime(2026, 2, 1).date(),  # noqa: DTZ001
        received_to=datetime(2026, 2, 28).date(),  # noqa: DTZ001
    ),
    "a name": Filters(text="maria"),
    "a name's beginning, an accent left out": Filters(text="nun"),
    "two words": Filters(text="lopez mar", state="open"),
    "an MRN": Filters(text="400123"),
    "a number": Filters(text="ROI-2026-00000"),
    "a requester": Filters(text="acme"),
    "nothing like it": Filters(text="xylophone"),
    "another workflow": Filters(workflows=("referral",)),
}


@pytest.mark.parametrize("sort", SORT_NAMES)
@pytest.mark.parametrize("asked", FILTERS.values(), ids=FILTERS.keys())
def test_a_list_equals_a_plain_recomputation(office: Office, asked: Filters, sort: str) -> None:
    assert office.listed(asked, sort) == office.expected(asked, sort)


@pytest.mark.servers
@pytest.mark.parametrize("url", ["postgresql_url", "mariadb_url"])
def test_the_lists_are_the_same_on_every_server(url: str, request: pytest.FixtureRequest) -> None:
    with opened(request.getfixturevalue(url)) as served:
        for asked, sort in product(FILTERS.values(), SORT_NAMES):
            assert served.listed(asked, sort) == served.expected(asked, sort), (asked, sort)
        assert queues.counted(served.session, served.scope, MONDAY).overdue == len(
            served.expected(FILTERS["overdue"])
        )


days = st.none() | st.dates(min_value=datetime(2024, 3, 1).date(), max_value=datetime(2026, 4, 1).date())  # noqa: DTZ001
any_filters = st.builds(
    Filters,
    state=st.sampled_from(filters.STATES),
    statuses=st.lists(st.sampled_from(STATUS_ORDER), max_size=3, unique=True).map(tuple),
    assignee=st.sampled_from(["", "me", "nobody"]),
    is_overdue=st.booleans(),
    is_due_today=st.sampled_from([False, False, True]),
    is_waiting=st.booleans(),
    priority=st.sampled_from(["", *PRIORITIES]),
    received_from=days,
    received_to=days,
    closed_from=days,
    text=st.sampled_from(["", "", "mar", "grace", "lo gr", "4001", "12"]),
)


@settings(max_examples=150)
@given(asked=any_filters, sort=st.sampled_from(SORT_NAMES), limit=st.integers(1, 60))
def test_any_filters_in_any_order_equal_a_plain_recomputation(
    office: Office, asked: Filters, sort: str, limit: int
) -> None:
    assert office.listed(asked, sort, limit) == office.expected(asked, sort)


@pytest.mark.parametrize("sort", SORT_NAMES)
def test_walking_back_shows_the_same_pages(office: Office, sort: str) -> None:
    forward: list[tuple[CaseRow, ...]] = []
    cursor = ""
    page = queues.page(office.session, office.scope, Filters(), sort=sort, limit=20)
    while page.next:
        forward.append(page.rows)
        cursor = page.next
        page = queues.page(office.session, office.scope, Filters(), sort=sort, cursor=cursor, limit=20)
    backward = []
    while page.previous:
        page = queues.page(office.session, office.scope, Filters(), sort=sort, cursor=page.previous, limit=20)
        backward.append(page.rows)
    assert backward == forward[::-1]


def test_a_text_that_many_cases_match_gives_the_same_list(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duecare.core.search.MOST_LOOKED_UP", 3)
    for asked in (FILTERS["a name"], FILTERS["two words"], FILTERS["an MRN"]):
        assert office.listed(asked) == office.expected(asked)


def test_a_new_case_neither_repeats_nor_hides_another(world: World) -> None:
    rng = Random(7)
    made = list(
        many.make(
            rng, 60, organisation_id=world.riverside.id, assignees=(world.people["alice"].id,), at=MONDAY
        )
    )
    scope = queues.scope_of(world.caller("alice"))
    assert scope
    with world.installation.database.transaction() as session:
        many.write(session, iter(made[:30]))
        first = queues.page(session, scope, Filters(), limit=10)
        many.write(session, iter(made[30:]))
        seen = [row.id for row in first.rows]
        cursor = first.next
        while cursor:
            page = queues.page(session, scope, Filters(), cursor=cursor, limit=10)
            seen += [row.id for row in page.rows]
            cursor = page.next
    assert len(seen) == len(set(seen))
    assert {each.case["id"] for each in made[:30]} <= set(seen)


def test_the_counters_equal_their_lists(office: Office) -> None:
    found = queues.counted(office.session, office.scope, MONDAY)
    lists = {
        "overdue": Filters(is_overdue=True),
        "due_today": Filters(is_due_today=True),
        "waiting": Filters(is_waiting=True),
        "unassigned": Filters(state="open", assignee="nobody"),
        "mine": Filters(state="open", assignee="me"),
    }
    assert {name: len(office.expected(asked)) for name, asked in lists.items()} == vars(found)


def test_the_batches_give_the_whole_list(office: Office) -> None:
    batches = queues.batches(office.session, office.scope, Filters(), sort="-received")
    assert [row.id for rows in batches for row in rows] == office.expected(Filters(), "-received")


def test_a_page_takes_at_most_two_statements(office: Office) -> None:
    statements: list[str] = []
    engine = office.world.installation.database.engine
    event.listen(
        engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]), named=False
    )
    for sort in SORT_NAMES:
        statements.clear()
        queues.page(office.session, office.scope, Filters(text="mar"), sort=sort)
        assert len(statements) <= 2


@pytest.mark.parametrize(
    "cursor", ["!", "e30", "W10", "bnVsbA", "WyJkdWUiLDksbnVsbCwxLDBd", "WyJhZ2UiLDAsbnVsbCwxLDBd", "é"]
)
def test_a_damaged_cursor_is_refused(office: Office, cursor: str) -> None:
    with pytest.raises(Missing) as refused:
        queues.page(office.session, office.scope, Filters(), cursor=cursor)
    assert "cursor" in refused.value.errors


def test_an_unknown_sort_is_refused(office: Office) -> None:
    with pytest.raises(Missing) as refused:
        queues.page(office.session, office.scope, Filters(), sort="title")
    assert "sort" in refused.value.errors


def test_every_fault_of_a_query_string_is_named() -> None:
    with pytest.raises(Missing) as refused:
        queues.parse({"received_from": "yesterday", "overdue": "maybe", "priority": "high"})
    assert set(refused.value.errors) == {"received_from", "overdue", "priority"}


def test_a_query_string_becomes_filters() -> None:
    given = {"status": "received,in_review", "assignee": "me", "overdue": "true", "q": " lopez "}
    assert queues.parse(given) == Filters(
        statuses=("received", "in_review"), assignee="me", is_overdue=True, text="lopez"
    )


@pytest.mark.parametrize("state", filters.STATES)
def test_open_closed_and_any_are_asked_for_as_a_status(state: filters.State) -> None:
    assert queues.parse({"status": state}, "open").state == state


def test_who_may_read_no_workflow_has_no_scope(office: Office) -> None:
    assert queues.scope_of(office.world.caller("adam")) is None


def test_a_privacy_officer_reads_every_workflow(office: Office) -> None:
    assert queues.scope_of(office.world.caller("priya")) is not None


def test_a_colleague_is_asked_for_by_their_opaque_id(office: Office) -> None:
    bob = office.world.people["bob"]
    listed = office.listed(Filters(assignee=bob.public_id))
    assert set(listed) == {each.case["id"] for each in office.cases if each.case["assignee_id"] == bob.id}


def _is_kept(made: Made, asked: Filters, office: Office) -> bool:
    case = made.case
    due = case["due_at"]
    needs_open = asked.is_overdue or asked.is_due_today or asked.is_waiting
    tomorrow = datetime(2026, 3, 3, tzinfo=HERE)
    states = {"open": case["is_open"], "closed": not case["is_open"], "any": True}
    checks = [
        not asked.workflows or case["workflow"] in asked.workflows,
        case["status"] in asked.statuses if asked.statuses else states[asked.state],
        not needs_open or case["is_open"],
        not asked.is_overdue or (due is not None and due < MONDAY),
        not asked.is_due_today or (due is not None and MONDAY <= due < tomorrow),
        not asked.is_waiting or case["waiting_on"] is not None,
        not asked.priority or case["priority"] == asked.priority,
        {
            "": True,
            "me": case["assignee_id"] == office.caller.user_id,
            "nobody": case["assignee_id"] is None,
        }[asked.assignee],
        _lies_between(case["received_at"], asked.received_from, asked.received_to),
        _lies_between(case["closed_at"], asked.closed_from, asked.closed_to),
        all(any(term.startswith(word) for term in made.terms) for word in asked.text.casefold().split()),
    ]
    return all(checks)


def _lies_between(moment: datetime | None, first: object, last: object) -> bool:
    if moment is None:
        return first is None and last is None
    day = moment.astimezone(HERE).date()
    return (first is None or day >= first) and (last is None or day <= last)  # type: ignore[operator]


def _place(case: dict[str, object], sort: str) -> tuple[object, ...]:
    descends = sort.startswith("-")
    name = sort.removeprefix("-")
    if name in {"received", "age"}:
        sign = -1 if descends != (name == "age") else 1
        return (sign * case["received_at"].timestamp(), sign * case["id"])  # type: ignore[attr-defined,operator]
    ranks = {"due": [None], "priority": list(PRIORITIES), "status": STATUS_ORDER}[name]
    sign = -1 if descends else 1
    rank = 0 if name == "due" else sign * ranks.index(case[name])  # type: ignore[arg-type]
    within = sign if name == "due" else 1
    due, id_ = case["due_at"], case["id"]
    by_due = (due is None, 0 if due is None else within * due.timestamp(), within * id_)  # type: ignore[attr-defined,operator]
    return (rank, *by_due)


def test_made_cases_are_legal(office: Office) -> None:
    assert office.session.query(Case).count() == len(office.cases)


def test_overdue_is_not_due_today_as_well(office: Office) -> None:
    overdue = set(office.expected(Filters(is_overdue=True)))
    assert overdue.isdisjoint(office.listed(Filters(is_due_today=True)))


def test_another_organisation_sees_none_of_it(office: Office) -> None:
    scope = queues.scope_of(office.world.caller("charlie"))
    assert scope
    listed = [row.id for rows in queues.batches(office.session, scope, Filters()) for row in rows]
    assert sorted(listed) == list(range(1001, 1041))


def test_a_day_begins_at_the_facility(office: Office) -> None:
    assert filters.day_start(MONDAY.date(), "America/Chicago") == MONDAY - timedelta(hours=9)
