"""A public form whose cookie is gone: what was typed on the page stays, and plain words say what happened."""

import re
from io import BytesIO

import pytest

from tests.workflows.release.public import FIRM, PDF, TOKEN, Visitor


@pytest.fixture
def visitor(app, world):
    return Visitor(app)


def sent_without_cookie(visitor, step, data):
    """Sends a page whose cookie is gone, then once more as the page says; gives both answers."""
    held = visitor.get(f"/request/riverside/{step}").text
    visitor.client.delete_cookie("duecare")
    asker = re.search(r'name="asker" value="([^"]+)"', held)[1]
    token = TOKEN.search(held)[1]
    first = visitor.client.post(
        f"/request/riverside/{step}", data={**data, "asker": asker, "csrf_token": token}
    )
    again = TOKEN.search(first.text)[1]
    second = visitor.client.post(
        f"/request/riverside/{step}",
        data={**data, "asker": asker, "csrf_token": again},
        follow_redirects=True,
    )
    return first, second


def test_a_page_sent_after_the_cookie_was_lost_keeps_what_was_typed_there(visitor):
    visitor.answer("who", {"who": "attorney"})
    first, second = sent_without_cookie(visitor, "contact", FIRM)
    assert first.status_code == 400
    assert "press the button once more" in first.text
    for page in (first, visitor.get("/request/riverside/contact")):
        assert 'value="Harold Finch"' in page.text
        assert 'value="Finch &amp; Wren LLP"' in page.text
    assert "We do not have your earlier answers any more" in second.text
    assert "Whose records do you want?" in second.text


def test_papers_sent_after_the_cookie_was_lost_are_asked_for_again_in_words(visitor):
    visitor.fill_as_patient()
    visitor.client.delete_cookie("duecare")
    files = {"identification": (BytesIO(PDF), "card.pdf"), "csrf_token": "stale"}
    answer = visitor.client.post(
        "/request/riverside/documents",
        data=files,
        content_type="multipart/form-data",
        follow_redirects=True,
    )
    assert answer.request.path.endswith("/who")
    assert "Please answer these questions again" in answer.text
