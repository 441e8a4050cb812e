"""Asking for records without an account: one question page after another, without script, on any phone.

What is typed is kept on the server, right or wrong, until it is sent or a day has passed.
"""

from flask import Blueprint, flash, redirect, request, url_for
from flask import session as cookie
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as AnyResponse

from duecare.core import requests
from duecare.core.documents import arriving
from duecare.core.documents.operations import Landed
from duecare.core.errors import Missing
from duecare.core.people.models import Organisation
from duecare.core.requests import public
from duecare.workflows.release import codes, drafts, public_intake, terms, throttles
from duecare.workflows.release import public_words as words
from duecare.workflows.release.public_forms import StepForm, typed_values
from duecare.workflows.release.public_intake import CHECK, DOCUMENTS, MORE, QUESTIONS, Course
from duecare.workflows.release.public_models import PublicDraft
from duecare.workflows.release.views import public_site as site

pages = Blueprint("public_request", __name__, url_prefix="/request", template_folder=site.TEMPLATES)
COOKIE_KEY = "public_draft"
ASKER = "asker"
STEP = "<any(who, patient, contact, records, more):step>"
REASON = "patients and others ask for records without an account; nothing is shown but what they typed"
Answer = str | AnyResponse | tuple[str, int]


@pages.url_value_preprocessor
def _prepare(endpoint: str | None, _values: object) -> None:
    if endpoint == "public_request.add_documents":
        arriving.allow_many()


@pages.get("")
@public(REASON)
def choose() -> Answer:
    """Which organisation to ask, if there are several."""
    offered = site.organisations()
    if len(offered) == 1:
        return redirect(url_for(".start", code=offered[0].code))
    return site.show("choose", offered=offered)


@pages.get("/<code>")
@public(REASON)
def start(code: str) -> Answer:
    """What is asked, how long it takes, and what to have at hand."""
    organisation = site.organisation_of(code)
    draft = _draft(organisation)
    return site.show("start", organisation, is_begun=draft is not None and draft.case_id is None)


@pages.get(f"/<code>/{STEP}")
@public(REASON)
def ask(code: str, step: str) -> Answer:
    """One page of questions, with what was typed before."""
    organisation = site.organisation_of(code)
    course = _course(_open_draft(organisation))
    if step not in course.steps or not course.may_open(step):
        return _go(organisation, course.next_step())
    return _page(organisation, course, step, course.form(step))


@pages.post(f"/<code>/{STEP}")
@public(REASON)
def answer(code: str, step: str) -> Answer:
    """Keeps what was typed, then goes on, or says what is wrong with it."""
    organisation = site.organisation_of(code)
    draft = _open_draft(organisation)
    if draft is None:
        installation, caller = requests.installation(), site.stranger()
        throttles.count(installation, caller, throttles.DRAFTS, caller.address)
    before = _course_sent(organisation, draft)
    if step not in before.steps:
        return _go(organisation, before.next_step())
    course, form = _kept(organisation, step)
    if not form.validate():
        return _page(organisation, course, step, form), 422
    if draft is None and step != course.steps[0]:
        flash(_earlier_answers_gone())
    return _go(organisation, course.next_step())


@pages.get(f"/<code>/{DOCUMENTS}")
@public(REASON)
def documents(code: str) -> Answer:
    """The papers sent so far, and boxes for more."""
    organisation = site.organisation_of(code)
    draft = _open_draft(organisation)
    if draft is None or not _course(draft).may_open(DOCUMENTS):
        return _go(organisation, _course(draft).next_step())
    return _documents_page(organisation, draft, [])


@pages.post(f"/<code>/{DOCUMENTS}")
@public(REASON)
def add_documents(code: str) -> Answer:
    """Takes each file by itself: what is wrong with one never costs the others."""
    organisation = site.organisation_of(code)
    if _open_draft(organisation) is None:
        return _go(organisation, public_intake.WHO)

    def keep(kind: str, landed: Landed) -> bool:
        with requests.transaction() as session:
            draft = drafts.lock(session, _token(), organisation.id)
            is_new = draft is not None and drafts.add_file(session, draft, kind, landed)
        if draft is not None and not is_new:
            site.say_known(landed)
        return is_new

    faults = site.land_files(keep)
    is_going_on = "add" not in request.form
    if is_going_on:
        _keep(organisation, DOCUMENTS, {})
    draft = _open_draft(organisation)
    course = _course(draft)
    if is_going_on and not faults and not course.is_answered(DOCUMENTS):
        faults.append(_("Add the permission form that the patient signed."))
    if faults and draft is not None:
        return _documents_page(organisation, draft, faults), 422
    return _go(organisation, course.next_step() if is_going_on else DOCUMENTS)


