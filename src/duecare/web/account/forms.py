"""The forms of signing in: Flask-Security's, with our words; every try is counted before it is judged."""

from datetime import timedelta
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from flask_login import current_user
from flask_security import forms as given
from flask_security import recovery_codes, tf_plugin
from flask_security import webauthn as passkeys
from wtforms import EmailField, HiddenField, PasswordField, RadioField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from duecare.core import requests, throttle
from duecare.core.people import passwords
from duecare.core.people.credentials import FIRST, SECOND

EMAIL_LENGTH = 255
CODE = {"autocomplete": "one-time-code", "inputmode": "numeric"}
CURRENT = {"autocomplete": "current-password"}
NEW = {"autocomplete": "new-password"}


def count_try(*subjects: str) -> None:
    """Counts a try on each subject and one from the address. Raises `TooMany`."""
    settings = requests.installation().settings
    window = timedelta(minutes=settings.sign_in_window_minutes)
    limits = [(subject, settings.sign_in_tries) for subject in subjects]
    limits.append((f"address:{request.remote_addr}", settings.sign_in_tries_per_address))
    for subject, limit in limits:
        with requests.transaction() as session:
            throttle.hit(session, f"sign-in:{subject}", limit, window)


def forget_tries(*subjects: str) -> None:
    """Starts counting afresh after a try that succeeded."""
    with requests.transaction() as session:
        for subject in subjects:
            throttle.forget(session, f"sign-in:{subject}")


def lowered(value: str | None) -> str | None:
    """An e-mail address as it is stored."""
    return value.strip().lower() if value else value


def password_field(label: str, attributes: dict[str, str]) -> PasswordField:
    needed = [InputRequired(_("Enter your password")), Length(max=passwords.MOST_LENGTH)]
    return PasswordField(label, needed, render_kw=attributes)


class SignInForm(given.LoginForm):
    """E-mail and password. An unknown, a disabled and a known account are answered alike."""

    email = EmailField(
        _("E-mail"),
        [InputRequired(_("Enter your e-mail")), Length(max=EMAIL_LENGTH)],
        filters=[lowered],
        render_kw={"autocomplete": "username"},
    )
    password = password_field(_("Password"), CURRENT)
    remember = None

    def validate(self, **kwargs: Any) -> bool:
        if not given.Form.validate(self, **kwargs):
            return False
        account = f"account:{self.email.data}"
        count_try(account)
        if not super().validate(**kwargs):
            return False
        forget_tries(account)
        return True


class CodeForm(given.TwoFactorVerifyCodeForm):
    """The six digits of an authenticator app."""

    code = StringField(_("Six-digit code"), [InputRequired(_("Enter the code"))], render_kw=CODE)

    def validate(self, **kwargs: Any) -> bool:
        if not given.Form.validate(self, **kwargs):
            return False
        self.code.data = "".join(filter(str.isdigit, self.code.data or ""))
        assert self.user is not None
        return _counted(self.user, "code", super().validate, kwargs)


class RecoveryForm(recovery_codes.MfRecoveryForm):
    """A recovery code in the place of the second factor."""

    code = StringField(_("Recovery code"), [InputRequired(_("Enter a recovery code"))])

    def validate(self, **kwargs: Any) -> bool:
        if not given.Form.validate(self, **kwargs):
            return False
        return _counted(self.user, "code", super().validate, kwargs)


class ConfirmForm(given.VerifyForm):
    """The password once more, before something sensitive."""

    password = password_field(_("Password"), CURRENT)

    def validate(self, **kwargs: Any) -> bool:
        if not given.Form.validate(self, **kwargs):
            return False
        return _counted(self.user, "password", super().validate, kwargs)


class PasswordForm(given.ChangePasswordForm):
    """A new password, with the present one."""

    password = password_field(_("Present password"), CURRENT)
    new_password = password_field(_("New password"), NEW)
    new_password_confirm = PasswordField(
        _("New password once more"),
        [given.EqualToLocalize("new_password", message="RETYPE_PASSWORD_MISMATCH")],
        render_kw=NEW,
    )

    def validate(self, **kwargs: Any) -> bool:
        if not given.Form.validate(self, **kwargs):
            return False
        return _counted(current_user, "password", super().validate, kwargs)


class StepForm(tf_plugin.TwoFactorSelectForm):
    """Which second factor to use; one that the person does not have is refused by the view."""

    which = StringField()


class AuthenticatorForm(given.TwoFactorSetupForm):
    """Setting the authenticator app up, or removing it; what else is sent is refused by the given form."""

    setup = StringField()


class HelpForm(given.TwoFactorRescueForm):
    """Other ways in: they are links on a page of ours."""

    help_setup = RadioField(choices=[])


class PasskeyForm(passkeys.WebAuthnRegisterForm):
    """A new passkey: its name and what it is for."""

    name = StringField(_("Name of the passkey"), [InputRequired(_("Give it a name")), Length(max=64)])
    usage = RadioField(
        _("What is it for?"),
        choices=[
            SelectChoice(FIRST, _("To sign in without a password")),
            SelectChoice(SECOND, _("As the second step after the password")),
        ],
        default=FIRST,
    )


class PasskeySignInForm(passkeys.WebAuthnSigninForm):
    """The start of signing in with a passkey. A browser is never remembered."""

    remember = HiddenField(filters=[lambda _value: ""])


class PasskeyAnswerForm(passkeys.WebAuthnSigninResponseForm):
    """What the passkey answered. A browser is never remembered."""

    remember = HiddenField(filters=[lambda _value: ""])

    def validate(self, **kwargs: Any) -> bool:
        count_try()
        return bool(super().validate(**kwargs))


FORMS: dict[str, type[given.Form]] = {
    "login_form": SignInForm,
    "verify_form": ConfirmForm,
    "change_password_form": PasswordForm,
    "two_factor_verify_code_form": CodeForm,
    "two_factor_select_form": StepForm,
    "two_factor_setup_form": AuthenticatorForm,
    "two_factor_rescue_form": HelpForm,
    "mf_recovery_form": RecoveryForm,
    "wan_register_form": PasskeyForm,
    "wan_signin_form": PasskeySignInForm,
    "wan_signin_response_form": PasskeyAnswerForm,
}


def _counted(user: Any, kind: str, judge: Any, kwargs: dict[str, Any]) -> bool:
    subject = f"{kind}:{user.id}"
    count_try(subject)
    if not judge(**kwargs):
        return False
    forget_tries(subject)
    return True
