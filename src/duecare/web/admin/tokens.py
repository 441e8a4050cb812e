"""API tokens of the organisation: made for a person, shown once, revoked."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length

from duecare.core import requests
from duecare.core.access import Permission, permissions_of
from duecare.core.desk_forms import DeskForm
from duecare.core.errors import Missing
from duecare.core.people import directory
from duecare.core.people import tokens as issuing
from duecare.core.people.directory import Member
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.core.time import now
from duecare.web.admin.frame import blueprint
from duecare.web.admin.people import RolesField
from duecare.web.admin.shared import blame, choices, own_organisation, write

USUAL_DAYS = 90
TONES = {"active": "good", "expired": "neutral", "revoked": "neutral"}
STATES = {"active": _l("Active"), "expired": _l("Expired"), "revoked": _l("Revoked")}


class TokenForm(DeskForm):
    """A token of a chosen person."""

    name = StringField(
        _l("What it is for"), [InputRequired(_l("Say what the token is for.")), Length(max=200)]
    )
    scopes = RolesField(_l("What it may do"), [InputRequired(_l("Choose at least one scope."))])
    expires_on = DateField(_l("Good until"), [InputRequired(_l("Choose a day within a year from now."))])


@blueprint.get("/tokens")
@requires(Permission.TOKENS_MANAGE)
def tokens() -> str:
    """The organisation's tokens, newest first."""
    rows = [
        {"token": token, "user": user, "state": directory.token_state(token, now())}
        for token, user in directory.tokens(requests.reading(), requests.organisation_id())
    ]
    return render_template("admin/tokens.html", rows=rows, states=STATES, tones=TONES)


@blueprint.get("/tokens/issue")
@requires(Permission.TOKENS_MANAGE)
def tokens_choose() -> str | Response:
    """Chooses for whom a token is made."""
    if chosen := request.args.get("person"):
        return redirect(url_for("admin.tokens_issue", person=chosen))
    members = directory.members(requests.reading(), requests.organisation_id(), request.args.get("q", ""))
    active = [member for member in members if member.user.active]
    return render_template("admin/token_person.html", members=active)


@blueprint.route("/tokens/issue/<opaque:person>", methods=["GET", "POST"])
@requires(Permission.TOKENS_MANAGE)
def tokens_issue(person: str) -> str | Response:
    """Makes a token for a person; its text is on the answer and nowhere else."""
    member = directory.member(requests.reading(), requests.organisation_id(), person)
    form = TokenForm(expires_on=(now() + timedelta(days=USUAL_DAYS)).date())
    form.scopes.choices = choices((each, each) for each in sorted(permissions_of(member.roles)))
    if form.validate_on_submit() and (text := _issued(member, form)):
        return render_template("admin/token_issued.html", text=text, member=member, form=form)
    return render_template("admin/token_form.html", form=form, member=member)


@blueprint.post("/tokens/<opaque:token>/revoke")
@requires(Permission.TOKENS_MANAGE)
def tokens_revoke(token: str) -> Response:
    """Makes a token useless."""
    caller = requests.caller()
    write(lambda session: issuing.revoke(session, caller, requests.organisation_id(), token))
    flash(_("The token was revoked."), "success")
    return redirect(url_for("admin.tokens"))


def _issued(member: Member, form: TokenForm) -> str | None:
    """The new token's text; None, with the faults on the form, when it is refused."""
    end = datetime.combine(form.expires_on.data, time.max, ZoneInfo(requests.caller().zone))
    try:
        with requests.transaction() as session:
            _token, text = issuing.issue(
                session,
                requests.caller(),
                member.user,
                own_organisation(session),
                name=form.name.data or "",
                scopes=form.scopes.data or [],
                expires_at=end,
            )
    except Missing as error:
        renamed = {{"expires_at": "expires_on"}.get(name, name): text for name, text in error.errors.items()}
        blame(form, Missing(error.detail, renamed))
        return None
    return text
