"""The only writer of users and memberships. Everything is audited; nothing here commits.

What changes how or whether somebody may sign in ends their sessions in the same transaction.
"""

from collections.abc import Iterable

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.access import SYSTEM, Caller, Permission, all_roles
from duecare.core.db import opaque_id
from duecare.core.errors import Missing, NotFound, NotPossible
from duecare.core.people import password_links, sign_in
from duecare.core.people.models import ApiToken, Membership, Organisation, User, WebAuthn
from duecare.core.time import now


def add_user(
    session: Session, caller: Caller, organisation: Organisation, email: str, name: str, roles: Iterable[str]
) -> User:
    """Adds a person to an organisation and mails them a link to choose a password.

    Who has an account already, from another organisation, keeps it and gets the roles here. Raises `Missing`
    for a wrong address, an empty name or an unknown role, `NotPossible` for somebody who is here already.
    """
    _need_manager(caller, organisation.id)
    address, codes = _address(email), _known(roles)
    if not name.strip():
        raise Missing(_("The name is missing."), {"name": _("Enter the person's name.")})
    user = session.scalar(select(User).where(User.email == address))
    if user is None:
        user = User(name=name.strip(), email=address, fs_uniquifier=opaque_id())
        session.add(user)
        session.flush()
    elif _memberships(session, user.id, organisation.id):
        raise NotPossible(_("This person belongs to the organisation already."))
    session.add_all(Membership(user_id=user.id, organisation_id=organisation.id, role=code) for code in codes)
    session.flush()
    audit.record(session, caller, "user.added", user.public_id, {"roles": codes}, organisation.id)
    if user.password is None:
        password_links.send(session, user, organisation, password_links.INVITATION)
    return user


def invite_again(session: Session, caller: Caller, organisation: Organisation, public_id: str) -> None:
    """Mails the link for the first password once more. Raises `NotPossible` when there is a password."""
    user = _member(session, caller, organisation.id, public_id)
    if user.password is not None:
        raise NotPossible(_("This person has a password. They can ask for a new one when signing in."))
    password_links.send(session, user, organisation, password_links.INVITATION)
    audit.record(session, caller, "user.invited", user.public_id, chain=organisation.id)


def disable(session: Session, caller: Caller, organisation_id: int, public_id: str) -> User:
    """Shuts a person out of everything: sessions end, tokens are revoked. Nobody disables themselves."""
    user = _member(session, caller, organisation_id, public_id)
    if user.id == caller.user_id:
        raise NotPossible(_("You cannot disable your own account."))
    _need_sole(session, user, organisation_id)
    user.active = False
    session.flush()
    _keep_an_administrator(session, organisation_id)
    sign_in.end_all(session, user.id, "user_disabled")
    session.execute(
        update(ApiToken)
        .where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now())
    )
    audit.record(session, caller, "user.disabled", user.public_id, chain=organisation_id)
    return user


def enable(session: Session, caller: Caller, organisation_id: int, public_id: str) -> User:
    """Lets a disabled person sign in again; their tokens stay revoked."""
    user = _member(session, caller, organisation_id, public_id)
    _need_sole(session, user, organisation_id)
    user.active = True
    audit.record(session, caller, "user.enabled", user.public_id, chain=organisation_id)
    return user


def set_roles(
    session: Session, caller: Caller, organisation_id: int, public_id: str, roles: Iterable[str]
) -> User:
    """Gives a person exactly these roles here, and ends their sessions. No role: they belong here no more.

    Raises `NotPossible` when it would leave the organisation without an administrator.
    """
    user, codes = _member(session, caller, organisation_id, public_id), _known(roles)
    rows = _memberships(session, user.id, organisation_id)
    before = sorted(row.role for row in rows)
    if before == codes:
        return user
    for row in rows:
        if row.role not in codes:
            session.delete(row)
    new = [code for code in codes if code not in before]
    session.add_all(Membership(user_id=user.id, organisation_id=organisation_id, role=code) for code in new)
    session.flush()
    _keep_an_administrator(session, organisation_id)
    sign_in.end_all_in(session, user.id, organisation_id, "roles_changed")
    details = {"before": before, "after": codes}
    audit.record(session, caller, "user.roles_changed", user.public_id, details, organisation_id)
    return user


def end_sessions(session: Session, caller: Caller, organisation_id: int, public_id: str) -> User:
    """Ends every session of a person in the organisation, as an administrator."""
    user = _member(session, caller, organisation_id, public_id)
    sign_in.end_all_in(session, user.id, organisation_id, "ended_by_administrator")
    audit.record(session, caller, "user.sessions_ended", user.public_id, chain=organisation_id)
    return user


