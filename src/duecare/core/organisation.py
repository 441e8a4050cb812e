"""The only writer of an organisation's own facts and settings. Audited before → after; never commits."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import available_timezones

import holidays
from sqlalchemy.orm import Session

from duecare.core import audit, recalculation
from duecare.core.access import Caller, Permission
from duecare.core.errors import Missing, NotFound
from duecare.core.language import LANGUAGES
from duecare.core.people.models import OPTIONAL, REQUIRED, SECOND_FACTOR, Organisation
from duecare.core.texts import gettext as _

PICKUP_DAYS, PICKUP_FACTOR, LOCALE = "pickup_days", "pickup_factor", "locale"
PICKUP_FACTORS = ("date_of_birth", "code")
DEFAULT_PICKUP_DAYS, LONGEST_PICKUP_DAYS = 30, 365
COLUMNS = ("name", "address", "phone", "zone", "state", "privacy_contact", "accepts_public_requests")
MOVE_DUE_DATES = frozenset({"zone", "state"})


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What an administrator decides for the organisation. `state`: ISO 3166-2 without the country."""

    name: str
    address: str
    phone: str
    zone: str
    state: str | None
    privacy_contact: str
    accepts_public_requests: bool
    pickup_days: int
    pickup_factor: str
    second_factor: str
    locale: str


def profile_of(organisation: Organisation) -> Profile:
    """The organisation's present profile, defaults filled in."""
    settings = organisation.settings
    return Profile(
        **{name: getattr(organisation, name) for name in COLUMNS},
        pickup_days=int(settings.get(PICKUP_DAYS, DEFAULT_PICKUP_DAYS)),
        pickup_factor=settings.get(PICKUP_FACTOR, PICKUP_FACTORS[0]),
        second_factor=settings.get(SECOND_FACTOR, OPTIONAL),
        locale=settings.get(LOCALE, "en"),
    )


def change(session: Session, caller: Caller, organisation: Organisation, profile: Profile) -> dict[str, Any]:
    """Writes what differs from the present profile and gives it; raises `Missing` naming each wrong field.

    A new time zone or state can move due dates: then a job works them out again.
    """
    if caller.organisation_id != organisation.id:
        raise NotFound(_("There is no such organisation."))
    caller.need(Permission.ORGANISATION_MANAGE)
    _check(organisation.country, profile)
    before, after = asdict(profile_of(organisation)), asdict(profile)
    changed = {name: value for name, value in after.items() if value != before[name]}
    if not changed:
        return {}
    _write(organisation, after)
    session.flush()
    details = {"before": {name: before[name] for name in changed}, "after": changed}
    audit.record(session, caller, "organisation.changed", organisation.public_id, details, organisation.id)
    if MOVE_DUE_DATES & changed.keys():
        recalculation.ask(session, caller, organisation.id)
    return changed


def zones() -> list[str]:
    """The time zones that an organisation can be in."""
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))


def states(country: str) -> list[str]:
    """The subdivisions of a country by their ISO 3166-2 codes."""
    return sorted(holidays.list_supported_countries().get(country, ()))


def _write(organisation: Organisation, after: dict[str, Any]) -> None:
    for name in COLUMNS:
        setattr(organisation, name, after[name])
    kept = {name: after[name] for name in (PICKUP_DAYS, PICKUP_FACTOR, SECOND_FACTOR, LOCALE)}
    organisation.settings = {**organisation.settings, **kept}


def _check(country: str, profile: Profile) -> None:
    choices: dict[str, Collection[str | None]] = {
        "zone": zones(),
        "state": [None, *states(country)],
        "pickup_factor": PICKUP_FACTORS,
        "second_factor": (REQUIRED, OPTIONAL),
        "locale": tuple(LANGUAGES),
    }
    errors = {
        name: _("Choose one of the list.")
        for name, known in choices.items()
        if getattr(profile, name) not in known
    }
    if not profile.name.strip():
        errors["name"] = _("Enter the organisation's name.")
    if not 1 <= profile.pickup_days <= LONGEST_PICKUP_DAYS:
        errors["pickup_days"] = _("Enter 1 to %(most)s days.", most=LONGEST_PICKUP_DAYS)
    if errors:
        raise Missing(_("Some of the organisation's facts are missing or wrong."), errors)
