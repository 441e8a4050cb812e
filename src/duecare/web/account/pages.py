"""The pages of one's own account: profile, second factors, sessions, organisation; and setting a password."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from flask_security import check_and_update_authn_fresh
from werkzeug.wrappers import Response

from duecare.core import requests
from duecare.core.errors import NotFound
from duecare.core.people import agents, operations, password_links, passwords, sign_in
from duecare.core.people.models import User
from duecare.core.requests import public, signed_in
from duecare.core.time import now
from duecare.web.account.config import FRESH
from duecare.web.account.forms import count_try
from duecare.web.account.own_forms import ForgottenPasswordForm, NewPasswordForm, ProfileForm
from duecare.web.converters import row_number

blueprint = Blueprint("account", __name__)
by_link = public("lets in only who holds a signed link sent by e-mail")


@blueprint.get("/account")
@signed_in
def show() -> str:
    """My account: who I am here, how I sign in, where I am signed in."""
    return _account_page(ProfileForm(obj=current_user))


@blueprint.post("/account")
@signed_in
def save_profile() -> str | Response:
    """Takes my name and my language."""
    form = ProfileForm()
    if not form.validate_on_submit():
        return _account_page(form)
    with requests.transaction() as writing:
        operations.save_profile(writing, requests.caller(), form.name.data or "", form.locale.data)
    flash(_("Your account was changed."), "success")
    return redirect(url_for("account.show"))


@blueprint.post("/account/end-session")
@signed_in
def end_session() -> Response:
    """Ends one of my sessions, or with no number all but this one."""
    number = request.form.get("session", type=row_number)
    with requests.transaction() as writing:
        operations.end_own_sessions(writing, requests.caller(), session[sign_in.COOKIE_KEY], number)
    flash(_("The session was ended.") if number else _("Your other sessions were ended."), "success")
    return redirect(url_for("account.show"))


@blueprint.post("/account/remove-passkey")
@signed_in
def remove_passkey() -> Response:
    """Removes one of my passkeys, after a fresh proof that it is me."""
    if not check_and_update_authn_fresh(FRESH, FRESH):
        return redirect(url_for("security.verify", next=url_for("account.show")))
    with requests.transaction() as writing:
        name = operations.remove_passkey(writing, requests.caller(), request.form.get("passkey", 0, int))
    flash(_("The passkey %(name)s was removed.", name=name), "success")
    return redirect(url_for("account.show"))


@blueprint.post("/account/organisation")
@signed_in
def switch_organisation() -> Response:
    """Moves this session to another organisation that I belong to."""
    chosen = request.form.get("organisation", "")
    with requests.transaction() as writing:
        sign_in.switch(writing, session[sign_in.COOKIE_KEY], requests.caller(), chosen)
    return redirect("/")


@blueprint.route("/forgotten-password", methods=["GET", "POST"])
@public("answers alike whether or not the account exists; every try is counted")
def forgotten_password() -> str | Response:
    """Sends a link to set a new password, if there is such an account."""
    form = ForgottenPasswordForm()
    if not form.validate_on_submit():
        return render_template("account/forgotten_password.html", form=form)
    email = form.email.data or ""
    count_try(f"reset:{email}")
    with requests.transaction() as writing:
        operations.send_reset(writing, email)
    return render_template("account/link_sent.html")


@blueprint.route("/set-password/<token>", methods=["GET", "POST"])
@by_link
def set_password(token: str) -> str | Response:
    """Sets the password of whom the link was sent to, and ends their sessions."""
    settings = requests.installation().settings
    user = password_links.user_of(requests.reading(), settings.key, token)
    if user is None:
        raise NotFound(_("This link is too old or was used. Ask for a new one on the page for signing in."))
    form = NewPasswordForm(user=user)
    if not form.validate_on_submit():
        return render_template(
            "account/set_password.html", form=form, person=user, least_length=passwords.LEAST_LENGTH
        )
    hashed = passwords.hash_password(settings, form.password.data or "")
    with requests.transaction() as writing:
        owner = password_links.user_of(writing, settings.key, token)
        if owner is None:
            raise NotFound(_("This link was used in the meantime."))
        operations.set_password(writing, owner, hashed, request.remote_addr or "")
    flash(_("Your password is set. Sign in with it."), "success")
    return redirect(url_for("security.login"))


def _account_page(form: ProfileForm) -> str:
    user: User = current_user._get_current_object()
    reading, settings = requests.reading(), requests.installation().settings
    return render_template(
        "account/account.html",
        form=form,
        person=user,
        sessions=sign_in.open_sessions(reading, user.id, settings),
        this_token=session[sign_in.COOKIE_KEY],
        described=agents.described,
        codes_left=len(user.mf_recovery_codes or []),
        zone=requests.caller().zone,
        now=now(),
    )