def remove_second_factor(session: Session, caller: Caller, organisation_id: int, public_id: str) -> User:
    """Takes authenticator app, passkeys and recovery codes off an account whose owner lost them."""
    user = _member(session, caller, organisation_id, public_id)
    _need_sole(session, user, organisation_id)
    user.tf_primary_method = user.tf_totp_secret = None
    user.mf_recovery_codes = None
    for passkey in list(user.webauthn):
        session.delete(passkey)
    sign_in.end_all(session, user.id, "second_factor_removed")
    audit.record(session, caller, "user.second_factor_removed", user.public_id, chain=organisation_id)
    return user


def save_profile(session: Session, caller: Caller, name: str, locale: str) -> None:
    """Changes one's own name and language."""
    user = session.get_one(User, caller.user_id)
    details = {"before": [user.name, user.locale], "after": [name.strip(), locale]}
    user.name, user.locale = name.strip(), locale
    audit.record(session, caller, "account.profile_changed", user.public_id, details)


def end_own_sessions(session: Session, caller: Caller, token: str, sign_in_id: int | None = None) -> None:
    """Ends one of one's own sessions, or all but the one of `token`."""
    assert caller.user_id is not None
    if sign_in_id is None:
        sign_in.end_all(session, caller.user_id, "ended_by_user", but=token)
    else:
        sign_in.end_one(session, caller.user_id, sign_in_id, "ended_by_user")
    user = session.get_one(User, caller.user_id)
    audit.record(session, caller, "account.sessions_ended", user.public_id)


def remove_passkey(session: Session, caller: Caller, passkey_id: int) -> str:
    """Removes one of one's own passkeys and gives its name."""
    passkey = session.get(WebAuthn, passkey_id)
    if passkey is None or passkey.user_id != caller.user_id:
        raise NotFound(_("There is no such passkey."))
    session.delete(passkey)
    audit.record(session, caller, "account.passkey_removed", passkey.user.public_id)
    return passkey.name


def send_reset(session: Session, email: str) -> None:
    """Mails a link for a new password to an active person of that address; for others does nothing."""
    user = session.scalar(select(User).where(User.email == email, User.active.is_(True)))
    organisation = sign_in.usual_organisation(session, user.id) if user else None
    if user is None or organisation is None:
        return
    password_links.send(session, user, organisation, password_links.RESET)
    audit.record(session, SYSTEM, "account.reset_asked", user.public_id, chain=organisation.id)


def set_password(session: Session, user: User, hashed: str, address: str) -> None:
    """Sets a password by a link from an e-mail: links and sessions made before are good no more."""
    user.password, user.fs_uniquifier = hashed, opaque_id()
    sign_in.end_all(session, user.id, "password_changed")
    organisation = sign_in.usual_organisation(session, user.id)
    caller = Caller("user", user.name, organisation.id if organisation else None, user.id, address=address)
    audit.record(session, caller, "account.password_set", user.public_id)


def _address(email: str) -> str:
    try:
        return validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        raise Missing(
            _("The e-mail address is not right."), {"email": _("Enter an address like name@example.com.")}
        ) from None


def _known(roles: Iterable[str]) -> list[str]:
    wanted, known = sorted(set(roles)), {role.code for role in all_roles()}
    unknown = [code for code in wanted if code not in known]
    if unknown:
        raise Missing(_("There is no such role."), {"roles": ", ".join(unknown)})
    return wanted


def _need_manager(caller: Caller, organisation_id: int) -> None:
    """The system, or who manages users in that organisation; another's does not exist for the caller."""
    if caller.kind == "system":
        return
    if caller.organisation_id != organisation_id:
        raise NotFound(_("There is no such organisation."))
    caller.need(Permission.USERS_MANAGE)


def _member(session: Session, caller: Caller, organisation_id: int, public_id: str) -> User:
    _need_manager(caller, organisation_id)
    belongs = select(Membership.user_id).where(Membership.organisation_id == organisation_id)
    user = session.scalar(select(User).where(User.public_id == public_id, User.id.in_(belongs)))
    if user is None:
        raise NotFound(_("There is no such person here."))
    return user


def _memberships(session: Session, user_id: int, organisation_id: int) -> list[Membership]:
    mine = (Membership.user_id == user_id, Membership.organisation_id == organisation_id)
    return list(session.scalars(select(Membership).where(*mine)))


def _need_sole(session: Session, user: User, organisation_id: int) -> None:
    """Raises `NotPossible` for an account that belongs to other organisations too."""
    elsewhere = (Membership.user_id == user.id, Membership.organisation_id != organisation_id)
    if session.scalar(select(Membership.id).where(*elsewhere).limit(1)) is not None:
        raise NotPossible(
            _("This account belongs to another organisation too. You can only change its roles here.")
        )


def _keep_an_administrator(session: Session, organisation_id: int) -> None:
    """Raises `NotPossible` when none is left; two who go at once wait for each other."""
    session.execute(select(Organisation.id).where(Organisation.id == organisation_id).with_for_update())
    left = session.scalar(
        select(func.count())
        .select_from(Membership)
        .join(User)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role == "administrator",
            User.active.is_(True),
        )
    )
    if not left:
        raise NotPossible(_("The organisation needs at least one administrator."))
