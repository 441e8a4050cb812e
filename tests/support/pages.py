"""Checks that hold for every page, and a count of what a request asks of the database."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

from sqlalchemy import event
from werkzeug.test import TestResponse

from duecare.core.installation import Installation

LABELLED = {"input", "select", "textarea"}
UNSEEN = {"hidden", "submit", "button"}


class _Outline(HTMLParser):
    """Headings, ids, fields and labels of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.h1 = 0
        self.titles = 0
        self.ids: Counter[str] = Counter()
        self.labels: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.depth_of_label = 0
        self.depth_of_drawing = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.h1 += tag == "h1"
        self.depth_of_drawing += tag == "svg"
        self.titles += tag == "title" and not self.depth_of_drawing
        if found.get("id"):
            self.ids[found["id"] or ""] += 1
        if tag == "label":
            self.depth_of_label += 1
            self.labels.add(found.get("for") or "")
        if tag in LABELLED and found.get("type") not in UNSEEN:
            self.fields.append({**found, "wrapped": "yes" if self.depth_of_label else None})

    def handle_endtag(self, tag: str) -> None:
        self.depth_of_label -= tag == "label"
        self.depth_of_drawing -= tag == "svg"


def check_page(answer: TestResponse, status: int = 200) -> str:
    """The text of a page that has one title, one h1, unique ids and a label for every field."""
    assert answer.status_code == status, answer.text[:500]
    outline = _Outline()
    outline.feed(answer.text)
    assert outline.h1 == 1
    assert outline.titles == 1
    assert [id_ for id_, count in outline.ids.items() if count > 1] == []
    assert [field for field in outline.fields if not _is_labelled(field, outline)] == []
    return answer.text


@contextmanager
def statements(installation: Installation) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile, but for the begin of a transaction."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    engine = installation.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _is_labelled(field: dict[str, str | None], outline: _Outline) -> bool:
    named = field.get("aria-label") or field.get("aria-labelledby") or field.get("wrapped")
    return bool(named) or (field.get("id") or "") in outline.labels
