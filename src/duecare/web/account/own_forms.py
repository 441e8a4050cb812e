"""The forms of the account that are not Flask-Security's."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, SelectField, StringField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length

from duecare.core.desk_forms import DeskForm
from duecare.core.language import LANGUAGES
from duecare.core.people import passwords
from duecare.core.people.models import User
from duecare.web.account.forms import EMAIL_LENGTH, NEW, lowered

NAME_LENGTH = 200


class ProfileForm(DeskForm):
    """Name and language."""

    name = StringField(
        _("Your name"),
        [InputRequired(_("Enter your name")), Length(max=NAME_LENGTH)],
        render_kw={"autocomplete": "name"},
    )
    locale = SelectField(_("Language"), choices=[SelectChoice(*each) for each in LANGUAGES.items()])


class ForgottenPasswordForm(FlaskForm):  # type: ignore[misc]
    """Where to send the link."""

    email = EmailField(
        _("E-mail"),
        [InputRequired(_("Enter your e-mail")), Length(max=EMAIL_LENGTH)],
        filters=[lowered],
        render_kw={"autocomplete": "username"},
    )


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A password, twice."""

    password = PasswordField(
        _("New password"),
        [InputRequired(_("Enter your password")), Length(max=passwords.MOST_LENGTH)],
        render_kw=NEW,
    )
    once_more = PasswordField(
        _("New password once more"), [EqualTo("password", _("The two passwords differ."))], render_kw=NEW
    )

    def __init__(self, user: User, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user = user

    def validate_password(self, field: PasswordField) -> None:
        """Refuses what is easily guessed."""
        faults = passwords.faults(field.data or "", (self.user.name, self.user.email.partition("@")[0]))
        if faults:
            raise ValidationError(" ".join(faults))
