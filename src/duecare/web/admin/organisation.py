"""The organisation: name, address, place, public form, pickup, second factor, language."""

from flask import flash, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from duecare.core import clocks, requests
from duecare.core import organisation as organisations
from duecare.core import workflow as workflows
from duecare.core.access import Permission
from duecare.core.desk_forms import DeskForm
from duecare.core.language import LANGUAGES
from duecare.core.organisation import MOVE_DUE_DATES, Profile
from duecare.core.people.models import OPTIONAL, REQUIRED, Organisation
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.web.admin.frame import blueprint
from duecare.web.admin.shared import choices, moved_or_asked, own_organisation, tried

PICKUP_LABELS = {
    "date_of_birth": _l("The patient's date of birth"),
    "code": _l("A code sent by e-mail"),
}
SECOND_FACTOR_LABELS = {REQUIRED: _l("Required of everybody"), OPTIONAL: _l("Each person decides")}


class OrganisationForm(DeskForm):
    """What the organisation decides."""

    name = StringField(_l("Name"), [InputRequired(_l("Enter the organisation's name.")), Length(max=200)])
    address = TextAreaField(_l("Address"), [Optional(), Length(max=500)])
    phone = StringField(_l("Phone"), [Optional(), Length(max=64)])
    zone = SelectField(_l("Time zone"))
    state = SelectField(_l("State"))
    privacy_contact = TextAreaField(_l("Privacy contact"), [Optional(), Length(max=500)])
    accepts_public_requests = BooleanField(_l("Take requests by the public form"))
    pickup_days = IntegerField(
        _l("Days a package can be picked up"), [InputRequired(_l("Enter a whole number, e.g. 30."))]
    )
    pickup_factor = RadioField(
        _l("What opens a pickup besides its link"),
        choices=choices(PICKUP_LABELS.items()),
    )
    second_factor = RadioField(
        _l("Second factor when signing in"),
        choices=choices(SECOND_FACTOR_LABELS.items()),
    )
    locale = SelectField(_l("Language of the public pages"), choices=choices(LANGUAGES.items()))


@blueprint.route("/organisation", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
def organisation() -> str | Response:
    """Shows and takes the organisation's facts; a new zone or state is confirmed with what it moves."""
    found = own_organisation(requests.reading())
    form = _form(found)
    if not form.validate_on_submit():
        return _page(found, form)
    profile = _profile(form)
    back = url_for("admin.organisation")
    if _moves_due_dates(found, profile):
        answer = moved_or_asked(
            form,
            lambda session: _change(session, profile),
            title=_("Change where the organisation is?"),
            back=back,
            done=_("The organisation was changed. Due dates are being worked out again."),
        )
        return answer or _page(found, form)
    if tried(form, lambda session: _change(session, profile)):
        flash(_("The organisation was changed."), "success")
        return redirect(back)
    return _page(found, form)


def _form(found: Organisation) -> OrganisationForm:
    form = OrganisationForm(data={**vars(organisations.profile_of(found)), "state": found.state or ""})
    form.zone.choices = choices((zone, zone.replace("_", " ")) for zone in organisations.zones())
    codes = organisations.states(found.country)
    form.state.choices = choices([("", _("None")), *((code, code) for code in codes)])
    return form


def _profile(form: OrganisationForm) -> Profile:
    given = {name: field.data for name, field in form._fields.items() if name != "csrf_token"}
    texts = {name: value.strip() for name, value in given.items() if isinstance(value, str)}
    return Profile(**{**given, **texts, "state": texts["state"] or None})


def _change(session: Session, profile: Profile) -> None:
    organisations.change(session, requests.caller(), own_organisation(session), profile)


def _moves_due_dates(found: Organisation, profile: Profile) -> bool:
    before = organisations.profile_of(found)
    return any(getattr(before, name) != getattr(profile, name) for name in MOVE_DUE_DATES)


def _page(found: Organisation, form: OrganisationForm) -> str:
    return render_template("admin/organisation.html", form=form, overlays=_overlays(found))


def _overlays(found: Organisation) -> list[str]:
    """The built-in rules that the organisation's state adds."""
    here = clocks.jurisdictions_of(found)
    return [
        f"{rule.name}, {rule.citation}"
        for workflow in workflows.registered()
        for rule in clocks.builtin_rules(workflow.code)
        if rule.jurisdiction in here and rule.jurisdiction != found.country
    ]
