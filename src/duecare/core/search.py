"""Finding a case by anything a caller says: number, patient, date of birth, MRN or requester.

Every case has its folded words in one indexed table; each word asked for must begin one of them.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import cast

from babel.dates import get_month_names
from sqlalchemy import Table, delete, exists, func, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql import ColumnElement, Select

from duecare.core.cases import Case, SearchTerm
from duecare.core.patients.operations import folded
from duecare.core.time import now

TERM_LENGTH = 64
MAX_WORDS = 6
MOST_LOOKED_UP = 10_000
LAST = "\U0010ffff"
_TERMS = cast("Table", SearchTerm.__table__)
_NUMBER = re.compile(r"\b[A-Za-z]{2,4}-\d{1,4}(?:-\d*)?")
_DATE_FORMS = (
    re.compile(r"(?P<month>\d{1,2})[/.-](?P<day>\d{1,2})[/.-](?P<year>\d{4})"),
    re.compile(r"\b(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{2})\b"),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"\b(?P<day>\d{1,2})\.? (?:de )?(?P<month>[^\W\d_]{3,10})\.?,? (?:de )?(?P<year>\d{4})\b"),
    re.compile(r"\b(?P<month>[^\W\d_]{3,10})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})\b"),
)
_MONTHS = {
    folded(name)[:3]: month
    for language in ("en", "es")
    for month, name in get_month_names("wide", locale=language).items()
}


def terms_of(case: Case, texts: Iterable[str | None]) -> set[str]:
    """The words a case is found by: its number, its patient and whatever texts its workflow gives."""
    words = {word for text in texts if text for word in folded(text).split()}
    words.add(case.number.casefold())
    serial = case.number.rpartition("-")[2]
    words |= {serial, serial.lstrip("0")}
    if case.patient is not None:
        words.update(folded(case.patient.name).split())
        words.add(f"d{case.patient.date_of_birth:%Y%m%d}")
        if case.patient.mrn:
            words.add(folded(case.patient.mrn).replace(" ", ""))
    return {word[:TERM_LENGTH] for word in words if word}


def reindex(session: Session, case: Case, texts: Iterable[str | None]) -> None:
    """Writes the words of a case anew."""
    session.execute(delete(SearchTerm).where(SearchTerm.case_id == case.id))
    index(session, case, texts)


def index(session: Session, case: Case, texts: Iterable[str | None]) -> None:
    """Writes the words of a case that has none yet. The case is flushed already."""
    rows = [
        {"organisation_id": case.organisation_id, "term": term, "case_id": case.id}
        for term in sorted(terms_of(case, texts))
    ]
    session.connection().execute(_TERMS.insert(), rows)


def words_of(query: str) -> list[str]:
    """The words asked for. A date counts as one: US or ISO, or with its month in English or Spanish."""
    found: list[str] = []
    rest = query
    for form in _DATE_FORMS:
        for match in form.finditer(rest):
            if day := _as_date(match):
                found.append(f"d{day:%Y%m%d}")
                rest = rest.replace(match.group(), " ")
    numbers = _NUMBER.findall(rest)
    for number in numbers:
        found.append(number.casefold())
        rest = rest.replace(number, " ")
    return (found + folded(rest).split())[:MAX_WORDS]


@dataclass(frozen=True)
class Plan:
    """How the cases of a text are found. `words` are its words, the rarest first.

    Selective: the rarest word begins the terms of few cases, which are looked up one by one. Otherwise a list
    is read in its own order and each case is asked for the words.
    """

    organisation_id: int
    words: tuple[str, ...]
    is_selective: bool

    def conditions(self, case_id: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """What a case must meet; nothing where nothing was asked."""
        if not self.is_selective:
            return [_has(case_id, word) for word in self.words]
        rarest, *others = self.words
        return [
            case_id.in_(_beginning(self.organisation_id, rarest)),
            *(_has(case_id, each) for each in others),
        ]


def plan(session: Session, organisation_id: int, query: str) -> Plan:
    """The plan for a text, by bounded counts of its words in one statement."""
    words = words_of(query)
    if not words:
        return Plan(organisation_id, (), is_selective=False)
    counts = [
        select(func.count())
        .select_from(_beginning(organisation_id, word).limit(MOST_LOOKED_UP + 1).subquery())
        .scalar_subquery()
        for word in words
    ]
    found = sorted(zip(session.execute(select(*counts)).one(), words, strict=True))
    return Plan(organisation_id, tuple(word for _, word in found), found[0][0] <= MOST_LOOKED_UP)


def _beginning(organisation_id: int, word: str) -> Select[int]:
    return select(SearchTerm.case_id).where(
        SearchTerm.organisation_id == organisation_id, *_begins(SearchTerm, word)
    )


def _has(case_id: ColumnElement[int], word: str) -> ColumnElement[bool]:
    term = aliased(SearchTerm)
    return exists().where(term.case_id == case_id, *_begins(term, word))


def _begins(term: type[SearchTerm], word: str) -> tuple[ColumnElement[bool], ...]:
    return term.term >= word[:TERM_LENGTH], term.term < word[:TERM_LENGTH] + LAST


def _as_date(match: re.Match[str]) -> date | None:
    day, month, year = match.group("day", "month", "year")
    month_number = int(month) if month.isdigit() else _MONTHS.get(folded(month)[:3], 0)
    try:
        return date(_whole_year(int(year)), month_number, int(day))
    except ValueError:
        return None


def _whole_year(year: int) -> int:
    """A year of two digits is the latest one that is not to come: people say their year of birth so."""
    if year >= 100:
        return year
    this_year = now().year
    return this_year - (this_year - year) % 100
