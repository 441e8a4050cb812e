"""The administration: people, the organisation, its calendar, rules, forms, notices, jobs and audit log.

Sees no case and no patient. Every page declares its permission; the sections are shown to those who may.
"""

from flask import Flask

from duecare.web.admin import (
    audit,
    calendar,
    extra_fields,
    jobs,
    notices,
    organisation,
    people,
    rules,
    tokens,
)
from duecare.web.admin.frame import blueprint

PAGES = (people, tokens, organisation, calendar, rules, extra_fields, notices, jobs, audit)


def init_app(app: Flask) -> None:
    """Adds the administration's pages."""
    app.register_blueprint(blueprint)


__all__ = ["PAGES", "blueprint", "init_app"]
