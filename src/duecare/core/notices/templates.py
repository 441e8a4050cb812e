"""An organisation's own wording of notices: checked, previewed, taken back. Audited; never commits.

A wording may fill in what its notice offers and nothing else: whatever could name a patient is not offered,
so that no message carries PHI.
"""

import re
from dataclasses import dataclass

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.access import Caller, Permission
from duecare.core.errors import Missing, NotFound
from duecare.core.language import LANGUAGES
from duecare.core.notices.compose import Template, templates
from duecare.core.notices.models import NoticeTemplate
from duecare.core.people.models import Organisation
from duecare.core.texts import gettext as _

PLACEHOLDER = re.compile(r"%(?:\((\w*)\)s|%|(.?))", re.DOTALL)
LONGEST_SUBJECT, LONGEST_BODY = 200, 4000
SAMPLES = {
    "number": "ROI-2026-000123",
    "code": "K7QM-4XPD",
    "until": "2026-12-24",
    "minutes": "30",
    "count": "4",
}


@dataclass(frozen=True)
class Wording:
    """A subject and a body, with `%(name)s` where something is filled in."""

    subject: str
    body: str

    def filled(self, values: dict[str, str]) -> "Wording":
        return Wording(self.subject % values, self.body % values)


def template_of(code: str) -> Template:
    """The kind of notice of a code. Raises `NotFound`."""
    if code not in templates():
        raise NotFound(_("There is no such notice."))
    return templates()[code]


def builtin(template: Template, locale: str) -> Wording:
    """The wording that comes with the product."""
    with force_locale(locale):
        return Wording(str(template.subject), str(template.body))


def own(session: Session, organisation_id: int, code: str, locale: str) -> Wording | None:
    """The organisation's wording, if it has one."""
    row = _row(session, organisation_id, code, locale)
    return Wording(row.subject, row.body) if row and row.is_active else None


def reworded(session: Session, organisation_id: int) -> frozenset[tuple[str, str]]:
    """The (code, locale) pairs that the organisation words its own way."""
    mine = (NoticeTemplate.organisation_id == organisation_id, NoticeTemplate.is_active.is_(True))
    rows = session.execute(select(NoticeTemplate.template, NoticeTemplate.locale).where(*mine))
    return frozenset((code, locale) for code, locale in rows)


def save(
    session: Session, caller: Caller, organisation_id: int, code: str, locale: str, wording: Wording
) -> None:
    """Takes a wording. Raises `Missing` naming what is wrong with the subject or the body."""
    _need(caller, organisation_id)
    template = template_of(code)
    _check(template, locale, wording)
    before = own(session, organisation_id, code, locale)
    row = _row(session, organisation_id, code, locale)
    if row is None:
        row = NoticeTemplate(organisation_id=organisation_id, template=code, locale=locale)
        session.add(row)
    row.subject, row.body, row.is_active = wording.subject.strip(), wording.body.strip(), True
    session.get_one(Organisation, organisation_id).renew_terms()
    session.flush()
    details = {"locale": locale, "before": vars(before) if before else None, "after": vars(wording)}
    audit.record(session, caller, "notice.reworded", code, details, organisation_id)


def back_to_builtin(session: Session, caller: Caller, organisation_id: int, code: str, locale: str) -> None:
    """Takes the organisation's wording out of use; the row and the audit log keep it."""
    _need(caller, organisation_id)
    template_of(code)
    before, row = own(session, organisation_id, code, locale), _row(session, organisation_id, code, locale)
    if row is None or before is None:
        return
    row.is_active = False
    session.get_one(Organisation, organisation_id).renew_terms()
    session.flush()
    details = {"locale": locale, "before": vars(before), "after": None}
    audit.record(session, caller, "notice.back_to_builtin", code, details, organisation_id)


def preview(template: Template, wording: Wording, organisation: str) -> Wording:
    """The wording with made-up values. Raises `Missing` as saving it would."""
    _check(template, "en", wording)
    return wording.filled(samples(template, organisation))


def samples(template: Template, organisation: str) -> dict[str, str]:
    """Made-up values of what a notice fills in."""
    return {**{name: SAMPLES.get(name, name) for name in template.parameters}, "organisation": organisation}


def _check(template: Template, locale: str, wording: Wording) -> None:
    errors = {}
    for name, longest in (("subject", LONGEST_SUBJECT), ("body", LONGEST_BODY)):
        text = getattr(wording, name).strip()
        if fault := _fault(text, template.parameters, longest):
            errors[name] = fault
    if "\n" in wording.subject.strip():
        errors["subject"] = _("The subject is one line.")
    if locale not in LANGUAGES:
        errors["locale"] = _("Choose one of the list.")
    if errors:
        raise Missing(_("This wording cannot be used."), errors)


def _fault(text: str, allowed: tuple[str, ...], longest: int) -> str | None:
    if not text:
        return _("Enter a text.")
    if len(text) > longest:
        return _("Enter at most %(limit)s characters.", limit=longest)
    for found in PLACEHOLDER.finditer(text):
        name, stray = found.group(1), found.group(2)
        if stray is not None:
            return _("Write a percent sign as %%%%.")
        if name is not None and name not in allowed:
            return _(
                "%(name)s cannot be filled in. A notice names no patient; it may use: %(allowed)s.",
                name=found.group(0),
                allowed=", ".join(f"%({each})s" for each in allowed),
            )
    return None


def _row(session: Session, organisation_id: int, code: str, locale: str) -> NoticeTemplate | None:
    return session.scalar(
        select(NoticeTemplate).where(
            NoticeTemplate.organisation_id == organisation_id,
            NoticeTemplate.template == code,
            NoticeTemplate.locale == locale,
        )
    )


def _need(caller: Caller, organisation_id: int) -> None:
    if caller.organisation_id != organisation_id:
        raise NotFound(_("There is no such organisation."))
    caller.need(Permission.ORGANISATION_MANAGE)
