"""The language of an answer: as the address asks, as the person chose, as the browser prefers."""

from urllib.parse import urlencode

from flask import Flask, Response, has_request_context, request

from duecare.core import requests
from duecare.core.language import LANGUAGES

COOKIE = "lang"
PARAMETER = "lang"
COOKIE_SECONDS = 365 * 24 * 3600


def locale() -> str:
    """The code of the language to answer in; English in a job, which answers nobody."""
    if not has_request_context():
        return "en"
    asked = request.args.get(PARAMETER)
    if asked in LANGUAGES:
        return asked
    if requests.caller().user_id is not None:
        return requests.caller().locale
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES) or "en"


def choices() -> list[dict[str, object]]:
    """The languages as the head of a public page offers them."""
    current = locale()
    return [
        {"code": code, "name": name, "url": _in_language(code), "active": code == current}
        for code, name in LANGUAGES.items()
    ]


def remember(response: Response) -> Response:
    """Keeps a language that was asked for in the address for the pages that follow."""
    asked = request.args.get(PARAMETER)
    if asked in LANGUAGES:
        secure = requests.installation().settings.serves_https
        response.set_cookie(
            COOKIE, asked, max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=secure
        )
    return response


def init_app(app: Flask) -> None:
    """Gives every template its language and remembers the chosen one."""
    app.after_request(remember)
    app.context_processor(lambda: {"locale": locale(), "languages": choices()})


def _in_language(code: str) -> str:
    arguments = {**request.args.to_dict(flat=False), PARAMETER: [code]}
    return f"{request.path}?{urlencode(arguments, doseq=True)}"
