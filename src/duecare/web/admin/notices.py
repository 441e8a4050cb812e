"""Notices: the built-in wording beside the organisation's own, per language."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from duecare.core import requests
from duecare.core.access import Permission
from duecare.core.desk_forms import DeskForm
from duecare.core.errors import Missing, NotFound
from duecare.core.language import LANGUAGES
from duecare.core.notices import templates as wordings
from duecare.core.notices.compose import Template
from duecare.core.notices.compose import templates as all_templates
from duecare.core.notices.templates import LONGEST_BODY, LONGEST_SUBJECT, Wording
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.web.admin.frame import blueprint
from duecare.web.admin.shared import blame, own_organisation, tried, write

PREVIEW = "preview"


class WordingForm(DeskForm):
    """A wording of the organisation's own."""

    subject = StringField(_l("Subject"), [InputRequired(_l("Enter a text.")), Length(max=LONGEST_SUBJECT)])
    body = TextAreaField(_l("Text"), [InputRequired(_l("Enter a text.")), Length(max=LONGEST_BODY)])


@blueprint.get("/notices")
@requires(Permission.ORGANISATION_MANAGE)
def notices() -> str:
    """Every notice and which languages are worded here."""
    own = wordings.reworded(requests.reading(), requests.organisation_id())
    return render_template(
        "admin/notices.html", templates=all_templates().values(), languages=LANGUAGES, own=own
    )


@blueprint.route("/notices/<code>/<locale>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
def notices_edit(code: str, locale: str) -> str | Response:
    """Words a notice in a language, or shows how it would read."""
    template = _template(code, locale)
    builtin = wordings.builtin(template, locale)
    own = wordings.own(requests.reading(), requests.organisation_id(), code, locale)
    form = WordingForm(obj=own or builtin)
    shown = None
    if form.validate_on_submit():
        typed = Wording(form.subject.data or "", form.body.data or "")
        if request.form.get("act") == PREVIEW:
            shown = _previewed(template, form, typed)
        elif _saved(form, code, locale, typed):
            flash(_("Notices sent from now on use your wording."), "success")
            return redirect(url_for("admin.notices_edit", code=code, locale=locale))
    return render_template(
        "admin/notice.html",
        template=template,
        locale_name=LANGUAGES[locale],
        notice_locale=locale,
        languages=LANGUAGES,
        builtin=builtin,
        own=own,
        form=form,
        preview=shown,
        placeholders=wordings.samples(template, own_organisation(requests.reading()).name),
    )


@blueprint.post("/notices/<code>/<locale>/back-to-built-in")
@requires(Permission.ORGANISATION_MANAGE)
def notices_back(code: str, locale: str) -> Response:
    """Takes the own wording out of use."""
    _template(code, locale)
    caller, organisation = requests.caller(), requests.organisation_id()
    write(lambda session: wordings.back_to_builtin(session, caller, organisation, code, locale))
    flash(_("Notices sent from now on use the built-in wording."), "success")
    return redirect(url_for("admin.notices_edit", code=code, locale=locale))


def _template(code: str, locale: str) -> Template:
    if locale not in LANGUAGES:
        raise NotFound(_("There is no such language."))
    return wordings.template_of(code)


def _saved(form: WordingForm, code: str, locale: str, typed: Wording) -> bool:
    caller, organisation = requests.caller(), requests.organisation_id()
    return tried(form, lambda session: wordings.save(session, caller, organisation, code, locale, typed))


def _previewed(template: Template, form: WordingForm, typed: Wording) -> Wording | None:
    try:
        return wordings.preview(template, typed, own_organisation(requests.reading()).name)
    except Missing as error:
        blame(form, error)
        return None
