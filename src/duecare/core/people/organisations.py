"""The only writer of new organisations. Everything is audited; nothing here commits."""

from zoneinfo import available_timezones

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.access import Caller
from duecare.core.errors import Missing, NotPossible
from duecare.core.people.models import Organisation


def open_organisation(session: Session, caller: Caller, code: str, name: str, zone: str) -> Organisation:
    """Adds a tenant. Raises `Missing` for an unknown time zone, `NotPossible` for a code in use."""
    if zone not in available_timezones():
        raise Missing(_("There is no such time zone."), {"zone": _("Enter a zone like America/Chicago.")})
    if session.scalar(select(Organisation.id).where(Organisation.code == code)) is not None:
        raise NotPossible(_("An organisation has this code already."))
    organisation = Organisation(code=code, name=name.strip(), zone=zone)
    session.add(organisation)
    session.flush()
    audit.record(session, caller, "organisation.opened", organisation.public_id, chain=organisation.id)
    return organisation
