"""A tiny app that shows every layout and component with made-up people; for tests and for looking at.

Start it by hand with `python -m tests.web.gallery`, then open the address it prints.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, flash, jsonify, render_template, request
from flask_babel import Babel
from flask_wtf import CSRFProtect

from duecare.web import assets, error_pages
from duecare.web import format as say
from tests.web import gallery_data as data
from tests.web.gallery_forms import RequestForm, SignInForm

PAGES = (
    "inbox",
    "list",
    "case",
    "dashboard",
    "request",
    "request-errors",
    "track",
    "sign-in",
    "people",
    "empty",
    "error",
    "document",
    "intake",
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def create_gallery() -> Flask:
    """The app, served with the strict content policy that the product has."""
    app = Flask("duecare.web", template_folder="templates", static_folder=None)
    app.jinja_loader.searchpath.append(data.TEMPLATES)  # type: ignore[union-attr]
    app.config.update(SECRET_KEY="gallery", TESTING=True)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app)
    CSRFProtect(app)
    assets.init_app(app)
    say.init_app(app)
    app.context_processor(shell)
    app.after_request(with_policy)
    add_routes(app)
    return app


def with_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    return response


def shell() -> dict[str, Any]:
    """What the product's context processor gives to every template."""
    return data.SHELL | {"theme": request.cookies.get("theme", "auto"), "locale": "en"}


def add_routes(app: Flask) -> None:
    for name in PAGES:
        app.add_url_rule(f"/{name}", name, VIEWS.get(name, plain(name)), methods=["GET", "POST"])
    app.add_url_rule("/", "index", lambda: " ".join(f'<a href="/{name}">{name}</a>' for name in PAGES))
    app.add_url_rule("/job.json", "job", lambda: jsonify(data.JOB))
    app.add_url_rule(
        "/version.json", "version", lambda: jsonify(version=8, message="J. Kim changed this case.")
    )
    app.add_url_rule("/page.svg", "page", lambda: Response(data.PAGE_IMAGE, mimetype="image/svg+xml"))
    app.add_url_rule("/change-delivery", "change", lambda: render_template("gallery/change.html"))
    app.add_url_rule("/documents", "documents", take_document, methods=["POST"])


def plain(name: str) -> Any:
    return lambda: render_template(f"gallery/{name}.html", **data.PAGE_DATA.get(name, {}))


def take_document() -> tuple[Response, int]:
    """Refuse what is not a PDF, as the product would in words."""
    if request.files["file"].filename.endswith(".pdf"):  # type: ignore[union-attr]
        return jsonify(message="received, checking"), 201
    return jsonify(
        title="Not a PDF", detail="This is not a PDF or a photo. Print it to PDF and send that."
    ), 422


def show_case() -> str:
    flash({"text": "Put on hold.", "undo_url": "/case"}, "success")
    chosen = next((item for item in data.DOCUMENTS if item["id"] == request.args.get("document")), None)
    preview = data.preview_of(chosen) if chosen else None
    return render_template("gallery/case.html", preview=preview, **data.PAGE_DATA["case"])


def show_list() -> str:
    words = request.args.get("q", "").lower()
    cases = [case for case in data.CASES if words in case["person"].lower()]
    return render_template(
        "gallery/list.html", cases=cases, filters=data.filters(request.args), **data.PAGE_DATA["list"]
    )


def show_request_with_errors() -> str:
    form = RequestForm(
        data={"name": "", "born": None, "email": "maria", "records": [], "delivery": "portal"},
        meta={"csrf": False},
    )
    form.validate()
    return render_template("gallery/request.html", form=form)


VIEWS = {
    "case": show_case,
    "list": show_list,
    "request": lambda: render_template("gallery/request.html", form=RequestForm()),
    "request-errors": show_request_with_errors,
    "intake": lambda: render_template("gallery/intake.html", form=RequestForm()),
    "sign-in": lambda: render_template("gallery/sign-in.html", form=SignInForm()),
    "error": lambda: error_pages.render_error(409, reference="7f3a-22c1"),
}

if __name__ == "__main__":
    create_gallery().run(port=8731)
