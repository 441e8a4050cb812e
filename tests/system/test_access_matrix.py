"""Every cell of route × role × {own, a colleague's, another organisation's}, and nobody signed in.

What must come out is written by people in `access_matrix.csv`, next to this file; its head says what the
words mean. A new route without a row fails here: add one, and say who may.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from duecare.app import create_app
from duecare.core.installation import open_installation
from duecare.core.metadata import metadata
from duecare.settings import load as load_settings
from duecare.workflows import load as load_workflows
from tests.support.access_world import ROLES, AccessWorld, furnish
from tests.support.world import build

pytestmark = pytest.mark.slow
TABLE = Path(__file__).with_name("access_matrix.csv")
IN, REFUSED, UNKNOWN, TO_SIGN_IN, NO_TOKEN = "let in", "403", "404", "sign-in", "401"
WORDS = {
    "yes": (IN, IN, UNKNOWN),
    "own": (IN, REFUSED, UNKNOWN),
    "mine": (IN, UNKNOWN, UNKNOWN),
    "no": (REFUSED, REFUSED, REFUSED),
    "not-here": (REFUSED, REFUSED, UNKNOWN),
    "hidden": (UNKNOWN, UNKNOWN, UNKNOWN),
    "any": (IN, IN, IN),
}
ANONYMOUS = {"yes": IN, "no": REFUSED, "hidden": UNKNOWN, "sign-in": TO_SIGN_IN, "401": NO_TOKEN}
SCOPES = ("own", "colleague", "stranger")
THING = re.compile(r"\{(\w+)\}")
ITS_OWN_ANSWERS = {400, 409, 413, 415, 422, 429}


FOREIGN_FIELDS = [
    ("supervisor", "/releases/assign", "number={their_case}&assignee={specialist}"),
    ("supervisor", "/releases/assign", "number={case}&assignee={their_person}"),
    ("supervisor", "/releases/board/assign", "number={their_case}&assignee={specialist}"),
    ("supervisor", "/releases/board/assign", "number={case}&assignee={their_person}"),
    ("supervisor", "/releases/{case}/actions/assign", "assignee={their_person}"),
    ("supervisor", "/api/v1/releases/{case}/actions/assign", "assignee={their_person}"),
    ("specialist", "/releases/{case}/package", "document={their_document}&documents={their_document}"),
    ("specialist", "/releases/{case}/documents/{their_document}/content", ""),
    ("specialist", "/account/organisation", "organisation={their_organisation}"),
    ("administrator", "/account/organisation", "organisation={their_organisation}"),
    ("administrator", "/admin/people/{their_person}/roles", "roles=administrator"),
    ("administrator", "/admin/calendar/closures/{their_closure}/remove", "confirmed=yes"),
    ("administrator", "/admin/rules/{their_rule}/end", "valid_to=2030-01-01&confirmed=yes"),
]


@dataclass(frozen=True)
class Row:
    """One line of the table. `path` and `sent` name things in braces."""

    method: str
    path: str
    sent: str
    anonymous: str
    words: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.path}" + (f" {self.sent}" if self.sent else "")

    @property
    def scopes(self) -> tuple[str, ...]:
        return SCOPES if THING.search(self.path + self.sent) else SCOPES[:1]

    def filled(self, text: str, things: dict[str, str]) -> str:
        return THING.sub(lambda found: things[found[1]], text)


def read_table() -> list[Row]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [
        Row(
            method=line["method"],
            path=line["path"],
            sent=line["sent"] or "",
            anonymous=line["anonymous"],
            words={role: line[role] for role in ROLES},
        )
        for line in csv.DictReader(line for line in lines if line.strip())
    ]


ROWS = read_table()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AccessWorld]:
    folder = tmp_path_factory.mktemp("access")
    file = folder / "duecare.db"
    settings = load_settings(
        {},
        environment="test",
        database_url=f"sqlite:///{file}",
        storage_url=f"file://{folder / 'store'}",
        mail_url=f"file://{folder / 'outbox'}",
    )
    load_workflows()
    installation = open_installation(settings)
    metadata.create_all(installation.database.engine)
    app = create_app(settings, installation)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context():
        made = furnish(app, build(installation), file)
    yield made
    installation.database.dispose()


def answered(made: AccessWorld, row: Row, role: str | None, scope: str) -> str:
    things = made.things[role or "specialist", scope]
    response = made.ask(role, row.method, row.filled(row.path, things), row.filled(row.sent, things))
    code = response.status_code
    if code == 302 and "/sign-in" in response.location and not row.path.startswith("/sign-"):
        return TO_SIGN_IN
    if code in {401, 403, 404}:
        return str(code)
    return IN if code < 400 or code in ITS_OWN_ANSWERS else f"error {code}"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_answers_are_those_of_the_table(asked, row):
    asked.put_back()
    wrong = []
    for role, word in row.words.items():
        for scope, expected in zip(SCOPES, WORDS[word], strict=True):
            if scope in row.scopes and (found := answered(asked, row, role, scope)) != expected:
                wrong.append(f"{role}, {scope}: {found}, the table says {expected} ({word})")
    if (found := answered(asked, row, None, "own")) != ANONYMOUS[row.anonymous]:
        wrong.append(f"anonymous: {found}, the table says {row.anonymous}")
    assert not wrong, f"{row}\n" + "\n".join(wrong)


@pytest.mark.parametrize(("role", "path", "sent"), FOREIGN_FIELDS)
def test_no_field_reaches_into_another_organisation(asked, role, path, sent):
    things = {
        **{f"their_{name}": value for name, value in asked.things[role, "stranger"].items()},
        **asked.things[role, "own"],
        "specialist": asked.things["specialist", "own"]["person"],
    }
    before = asked.state()
    row = Row("POST", path, sent, "", {})
    answer = asked.ask(role, "POST", row.filled(path, things), row.filled(sent, things), keep=True)
    changed = [name for name, digest in asked.state().items() if digest != before[name]]
    asked.put_back()
    assert answer.status_code < 500
    assert not changed


def test_every_route_has_a_row(asked):
    adapter = asked.app.url_map.bind("")
    things = asked.things["specialist", "own"]
    written = {
        (adapter.match(row.filled(row.path, things), row.method, return_rule=True)[0].rule, row.method)
        for row in ROWS
    }
    served = {
        (rule.rule, method)
        for rule in asked.app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    missing = sorted(f"{method} {rule}" for rule, method in served - written)
    assert not missing, (
        "say who may call these in tests/system/access_matrix.csv, one line each:\n" + "\n".join(missing)
    )
