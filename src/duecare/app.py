"""Builds the web app from settings: the core's request handling, the shell, the API and every workflow."""

from flask import Flask, Response, current_app, g, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from duecare import api, web, workflows
from duecare.core import logging, requests
from duecare.core.documents.arriving import LARGEST_FILE, Drained, FormRequest
from duecare.core.errors import Unavailable
from duecare.core.installation import Installation, open_installation
from duecare.core.jobs.outage import OUTAGES, is_outage
from duecare.core.language import Languages
from duecare.core.notices import inbox as notices
from duecare.core.people import sign_in
from duecare.settings import Settings
from duecare.web import account, health, hooks

csrf = CSRFProtect()


def create_app(settings: Settings, installation: Installation | None = None) -> Flask:
    """The app that serves an installation. Opens no connection before the first request."""
    registered = workflows.load()
    app = Flask("duecare", static_folder=None, template_folder="web/templates")
    app.request_class = FormRequest
    app.config.update(_config(settings))
    app.extensions[requests.EXTENSION] = installation or open_installation(settings)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.wsgi_app = Drained(app.wsgi_app)  # type: ignore[method-assign]
    Languages(app, locale_selector=web.locale, timezone_selector=web.zone)
    logging.observe(app)
    app.before_request(_identify)
    csrf.init_app(app)
    account.init_app(app, settings)
    app.before_request(api.identify)
    app.before_request(_enforce)
    app.after_request(_finish)
    app.teardown_request(requests.close)
    for outage in OUTAGES:
        app.register_error_handler(outage, _unavailable)
    app.register_blueprint(health.pages)
    app.register_blueprint(hooks.pages)
    csrf.exempt(hooks.pages)
    if settings.queue_url:
        from duecare.core.jobs.celery_runner import tell_workers

        tell_workers(settings.queue_url)
    web.init_app(app, registered)
    api.init_app(app, registered, csrf)
    return app


def _config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.key,
        LARGEST_FILE: settings.upload_max_bytes,
        "MAX_CONTENT_LENGTH": settings.upload_max_bytes + 1_000_000,
        "MAX_FORM_MEMORY_SIZE": 2_000_000,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_NAME": "duecare",
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.serves_https,
        "TESTING": settings.environment == "test",
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "en",
        "SERVER_NAME": None,
    }


def _identify() -> None:
    """Finds the caller of a browser's cookie; the API finds its own by the token."""
    account.know(None)
    token = session.get(sign_in.COOKIE_KEY)
    if not token or api.owns(request.path):
        return
    installation = requests.installation()
    found = sign_in.identify(
        requests.reading(),
        token,
        installation.settings,
        request.remote_addr or "",
        notices.unread_of(*sign_in.whose(token)),
    )
    if found is None:
        session.clear()
        g.session_ran_out = True
        return
    g.caller, g.unread = found.caller, found.figure
    account.know(found.user)
    if found.seen_is_old:
        with requests.transaction() as writing:
            sign_in.touch(writing, found.sign_in_id)


def _enforce() -> None:
    requests.enforce(current_app, request.endpoint)


def _finish(response: Response) -> Response:
    """Nothing protected leaves before the log says who was shown it."""
    try:
        requests.write_reads()
    except OUTAGES as error:
        response = current_app.make_response(_unavailable(error))
    return web.secured(response)


def _unavailable(error: Exception) -> ResponseReturnValue:
    """An outage of the database, the store or a disk is told as one; the request may be sent again."""
    if not is_outage(error):
        raise error
    logging.log.error("outage", error=logging.described(error))
    detail = _("Something this service needs does not answer. Nothing was changed. Try again in a minute.")
    return current_app.handle_user_exception(Unavailable(detail))
