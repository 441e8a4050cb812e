"""The patient index of the caller's organisation."""

from typing import Annotated

from pydantic import Field

from duecare.api import showing
from duecare.api.operation import PREFIX, Answer, Call, Operation, Query
from duecare.core import requests
from duecare.core.access import Permission
from duecare.core.patients import queries
from duecare.core.patients.intake import PatientIntake
from duecare.core.patients.operations import find_or_add
from duecare.core.resources import PatientView, Shown

MOST = 100


class PatientQuery(Query):
    """Who is looked for."""

    q: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        description="Name, date of birth or MRN, as far as they are known"
    )
    limit: Annotated[int, Field(ge=1, le=MOST)] = 25


class PatientPage(Shown):
    """Patients that fit. `next` is always null: say more of the patient to see others."""

    items: list[PatientView]
    next: str | None


def find(call: Call) -> Answer:
    """Patients that fit."""
    query = call.query()
    patients = queries.find(requests.reading(), requests.organisation_id(), query.q, query.limit)
    found = [each.public_id for each in patients]
    requests.note_read("patient.listed", "patients", {"patients": found})
    return Answer(PatientPage(items=[showing.patient_view(each) for each in patients], next=None))


def get(call: Call) -> Answer:
    """One patient."""
    patient = queries.by_id(requests.reading(), requests.organisation_id(), call.path["id"])
    requests.note_read("patient.viewed", patient.public_id)
    return Answer(showing.patient_view(patient))


def create(call: Call) -> Answer:
    """Adds a patient, or gives the one who is known already."""
    intake = call.body()
    with requests.transaction() as session:
        caller, organisation_id = requests.caller(), requests.organisation_id()
        patient = find_or_add(session, caller, organisation_id, **intake.model_dump())
        session.flush()
        requests.note_read("patient.viewed", patient.public_id)
        location = f"{PREFIX}/patients/{patient.public_id}"
        return Answer(showing.patient_view(patient), 201, {"Location": location})


OPERATIONS = (
    Operation(
        "find_patients",
        "GET",
        "/patients",
        "patients",
        "Find patients",
        find,
        permission=Permission.PATIENTS_READ,
        query=PatientQuery,
        answer=PatientPage,
    ),
    Operation(
        "get_patient",
        "GET",
        "/patients/{id}",
        "patients",
        "Get a patient",
        get,
        permission=Permission.PATIENTS_READ,
        answer=PatientView,
    ),
    Operation(
        "create_patient",
        "POST",
        "/patients",
        "patients",
        "Add a patient",
        create,
        permission=Permission.PATIENTS_WRITE,
        body=PatientIntake,
        answer=PatientView,
        status=201,
        description="A patient with this date of birth and this MRN or very name is given, not added twice.",
        example={
            "first_name": "Maria",
            "last_name": "Lopez",
            "date_of_birth": "1971-04-03",
            "mrn": "448210",
        },
    ),
)
