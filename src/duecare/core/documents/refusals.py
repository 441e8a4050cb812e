"""Why a file was refused, in words for the person who sent it: what is wrong and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _

REASONS = {
    "animation": _("This is a GIF picture. Save it as JPEG or PNG and upload that."),
    "archive": _("This is an archive of files. Unpack it and upload each document on its own."),
    "broken_image": _("This picture is damaged and cannot be opened. Scan or save it again and upload that."),
    "broken_pdf": _("This PDF is damaged and cannot be opened. Save or scan it again and upload that."),
    "broken_text": _("This text file cannot be read. Save it as plain text in UTF-8 and upload that."),
    "dynamic_form": _(
        "This is an interactive form that only Adobe Acrobat can show. Open it there, print it to PDF and"
        " upload that."
    ),
    "email": _("This is a saved e-mail. Print it to PDF and upload that."),
    "empty": _("This file is empty. Check the original and upload it again."),
    "executable": _("This file is a program, not a document. Programs are never accepted."),
    "heic": _("This photo is in Apple's HEIC format. Save it as JPEG and upload that."),
    "infected": _(
        "The malware scanner found “%(signature)s” in this file. Do not open it; ask the sender for a clean"
        " copy."
    ),
    "locked": _("This PDF is locked with a password. Save a copy without the password and upload that."),
    "no_pages": _("This PDF has no pages. Save or scan it again and upload that."),
    "office": _("This is an office document. Save it as PDF and upload that."),
    "other_image": _("This type of picture is not accepted. Save it as JPEG or PNG and upload that."),
    "portfolio": _("This PDF is a folder of other files. Upload each of those files on its own."),
    "script": _("This file contains program code, not a document. Upload the document itself."),
    "svg": _("This is a drawing that can carry program code (SVG). Save it as PDF or PNG and upload that."),
    "test_virus": _("This is the harmless test file for virus scanners. It is refused like a virus."),
    "too_large": _(
        "This file is %(size)s MB; the largest accepted is %(limit)s MB. Split it or scan it at a lower"
        " resolution."
    ),
    "too_large_text": _("This text file is too long to be read as pages. Save it as PDF and upload that."),
    "too_many_pages": _(
        "This document has %(pages)s pages; the most accepted is %(limit)s. Split it and upload the parts."
    ),
    "too_many_pixels": _(
        "This picture is too large: %(width)s × %(height)s pixels. Save or scan it at a lower resolution."
    ),
    "unknown": _(
        "This type of file is not accepted. Upload a PDF, a JPEG, PNG or TIFF picture, or a .txt file."
    ),
    "unpacks_too_large": _(
        "This PDF unpacks to far more data than a document needs. Print it to a new PDF and upload that."
    ),
    "unreadable": _("This file could not be read safely. Print it to a new PDF and upload that."),
    "web_page": _("This is a web page, not a document. Print it to PDF and upload that."),
}


@dataclass(frozen=True)
class Refused:
    """A file that is not accepted: a stable code of REASONS, and what its sentence names.

    `detail` is for the log and the administrator, never for the sender.
    """

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    detail: str = ""

    @property
    def message(self) -> str:
        """The reason in the current language."""
        return str(REASONS[self.code]) % self.params
