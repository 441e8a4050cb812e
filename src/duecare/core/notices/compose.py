"""Writing notices: a template, a recipient, a locale; the message lands in the outbox with its cause.

Templates are declared by the core and by workflows; an organisation may word one its own way. A message
carries a number and a link, never PHI: templates get no patient at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core.cases import Case
from duecare.core.db import opaque_id
from duecare.core.jobs.queue import enqueue
from duecare.core.kept import Kept
from duecare.core.notices.models import Notice, NoticeTemplate
from duecare.core.people.models import Organisation, User

EMAIL, IN_APP = "email", "in_app"
SEND = "notices.send"
CODE_MARK = "[[code]]"


@dataclass(frozen=True)
class Template:
    """A kind of notice. `subject` and `body` are translatable, with `%(name)s` for what is filled in."""

    code: str
    label: str
    subject: str
    body: str
    parameters: tuple[str, ...] = ("number", "organisation")
    to_people: bool = True
    signed_purpose: str | None = None


_templates: dict[str, Template] = {}
_own_wordings: Kept[tuple[str, str] | None] = Kept(most=2000)


def declare(*templates: Template) -> None:
    """Makes templates known; the same code twice must be the same template."""
    for template in templates:
        if _templates.setdefault(template.code, template) != template:
            raise ValueError(f"notice {template.code!r} is declared twice")


def templates() -> dict[str, Template]:
    """Every template by code."""
    return dict(sorted(_templates.items()))


def tell_person(
    session: Session, user: User, code: str, case: Case, link: str, values: Mapping[str, Any] | None = None
) -> None:
    """Tells a user, by the channels they chose for this kind of notice (both unless they chose)."""
    for channel in user.notice_preferences.get(code, [IN_APP, EMAIL]):
        notice = _written(session, code, case, user.locale, link, values or {})
        notice.channel, notice.user_id = channel, user.id
        notice.address = user.email if channel == EMAIL else None
        _queue(session, notice)


def tell_address(  # noqa: PLR0917
    session: Session,
    address: str,
    locale: str,
    code: str,
    case: Case,
    link: str,
    values: Mapping[str, Any] | None = None,
    code_origin: str | None = None,
) -> None:
    """Tells somebody without an account, by e-mail. `code_origin` (`purpose:seed`) is where the message's
    `%(code)s` comes from: it is made when the mail is sent, so that the outbox never holds it."""
    filled = {**(values or {}), **({"code": CODE_MARK} if code_origin else {})}
    notice = _written(session, code, case, locale, link, filled)
    notice.channel, notice.address, notice.code_origin = EMAIL, address, code_origin
    _queue(session, notice)


def tell_member(
    session: Session,
    user: User,
    organisation: Organisation,
    code: str,
    link: str,
    values: Mapping[str, Any] | None = None,
) -> None:
    """Tells a user what concerns their organisation and no case, by the channels they chose."""
    for channel in user.notice_preferences.get(code, [IN_APP, EMAIL]):
        notice = _about(session, code, organisation, user.locale, link, values or {})
        notice.channel, notice.user_id = channel, user.id
        notice.address = user.email if channel == EMAIL else None
        _queue(session, notice)


def tell_account(session: Session, user: User, organisation: Organisation, code: str, link: str) -> None:
    """Tells a user by e-mail, whatever they chose, what concerns their account and no case."""
    notice = _about(session, code, organisation, user.locale, link, {})
    notice.channel, notice.user_id, notice.address = EMAIL, user.id, user.email
    _queue(session, notice)


def _written(
    session: Session, code: str, case: Case, locale: str, link: str, values: Mapping[str, Any]
) -> Notice:
    notice = _about(session, code, case.organisation, locale, link, {**values, "number": case.number})
    notice.case_id = case.id
    return notice


def _about(
    session: Session, code: str, organisation: Organisation, locale: str, link: str, values: Mapping[str, Any]
) -> Notice:
    subject, body = _wording(session, _templates[code], organisation, locale)
    filled = {**values, "organisation": organisation.name}
    return Notice(
        organisation_id=organisation.id,
        template=code,
        locale=locale,
        subject=subject % filled,
        body=body % filled,
        link=link,
    )


def _wording(
    session: Session, template: Template, organisation: Organisation, locale: str
) -> tuple[str, str]:
    own = _own_wordings.get(
        session,
        (organisation.id, organisation.terms_version, template.code, locale),
        lambda: _own_wording(session, template.code, organisation.id, locale),
    )
    if own is not None:
        return own
    with force_locale(locale):
        return str(template.subject), str(template.body)


def _own_wording(session: Session, code: str, organisation_id: int, locale: str) -> tuple[str, str] | None:
    row = session.execute(
        select(NoticeTemplate.subject, NoticeTemplate.body).where(
            NoticeTemplate.organisation_id == organisation_id,
            NoticeTemplate.template == code,
            NoticeTemplate.locale == locale,
            NoticeTemplate.is_active.is_(True),
        )
    ).first()
    return (row.subject, row.body) if row else None


def _queue(session: Session, notice: Notice) -> None:
    notice.public_id = opaque_id()
    session.add(notice)
    if notice.channel == EMAIL:
        enqueue(session, SEND, {"notice": notice.public_id}, organisation_id=notice.organisation_id)
