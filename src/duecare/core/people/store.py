"""Flask-Security's view of our tables: it reads in the request's session and writes in one short transaction.

What it changes on objects of the reading session is gathered and made again in a session of its own that
commits once, together with the audit entries of the changes. Nothing is written before, so that no lock is
held while a password is verified.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask_security import SQLAlchemyUserDatastore
from flask_security.core import RoleMixin
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from duecare.core import audit, requests
from duecare.core.access import Caller
from duecare.core.people.models import User, WebAuthn
from duecare.core.time import now

AUDITED_COLUMNS = {
    "fs_uniquifier": "account.password_changed",
    "tf_totp_secret": "account.authenticator_changed",
    "mf_recovery_codes": "account.recovery_codes_made",
}
PASSKEY_ADDED = "account.passkey_added"


@dataclass(frozen=True)
class Change:
    """One row that Flask-Security made ("new") or changed, as plain values."""

    kind: str
    model: type[Any]
    identity: tuple[Any, ...] | None
    values: dict[str, Any]

    def make(self, session: Session) -> None:
        """Makes the change in a session that writes."""
        if self.kind == "new":
            session.add(self.model(**self.values))
            return
        row = session.get_one(self.model, self.identity)
        for name, value in self.values.items():
            setattr(row, name, value)

    @property
    def audited_as(self) -> list[str]:
        """The names under which the change enters the audit log."""
        if self.model is WebAuthn:
            return [PASSKEY_ADDED] if self.kind == "new" else []
        return [action for column, action in AUDITED_COLUMNS.items() if column in self.values]


class NoRole(RoleMixin):
    """Flask-Security asks for a model of roles; ours are memberships, which it never sees."""


class RequestDatabase:
    """What Flask-Security takes for its database."""

    @property
    def session(self) -> Session:
        """The request's session for reads."""
        return requests.reading()


class RequestStore(SQLAlchemyUserDatastore):
    """Users and passkeys, bound to the present request."""

    def __init__(self) -> None:
        super().__init__(RequestDatabase(), User, NoRole, WebAuthn)

    def commit(self) -> None:
        """Writes what Flask-Security changed in this request, if anything."""
        session = requests.reading()
        if session.new or session.dirty:
            with self.writing():
                pass

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that starts with what Flask-Security changed, and commits once."""
        changes = gathered(requests.reading())
        with requests.transaction() as session:
            for change in changes:
                change.make(session)
                _audit(session, change)
            session.flush()
            yield session

    def create_webauthn(self, user: Any, *_: Any, **fields: Any) -> None:
        """A passkey of a user, named by id: the row is made again in another session."""
        requests.reading().add(WebAuthn(user_id=user.id, lastuse_datetime=now(), **fields))


def gathered(session: Session) -> list[Change]:
    """The changes that wait in a session, as plain values."""
    changed = [row for row in session.dirty if session.is_modified(row)]
    return [
        *(Change("new", type(row), None, _set_columns(row)) for row in session.new),
        *(Change("changed", type(row), inspect(row).identity, _changed_columns(row)) for row in changed),
    ]


def _set_columns(row: Any) -> dict[str, Any]:
    return {
        attr.key: row.__dict__[attr.key]
        for attr in inspect(row).mapper.column_attrs
        if attr.key in row.__dict__
    }


def _changed_columns(row: Any) -> dict[str, Any]:
    state = inspect(row)
    keys = [attr.key for attr in state.mapper.column_attrs]
    return {key: getattr(row, key) for key in keys if state.attrs[key].history.has_changes()}


def account_caller(user: User) -> Caller:
    """Who changes an account: the signed-in caller, or its owner on the way in."""
    caller = requests.caller()
    return caller if caller.user_id is not None else Caller("user", user.name, None, user.id)


def _audit(session: Session, change: Change) -> None:
    if not change.audited_as:
        return
    owner = change.values.get("user_id") if change.model is WebAuthn else (change.identity or (None,))[0]
    user = session.get_one(User, owner if owner is not None else requests.caller().user_id)
    for action in change.audited_as:
        audit.record(session, account_caller(user), action, user.public_id)
