"""Letters and reports: accessible, reproducible, and made of data that cannot act."""

from datetime import UTC, datetime, timedelta

import pikepdf
import pytest

from duecare.core.documents.pdf import TypesettingFailed, render
from tests.core.documents import made
from tests.rules.tree import files

CREATED = datetime(2026, 11, 22, tzinfo=UTC)
TEMPLATE = """#let data = json(bytes(sys.inputs.data))
#set document(title: data.title)
#set text(lang: data.language)
= #data.title
#data.body
"""


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "letter.typ"
    path.write_text(TEMPLATE)
    return path


def data(body: str) -> dict[str, str]:
    return {"title": "Aging report", "language": "en", "body": body}


def test_a_document_is_tagged_for_screen_readers_and_says_its_title_and_language(template, tmp_path):
    (tmp_path / "out.pdf").write_bytes(render(template, data("Seven are overdue."), created=CREATED))
    with pikepdf.open(tmp_path / "out.pdf") as document:
        assert bool(document.Root.MarkInfo.Marked)
        assert str(document.Root.Lang) == "en"
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Aging report"


@pytest.mark.parametrize(
    "typed", ['#panic("x")', '"); #read("/etc/passwd")', "*not bold* $x$ <label> @ref", "\\ `"]
)
def test_what_a_person_typed_is_shown_and_never_run(template, typed):
    assert typed in made.texts(render(template, data(typed), created=CREATED))[0]


def test_the_same_input_gives_the_same_bytes_whatever_the_zone_says(template):
    elsewhere = CREATED.astimezone(UTC) + timedelta(0)
    assert render(template, data("x"), created=CREATED) == render(template, data("x"), created=elsewhere)


def test_a_template_that_does_not_fit_its_data_is_named(template):
    with pytest.raises(TypesettingFailed, match=r"letter\.typ"):
        render(template, {"title": "x", "language": "en"}, created=CREATED)


@pytest.mark.parametrize("template", files("src/*.typ"), ids=lambda file: file.path)
def test_no_template_fetches_a_package(template):
    assert "@preview" not in template.text


def test_the_time_inside_the_file_is_kept_to_the_second(template):
    later = CREATED + timedelta(microseconds=333)
    assert render(template, data("x"), created=later) == render(template, data("x"), created=CREATED)
