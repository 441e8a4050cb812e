"""The web shell: layout, navigation, inbox, shared components."""

from flask import Flask, request

from duecare.core import requests
from duecare.core.workflow import Workflow
from duecare.web import errors
from duecare.web.headers import secured

LOCALES = ("en", "es")

__all__ = ["init_app", "locale", "secured", "zone"]


def init_app(app: Flask, workflows: tuple[Workflow, ...]) -> None:
    """Adds the shell's pages, the workflows' pages and what every template needs."""
    errors.init_app(app)
    for workflow in workflows:
        for pages in workflow.pages:
            app.register_blueprint(pages)


def locale() -> str:
    """The language of the answer: as asked for on public pages, else as the person chose."""
    asked = request.args.get("lang") or request.cookies.get("lang")
    if asked in LOCALES:
        return asked
    if requests.caller().user_id is not None:
        return requests.caller().locale
    return request.accept_languages.best_match(LOCALES) or "en"


def zone() -> str:
    """The time zone in which times are shown."""
    return requests.caller().zone
