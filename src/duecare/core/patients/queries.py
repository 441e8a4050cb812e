"""Finding patients of an organisation: by anything a caller says, and who is probably the same person."""

from datetime import date

from rapidfuzz import fuzz
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from duecare.core import search
from duecare.core.cases import Case
from duecare.core.errors import NotFound
from duecare.core.patients.models import Patient
from duecare.core.patients.operations import folded, name_key
from duecare.core.texts import gettext as _

SAME_NAME = 86
AT_MOST = 8
LOOKED_AT = 60


def by_id(session: Session, organisation_id: int, public_id: str) -> Patient:
    """The organisation's patient; raises `NotFound` for any other id."""
    patient = session.scalar(
        select(Patient).where(Patient.public_id == public_id, Patient.organisation_id == organisation_id)
    )
    if patient is None:
        raise NotFound(_("There is no such patient here."))
    return patient


def find(session: Session, organisation_id: int, text: str, limit: int = AT_MOST) -> list[Patient]:
    """Patients by name, date of birth or MRN as typed so far; by name, those without a case too."""
    plan = search.plan(session, organisation_id, text)
    if not plan.words:
        return []
    with_case = (
        select(Case.patient_id)
        .where(Case.organisation_id == organisation_id, *plan.conditions(Case.__table__.c.id))
        .limit(LOOKED_AT)
    )
    ids = list(dict.fromkeys(each for each in session.scalars(with_case) if each is not None))[:limit]
    by_name = (Patient.name_key >= folded(text), Patient.name_key < folded(text) + search.LAST)
    found = (
        select(Patient)
        .where(Patient.organisation_id == organisation_id, or_(Patient.id.in_(ids), by_name[0] & by_name[1]))
        .order_by(Patient.name_key, Patient.date_of_birth)
        .limit(limit)
    )
    return list(session.scalars(found))


def probably_same(
    session: Session,
    organisation_id: int,
    first_name: str,
    last_name: str,
    date_of_birth: date | None,
    mrn: str | None,
) -> list[Patient]:
    """Patients with the same MRN, or born the same day with a name that is nearly the same."""
    said = []
    if mrn:
        said.append(Patient.mrn == mrn)
    if date_of_birth:
        said.append(Patient.date_of_birth == date_of_birth)
    if not said:
        return []
    candidates = session.scalars(
        select(Patient).where(Patient.organisation_id == organisation_id, or_(*said))
    )
    key = name_key(first_name, last_name)
    return [each for each in candidates if (mrn and each.mrn == mrn) or is_near(key, each.name_key)]


def is_near(one: str, other: str) -> bool:
    """True for folded names that differ by a slip of the keyboard or in their order."""
    return fuzz.token_sort_ratio(one, other) >= SAME_NAME
