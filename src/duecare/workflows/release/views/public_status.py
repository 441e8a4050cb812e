"""Where a request stands, without an account: a tracking code and the patient's date of birth open it.

What they open is kept on the server for half an hour; the address of the page opens nothing.
"""

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session, joinedload
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from duecare.core import audit, requests
from duecare.core.access import Caller
from duecare.core.documents import arriving
from duecare.core.documents.models import Document
from duecare.core.documents.operations import Landed, attach
from duecare.core.documents.refusals import REASONS
from duecare.core.errors import DomainError, TooMany
from duecare.core.requests import public
from duecare.workflows.release import codes, grants, lookups, operations, terms, throttles
from duecare.workflows.release import public_words as words
from duecare.workflows.release.lookups import Standing
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.public_status_forms import CancelForm, LookUpForm
from duecare.workflows.release.views import public_site as site

pages = Blueprint("public_status", __name__, url_prefix="/status", template_folder=site.TEMPLATES)
COOKIE_KEY = "public_status"
REASON = "requesters have no account; a tracking code and a date of birth open one request for half an hour"
Answer = str | AnyResponse | tuple[str, int]


@pages.url_value_preprocessor
def _prepare(endpoint: str | None, _values: object) -> None:
    if endpoint == "public_status.add_documents":
        arriving.allow_many()


@pages.get("")
@public(REASON)
def ask() -> Answer:
    """Asks for the code and the date."""
    return site.show("status_ask", form=LookUpForm())


@pages.post("")
@public(REASON)
def look_up() -> Answer:
    """Opens the request, or says that the two do not fit: not which of them, nor whether the code exists."""
    form = LookUpForm(request.form)
    if not form.validate():
        return site.show("status_ask", form=form), 422
    installation, caller = requests.installation(), site.stranger()
    tracked = codes.digest_of(installation.settings.key, codes.TRACKING, form.code.data)
    try:
        throttles.count(installation, caller, throttles.LOOK_UPS, caller.address)
        throttles.count(installation, caller, throttles.LOOK_UPS_OF_CODE, tracked)
    except TooMany as error:
        form.form_errors = [error.detail]
        return site.show("status_ask", form=form), error.status
    with requests.transaction() as session:
        case = lookups.find(session, caller, tracked, form.born.data)
        token = grants.give(session, grants.STATUS, case.id) if case else None
    if token is None:
        form.form_errors = [
            _("We did not find a request with this code and this date of birth. Check both and try again.")
        ]
        return site.show("status_ask", form=form), 422
    cookie[COOKIE_KEY] = token
    return redirect(url_for(".status"), 303)


@pages.get("/request")
@public(REASON)
def status() -> Answer:
    """Where the request stands, what is waited for, and what can be done."""
    case = _granted(requests.reading())
    return _ask_again() if case is None else _status_page(case, [])


@pages.get("/request/documents")
@public(REASON)
def documents() -> Answer:
    """Where a reload or a change of language leads after files were refused: the status page."""
    return redirect(url_for(".status"), 303)


@pages.post("/request/documents")
@public(REASON)
def add_documents() -> Answer:
    """Adds papers; what arrives while it is waited for takes the request off hold once it is accepted."""
    case = _granted(requests.reading())
    if case is None:
        return _ask_again()
    if not case.is_open:
        flash(_("This request is closed. It takes no more papers."), "error")
        return redirect(url_for(".status"), 303)

    new: list[str] = []

    def keep(kind: str, landed: Landed) -> bool:
        with requests.transaction() as session:
            mine = _granted(session)
            if mine is None:
                return False
            document = attach(session, _caller(mine), mine, kind, landed)
            is_new = document.public_id == landed.public_id
        if is_new:
            new.append(landed.public_id)
        else:
            site.say_known(landed)
        return is_new

    count = len([file for each in request.files.listvalues() for file in each if file.filename])
    faults = site.land_files(keep)
    if not count:
        faults.append(_("Choose a file first."))
    if new:
        flash(_("We received your papers. We check them now; look here again in a few minutes."), "success")
    if faults:
        return _status_page(_granted(requests.reading()) or case, faults), 422
    return redirect(url_for(".status"), 303)


