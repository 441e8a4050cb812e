"""Fetching the finished records: a signed link, one thing more to know, and a download.

A link that has expired, was withdrawn, was tried too often, was made for something else or never existed gets
the same page.
"""

from flask import Blueprint, redirect, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Form

from duecare.core import audit, requests
from duecare.core.access import Caller
from duecare.core.documents.models import Document
from duecare.core.errors import TooMany
from duecare.core.requests import public
from duecare.core.signing import unsigned
from duecare.workflows.release import codes, collection, grants, lookups, pickup, throttles
from duecare.workflows.release.models import Pickup, ReleaseRequest
from duecare.workflows.release.public_status_forms import BirthForm, CodeForm
from duecare.workflows.release.views import public_site as site

pages = Blueprint("public_pickup", __name__, url_prefix="/pickup/<link>", template_folder=site.TEMPLATES)
COOKIE_KEY = "public_pickup"
REASON = "requesters have no account; a signed link and one thing more to know open one package"
FORMS: dict[str, type[Form]] = {collection.BORN: BirthForm, collection.CODE: CodeForm}
Answer = str | AnyResponse | tuple[str, int]
Offered = tuple[Pickup, ReleaseRequest]


@pages.get("")
@public(REASON)
def ask(link: str) -> Answer:
    """Asks for the one thing more, or offers the download to a browser that proved it."""
    found = _found(requests.reading(), link)
    if found is None:
        return _closed()
    offered, case = found
    if _has_proved(requests.reading(), offered):
        package = requests.reading().get_one(Document, offered.document_id)
        return site.show("pickup_ready", case.organisation, link=link, case=case, package=package)
    return _ask_page(link, found, FORMS[collection.factor_of(case)]())


@pages.post("")
@public(REASON)
def prove(link: str) -> Answer:
    """Judges a try. The fifth wrong one closes the link."""
    caller = site.stranger()
    found = _found(requests.reading(), link)
    try:
        throttles.count(requests.installation(), caller, throttles.PICKUPS, caller.address)
    except TooMany as error:
        return _closed() if found is None else (_told(link, found, error.detail), error.status)
    if found is None:
        _note_unknown()
        return _closed()
    form = FORMS[collection.factor_of(found[1])](request.form)
    return _judged(link, form) if form.validate() else (_ask_page(link, found, form), 422)


@pages.get("/code")
@public(REASON)
def code(link: str) -> Answer:
    """Where a reload or a change of language leads after a code was refused: the page that asks for it."""
    return redirect(url_for(".ask", link=link), 303)


@pages.post("/code")
@public(REASON)
def send_code(link: str) -> Answer:
    """Sends the one-time code by e-mail, to the address that the request has and to no other."""
    found = _found(requests.reading(), link)
    if found is None or collection.factor_of(found[1]) != collection.CODE:
        return _closed()
    caller = site.stranger()
    try:
        throttles.count(requests.installation(), caller, throttles.PICKUP_CODES, found[0].public_id)
    except TooMany as error:
        return _told(link, found, error.detail), error.status
    with requests.transaction() as session:
        if (mine := _locked(session, link)) is not None:
            code = codes.made(requests.installation().settings.key, codes.PICKUP)
            collection.send_code(session, _caller(mine[1]), *mine, code)
    return redirect(url_for(".ask", link=link, sent=1), 303)


@pages.get("/package")
@public(REASON)
def package(link: str) -> Answer:
    """The package, as a file to keep."""
    with requests.transaction() as session:
        found = _locked(session, link)
        if found is None:
            return _closed()
        offered, case = found
        if not _has_proved(session, offered):
            return redirect(url_for(".ask", link=link), 303)
        document = collection.fetch(session, _caller(case), offered, case)
    return site.download(document, f"{case.number}.pdf")


@pages.errorhandler(CSRFError)
def _form_too_old(_error: CSRFError) -> Answer:
    link = str((request.view_args or {}).get("link", ""))
    found = _found(requests.reading(), link)
    if found is None:
        return _closed()
    return _told(link, found, _("This page was open for too long. Please press the button once more.")), 400


def _fits(session: Session, offered: Pickup, case: ReleaseRequest, form: Form) -> bool:
    caller = _caller(case)
    if not isinstance(form, CodeForm):
        return collection.knows_birth(session, caller, offered, case, form.answer)
    typed = codes.digest_of(requests.installation().settings.key, codes.PICKUP, form.answer)
    return collection.knows_code(session, caller, offered, case, typed)


def _judged(link: str, form: Form) -> Answer:
    token = None
    with requests.transaction() as session:
        found = _locked(session, link)
        if found is None:
            return _closed()
        offered, case = found
        if _fits(session, offered, case, form):
            token = grants.give(session, grants.PICKUP, offered.id)
        left = pickup.MAX_TRIES - offered.tries
    if token is not None:
        cookie[COOKIE_KEY] = token
        return redirect(url_for(".ask", link=link), 303)
    if left <= 0:
        return _closed()
    wrong = ngettext(
        "This is not right. You can try one more time.",
        "This is not right. You can try %(num)d more times.",
        left,
    )
    return _told(link, (offered, case), wrong), 422


def _found(session: Session, link: str) -> Offered | None:
    return collection.find(session, _id_of(link))


def _locked(session: Session, link: str) -> Offered | None:
    return collection.lock(session, _id_of(link))


def _id_of(link: str) -> str:
    """The pickup that a link names; nothing for one that this installation did not sign for a pickup."""
    return unsigned(requests.installation().settings.key, pickup.PURPOSE, link) or ""


def _has_proved(session: Session, offered: Pickup) -> bool:
    return grants.subject(session, grants.PICKUP, cookie.get(COOKIE_KEY)) == offered.id


def _caller(case: ReleaseRequest) -> Caller:
    return lookups.requester_of(case, request.remote_addr or "")


def _note_unknown() -> None:
    with requests.transaction() as session:
        audit.record(session, site.stranger(), "release.pickup_refused", "unknown", chain=audit.INSTALLATION)


def _told(link: str, found: Offered, message: str) -> str:
    """The page again, with what was typed and what is wrong."""
    form = FORMS[collection.factor_of(found[1])](request.form)
    form.form_errors = [message]
    return _ask_page(link, found, form)


def _ask_page(link: str, found: Offered, form: Form) -> str:
    _offered, case = found
    return site.show(
        "pickup_ask",
        case.organisation,
        link=link,
        form=form,
        factor=collection.factor_of(case),
        is_sent="sent" in request.args or request.method == "POST",
    )


def _closed() -> tuple[str, int]:
    return site.show("pickup_closed"), 404
