"""Signing in and one's own account: Flask-Security's views on our tables, sessions and templates."""

from flask import Flask

from duecare.settings import Settings
from duecare.web.account import pages, security
from duecare.web.account.security import know

__all__ = ["init_app", "know"]


def init_app(app: Flask, settings: Settings) -> None:
    """Adds every page of signing in and of the account."""
    security.init_app(app, settings)
    app.register_blueprint(pages.blueprint)
