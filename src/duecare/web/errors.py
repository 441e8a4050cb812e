"""Turns the domain's errors into pages. The API has its own mapping to problem+json."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask import Flask, current_app, flash, g, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, UnsupportedMediaType
from werkzeug.wrappers import Response

from duecare.core import desk_forms, requests
from duecare.core.errors import DomainError
from duecare.core.requests import SignInNeeded
from duecare.web.error_pages import render_error
from duecare.web.targets import local_target

Answer = Response | tuple[str, int] | tuple[Response, int]
PUBLIC = requests.Rule(is_public=True)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
WITHOUT_FORMS = frozenset({"api", "hooks"})


def init_app(app: Flask) -> None:
    """Maps domain errors, HTTP errors and a failed CSRF check to pages, and lets pages take forms alone."""
    app.before_request(_take_no_json)
    app.register_error_handler(SignInNeeded, _to_sign_in)
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)


def _take_no_json() -> None:
    """Only what needs no CSRF token (the API) takes JSON; the forms library would read it as a form."""
    if request.is_json and request.method not in SAFE_METHODS and request.blueprint not in WITHOUT_FORMS:
        raise UnsupportedMediaType


def _to_sign_in(_error: SignInNeeded) -> Answer:
    """Leads to signing in and then back; what was typed into a form waits there for its sender."""
    if requests.wants_json():
        return _told_to_script()
    target = _page_asked_for()
    kept = desk_forms.keep(_path(target)) if target and request.method == "POST" else None
    if kept:
        flash(_("Your session has ended. Sign in to go on: what you typed is kept."), "message")
    elif g.get("session_ran_out"):
        flash(_("Your session has ended. Sign in to go on: what you typed is kept in this tab."), "message")
    return redirect(url_for("security.login", next=_with(target, kept)))


def _csrf(error: CSRFError) -> Answer:
    """A form without its session: signed out, or signed in anew since it was shown."""
    rule = requests.rule_of(current_app, request.endpoint or "") or PUBLIC
    if requests.caller().user_id is None and not rule.is_public:
        return _to_sign_in(SignInNeeded(str(error)))
    if requests.wants_json():
        return _told_to_script()
    target = _page_asked_for()
    kept = desk_forms.keep(_path(target)) if target and desk_forms.is_owners() else None
    if kept:
        return redirect(_with(target, kept) or "/", 303)
    detail = _(
        "Your session ended or this form is too old. Go back, sign in and send it again: your text is kept."
    )
    return render_error(400, detail=detail)


def _told_to_script() -> tuple[Response, int]:
    detail = _("Your session has ended. Sign in in another tab, then try again here: nothing is lost.")
    return jsonify(title=_("Sign in first"), detail=detail), SignInNeeded.status


def _page_asked_for() -> str | None:
    """The page to come back to: the address itself if it shows something, else the page the form was on."""
    if request.method == "GET":
        return local_target(request.full_path.rstrip("?"))
    shows = "GET" in current_app.url_map.bind(request.host).allowed_methods(request.path)
    return local_target(request.path if shows and desk_forms.typed_now() else request.referrer)


def _path(target: str) -> str:
    return urlsplit(target).path


def _with(target: str | None, kept: str | None) -> str | None:
    """The page's address, with what was typed if it is kept."""
    if target is None or kept is None:
        return target
    parts = urlsplit(target)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != desk_forms.KEPT]
    return urlunsplit(("", "", parts.path, urlencode([*query, (desk_forms.KEPT, kept)]), ""))


def _domain(error: DomainError) -> tuple[str, int]:
    return render_error(error.status, detail=error.detail)


def _http(error: HTTPException) -> tuple[str, int]:
    return render_error(error.code or 500)
