"""Lists as files: CSV streamed line by line, XLSX written to disk row by row; neither carries a formula.

Text from people stays text: a cell that a spreadsheet could take for a formula begins with an apostrophe
(promise 17; CWE-1236), whatever blanks or unusual signs come before it.
"""

import csv
import io
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | date | datetime | None
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = frozenset("=+-@")
MOST_ROWS_PER_SHEET = 1_000_000
MOST_CHARACTERS = 32_000
CHUNK_BYTES = 64 * 1024
DATE_FORMAT, MOMENT_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula, without characters that break a file."""
    plain = "".join(each for each in text if each in "\n\t" or unicodedata.category(each) != "Cc")
    return f"'{plain}" if _could_be_formula(plain) else plain


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """The lines of a CSV file (RFC 4180, UTF-8 with a byte order mark so that spreadsheets read accents)."""
    buffer = io.StringIO(BYTE_ORDER_MARK)
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow([guarded(each) for each in header])
    for row in rows:
        writer.writerow([_as_text(each) for each in row])
        if buffer.tell() > CHUNK_BYTES:
            yield _drained(buffer)
    yield _drained(buffer)


@dataclass(frozen=True)
class Sheet:
    """A table for a file: its title, its headings, and its rows as they come."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def as_xlsx(*sheets: Sheet) -> Iterator[bytes]:
    """The bytes of an XLSX file. Rows go to disk as they come; a further sheet begins after a million."""
    with tempfile.TemporaryFile() as file:
        _write_workbook(file, sheets)
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _could_be_formula(text: str) -> bool:
    """True where the first sign that is shown starts a formula, also in its full-width form."""
    shown = unicodedata.normalize("NFKC", text)
    first = next((each for each in shown if not each.isspace() and unicodedata.category(each) != "Cf"), "")
    return first in FORMULA_STARTS or text[:1] in {"\t", "\n"}


def _as_text(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    return guarded(cell) if isinstance(cell, str) else cell


def _drained(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return content


def _write_workbook(file: IO[bytes], sheets: Sequence[Sheet]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        formats: dict[type, Any] = {
            date: book.add_format({"num_format": DATE_FORMAT}),
            datetime: book.add_format({"num_format": MOMENT_FORMAT}),
        }
        for sheet in sheets:
            _write_sheet(book, sheet, bold, formats)


def _write_sheet(book: Any, wanted: Sheet, bold: Any, formats: dict[type, Any]) -> None:
    sheet = _add_sheet(book, wanted.title[:31], wanted.header, bold)
    for count, row in enumerate(wanted.rows):
        place, further = count % MOST_ROWS_PER_SHEET, count // MOST_ROWS_PER_SHEET
        if further and place == 0:
            sheet = _add_sheet(book, f"{wanted.title[:25]} {further + 1}", wanted.header, bold)
        for column, cell in enumerate(row):
            _write_cell(sheet, place + 1, column, cell, formats)


def _add_sheet(book: Any, title: str, header: Sequence[str], bold: Any) -> Worksheet:
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    for column, label in enumerate(header):
        sheet.set_column(column, column, max(12, len(label) + 2))
        sheet.write_string(0, column, guarded(label), bold)
    return sheet


def _write_cell(sheet: Any, row: int, column: int, cell: Cell, formats: dict[type, Any]) -> None:
    if isinstance(cell, datetime | date):
        plain = cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell
        sheet.write_datetime(row, column, plain, formats[type(cell)])
    elif isinstance(cell, str):
        sheet.write_string(row, column, guarded(cell[:MOST_CHARACTERS]))
    elif cell is not None:
        sheet.write_number(row, column, cell)
