"""The web shell: layout, navigation, inbox, shared components."""

from flask import Flask

from duecare.core import desk_forms, requests
from duecare.core.workflow import Workflow
from duecare.web import (
    admin,
    assets,
    cases,
    converters,
    errors,
    find,
    inbox,
    languages,
    navigation,
    notices,
    reports,
    saved_views,
)
from duecare.web import format as say
from duecare.web.headers import secured
from duecare.web.languages import locale

__all__ = ["init_app", "locale", "secured", "zone"]

PAGES = (inbox.pages, cases.pages, find.pages, notices.pages, reports.pages, saved_views.pages)


def init_app(app: Flask, workflows: tuple[Workflow, ...]) -> None:
    """Adds the shell's pages, the workflows' pages and what every template needs."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    assets.init_app(app)
    say.init_app(app)
    languages.init_app(app)
    errors.init_app(app)
    app.jinja_env.globals["form_owner"] = desk_forms.owner
    navigation.init_app(app)
    converters.init_app(app)
    admin.init_app(app)
    for shell in PAGES:
        app.register_blueprint(shell)
    for workflow in workflows:
        for pages in workflow.pages:
            app.register_blueprint(pages)


def zone() -> str:
    """The time zone in which times are shown."""
    return requests.caller().zone
