"""A given name is shown on one line, without tricks, and never leads anywhere."""

import pytest

from duecare.core.documents.names import MAX_NAME_LENGTH, extension, safe_name, with_extension


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
    ("name", "renamed"), [("fax.tif", "fax.pdf"), ("scan", "scan.pdf"), ("a.b.TIFF", "a.b.pdf")]
)
def test_a_rewritten_file_gets_its_own_extension(name, renamed):
    assert with_extension(name, ".pdf") == renamed
