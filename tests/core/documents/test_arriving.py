"""A form's files as they come in: what is too large is cut, counted together, and thrown away."""

import pytest

from duecare.core.documents.arriving import ALONE, TOGETHER, Arriving, Drained
from duecare.core.documents.operations import land
from duecare.core.errors import Missing


class Endless:
    """A body that notes how much of it was read."""

    def __init__(self, size: int) -> None:
        self.left = size

    def read(self, size: int) -> bytes:
        given = min(size, self.left)
        self.left -= given
        return b"x" * given


def test_a_file_within_its_limit_is_whole():
    with Arriving(10, lambda _size: True) as file:
        file.write(b"12345")
        file.write(b"67890")
        file.seek(0)
        assert file.read() == b"1234567890"
        assert file.cut == ""


@pytest.mark.parametrize(("most", "fits", "cut"), [(9, True, ALONE), (10, False, TOGETHER)])
def test_a_file_that_is_too_large_is_emptied_and_refused_in_words(installation, most, fits, cut):
    with Arriving(most, lambda _size: fits) as file:
        assert file.write(b"12345") == 5
        assert file.write(b"67890") == 5
        assert file.cut == cut
        assert file.seek(0, 2) == 0
        with pytest.raises(Missing, match="larger than"):
            land(installation.store, file, "scan.pdf", 1_000_000)


@pytest.mark.parametrize(("terminated", "left"), [(True, 0), (False, 5_000_000)])
def test_a_body_is_read_to_its_end_where_its_end_is_known(terminated, left):
    body = Endless(5_000_000)
    environ = {"wsgi.input": body, "wsgi.input_terminated": terminated}
    assert Drained(lambda *_: [b"answer"])(environ, None) == [b"answer"]
    assert body.left == left
