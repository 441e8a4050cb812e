"""Check that the catalogues are current and that people without an account can read everything in Spanish.

Prints what is missing, and fails. `make translations` brings the catalogues up to date.
"""

import re
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

from babel.messages.catalog import Catalog, Message

sys.path.insert(0, str(Path(__file__).parents[1]))

from translations import current, extracted, languages

from duecare.core.documents.refusals import REASONS
from duecare.core.language import catalogue_path, read_catalogue
from duecare.workflows.release import messages, terms
from duecare.workflows.release.lifecycle import STATUSES

PUBLIC_FILES = (
    "duecare/core/documents/operations.py",
    "duecare/core/throttle.py",
    "duecare/web/error_pages.py",
    "duecare/web/format.py",
    "duecare/web/templates/components/form.html",
    "duecare/web/templates/errors/*.html",
    "duecare/web/templates/layout/public.html",
    "duecare/web/templates/layout/root.html",
    "duecare/workflows/release/drafts.py",
    "duecare/workflows/release/public_*.py",
    "duecare/workflows/release/templates/release/public/*.html",
    "duecare/workflows/release/views/public_*.py",
)
PUBLIC_TERMS = (
    terms.REQUEST_TYPES,
    terms.REQUESTER_KINDS,
    terms.RECORD_TYPES,
    terms.DELIVERIES,
    terms.DOCUMENT_KINDS,
    terms.HOLD_REASONS,
    terms.DENIAL_BASES,
    REASONS,
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def public_texts(template: Catalog) -> set[str]:
    """The texts that somebody without an account may read."""
    written = {str(label) for labels in PUBLIC_TERMS for label in labels.values()}
    written |= {str(status.label) for status in STATUSES}
    written |= {str(text) for each in messages.REQUESTER for text in (each.subject, each.body)}
    return written | {_key(message) for message in template if message.id and _is_public(message)}


def faults(language: str, template: Catalog) -> Iterator[str]:
    """What is wrong with the catalogue of a language."""
    path = catalogue_path(language)
    if not path.is_file() or path.read_bytes() != current(language, template):
        yield f"{path.name} of {language!r} is not current: run `make translations`"
        return
    wanted = public_texts(template)
    for message in read_catalogue(language):
        if not message.id:
            continue
        texts = _translations(message)
        if _key(message) in wanted and not all(texts):
            yield f"no {language!r} translation: {_key(message)}"
        elif not all(_fits(message, text) for text in texts if text):
            yield f"other placeholders in the {language!r} translation: {_key(message)}"


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[-1]


def _translations(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string)


def _fits(message: Message, text: str) -> bool:
    """The same placeholders; a form of a plural may leave out its number."""
    asked, given = _placeholders(_key(message)), _placeholders(text)
    return given == asked if isinstance(message.id, str) else given <= asked


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def _is_public(message: Message) -> bool:
    return any(fnmatch(name, pattern) for name, _line in message.locations for pattern in PUBLIC_FILES)


def main() -> int:
    """Prints every fault; the exit status says whether there was one."""
    template = extracted()
    found = [fault for language in languages() for fault in faults(language, template)]
    for fault in found:
        sys.stderr.write(f"{fault}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
