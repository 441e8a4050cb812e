"""Saving and removing views of lists."""

from flask import Blueprint, flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from duecare.core import lists, requests
from duecare.core.people import saved_views
from duecare.core.requests import signed_in

pages = Blueprint("saved_views", __name__, url_prefix="/views")


@pages.post("/of/<page>")
@signed_in
def save(page: str) -> Response:
    """Keeps the filters of a list under a name."""
    shown = lists.page_named(page)
    name, query = request.form.get("name", ""), request.form.get("query", "")
    with requests.transaction() as session:
        view = saved_views.save(
            session, requests.caller(), page, name, query, is_shared="shared" in request.form
        )
    flash(_("The view is saved."), "success")
    return redirect(f"{shown.path}?{view.query}" if view.query else shown.path)


@pages.post("/<public_id>/remove")
@signed_in
def remove(public_id: str) -> Response:
    """Removes a view."""
    with requests.transaction() as session:
        page = saved_views.remove(session, requests.caller(), public_id)
    flash(_("The view is removed. The cases in it are not touched."), "success")
    return redirect(lists.page_named(page).path)
