"""Hostile files as a table: a name, what its sender calls it, how it is built, what must become of it."""

import io
import struct
import zlib

from PIL import Image

from tests.core.documents import made
from tests.core.documents.hostile_pdfs import PDFS, attached, shown_pdf
from tests.core.documents.made import HARMLESS, MEGABYTE, Hostile


def scanner_test_file() -> bytes:
    return b"*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\\4[PA@%P!O5X"[::-1]


def jpeg_with(comment: bytes) -> bytes:
    return made.picture(comment=comment)


def claimed_size(data: bytes, width: int, height: int) -> bytes:
    """A JPEG or PNG that says in its header that it is this large."""
    size = struct.pack(">II", width, height)
    if data.startswith(b"\x89PNG"):
        header = b"IHDR" + size + data[24:29]
        return data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:]
    frame = data.index(b"\xff\xc0")
    return data[: frame + 5] + struct.pack(">HH", height, width) + data[frame + 9 :]


def png_text_bomb() -> bytes:
    chunk = b"zTXtnote\0\0" + zlib.compress(bytes(100 * MEGABYTE), 1)
    packed = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    plain = made.picture("PNG")
    return plain[:33] + packed + plain[33:]


def png_pixel_bomb() -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (8_000, 8_000)).save(buffer, "PNG")
    return buffer.getvalue()


def looping_tiff() -> bytes:
    data = bytearray(made.scan(1))
    first = struct.unpack_from("<I", data, 4)[0]
    entries = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * entries, first)
    return bytes(data)


def tiff_flood() -> bytes:
    header = b"II*\0" + struct.pack("<I", 8)
    tags = [
        (256, 4, 1, 90_000),
        (257, 4, 1, 90_000),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
    ]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return header + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)


def windows_program() -> bytes:
    return b"MZ\x90\0" + bytes(60) + b"PE\0\0" + bytes(400)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
PHP = b"<?php system($_GET['c']); ?>"

