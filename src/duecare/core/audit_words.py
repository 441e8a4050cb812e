"""What the audit log says, in words that follow a name: “Grace Lindqvist looked at a document”."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

_words: dict[str, Any] = {
    "account.authenticator_changed": _l("changed the authenticator app"),
    "account.passkey_added": _l("added a passkey"),
    "account.passkey_removed": _l("removed a passkey"),
    "account.password_changed": _l("changed the password"),
    "account.password_set": _l("set a password"),
    "account.profile_changed": _l("changed name or language"),
    "account.recovery_code_used": _l("used a recovery code"),
    "account.recovery_codes_made": _l("made recovery codes"),
    "account.reset_asked": _l("asked for a new password"),
    "account.sessions_ended": _l("signed out everywhere else"),
    "audit.check_asked": _l("had the audit log checked"),
    "audit.exported": _l("took the audit log out"),
    "calendar.closure_added": _l("added a closing day"),
    "calendar.closure_removed": _l("removed a closing day"),
    "cases.exported": _l("took a list out as a file"),
    "cases.found": _l("searched and was shown cases"),
    "cases.listed": _l("was shown a list of cases"),
    "document.downloaded": _l("downloaded a document"),
    "document.generated": _l("made a document"),
    "document.uploaded": _l("uploaded a document"),
    "document.accepted": _l("accepted a document"),
    "document.refused": _l("refused a document"),
    "document.viewed": _l("looked at a document"),
    "extra_fields.published": _l("changed the extra fields of a form"),
    "job.failed": _l("gave up on a job"),
    "job.retried": _l("had a job tried again"),
    "job.run_now": _l("started a job"),
    "job.started": _l("started a job"),
    "notice.back_to_builtin": _l("went back to the built-in wording of a notice"),
    "notice.reworded": _l("worded a notice anew"),
    "organisation.changed": _l("changed the organisation's settings"),
    "organisation.opened": _l("opened the organisation"),
    "patient.added": _l("added a patient"),
    "patient.found": _l("searched and was shown patients"),
    "patient.listed": _l("was shown a list of patients"),
    "patient.viewed": _l("looked at a patient"),
    "public.throttled": _l("was refused after too many tries"),
    "report.downloaded": _l("downloaded a report"),
    "report.made": _l("made a report"),
    "rule.added": _l("added a clock rule"),
    "rule.ended": _l("ended a clock rule"),
    "session.ended": _l("signed out"),
    "session.moved": _l("went to another organisation"),
    "session.started": _l("signed in"),
    "token.issued": _l("issued an API token"),
    "token.revoked": _l("revoked an API token"),
    "user.added": _l("added a person"),
    "user.disabled": _l("disabled a person"),
    "user.enabled": _l("enabled a person"),
    "user.invited": _l("invited a person"),
    "user.roles_changed": _l("changed a person's roles"),
    "user.second_factor_removed": _l("removed a person's second factor"),
    "user.sessions_ended": _l("ended a person's sessions"),
    "view.removed": _l("removed a saved view"),
    "view.saved": _l("saved a view"),
}


def declare(words: Mapping[str, Any]) -> None:
    """Adds a workflow's actions and what they are called."""
    _words.update(words)


def words_of(action: str) -> str:
    """The words of an action; the action itself where nobody gave it any."""
    return str(_words.get(action, action))
