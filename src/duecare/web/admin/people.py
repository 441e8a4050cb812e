"""People: who belongs to the organisation, with which roles; invitations, sessions, second factors."""

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import EmailField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from duecare.core import requests
from duecare.core.access import Permission, all_roles
from duecare.core.desk_forms import DeskForm
from duecare.core.errors import Missing, NotPossible
from duecare.core.people import directory, operations
from duecare.core.people.directory import Member
from duecare.core.people.models import User
from duecare.core.requests import requires
from duecare.core.texts import gettext as _
from duecare.web.admin.frame import blueprint
from duecare.web.admin.shared import blame, choices, own_organisation, write

NAME_LENGTH, EMAIL_LENGTH = 200, 255


class RolesField(SelectMultipleField):  # type: ignore[misc]
    """Every role with what it means, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class InviteForm(DeskForm):
    """Somebody new."""

    name = StringField(_l("Name"), [InputRequired(_l("Enter the person's name.")), Length(max=NAME_LENGTH)])
    email = EmailField(
        _l("E-mail"),
        [InputRequired(_l("Enter an address like name@example.com.")), Length(max=EMAIL_LENGTH)],
    )
    roles = RolesField(_l("Roles"), [InputRequired(_l("Choose at least one role."))])


class RolesForm(DeskForm):
    """The roles of somebody who is here."""

    roles = RolesField(_l("Roles"), [InputRequired(_l("Choose at least one role."))])


def role_choices() -> list[SelectChoice]:
    """Each role with its summary."""
    return choices((role.code, f"{role.label} — {role.summary}") for role in all_roles())


def role_labels() -> dict[str, str]:
    return {role.code: str(role.label) for role in all_roles()}


@blueprint.get("/people")
@requires(Permission.USERS_MANAGE)
def people() -> str:
    """Everybody who belongs to the organisation."""
    text = request.args.get("q", "")
    found = directory.members(
        requests.reading(), requests.organisation_id(), text, request.args.get("after", "")
    )
    shown = found[: directory.PAGE]
    return render_template(
        "admin/people.html",
        members=shown,
        text=text,
        labels=role_labels(),
        next_url=_next_url(text, shown) if len(found) > len(shown) else None,
    )


@blueprint.route("/people/invite", methods=["GET", "POST"])
@requires(Permission.USERS_MANAGE)
def people_invite() -> str | Response:
    """Adds somebody and mails them a link to choose a password."""
    form = InviteForm()
    form.roles.choices = role_choices()
    if form.validate_on_submit() and _invited(form):
        flash(_("%(name)s was invited by e-mail.", name=form.name.data), "success")
        return redirect(url_for("admin.people"))
    return render_template("admin/invite.html", form=form)


@blueprint.get("/people/<opaque:person>")
@requires(Permission.USERS_MANAGE)
def people_person(person: str) -> str:
    """One person: roles, sign-in, sessions."""
    member = directory.member(requests.reading(), requests.organisation_id(), person)
    return _person_page(member, RolesForm(roles=list(member.roles)))


@blueprint.post("/people/<opaque:person>/roles")
@requires(Permission.USERS_MANAGE)
def people_roles(person: str) -> str | Response:
    """Gives a person exactly the chosen roles; their sessions here end."""
    member = directory.member(requests.reading(), requests.organisation_id(), person)
    form = RolesForm()
    form.roles.choices = role_choices()
    if form.validate_on_submit():
        try:
            _act(operations.set_roles, person, form.roles.data)
        except (Missing, NotPossible) as error:
            blame(form, error)
        else:
            flash(_("The roles of %(name)s were changed.", name=member.user.name), "success")
            return redirect(url_for("admin.people_person", person=person))
    return _person_page(member, form)


@blueprint.post("/people/<opaque:person>/leave")
@requires(Permission.USERS_MANAGE)
def people_leave(person: str) -> Response:
    """Takes a person out of the organisation; their account stays for others they belong to."""
    _act(operations.set_roles, person, [])
    flash(_("The person does not belong here any more."), "success")
    return redirect(url_for("admin.people"))


@blueprint.post("/people/<opaque:person>/disable")
@requires(Permission.USERS_MANAGE)
def people_disable(person: str) -> Response:
    """Shuts a person out."""
    _act(operations.disable, person)
    return _back(person, _("The account was disabled, its sessions ended and its tokens were revoked."))


@blueprint.post("/people/<opaque:person>/enable")
@requires(Permission.USERS_MANAGE)
def people_enable(person: str) -> Response:
    """Lets a person in again."""
    _act(operations.enable, person)
    return _back(person, _("The account can be used again."))


@blueprint.post("/people/<opaque:person>/end-sessions")
@requires(Permission.USERS_MANAGE)
def people_end_sessions(person: str) -> Response:
    """Signs a person out everywhere in this organisation."""
    _act(operations.end_sessions, person)
    return _back(person, _("The sessions were ended."))


@blueprint.post("/people/<opaque:person>/remove-second-factor")
@requires(Permission.USERS_MANAGE)
def people_remove_second_factor(person: str) -> Response:
    """Takes off a second factor that was lost."""
    _act(operations.remove_second_factor, person)
    return _back(person, _("The second factor was removed. The person sets up a new one when signing in."))


@blueprint.post("/people/<opaque:person>/invite-again")
@requires(Permission.USERS_MANAGE)
def people_invite_again(person: str) -> Response:
    """Sends the invitation once more."""
    write(
        lambda session: operations.invite_again(session, requests.caller(), own_organisation(session), person)
    )
    return _back(person, _("The invitation was sent again."))


def _invited(form: InviteForm) -> bool:
    caller = requests.caller()
    try:
        write(
            lambda session: operations.add_user(
                session,
                caller,
                own_organisation(session),
                form.email.data or "",
                form.name.data or "",
                form.roles.data or [],
            )
        )
    except (Missing, NotPossible) as error:
        blame(form, error)
        return False
    return True


def _act(operation: Callable[..., User], person: str, *arguments: list[str]) -> None:
    caller = requests.caller()
    write(lambda session: operation(session, caller, requests.organisation_id(), person, *arguments))


def _back(person: str, message: str) -> Response:
    flash(message, "success")
    return redirect(url_for("admin.people_person", person=person))


def _person_page(member: Member, form: RolesForm) -> str:
    form.roles.choices = role_choices()
    return render_template(
        "admin/person.html",
        member=member,
        form=form,
        sessions=directory.sessions(requests.reading(), requests.organisation_id(), member.user.id),
        is_me=member.user.id == requests.caller().user_id,
    )


def _next_url(text: str, shown: list[Member]) -> str:
    return url_for("admin.people", q=text or None, after=shown[-1].user.public_id)
