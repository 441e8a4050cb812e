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
from flask import Flask, g
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


def chosen_locale() -> Any:
    """The `babel.Locale` of this request or job; None outside of both.

    A page asks hundreds of times, so what Flask-Babel found once is taken from where it keeps it.
    """
    try:
        context = g._get_current_object()
    except RuntimeError:
        return None
    return getattr(context.get("_flask_babel"), "babel_locale", None) or get_locale()


def chosen_code() -> str:
    """The code of `chosen_locale`; English where there is none."""
    chosen = chosen_locale()
    if chosen is None:
        return "en"
    return str(chosen) if chosen.territory else str(chosen.language)


def _chosen_translations() -> NullTranslations:
    chosen = chosen_locale()
    return translations(chosen.language) if chosen else NullTranslations()


class _Catalogues(Domain):  # type: ignore[misc]
    """Flask-Babel's source of translations."""

    def get_translations(self) -> NullTranslations:
        return _chosen_translations()


class Languages(Babel):  # type: ignore[misc]
    """Flask-Babel with the catalogues of this package."""

    def init_app(self, app: Flask, **options: Any) -> None:
        super().init_app(app, **options)
        app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
            gettext=lambda text: _chosen_translations().ugettext(text),
            ngettext=lambda one, many, count: _chosen_translations().ungettext(one, many, count),
            newstyle=True,
        )

    @cached_property
    def domain_instance(self) -> Any:
        return _Catalogues()
