"""Figures on every database that duecare supports, and from indexes alone on the one that comes with it."""

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Select
from sqlalchemy.orm import Session

from duecare.core import queues
from duecare.core.installation import open_installation
from duecare.core.metadata import metadata
from duecare.settings import load
from duecare.workflows import load as load_workflows
from duecare.workflows.release.figures import Figures
from duecare.workflows.release.question import Question, parse
from tests.support.world import World, build
from tests.workflows.release import histories
from tests.workflows.release.histories import CALENDAR, SPRING


def figures_of(world: World, session: object, question: Question) -> Figures:
    scope = queues.scope_of(world.caller("sofia"))
    assert scope is not None
    return Figures(session, scope, question, SPRING)  # type: ignore[arg-type]


def test_every_database_counts_the_same(any_database_url: str, tmp_path: Path) -> None:
    load_workflows()
    store = f"file://{tmp_path}"
    settings = load({}, environment="test", database_url=any_database_url, storage_url=store)
    installation = open_installation(settings)
    metadata.create_all(installation.database.engine)
    world = build(installation)
    history = histories.made(Random(4), world, SPRING, 50)
    with installation.database.transaction() as session:
        histories.write(session, history)
    rows = list(history.rows())
    question = parse({}, CALENDAR.local_date(SPRING))
    with installation.database.reading() as session:
        figures = figures_of(world, session, question)
        present, ended, flow = figures.present(), figures.ended(), figures.flow()
        activity, stays = figures.activity(), figures.stays()
        assert figures.people([world.people["sofia"].id])
    installation.database.dispose()
    assert present.by_status == Counter(row["status"] for row in rows if row["is_open"])
    in_period = [
        row for row in rows if row["closed_at"] and CALENDAR.local_date(row["closed_at"]) >= question.first
    ]
    assert ended.by_status == Counter(row["status"] for row in in_period)
    assert flow.received == sum(CALENDAR.local_date(row["received_at"]) >= question.first for row in rows)
    assert sum(each.completed for each in flow.spans) == ended.completed
    assert activity
    assert stays


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("_open_groups", "ix_cases_status"),
        ("_ended", "ix_cases_closed"),
        ("_activity", "ix_case_events_activity"),
    ],
)
def test_the_large_counts_read_an_index_and_no_row(world: World, name: str, index: str) -> None:
    with world.installation.database.reading() as session:
        figures = figures_of(world, session, parse({}, CALENDAR.local_date(SPRING)))
        asked = getattr(figures, name)()
        queries = asked if isinstance(asked, tuple) else (asked,)
        read = [each for query in queries for each in _tables_read(session, query)]
    assert len(read) >= len(queries)
    assert all("COVERING INDEX" in each and index in each for each in read), read


def _tables_read(session: Session, asked: Select[Any]) -> list[str]:
    """How SQLite reads cases and events for a query: a line for each of them."""
    query = asked.compile(session.get_bind(), compile_kwargs={"render_postcompile": True})
    values = tuple(_bound(query, query.construct_params()))
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values)
    return [row[3] for row in plan if " case" in row[3] and "USING" in row[3]]


def _bound(query: object, given: dict[str, object]) -> list[object]:
    """The values in the order of the statement, as SQLite takes them."""
    bind = query._bind_processors  # type: ignore[attr-defined]
    return [bind[name](given[name]) if name in bind else given[name] for name in query.positiontup]  # type: ignore[attr-defined]