@pages.get("/request/cancel")
@public(REASON)
def confirm_cancel() -> Answer:
    """Says what cancelling means, and asks why."""
    case = _granted(requests.reading())
    if case is None:
        return _ask_again()
    if not case.is_open:
        return redirect(url_for(".status"), 303)
    return site.show("status_cancel", case.organisation, case=case, form=CancelForm())


@pages.post("/request/cancel")
@public(REASON)
def cancel() -> Answer:
    """Cancels the request."""
    case = _granted(requests.reading())
    if case is None:
        return _ask_again()
    form = CancelForm(request.form)
    if not form.validate():
        return site.show("status_cancel", case.organisation, case=case, form=form), 422
    try:
        with requests.transaction() as session:
            mine = _granted(session) or abort(404)
            operations.act(session, _caller(mine), mine, "cancel", {"reason": form.reason.data})
    except DomainError:
        flash(_("This request is closed already."), "error")
    else:
        flash(_("Your request is cancelled."), "success")
    return redirect(url_for(".status"), 303)


@pages.get("/request/letters/<public_id>")
@public(REASON)
def letter(public_id: str) -> Answer:
    """A letter that was written to the requester."""
    with requests.transaction() as session:
        case = _granted(session)
        found = lookups.letter(session, case, public_id) if case else None
        if case is None or found is None:
            abort(404)
        audit.record(
            session,
            _caller(case),
            "release.letter_fetched",
            case.number,
            {"document": found.public_id},
            chain=case.organisation_id,
        )
    return site.download(found, f"{case.number}.pdf")


@pages.post("/leave")
@public(REASON)
def leave() -> Answer:
    """Closes the request in this browser."""
    with requests.transaction() as session:
        grants.end(session, str(cookie.pop(COOKIE_KEY, "")))
    flash(_("You have left this request. To see it again, you need the tracking code."))
    return redirect(url_for(".ask"), 303)


@pages.errorhandler(CSRFError)
def _form_too_old(_error: CSRFError) -> Answer:
    message = _("This page was open for too long. Please press the button once more.")
    if request.endpoint == "public_status.look_up":
        form = LookUpForm(request.form)
        form.form_errors = [message]
        return site.show("status_ask", form=form), 400
    case = _granted(requests.reading())
    if case is not None and request.endpoint == "public_status.cancel":
        reason = CancelForm(request.form)
        reason.form_errors = [message]
        return site.show("status_cancel", case.organisation, case=case, form=reason), 400
    flash(message, "error")
    return redirect(url_for(".status"), 303)


@pages.errorhandler(RequestEntityTooLarge)
def _files_too_large(_error: RequestEntityTooLarge) -> Answer:
    case = _granted(requests.reading())
    return _ask_again() if case is None else (_status_page(case, [site.too_large()]), 413)


def _granted(session: Session) -> ReleaseRequest | None:
    """The request that this browser may see."""
    case_id = grants.subject(session, grants.STATUS, cookie.get(COOKIE_KEY))
    if case_id is None:
        return None
    options = [joinedload(ReleaseRequest.organisation), joinedload(ReleaseRequest.patient)]
    return session.get(ReleaseRequest, case_id, options=options)


def _caller(case: ReleaseRequest) -> Caller:
    return lookups.requester_of(case, request.remote_addr or "")


def _ask_again() -> AnyResponse:
    flash(_("To keep your request private, please type the code and the date once more."))
    return redirect(url_for(".ask"), 303)


def _status_page(case: ReleaseRequest, faults: list[str]) -> str:
    standing = lookups.standing(requests.reading(), case)
    return site.show(
        "status",
        case.organisation,
        case=case,
        standing=standing,
        status_words=words.STATUSES[case.status],
        words=words,
        record_types=terms.RECORD_TYPES,
        denial_bases=terms.DENIAL_BASES,
        papers=[(each, _refusal(each)) for each in standing.papers],
        asked=_asked_first(standing),
        faults=faults,
        accept=site.ACCEPT,
        most=requests.installation().settings.upload_max_megabytes,
    )


def _refusal(document: Document) -> str:
    """Why a paper was refused, in the language of the page."""
    if document.refusal_code is None:
        return ""
    params: dict[str, Any] = document.details.get("params", {})
    return str(REASONS[document.refusal_code]) % params


def _asked_first(standing: Standing) -> list[tuple[str, Any]]:
    """The kinds of paper to send: first what is waited for."""
    return sorted(words.PAPERS.items(), key=lambda each: each[0] not in standing.asked_kinds)
