"""Links by e-mail with which a person sets a password: their first one, or a new one for a forgotten one.

A link is good for some days and for one password: it carries a print of the password that it replaces. It is
signed only when it is sent, so that whoever reads the database cannot make one.
"""

import hashlib
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core.notices.compose import Template, declare, tell_account
from duecare.core.people.models import Organisation, User
from duecare.core.signing import unsigned
from duecare.core.time import now

PURPOSE = "set-password"
PATH = "/set-password"
INVITATION = Template(
    "account.invitation",
    _l("An invitation to duecare"),
    _l("%(organisation)s invites you to duecare"),
    _l("%(organisation)s has opened an account for you. Choose your password here within a week:"),
    parameters=("organisation",),
    signed_purpose=PURPOSE,
)
RESET = Template(
    "account.reset",
    _l("A forgotten password"),
    _l("Choose a new password"),
    _l(
        "Somebody, probably you, asked for a new password for your account at %(organisation)s. Choose it "
        "here within a day. If it was not you, do nothing: your password stays as it is."
    ),
    parameters=("organisation",),
    signed_purpose=PURPOSE,
)
GOOD_FOR = {INVITATION.code: timedelta(days=7), RESET.code: timedelta(days=1)}
declare(INVITATION, RESET)


def send(session: Session, user: User, organisation: Organisation, template: Template) -> None:
    """Puts the link in the outbox."""
    until = int((now() + GOOD_FOR[template.code]).timestamp())
    tell_account(
        session, user, organisation, template.code, f"{PATH}/{user.public_id}.{until}.{_print(user)}"
    )


def user_of(session: Session, key: str, token: str) -> User | None:
    """The active user whom a link lets set a password; None when it is forged, too old or was used."""
    value = unsigned(key, PURPOSE, token)
    public_id, until, fingerprint = value.split(".") if value and value.count(".") == 2 else ("", "0", "")
    user = session.scalar(select(User).where(User.public_id == public_id, User.active.is_(True)))
    if user is None or int(until) < now().timestamp() or fingerprint != _print(user):
        return None
    return user


def _print(user: User) -> str:
    return hashlib.sha256(f"{user.fs_uniquifier}\0{user.password}".encode()).hexdigest()[:16]
