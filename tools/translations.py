"""Bring the catalogues up to date: every text of src stands in each of them (`make translations`).

Translations that exist are kept, texts that are gone are dropped, new ones stay empty until somebody writes
them: look for `msgstr ""` in `src/duecare/translations/*/LC_MESSAGES/messages.po`.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import write_po

from duecare.core.language import LANGUAGES, catalogue_path, read_catalogue

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
SOURCE_LANGUAGE = "en"
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
WIDTH = 110


def languages() -> list[str]:
    """Every language that has a catalogue."""
    return [language for language in LANGUAGES if language != SOURCE_LANGUAGE]


def extracted() -> Catalog:
    """Every text of src, with the files it stands in."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    for name, _line, message, comments, context in extract_from_dir(SOURCE, methods, options, KEYWORDS):
        found.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return found


def current(language: str, template: Catalog) -> bytes:
    """The catalogue of a language as it should be written now."""
    path = catalogue_path(language)
    catalogue = Catalog(locale=language, project="duecare", fuzzy=False)
    kept = read_catalogue(language) if path.is_file() else Catalog(locale=language)
    for message in template:
        if message.id:
            known = kept.get(message.id, message.context)
            catalogue.add(message.id, known.string if known else "", context=message.context)
    written = BytesIO()
    write_po(written, catalogue, width=WIDTH, sort_output=True, omit_header=True)
    return _header(language) + written.getvalue()


def _header(language: str) -> bytes:
    plural = Catalog(locale=language).plural_forms
    return (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {language}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {plural}\\n"\n\n'
    ).encode()


def main() -> int:
    """Writes every catalogue and says how much of each is translated."""
    template = extracted()
    for language in languages():
        path = catalogue_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(current(language, template))
        messages = [message for message in read_catalogue(language) if message.id]
        done = sum(1 for message in messages if message.string and all(message.string))
        sys.stdout.write(f"{path.relative_to(ROOT)}: {done} of {len(messages)} texts translated\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
