"""Turns the domain's errors into pages. The API has its own mapping to problem+json."""

from flask import Flask, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from duecare.core.errors import DomainError
from duecare.core.requests import SignInNeeded
from duecare.web.error_pages import render_error
from duecare.web.targets import local_target


def init_app(app: Flask) -> None:
    """Maps domain errors, HTTP errors and a failed CSRF check to pages."""
    app.register_error_handler(SignInNeeded, _to_sign_in)
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)


def _to_sign_in(_error: SignInNeeded) -> Response:
    if g.get("session_ran_out"):
        flash(_("Your session has ended. Sign in to go on: what you typed is kept in this tab."), "message")
    asked = request.full_path.rstrip("?") if request.method == "GET" else request.referrer
    return redirect(url_for("security.login", next=local_target(asked)))


def _domain(error: DomainError) -> tuple[str, int]:
    return render_error(error.status, detail=error.detail)


def _csrf(_error: CSRFError) -> tuple[str, int]:
    detail = _(
        "Your session ended or this form is too old. Go back, sign in and send it again: your text is kept."
    )
    return render_error(400, detail=detail)


def _http(error: HTTPException) -> tuple[str, int]:
    return render_error(error.code or 500)
