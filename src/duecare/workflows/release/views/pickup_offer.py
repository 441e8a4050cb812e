"""Offering the pickup of a completed package anew, when a link ran out or was tried too often."""

from flask import Blueprint, flash, redirect
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from duecare.core import requests
from duecare.core.requests import requires
from duecare.workflows.release import collection, messages, queries
from duecare.workflows.release.roles import Permission

pages = Blueprint("release_pickup", __name__, url_prefix="/releases")


@pages.post("/<number>/pickup")
@requires(Permission.RELEASES_WORK)
def offer(number: str) -> Response:
    """Withdraws earlier links and mails a new one to the requester."""
    with requests.transaction() as session:
        case = queries.by_number(session, requests.organisation_id(), number)
        collection.offer_anew(session, requests.caller(), case)
    flash(_("A new link was sent to the requester. Earlier links no longer work."), "success")
    return redirect(messages.case_path(case), 303)
