"""No hostile file gets in: each is refused with a reason, or rewritten into something harmless."""

import pikepdf
import pytest

from duecare.core.documents.inspection import Accepted, inspect
from duecare.core.documents.policy import Policy
from duecare.core.documents.refusals import REASONS, Refused
from tests.core.documents.hostile import FILES, HARMLESS

EVIL_BYTES = (
    b"MZ\x90",
    b"PK\x03\x04",
    b"<?php",
    b"<script",
    b"ANTIVIRUS-TEST",
    b"evil",
    b"passwd",
    b"cmd.exe",
)
EVIL_PDF_WORDS = (
    b"/JavaScript",
    b"/JS",
    b"/OpenAction",
    b"/AA",
    b"/Launch",
    b"/EmbeddedFile",
    b"/EF",
    b"/RichMedia",
    b"/XFA",
    b"/URI",
    b"/SubmitForm",
    b"/GoToR",
    b"/Annots",
    b"/AcroForm",
    b"/Encrypt",
    b"/PS",
)


def evil_words_in(accepted: Accepted, folder) -> list[bytes]:
    data = accepted.rewritten.read_bytes()
    words = EVIL_BYTES
    if accepted.media_type == "application/pdf":
        readable = folder / "readable.pdf"
        with pikepdf.open(accepted.rewritten) as document:
            document.save(
                readable,
                compress_streams=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.specialized,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
            )
        data, words = readable.read_bytes(), EVIL_BYTES + EVIL_PDF_WORDS
    return [word for word in words if word in data]


@pytest.mark.parametrize("hostile", FILES, ids=lambda hostile: hostile.name)
def test_a_hostile_file_is_refused_with_a_reason_or_made_harmless(hostile, tmp_path):
    source, folder = tmp_path / "upload", tmp_path / "rewritten"
    source.write_bytes(hostile.build())
    folder.mkdir()
    outcome = inspect(source, hostile.given_name, folder, Policy())
    if hostile.expected == HARMLESS:
        assert isinstance(outcome, Accepted), outcome
        assert evil_words_in(outcome, tmp_path) == []
    else:
        assert isinstance(outcome, Refused), outcome
        assert outcome.code in hostile.expected, outcome
        assert outcome.message


def test_the_table_has_at_least_sixty_hostile_files():
    assert len({hostile.name for hostile in FILES}) == len(FILES) >= 60


def test_a_file_of_200_megabytes_is_refused_unread(tmp_path):
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    refused = inspect(large, "large.pdf", tmp_path, Policy())
    assert refused.code == "too_large"
    assert refused.message == (
        "This file is 200 MB; the largest accepted is 100 MB. Split it or scan it at a lower resolution."
    )


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_is_a_sentence_that_says_what_to_do(code):
    params = dict.fromkeys(("size", "limit", "pages", "width", "height", "signature"), 1)
    assert Refused(code, params).message.endswith((".", "%"))
