"""Translations, read from the `.po` files themselves: there is no compiled file that could be out of date.

English is the language of the source; a text without a translation is shown in English, never left out.
"""

from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask_babel import Babel, Domain, get_locale

LANGUAGES = {"en": "English", "es": "Español"}
FOLDER = Path(__file__).parents[1] / "translations"


def catalogue_path(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def read_catalogue(language: str) -> Catalog:
    """The catalogue of a language as it is written."""
    with catalogue_path(language).open("rb") as file:
        return read_po(file, locale=language)


@cache
def translations(language: str) -> NullTranslations:
    """What a language says; nothing of its own for English and for languages that have no catalogue."""
    if not catalogue_path(language).is_file():
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(language))
    compiled.seek(0)
    return Translations(compiled)


class _Catalogues(Domain):  # type: ignore[misc]
    """Flask-Babel's source of translations."""

    def get_translations(self) -> NullTranslations:
        chosen = get_locale()
        return translations(chosen.language) if chosen else NullTranslations()


class Languages(Babel):  # type: ignore[misc]
    """Flask-Babel with the catalogues of this package."""

    @cached_property
    def domain_instance(self) -> Any:
        return _Catalogues()
