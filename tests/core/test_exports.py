"""No cell of an export is a formula, whatever people typed; nothing else of their text is lost."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from duecare.core import exports
from duecare.core.exports import Sheet, as_csv, as_xlsx, guarded

HOSTILE = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "=cmd|'/C calc'!A0",
    '=HYPERLINK("http://x.example","y")',
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "\x00=1+1",
    "\x0b=1+1",
]
STARTS = tuple("=+-@\t\r＝＋－＠")
cells = st.one_of(st.text(max_size=30), st.sampled_from(HOSTILE))


def csv_rows(*rows: list[exports.Cell]) -> list[list[str]]:
    content = b"".join(as_csv(["A"], rows)).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))[1:]


def sheet_rows(*rows: list[exports.Cell]) -> list[tuple[object, str]]:
    book = load_workbook(io.BytesIO(b"".join(as_xlsx(Sheet("T", ["A"], rows)))))
    return [(cell.value, cell.data_type) for row in book.active.iter_rows(min_row=2) for cell in row]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_cell_is_text_in_csv(text: str) -> None:
    [[cell]] = csv_rows([text])
    assert cell.startswith("'")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_cell_is_text_in_xlsx(text: str) -> None:
    [(value, kind)] = sheet_rows([text])
    assert kind == "s"
    assert str(value).startswith("'")


@settings(max_examples=300)
@given(cells)
def test_no_text_becomes_a_formula(text: str) -> None:
    assert not guarded(text).lstrip().startswith(STARTS)


@given(st.lists(st.lists(cells, min_size=1, max_size=3)))
def test_every_row_keeps_its_cells_in_csv(rows: list[list[str]]) -> None:
    assert csv_rows(*rows) == [[guarded(cell) for cell in row] for row in rows]


@pytest.mark.parametrize("text", ["Núñez, José", "O'Brien", "a;=1", 'He said "no"', "two\nlines", "3 − 1"])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert csv_rows([text]) == [[text]]


def test_numbers_and_dates_stay_numbers_and_dates() -> None:
    day, moment = date(2026, 3, 2), datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert csv_rows([-3, day, moment, None]) == [["-3", "2026-03-02", "2026-03-02 09:30", ""]]
    assert [value for value, _kind in sheet_rows([-3, day, moment])] == [
        -3,
        datetime(2026, 3, 2),  # noqa: DTZ001
        datetime(2026, 3, 2, 9, 30),  # noqa: DTZ001
    ]


def test_headings_are_guarded_too() -> None:
    assert b"'=x" in b"".join(as_csv(["=x"], []))


def test_csv_leaves_while_rows_still_come() -> None:
    endless: Iterator[list[exports.Cell]] = (["x" * 1000] for _ in count())
    assert next(as_csv(["A"], endless))


def test_a_full_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS_PER_SHEET", 2)
    book = load_workbook(
        io.BytesIO(b"".join(as_xlsx(Sheet("Cases", ["A"], ([number] for number in range(5))))))
    )
    found = [[row[0].value for row in sheet.iter_rows(min_row=2)] for sheet in book]
    assert found == [[0, 1], [2, 3], [4]]
    assert book.sheetnames == ["Cases", "Cases 2", "Cases 3"]
