"""The only writer of the patient table, and how a name is folded for looking up."""

import unicodedata
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.access import Caller
from duecare.core.db import opaque_id
from duecare.core.patients.models import Patient

NAME_BYTES = 200


def folded(text: str) -> str:
    """A text as it is looked up: lower case, without accents, punctuation as spaces."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (
        character if character.isalnum() else " "
        for character in plain
        if not unicodedata.combining(character)
    )
    return " ".join("".join(kept).split())


def name_key(first_name: str, last_name: str) -> str:
    """`last first`, folded."""
    return folded(f"{last_name} {first_name}")[:NAME_BYTES]


def find_or_add(
    session: Session,
    caller: Caller,
    organisation_id: int,
    *,
    first_name: str,
    last_name: str,
    date_of_birth: date,
    mrn: str | None,
) -> Patient:
    """The patient with this date of birth and this MRN or very name; else a new one, not yet flushed."""
    known = _known(session, organisation_id, name_key(first_name, last_name), date_of_birth, mrn)
    if known is not None:
        if mrn and not known.mrn:
            known.mrn = mrn
        return known
    patient = Patient(
        public_id=opaque_id(),
        organisation_id=organisation_id,
        first_name=first_name,
        last_name=last_name,
        name_key=name_key(first_name, last_name),
        date_of_birth=date_of_birth,
        mrn=mrn or None,
    )
    session.add(patient)
    audit.record(session, caller, "patient.added", patient.public_id, chain=organisation_id)
    return patient


def _known(
    session: Session, organisation_id: int, key: str, date_of_birth: date, mrn: str | None
) -> Patient | None:
    candidates = session.scalars(
        select(Patient).where(
            Patient.organisation_id == organisation_id,
            Patient.date_of_birth == date_of_birth,
            (Patient.name_key == key) | (Patient.mrn == mrn) if mrn else Patient.name_key == key,
        )
    ).all()
    by_mrn = [each for each in candidates if mrn and each.mrn == mrn]
    by_name = [each for each in candidates if each.name_key == key and (not mrn or each.mrn in {None, mrn})]
    return next(iter(by_mrn + by_name), None)
