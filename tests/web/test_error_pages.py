"""Error pages say what happened and what to do, and nothing of the inside."""

import pytest
from lxml import html

from duecare.web import error_pages


def words_of(gallery, status: int, **more: str) -> tuple[str, int]:
    with gallery.application.test_request_context():
        text, code = error_pages.render_error(status, **more)
    return " ".join(html.document_fromstring(text).xpath("//main")[0].text_content().split()), code


@pytest.mark.parametrize("status", sorted(error_pages.ERROR_PAGES))
def test_each_error_says_what_happened_and_what_to_do(gallery, status):
    page = error_pages.ERROR_PAGES[status]
    words, code = words_of(gallery, status)
    assert code == status
    assert str(page.happened) in words
    assert str(page.what_to_do) in words


@pytest.mark.parametrize(("status", "like"), [(405, 400), (503, 500)])
def test_an_unlisted_error_reads_like_its_kind(gallery, status, like):
    words, code = words_of(gallery, status)
    assert code == status
    assert str(error_pages.ERROR_PAGES[like].title) in words


def test_a_fitting_sentence_takes_the_place_of_the_general_one(gallery):
    words, _ = words_of(gallery, 422, detail="The package has no cover letter.")
    assert "The package has no cover letter." in words
    assert str(error_pages.ERROR_PAGES[422].happened) not in words


def test_the_reference_for_the_administrator_is_shown(gallery):
    words, _ = words_of(gallery, 500, reference="7f3a-22c1")
    assert "7f3a-22c1" in words
