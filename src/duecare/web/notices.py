"""The bell: a person's in-app notices, and which kinds they want by which channel."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from duecare.core import requests
from duecare.core.notices import inbox
from duecare.core.notices.compose import EMAIL, IN_APP
from duecare.core.requests import signed_in

pages = Blueprint("notices", __name__, url_prefix="/notices")
CHANNEL_LABELS = {IN_APP: _l("Here, at the bell"), EMAIL: _l("By e-mail")}


@pages.get("")
@signed_in
def index() -> str:
    """What is new, and what was."""
    lines = inbox.latest(requests.reading(), requests.caller())
    return render_template(
        "shell/notices.html", lines=lines, has_unread=any(line.is_unread for line in lines)
    )


@pages.post("/<public_id>/open")
@signed_in
def open_(public_id: str) -> Response:
    """Marks a notice as read and goes to what it is about."""
    with requests.transaction() as session:
        link = inbox.read(session, requests.caller(), public_id)
    return redirect(link or url_for("notices.index"))


@pages.post("/read")
@signed_in
def read_all() -> Response:
    """Marks all as read."""
    with requests.transaction() as session:
        inbox.read_all(session, requests.caller())
    return redirect(url_for("notices.index"))


@pages.get("/preferences")
@signed_in
def preferences() -> str:
    """Which notices I want, and how."""
    chosen = inbox.preferences(requests.reading(), requests.caller())
    return render_template(
        "shell/preferences.html", kinds=inbox.kinds(), channels=CHANNEL_LABELS, chosen=chosen
    )


@pages.post("/preferences")
@signed_in
def prefer() -> Response:
    """Keeps the choice."""
    pairs = [tuple(value.partition("/")[::2]) for value in request.form.getlist("wanted")]
    with requests.transaction() as session:
        inbox.prefer(session, requests.caller(), pairs)
    flash(_("Saved. It holds for every notice from now on."), "success")
    return redirect(url_for("notices.preferences"))
