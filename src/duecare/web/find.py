"""Find: one box for number, patient, date of birth, MRN and requester, for while a caller is on the line."""

import re
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from duecare.core import list_pages, lists, queues, requests, search
from duecare.core import workflow as workflows
from duecare.core.lists import Line
from duecare.core.patients.operations import folded
from duecare.core.queues import CaseRow, Filters
from duecare.core.requests import signed_in
from duecare.web.format import born

pages = Blueprint("find", __name__)
ROWS = 25
SUGGESTIONS = 8
SHORTEST = 2
MOST_CHARACTERS = 200
WHOLE_NUMBER = re.compile(r"[A-Za-z]{2,4}-\d{4}-\d{6,}")


@pages.get("/find")
@signed_in
def show() -> str | Response:
    """The cases a text names; a whole number goes straight to its case."""
    text = asked()
    found = _search(text) if text else ()
    if straight := exact(text, found):
        return redirect(workflows.named(straight.workflow).path_of(straight.number))
    lines = _noted(found)
    return render_template(
        "shell/find.html", text=text, lines=lines, columns=lists.heads(), has_more=len(found) == ROWS
    )


@pages.get("/find/suggestions")
@signed_in
def suggestions() -> Response:
    """What the box offers while somebody types."""
    text = asked()
    found = _search(text) if len(text) >= SHORTEST else ()
    return jsonify({"items": [_suggestion(line) for line in _noted(found[:SUGGESTIONS])]})


def asked() -> str:
    """The text of the box."""
    return request.args.get("q", "").strip()[:MOST_CHARACTERS]


def exact(text: str, found: tuple[CaseRow, ...]) -> CaseRow | None:
    """The one case whose number was typed in full; never a guess, for another patient's case would open."""
    if not WHOLE_NUMBER.fullmatch(text):
        return None
    return next((row for row in found if row.number.casefold() == text.casefold()), None)


def _search(text: str) -> tuple[CaseRow, ...]:
    """Newest first; patients of that name before cases in which only somebody else is called so."""
    wanted = Filters(text=text)
    found = queues.page(requests.reading(), list_pages.scope(), wanted, sort="-received", limit=ROWS).rows
    words = search.words_of(text)
    return tuple(sorted(found, key=lambda row: not _is_about(row, words)))


def _is_about(row: CaseRow, words: list[str]) -> bool:
    """True where every word that begins a name begins one of the patient's; other words name nobody."""
    names = folded(row.patient_name).split()
    return all(any(name.startswith(word) for name in names) for word in words if word.isalpha())


def _noted(found: tuple[CaseRow, ...]) -> list[Line]:
    if found:
        requests.note_read("cases.found", "find", lists.numbers(found))
    return [lists.line(row, requests.caller(), show_birth=True) for row in found]


def _suggestion(line: Line) -> dict[str, Any]:
    return {
        "number": line.number,
        "url": line.url,
        "person": line.person,
        "born": born(line.born) if line.born else None,
        "mrn": line.mrn,
        "what": line.what,
        "status": str(line.status_label),
    }
