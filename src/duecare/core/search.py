"""Finding a case by anything a caller says: number, patient, date of birth, MRN or requester.

Every case has its folded words in one indexed table; each word asked for must begin one of them.
"""

import re
from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement, Select

from duecare.core.cases import Case, SearchTerm
from duecare.core.patients.operations import folded

TERM_LENGTH = 64
MAX_WORDS = 6
LAST = "\U0010ffff"
_DATE_FORMS = (
    re.compile(r"(?P<month>\d{1,2})[/.-](?P<day>\d{1,2})[/.-](?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
)


def terms_of(case: Case, texts: Iterable[str | None]) -> set[str]:
    """The words a case is found by: its number, its patient and whatever texts its workflow gives."""
    words = {word for text in texts if text for word in folded(text).split()}
    words.add(case.number.casefold())
    words.add(case.number.rpartition("-")[2].lstrip("0"))
    if case.patient is not None:
        words.update(folded(case.patient.name).split())
        words.add(f"d{case.patient.date_of_birth:%Y%m%d}")
        if case.patient.mrn:
            words.add(folded(case.patient.mrn).replace(" ", ""))
    return {word[:TERM_LENGTH] for word in words if word}


def index(session: Session, case: Case, texts: Iterable[str | None]) -> None:
    """Writes the words of a case anew."""
    session.flush()
    session.execute(delete(SearchTerm).where(SearchTerm.case_id == case.id))
    rows = [
        {"organisation_id": case.organisation_id, "term": term, "case_id": case.id}
        for term in sorted(terms_of(case, texts))
    ]
    session.execute(insert(SearchTerm), rows)


def words_of(query: str) -> list[str]:
    """The words asked for; a date in US or ISO form counts as one word."""
    found: list[str] = []
    rest = query
    for form in _DATE_FORMS:
        for match in form.finditer(rest):
            if day := _as_date(match):
                found.append(f"d{day:%Y%m%d}")
                rest = rest.replace(match.group(), " ")
    numbers = re.findall(r"\b[A-Za-z]{2,4}-\d{4}-\d+\b", rest)
    for number in numbers:
        found.append(number.casefold())
        rest = rest.replace(number, " ")
    return (found + folded(rest).split())[:MAX_WORDS]


def matching(organisation_id: int, query: str) -> Select[int] | None:
    """Ids of an organisation's cases that match every word; None where nothing was asked."""
    words = sorted(words_of(query), key=len, reverse=True)
    if not words:
        return None
    first = aliased(SearchTerm)
    found = select(first.case_id).where(*_begins(first, organisation_id, words[0]))
    for word in words[1:]:
        other = aliased(SearchTerm)
        found = found.join(other, other.case_id == first.case_id).where(
            *_begins(other, organisation_id, word)
        )
    return found.distinct()


def _begins(term: type[SearchTerm], organisation_id: int, word: str) -> tuple[ColumnElement[bool], ...]:
    return (
        term.organisation_id == organisation_id,
        term.term >= word[:TERM_LENGTH],
        term.term < word[:TERM_LENGTH] + LAST,
    )


def _as_date(match: re.Match[str]) -> date | None:
    parts = {name: int(value) for name, value in match.groupdict().items()}
    try:
        return date(**parts)
    except ValueError:
        return None
