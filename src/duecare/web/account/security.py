"""Sets Flask-Security up: which of its views are served, and how a sign-in becomes a session of ours.

A `SignIn` row is the authority on who is signed in. Flask-Login's user is set from it at the start of every
request, and nothing else can make Flask-Login know anybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, g, redirect, request, session, url_for
from flask_login import user_logged_out
from flask_security import Security, recovery_codes, tf_plugin, user_authenticated, views, webauthn
from flask_security.core import AnonymousUser
from werkzeug.wrappers import Response

from duecare.core import audit, requests
from duecare.core.people import passwords, sign_in
from duecare.core.people.credentials import CountedTotp, Passkeys, Passwords, RecoveryCodes
from duecare.core.people.models import User
from duecare.core.people.store import RequestStore
from duecare.core.requests import public, signed_in
from duecare.core.time import now
from duecare.settings import Settings
from duecare.web.account.config import SET_UP_WITHIN, config
from duecare.web.account.forms import FORMS
from duecare.web.account.help import second_step_help
from duecare.web.targets import local_target

STEP_SINCE = "second_step_since"
HALF_WAY = "tf_user_id"
CODE_PAGE = "security.two_factor_token_validation"
BOTH = ("GET", "POST")
at_sign_in = public("comes before signing in; every try is counted")
at_second_step = public("serves only who gave the first factor; every try is counted")


@dataclass(frozen=True)
class Page:
    """One view of Flask-Security that is served here: where, under which endpoint, for whom."""

    path: str
    endpoint: str
    view: Callable[..., Any]
    rule: Callable[[Callable[..., Any]], Callable[..., Any]]
    methods: tuple[str, ...] = BOTH


PAGES = (
    Page("/sign-in", "login", views.login, at_sign_in),
    Page("/sign-out", "logout", views.logout, public("ends the caller's own session only"), ("POST",)),
    Page("/sign-in/second-step", "tf_select", tf_plugin.tf_select, at_second_step),
    Page("/sign-in/code", "two_factor_token_validation", views.two_factor_token_validation, at_second_step),
    Page("/sign-in/recovery-code", "mf_recovery", recovery_codes.mf_recovery, at_second_step),
    Page("/sign-in/help", "two_factor_rescue", second_step_help, public("explains; shows nothing"), ("GET",)),
    Page("/sign-in/passkey", "wan_signin", webauthn.webauthn_signin, at_sign_in),
    Page(
        "/sign-in/passkey/<token>",
        "wan_signin_response",
        webauthn.webauthn_signin_response,
        at_sign_in,
        ("POST",),
    ),
    Page("/account/authenticator", "two_factor_setup", views.two_factor_setup, at_second_step),
    Page(
        "/account/authenticator/<token>",
        "two_factor_setup_validate",
        views.two_factor_setup_validate,
        signed_in,
        ("POST",),
    ),
    Page("/account/recovery-codes", "mf_recovery_codes", recovery_codes.mf_recovery_codes, signed_in),
    Page("/account/passkeys", "wan_register", webauthn.webauthn_register, signed_in),
    Page(
        "/account/passkeys/<token>",
        "wan_register_response",
        webauthn.webauthn_register_response,
        signed_in,
        ("POST",),
    ),
    Page("/account/confirm", "verify", views.verify, signed_in),
    Page("/account/confirm-with-passkey", "wan_verify", webauthn.webauthn_verify, signed_in),
    Page(
        "/account/confirm-with-passkey/<token>",
        "wan_verify_response",
        webauthn.webauthn_verify_response,
        signed_in,
        ("POST",),
    ),
    Page("/account/password", "change_password", views.change_password, signed_in),
)


def init_app(app: Flask, settings: Settings) -> None:
    """Adds the pages of signing in. `know` must run before every request, registered before this."""
    app.config.update(config(settings))
    security = Security(
        app,
        RequestStore(),
        register_blueprint=False,
        mf_recovery_codes_util_cls=RecoveryCodes,
        password_util_cls=Passwords,
        totp_cls=CountedTotp,
        webauthn_util_cls=Passkeys,
        **FORMS,
    )
    security.i18n_domain = app.extensions["babel"].instance.domain_instance
    security.change_password_context_processor(lambda: {"least_length": passwords.LEAST_LENGTH})
    security.want_json(lambda _request: False)
    security.login_manager.user_loader(lambda _id: None)
    security.login_manager.request_loader(lambda _request: None)
    user_authenticated.connect(_start_session, app)
    user_logged_out.connect(_end_session, app)
    app.register_blueprint(_blueprint())


def know(user: User | None) -> None:
    """Tells Flask-Login who is there: the user of the request's live session, or nobody."""
    g._login_user = user or AnonymousUser()  # type: ignore[no-untyped-call]
    if user is not None:
        g.fs_authn_via = "session"
        g.fs_paa = session.get("fs_paa", 0)


def _blueprint() -> Blueprint:
    blueprint = Blueprint("security", __name__)
    for page in PAGES:
        blueprint.add_url_rule(page.path, page.endpoint, page.rule(page.view), methods=list(page.methods))
    blueprint.before_request(_forget_old_first_factor)
    blueprint.before_request(_keep_signed_in)
    blueprint.after_request(_note_first_factor)
    blueprint.after_request(_stay_here)
    return blueprint


def _keep_signed_in() -> Response | None:
    """Leads away who is signed in and has no code to enter: the view would take it for an attack and end
    the session, also when another site's link or picture led there."""
    has_code_to_enter = all(session.get(name) for name in ("tf_state", "tf_primary_method", "tf_totp_secret"))
    if request.endpoint == CODE_PAGE and requests.caller().user_id is not None and not has_code_to_enter:
        return redirect(url_for("account.show"))
    return None


def _start_session(_app: Flask, user: User, authn_via: list[str] | None = None, **_: Any) -> None:
    """Starts a session once every factor was given; a changed password ends the others first."""
    with RequestStore().writing() as writing:
        person = writing.get_one(User, user.id)
        if authn_via == ["change"]:
            sign_in.end_all(writing, person.id, "password_changed")
        organisation = sign_in.usual_organisation(writing, person.id)
        address, agent = request.remote_addr or "", request.user_agent.string
        row = sign_in.start(writing, person, organisation, address, agent)
    session[sign_in.COOKIE_KEY] = row.token


def _end_session(_app: Flask, **_: Any) -> None:
    token = session.get(sign_in.COOKIE_KEY)
    if token:
        with RequestStore().writing() as writing:
            sign_in.end(writing, token, "signed_out")
            audit.record(writing, requests.caller(), "session.ended", "own")
    session.clear()


def _forget_old_first_factor() -> None:
    """A first factor without the second one is good for a short time only."""
    since = session.get(STEP_SINCE, 0)
    if HALF_WAY in session and now().timestamp() - since > SET_UP_WITHIN.total_seconds():
        tf_plugin.tf_clean_session()  # type: ignore[no-untyped-call]


def _note_first_factor(response: Response) -> Response:
    """Dates the first factor; who may choose among second ones may use a recovery code without choosing."""
    if HALF_WAY in session:
        session.setdefault(STEP_SINCE, now().timestamp())
        if session.get("tf_select"):
            session.setdefault("tf_state", "ready")
    else:
        session.pop(STEP_SINCE, None)
    return response


def _stay_here(response: Response) -> Response:
    """No redirect of these pages leads to another site, whatever `next` said."""
    if response.location:
        response.location = local_target(response.location) or "/"
    return response
