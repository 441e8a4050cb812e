"""Taking an action on a request: a form with its consequence, and what somebody else did in the meantime."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from duecare.core import requests
from duecare.core.errors import DomainError, Forbidden, Missing, NotPossible, Stale
from duecare.core.lifecycle import Transition
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.workflows.release import operations, queries
from duecare.workflows.release.forms import ActionForm, AssignForm, action_form, choices
from duecare.workflows.release.lifecycle import LIFECYCLE
from duecare.workflows.release.models import ReleaseRequest
from duecare.workflows.release.roles import Permission
from duecare.workflows.release.views import presenting
from duecare.workflows.release.views.shared import as_number, clock_face, events_since, load, show

pages = Blueprint("release_actions", __name__, url_prefix="/releases", template_folder="../templates")
Answer = str | Response | tuple[str, int]
SHOWN_BESIDE_THE_FORM = (Missing, NotPossible, Stale)


@pages.get("/<number>/actions/<action>")
@requires(Permission.RELEASES_READ)
def ask(number: str, action: str) -> Answer:
    """What an action needs, and what it leads to."""
    session = requests.reading()
    case = load(session, number)
    transition = _allowed(action)
    form = _form(session, case, action)
    form.version.data, form.seen.data = str(case.version), str(_last_event(session, case))
    show(case)
    return _page(session, case, transition, form)


@pages.post("/<number>/actions/<action>")
@requires(Permission.RELEASES_READ)
def act(number: str, action: str) -> Answer:
    """Takes the action, or shows the form again with all that was typed and what stands in the way."""
    case = load(requests.reading(), number)
    transition = _allowed(action)
    form = _form(requests.reading(), case, action)
    if not form.validate_on_submit():
        show(case)
        return _page(requests.reading(), case, transition, form), 422
    try:
        _taken(number, action, form)
    except SHOWN_BESIDE_THE_FORM as error:
        return _refused(number, transition, form, error)
    flash(_("Done: %(action)s.", action=transition.label), "success")
    return redirect(url_for("release_cases.case", number=case.number))


def _taken(number: str, action: str, form: ActionForm) -> None:
    version = as_number(form.version.data or request.args.get("version"))
    with requests.transaction() as session:
        operations.act(session, requests.caller(), load(session, number), action, form.needs(), version)


def _refused(number: str, transition: Transition, form: ActionForm, error: DomainError) -> Answer:
    """The form again. Once the other's change has been shown, the next try may go on from it."""
    session = requests.reading()
    case = load(session, number)
    show(case)
    changed = events_since(queries.timeline(session, case), as_number(form.seen.data))
    for name, text in error.errors.items():
        if name in form and not form[name].errors:
            form[name].errors = [text]
    if not form.errors:
        form.form_errors.append(error.detail)
    form.version.data, form.seen.data = str(case.version), str(_last_event(session, case))
    return _page(session, case, transition, form, changed), error.status


def _allowed(action: str) -> Transition:
    """The transition, if the caller's roles allow it at all; raises `Forbidden` or `NotPossible`."""
    transition = LIFECYCLE.transition(action)
    if not transition.who & requests.caller().roles:
        raise Forbidden(_("Your role does not allow this. Ask your supervisor if you need it."))
    return transition


def _form(session: Session, case: ReleaseRequest, action: str) -> ActionForm:
    form = action_form(action)()
    if isinstance(form, AssignForm):
        people = queries.specialists(session, case.organisation_id)
        form.assignee.choices = choices({person.public_id: person.name for person in people}, _("Choose"))
        if request.method == "GET" and case.assignee is not None and not form.assignee.data:
            form.assignee.data = case.assignee.public_id
    return form


def _last_event(session: Session, case: ReleaseRequest) -> int:
    events = queries.timeline(session, case)
    return events[0].id if events else 0


def _page(
    session: Session,
    case: ReleaseRequest,
    transition: Transition,
    form: ActionForm,
    changed: object = (),
) -> str:
    return render_template(
        "release/action.html",
        case=case,
        header=presenting.header_of(session, case),
        action=transition,
        form=form,
        fields=[field for field in form if field.name not in {"version", "seen", "csrf_token"}],
        changed=presenting.timeline_of(changed) if isinstance(changed, list) else [],
        **clock_face(),
    )
