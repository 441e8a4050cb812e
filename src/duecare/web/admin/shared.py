"""What the administration's pages share: writing faults to fields, and asking before due dates move."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import flash, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import Form
from wtforms.fields import SelectChoice

from duecare.core import recalculation, requests
from duecare.core.errors import DomainError, Missing
from duecare.core.people.models import Organisation
from duecare.core.recalculation import Impact
from duecare.core.texts import gettext as _
from duecare.core.texts import ngettext

CONFIRMED = "confirmed"
Change = Callable[[Session], object]


def choices(pairs: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    """Values and labels as a field offers them."""
    return [SelectChoice(value, label) for value, label in pairs]


def own_organisation(session: Session) -> Organisation:
    """The caller's organisation."""
    return session.get_one(Organisation, requests.organisation_id())


def blame(form: Form, error: DomainError) -> None:
    """Writes what an operation refused to the fields it names; what has no field goes above the form."""
    named = {name: text for name, text in error.errors.items() if name in form}
    for name, text in named.items():
        form[name].errors = [*form[name].errors, text]
    if not named:
        form.form_errors.append(error.detail)


def write(change: Change) -> None:
    """Makes a change in a transaction of its own."""
    with requests.transaction() as session:
        change(session)


def tried(form: Form, change: Change) -> bool:
    """Makes a change; False, with its faults on the form, when it is refused."""
    try:
        write(change)
    except Missing as error:
        blame(form, error)
        return False
    return True


def due_dates_after(change: Change) -> Impact:
    """What a change would do to due dates; nothing is kept."""
    requests.reading().rollback()
    with requests.installation().database.trial() as session:
        change(session)
        return recalculation.impact(session, requests.organisation_id())


def moved_or_asked(
    form: Form, change: Change, *, title: str, back: str, done: str, danger: bool = False
) -> str | Response | None:
    """Makes a change that can move due dates once the person has seen how many; None when it is refused."""
    try:
        if request.form.get(CONFIRMED):
            write(change)
            flash(done, "success")
            return redirect(back)
        impact = due_dates_after(change)
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        blame(form, error)
        return None
    return render_template(
        "admin/confirm_dates.html",
        title=title,
        back=back,
        sentences=sentences(impact),
        without_rule=impact.without_rule,
        danger=danger,
        fields=_sent(request.form),
    )


def sentences(impact: Impact) -> list[str]:
    """An impact in words."""
    said = [
        ngettext("%(num)d due date will move.", "%(num)d due dates will move.", impact.moved)
        if impact.moved
        else _("No due date will move.")
    ]
    if impact.moved:
        later = impact.moved - impact.earlier
        said.append(_("%(earlier)s become earlier, %(later)s later.", earlier=impact.earlier, later=later))
    looked = {"count": impact.looked_at}
    if impact.is_all:
        said.append(_("All %(count)s open cases were looked at.", **looked))
    else:
        said.append(_("This was counted among the first %(count)s open cases; there are more.", **looked))
    return said


def _sent(form: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every field as it was sent, a repeated one as often."""
    lists: Any = form
    return [
        (name, value)
        for name, values in lists.lists()
        for value in values
        if name not in {"csrf_token", CONFIRMED}
    ]