@pages.post(f"/<code>/{DOCUMENTS}/remove")
@public(REASON)
def remove_document(code: str) -> Answer:
    """Takes one file out again."""
    organisation = site.organisation_of(code)
    with requests.transaction() as session:
        draft = drafts.lock(session, _token(), organisation.id)
        key = drafts.remove_file(session, draft, request.form.get("file", "")) if draft else None
    if key:
        requests.installation().store.delete(key)
    return _go(organisation, DOCUMENTS)


@pages.get(f"/<code>/{CHECK}")
@public(REASON)
def check(code: str) -> Answer:
    """All answers on one page, each with a way to change it."""
    organisation = site.organisation_of(code)
    draft = _open_draft(organisation)
    course = _course(draft)
    if draft is None or course.first_open() is not None:
        return _go(organisation, course.next_step())
    return _check_page(organisation, draft, course)


@pages.post("/<code>/send")
@public(REASON)
def send(code: str) -> Answer:
    """Makes the request, once, however often the button is pressed."""
    organisation = site.organisation_of(code)
    draft = _draft(organisation)
    if draft is None:
        return _go(organisation, public_intake.WHO)
    if draft.case_id is None:
        throttles.count(requests.installation(), site.stranger(), throttles.REQUESTS, site.stranger().address)
    try:
        with requests.transaction() as session:
            locked = drafts.lock(session, _token(), organisation.id)
            if locked is not None:
                public_intake.send(session, site.stranger(), locked, site.language(), _key())
    except Missing:
        return _go(organisation, _course(_draft(organisation)).next_step())
    return redirect(url_for(".receipt", code=code))


@pages.get("/<code>/receipt")
@public(REASON)
def receipt(code: str) -> Answer:
    """The number and the tracking code, for this browser and a short time only."""
    organisation = site.organisation_of(code)
    draft = _draft(organisation)
    if draft is None or draft.case is None:
        return redirect(url_for(".start", code=code))
    return site.show("receipt", organisation, case=draft.case, tracking_code=_tracking_code())


@pages.post("/<code>/forget")
@public(REASON)
def forget(code: str) -> Answer:
    """Deletes what was typed: for a computer that others use too."""
    organisation = site.organisation_of(code)
    keys: list[str] = []
    with requests.transaction() as session:
        draft = drafts.lock(session, _token(), organisation.id)
        if draft is not None:
            keys = drafts.forget(session, draft)
    for key in keys:
        requests.installation().store.delete(key)
    cookie.pop(COOKIE_KEY, None)
    flash(_("What you typed here is deleted."))
    return redirect(url_for(".start", code=code))


@pages.errorhandler(CSRFError)
def _form_too_old(_error: CSRFError) -> Answer:
    """Shows the form again with what was typed, instead of an error page that would lose it."""
    values = request.view_args or {}
    organisation = site.organisation_of(str(values.get("code", "")))
    message = _("This page was open for too long. Please press the button once more.")
    step, draft = str(values.get("step", "")), _open_draft(organisation)
    course = _course_sent(organisation, draft)
    if step not in course.steps or step not in QUESTIONS:
        flash(message if draft else _earlier_answers_gone(), "error")
        return _go(organisation, course.next_step())
    form = course.form(step, MultiDict(request.form))
    form.form_errors = [message]
    return _page(organisation, course, step, form), 400


@pages.errorhandler(RequestEntityTooLarge)
def _files_too_large(_error: RequestEntityTooLarge) -> Answer:
    organisation = site.organisation_of(str((request.view_args or {}).get("code", "")))
    draft = _open_draft(organisation)
    if draft is None:
        return _go(organisation, public_intake.WHO)
    return _documents_page(organisation, draft, [site.too_large()]), 413


