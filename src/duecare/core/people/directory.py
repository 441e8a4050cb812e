"""Who belongs to an organisation and who may speak for it by token: reads for the administrator's pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from duecare.core.errors import NotFound
from duecare.core.people.models import ApiToken, Membership, SignIn, User, WebAuthn
from duecare.core.texts import gettext as _

PAGE = 100


@dataclass(frozen=True)
class Member:
    """A person as an organisation sees them: their roles here only."""

    user: User
    roles: tuple[str, ...]
    has_second_factor: bool
    belongs_elsewhere: bool

    @property
    def is_invited(self) -> bool:
        """True while they have not chosen a password."""
        return self.user.password is None


def members(session: Session, organisation_id: int, text: str = "", after: str = "") -> list[Member]:
    """People by name from after a person's public id: one more than a page when there are further ones."""
    belongs = select(Membership.user_id).where(Membership.organisation_id == organisation_id)
    query = select(User).where(User.id.in_(belongs)).order_by(User.name, User.id).limit(PAGE + 1)
    if text.strip():
        wanted = f"%{_escaped(text.strip())}%"
        query = query.where(or_(User.name.ilike(wanted, escape="\\"), User.email.ilike(wanted, escape="\\")))
    last = (
        session.scalar(select(User).where(User.public_id == after, User.id.in_(belongs))) if after else None
    )
    if last is not None:
        same = and_(User.name == last.name, User.id > last.id)
        query = query.where(or_(User.name > last.name, same))
    return _with_roles(session, organisation_id, session.scalars(query).all())


def member(session: Session, organisation_id: int, public_id: str) -> Member:
    """One person. Raises `NotFound` for somebody who does not belong here."""
    user = session.scalar(select(User).where(User.public_id == public_id))
    found = _with_roles(session, organisation_id, [user] if user else [])
    if not found or not found[0].roles:
        raise NotFound(_("There is no such person here."))
    return found[0]


def sessions(session: Session, organisation_id: int, user_id: int) -> Sequence[SignIn]:
    """A person's sessions in this organisation that have not ended, newest first."""
    mine = (SignIn.user_id == user_id, SignIn.organisation_id == organisation_id, SignIn.ended_at.is_(None))
    return session.scalars(select(SignIn).where(*mine).order_by(SignIn.id.desc()).limit(PAGE)).all()


def tokens(session: Session, organisation_id: int) -> list[tuple[ApiToken, User]]:
    """The organisation's newest tokens, revoked ones among them."""
    rows = session.execute(
        select(ApiToken, User)
        .join(User, User.id == ApiToken.user_id)
        .where(ApiToken.organisation_id == organisation_id)
        .order_by(ApiToken.id.desc())
        .limit(PAGE)
    )
    return [(token, user) for token, user in rows]


def token_state(token: ApiToken, at: datetime) -> str:
    """`revoked`, `expired` or `active`."""
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at <= at else "active"


def _with_roles(session: Session, organisation_id: int, users: Sequence[User]) -> list[Member]:
    ids = [user.id for user in users]
    rows = session.execute(
        select(Membership.user_id, Membership.organisation_id, Membership.role)
        .where(Membership.user_id.in_(ids))
        .order_by(Membership.role)
    ).all()
    keys = select(WebAuthn.user_id).where(WebAuthn.user_id.in_(ids)).distinct()
    passkeys = {row.user_id for row in session.execute(keys)}
    return [
        Member(
            user=user,
            roles=tuple(role for owner, where, role in rows if owner == user.id and where == organisation_id),
            has_second_factor=bool(user.tf_primary_method or user.id in passkeys),
            belongs_elsewhere=any(owner == user.id and where != organisation_id for owner, where, _r in rows),
        )
        for user in users
    ]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
