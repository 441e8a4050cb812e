"""What Flask-Security is told: which features, which templates, which words, how long things last."""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any

from duecare.core.people import passwords
from duecare.core.time import now
from duecare.settings import Settings

ISSUER = "duecare"
FRESH = timedelta(minutes=15)
SET_UP_WITHIN = timedelta(minutes=30)
PASSKEY_WITHIN = timedelta(minutes=2)
CODE_DRIFT_SECONDS = 30

TEMPLATES = {
    "LOGIN_USER_TEMPLATE": "sign_in",
    "TWO_FACTOR_SELECT_TEMPLATE": "choose_step",
    "TWO_FACTOR_VERIFY_CODE_TEMPLATE": "code",
    "TWO_FACTOR_SETUP_TEMPLATE": "authenticator",
    "MULTI_FACTOR_RECOVERY_TEMPLATE": "recovery_code",
    "MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": "recovery_codes",
    "WAN_SIGNIN_TEMPLATE": "passkey_sign_in",
    "WAN_REGISTER_TEMPLATE": "passkeys",
    "WAN_VERIFY_TEMPLATE": "passkey_confirm",
    "VERIFY_TEMPLATE": "confirm",
    "CHANGE_PASSWORD_TEMPLATE": "password",
}


def N_(text: str) -> str:  # noqa: N802 - the name that the collector of texts knows
    """Marks a text that is translated where it is shown."""
    return text


MESSAGES = {
    "GENERIC_AUTHN_FAILED": (
        N_("The e-mail and the password do not fit. Check both and try again."),
        "error",
    ),
    "INVALID_PASSWORD": (N_("This is not your present password."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Enter your password"), "error"),
    "PASSWORD_IS_THE_SAME": (N_("The new password is the present one. Choose another."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two passwords differ."), "error"),
    "PASSWORD_CHANGE": (N_("Your password was changed. Your other sessions were ended."), "success"),
    "TWO_FACTOR_INVALID_TOKEN": (N_("This code does not fit. Wait for the next one and try again."), "error"),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("Signing in took too long. Start again."), "error"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (N_("Your authenticator app is set up."), "success"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("You are signed in."), "success"),
    "TWO_FACTOR_DISABLED": (N_("Your authenticator app was removed."), "success"),
    "TWO_FACTOR_SETUP_EXPIRED": (N_("Setting up took longer than %(within)s. Start again."), "error"),
    "INVALID_RECOVERY_CODE": (N_("This is not one of your unused recovery codes."), "error"),
    "REAUTHENTICATION_REQUIRED": (N_("Confirm that it is you to go on."), "message"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you, it is you."), "success"),
    "ANONYMOUS_USER_REQUIRED": (N_("You are signed in already."), "message"),
    "WEBAUTHN_EXPIRED": (N_("The passkey was not used within %(within)s. Start again."), "error"),
    "WEBAUTHN_NAME_INUSE": (N_("You have a passkey called %(name)s already."), "error"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (N_("The passkey %(name)s was added."), "success"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (N_("This passkey is registered already."), "error"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (N_("This passkey is not known here."), "error"),
    "WEBAUTHN_NO_VERIFY": (N_("The passkey could not be checked. Try again."), "error"),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (
        N_("This passkey is registered for the other kind of step."),
        "error",
    ),
    "API_ERROR": (N_("The answer of the passkey could not be read. Try again."), "error"),
    "DISABLED_ACCOUNT": (N_("This account is disabled."), "error"),
}


def config(settings: Settings) -> dict[str, Any]:
    """Flask-Security's configuration; every key that it knows begins with SECURITY_."""
    keys: dict[str, Any] = {
        "CACHE_CONTROL": None,
        "CLI_ROLES_NAME": None,
        "CLI_USERS_NAME": None,
        "DATETIME_FACTORY": now,
        "FRESHNESS": FRESH,
        "FRESHNESS_GRACE_PERIOD": FRESH,
        "JOIN_USER_ROLES": False,
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "PASSWORD_HASH": "argon2",
        "PASSWORD_HASH_PASSLIB_OPTIONS": passwords.options(settings),
        "PASSWORD_NORMALIZE_FORM": passwords.NORMAL_FORM,
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SINGLE_HASH": True,
        "POST_CHANGE_VIEW": "account.show",
        "POST_LOGOUT_VIEW": "security.login",
        "RETURN_GENERIC_RESPONSES": True,
        "SEND_PASSWORD_CHANGE_EMAIL": False,
        "TOTP_ISSUER": ISSUER,
        "TOTP_SECRETS": {1: _derived(settings, "authenticator")},
        "TWO_FACTOR": True,
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": CODE_DRIFT_SECONDS,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_POST_SETUP_VIEW": "account.show",
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TWO_FACTOR_SETUP_WITHIN": SET_UP_WITHIN,
        "WAN_ALLOW_USER_HINTS": False,
        "WAN_POST_REGISTER_VIEW": "account.show",
        "WAN_REGISTER_WITHIN": SET_UP_WITHIN,
        "WAN_RP_NAME": ISSUER,
        "WAN_SIGNIN_WITHIN": PASSKEY_WITHIN,
        "WEBAUTHN": True,
    }
    keys |= {name: f"account/{template}.html" for name, template in TEMPLATES.items()}
    keys |= {f"MSG_{name}": message for name, message in MESSAGES.items()}
    return {f"SECURITY_{name}": value for name, value in keys.items()}


def _derived(settings: Settings, purpose: str) -> str:
    digest = hmac.new(settings.key.encode(), f"derived\0{purpose}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().rstrip("=")