def _kept(organisation: Organisation, step: str) -> tuple[Course, StepForm]:
    """Keeps what was typed at a step, and gives the course and the form as they are then."""
    names = _course_sent(organisation, _open_draft(organisation)).form(step).names
    typed = typed_values(request.form, names)
    course = _keep(organisation, step, typed)
    return course, course.form(step)


def _keep(organisation: Organisation, step: str, typed: drafts.Answers) -> Course:
    with requests.transaction() as session:
        draft = drafts.lock(session, _token(), organisation.id)
        if draft is None or draft.case_id is not None:
            place = session.get_one(Organisation, organisation.id)
            draft, cookie[COOKIE_KEY] = drafts.begin(session, place)
            draft.answers = public_intake.said_by(request.form.get(ASKER, ""))
        drafts.keep_answers(draft, step, typed)
        return public_intake.course_of(session, draft)


def _page(organisation: Organisation, course: Course, step: str, form: StepForm) -> str:
    return site.show(
        f"step_{step}",
        organisation,
        course=course,
        step=step,
        form=form,
        title=course.title(step),
        back=_back(organisation, course, step),
    )


def _documents_page(organisation: Organisation, draft: PublicDraft, faults: list[str]) -> str:
    course = _course(draft)
    return site.show(
        "step_documents",
        organisation,
        course=course,
        step=DOCUMENTS,
        files=draft.files,
        faults=faults,
        papers=words.PAPERS,
        boxes={
            kind: label
            for kind, label in words.PAPERS.items()
            if kind != "authorization" or course.takes_authorization
        },
        accept=site.ACCEPT,
        most=requests.installation().settings.upload_max_megabytes,
        title=course.title(DOCUMENTS),
        back=_back(organisation, course, DOCUMENTS),
    )


def _check_page(organisation: Organisation, draft: PublicDraft, course: Course) -> str:
    intake = public_intake.intake_of(course, site.language())
    return site.show(
        "check",
        organisation,
        course=course,
        intake=intake,
        files=draft.files,
        words=words,
        record_types=terms.RECORD_TYPES,
        more=_more_answers(organisation, course),
        title=course.title(CHECK),
        back=_back(organisation, course, CHECK),
    )


def _more_answers(organisation: Organisation, course: Course) -> list[tuple[str, str, str]]:
    """What was answered to the organisation's own questions, each with the way to change it."""
    if MORE not in course.steps:
        return []
    url = _url(organisation, MORE)
    return [(str(field.label.text), str(field.data or ""), url) for field in course.form(MORE)]


def _back(organisation: Organisation, course: Course, step: str) -> str:
    before = course.before(step)
    return _url(organisation, before) if before else url_for(".start", code=organisation.code)


def _go(organisation: Organisation, step: str) -> AnyResponse:
    return redirect(_url(organisation, step), 303)


def _url(organisation: Organisation, step: str) -> str:
    if step in QUESTIONS:
        return url_for(".ask", code=organisation.code, step=step)
    return url_for(f".{step}", code=organisation.code)


def _token() -> str:
    return str(cookie.get(COOKIE_KEY, ""))


def _tracking_code() -> str:
    return codes.made(_key(), codes.TRACKING, drafts.token_digest(_token())).text


def _key() -> str:
    return requests.installation().settings.key


def _draft(organisation: Organisation) -> PublicDraft | None:
    return drafts.find(requests.reading(), _token(), organisation.id)


def _course(draft: PublicDraft | None) -> Course:
    return public_intake.course_of(requests.reading(), draft)


def _course_sent(organisation: Organisation, draft: PublicDraft | None) -> Course:
    """The course of the draft; without one, as far as the page that was sent tells of it."""
    if draft is not None:
        return _course(draft)
    asker = request.form.get(ASKER, "")
    return public_intake.course_of_asker(requests.reading(), organisation.id, asker)


def _earlier_answers_gone() -> str:
    text: str = _(
        "We do not have your earlier answers any more. We keep them for 24 hours, for one browser only. "
        "Please answer these questions again."
    )
    return text


def _open_draft(organisation: Organisation) -> PublicDraft | None:
    """The draft that is still being filled."""
    draft = _draft(organisation)
    return draft if draft is not None and draft.case_id is None else None
