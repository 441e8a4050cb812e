"""A given name is shown on one line, without tricks, and never leads anywhere."""

import pytest

from duecare.core.documents.names import MAX_NAME_LENGTH, extension, safe_name, saved_as


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("Visit notes 2024.pdf", "Visit notes 2024.pdf"),
        ("résumé de séjour.pdf", "résumé de séjour.pdf"),
        ("記録.pdf", "記録.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\scan.pdf", "scan.pdf"),
        ("/", "document"),
        ("..", "document"),
        ("", "document"),
        ("a\0b.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("zero\u200bwidth.pdf", "zerowidth.pdf"),
        ('"quoted"; x=1.pdf', "_quoted_ x=1.pdf"),
        ("<script>.pdf", "_script_.pdf"),
        (".htaccess", "htaccess"),
        ("CON.pdf", "document"),
        ("trailing. . .", "trailing"),
        ("e\u0301.pdf", "é.pdf"),
        ("%2e%2e%2fpasswd", "_2e_2e_2fpasswd"),
    ],
)
def test_a_given_name_is_made_safe(given, safe):
    assert safe_name(given) == safe


@pytest.mark.parametrize("given", ["x" * 300 + ".pdf", "x" * 300, "." * 300, "a." + "b" * 300])
def test_a_name_of_300_characters_is_shortened(given):
    assert 0 < len(safe_name(given)) <= MAX_NAME_LENGTH


def test_a_shortened_name_keeps_its_extension():
    assert safe_name("x" * 300 + ".pdf").endswith("x.pdf")


@pytest.mark.parametrize(
    ("name", "ending"),
    [("a.PDF", ".pdf"), ("a.tar.gz", ".gz"), ("none", ""), (".txt", ""), ("a.txt\0.pdf", ".pdf")],
)
def test_the_extension_is_that_of_the_safe_name(name, ending):
    assert extension(name) == ending


@pytest.mark.parametrize(
    ("name", "media_type", "saved"),
    [
        ("fax.tif", "application/pdf", "fax.pdf"),
        ("a.b.TIFF", "application/pdf", "a.b.pdf"),
        ("scan", "application/pdf", "scan.pdf"),
        ("Visit.PDF", "application/pdf", "Visit.PDF"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("scan.pdf", "image/png", "scan.png"),
        ("invoice.exe", "image/jpeg", "invoice.exe.jpg"),
        ("Letter of Dr. Novak", "application/pdf", "Letter of Dr. Novak.pdf"),
        ("summary.txt", "text/plain", "summary.txt"),
        ("x" * 300 + ".tif", "application/pdf", "x" * 116 + ".pdf"),
        ("waiting.tif", None, "waiting.tif"),
    ],
)
def test_a_file_is_saved_with_the_extension_of_what_it_is(name, media_type, saved):
    assert saved_as(name, media_type) == saved
