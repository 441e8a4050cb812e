"""What a session keeps of its reads."""

from collections.abc import Iterator
from itertools import count

import pytest
from sqlalchemy.orm import Session

from duecare.core.db import once, remember

KEY = ("documents", 1)


@pytest.fixture
def session() -> Iterator[Session]:
    with Session() as opened:
        yield opened


def test_a_session_that_may_write_reads_anew_each_time(session: Session) -> None:
    answers = count()
    assert [once(session, KEY, lambda: next(answers)) for _ in range(2)] == [0, 1]


def test_a_session_that_remembers_reads_once(session: Session) -> None:
    remember(session)
    answers = count()
    assert [once(session, KEY, lambda: next(answers)) for _ in range(2)] == [0, 0]


def test_what_differs_by_key_is_read_apart(session: Session) -> None:
    remember(session)
    assert (once(session, KEY, lambda: "one"), once(session, ("documents", 2), lambda: "two")) == (
        "one",
        "two",
    )


def test_remembering_again_forgets_what_was_read_before_a_write(session: Session) -> None:
    remember(session)
    once(session, KEY, lambda: "before")
    remember(session)
    assert once(session, KEY, lambda: "after") == "after"