FILES = [
    *PDFS,
    # nothing, and too much
    Hostile("empty file", "empty.pdf", lambda: b"", ("empty",)),
    Hostile("spaces only", "blank.txt", lambda: b" \n\t\n", ("empty",)),
    Hostile("zeros", "zeros.pdf", lambda: bytes(5000), ("broken_pdf",)),
    Hostile("random-looking bytes", "noise.bin", lambda: bytes(range(1, 256)) * 8, ("unknown",)),
    # disguised
    Hostile("program as PDF", "invoice.pdf", windows_program, ("executable",)),
    Hostile(
        "Linux program as JPEG", "photo.jpg", lambda: b"\x7fELF\x02\x01\x01" + bytes(200), ("executable",)
    ),
    Hostile(
        "Java class as PNG", "scan.png", lambda: b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(99), ("executable",)
    ),
    Hostile("Windows shortcut", "a.pdf.lnk", lambda: b"L\0\0\0\x01\x14\x02\0" + bytes(99), ("executable",)),
    Hostile("shell script as text", "read.txt", lambda: b"#!/bin/sh\nrm -rf ~\n", ("script",)),
    Hostile("batch file as text", "read.txt", lambda: b"@echo off\r\ndel *.*\r\n", ("script",)),
    Hostile("PHP as text", "notes.txt", lambda: PHP, ("script",)),
    Hostile("PostScript as PDF", "a.pdf", lambda: b"%!PS-Adobe-3.0\n(r) file", ("script",)),
    Hostile("HTML as PDF", "record.pdf", lambda: HTML, ("web_page",)),
    Hostile("HTML before a PDF", "record.pdf", lambda: HTML + made.pdf(), ("web_page",)),
    Hostile("HTML as text", "record.txt", lambda: b"  \n" + HTML, ("web_page",)),
    Hostile("HTML in UTF-16 as text", "record.txt", lambda: HTML.decode().encode("utf-16"), ("web_page",)),
    Hostile("SVG", "drawing.svg", lambda: SVG, ("svg",)),
    Hostile("SVG as PNG", "drawing.png", lambda: b'<?xml version="1.0"?>' + SVG, ("svg",)),
    Hostile(
        "XML with an external entity", "a.txt", lambda: b'<?xml version="1.0"?><!DOCTYPE x>', ("unknown",)
    ),
    Hostile("saved e-mail", "m.eml", lambda: b"From: a@example.org\nMIME-Version: 1.0\n\nhi", ("email",)),
    Hostile("text with NUL bytes", "a.txt", lambda: b"hello\0world", ("broken_text",)),
    Hostile("text with reordering characters", "a.txt", "pay \u202e001\u202c now".encode, HARMLESS),
    Hostile("text with terminal escapes", "a.txt", lambda: b"\x1b[2J\x1b]0;owned\x07hello", ("broken_text",)),
    Hostile("text of very many lines", "a.txt", lambda: b"x" + b"\n" * 500_000, ("too_large_text",)),
    Hostile("text of 3 megabytes", "a.txt", lambda: b"word " * 600_000, ("too_large_text",)),
    # archives and their bombs
    Hostile("ZIP", "records.zip", lambda: made.archive(a=b"1"), ("archive",)),
    Hostile("ZIP as PDF", "records.pdf", lambda: made.archive(a=b"1"), ("archive",)),
    Hostile("ZIP bomb", "records.zip", lambda: made.archive(a=bytes(10 * MEGABYTE)), ("archive",)),
    Hostile("office document", "letter.docx", lambda: made.archive(word__document=b"<w/>"), ("office",)),
    Hostile(
        "old office document",
        "letter.doc",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
        ("office",),
    ),
    Hostile("RTF", "letter.rtf", lambda: b"{\\rtf1{\\object\\objupdate}}", ("office",)),
    Hostile("GZIP", "a.pdf.gz", lambda: b"\x1f\x8b\x08" + bytes(50), ("archive",)),
    Hostile("TAR", "a.tar", lambda: b"name".ljust(257, b"\0") + b"ustar\0" + bytes(250), ("archive",)),
    # the virus scanners' test file
    Hostile("test virus as text", "eicar.txt", scanner_test_file, ("test_virus",)),
    Hostile("test virus as program", "eicar.com", scanner_test_file, ("test_virus",)),
    Hostile("test virus attached to a PDF", "a.pdf", shown_pdf(attached), HARMLESS),
    Hostile("test virus after a JPEG", "a.jpg", lambda: made.picture() + scanner_test_file(), HARMLESS),
    # two types at once
    Hostile("PDF then ZIP", "a.pdf", lambda: made.pdf() + made.archive(a=windows_program()), HARMLESS),
    Hostile("ZIP then PDF", "a.pdf", lambda: made.archive(a=b"1") + made.pdf(), ("archive",)),
    Hostile("program then PDF", "a.pdf", lambda: windows_program() + made.pdf(), ("executable",)),
    Hostile("GIF then PDF", "a.pdf", lambda: b"GIF89a" + made.pdf(), ("animation",)),
    Hostile("GIF then JAR", "a.gif", lambda: made.picture("GIF") + made.archive(a=b"1"), ("animation",)),
    Hostile("JPEG then PHP", "a.jpg", lambda: made.picture() + PHP, HARMLESS),
    Hostile("PHP in a JPEG comment", "a.jpg", lambda: jpeg_with(PHP), HARMLESS),
    Hostile("HTML in a JPEG comment", "a.jpg", lambda: jpeg_with(HTML), HARMLESS),
    Hostile("JPEG then ZIP", "a.jpg", lambda: made.picture() + made.archive(a=b"1"), HARMLESS),
    Hostile("PDF in a JPEG comment", "a.pdf", lambda: jpeg_with(made.pdf()), HARMLESS),
    Hostile("PNG then HTML", "a.png", lambda: made.picture("PNG") + HTML, HARMLESS),
    Hostile("text before a PDF", "a.pdf", lambda: b"junk line\n" + made.pdf(), HARMLESS),
    # pictures
    Hostile(
        "pixel flood JPEG",
        "a.jpg",
        lambda: claimed_size(made.picture(), 65_000, 65_000),
        ("too_many_pixels",),
    ),
    Hostile(
        "pixel flood PNG",
        "a.png",
        lambda: claimed_size(made.picture("PNG"), 10**6, 10**6),
        ("too_many_pixels",),
    ),
    Hostile("real pixel bomb PNG", "a.png", png_pixel_bomb, ("too_many_pixels",)),
    Hostile("PNG text bomb", "a.png", png_text_bomb, ("broken_image",)),
    Hostile("JPEG cut short", "a.jpg", lambda: made.picture(size=(600, 400))[:900], ("broken_image",)),
    Hostile("JPEG header only", "a.jpg", lambda: b"\xff\xd8\xff\xe0", ("broken_image",)),
    Hostile(
        "PNG with a wrong checksum",
        "a.png",
        lambda: made.picture("PNG").replace(b"IDAT", b"IDAX"),
        ("broken_image",),
    ),
    Hostile("TIFF in a loop", "a.tif", looping_tiff, HARMLESS),
    Hostile("pixel flood TIFF", "a.tif", tiff_flood, ("too_many_pixels",)),
    Hostile("HEIC photo", "a.heic", lambda: b"\0\0\0\x18ftypheic" + bytes(99), ("heic",)),
    Hostile("WebP", "a.webp", lambda: made.picture("WEBP"), ("other_image",)),
    Hostile("BMP", "a.bmp", lambda: made.picture("BMP"), ("other_image",)),
]
