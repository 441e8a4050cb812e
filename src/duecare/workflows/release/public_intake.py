"""The public form as a course of steps: which there are, which are answered, and the request they amount to.

The same answers that are kept while they are typed are checked again, all of them, when the form is sent.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from duecare.core import extra_fields
from duecare.core.access import Caller
from duecare.core.documents.operations import attach
from duecare.core.errors import Missing
from duecare.workflows.release import codes, drafts, operations
from duecare.workflows.release import public_words as words
from duecare.workflows.release.authorization import parts_needed
from duecare.workflows.release.intake import ReleaseIntake
from duecare.workflows.release.models import WORKFLOW, ReleaseRequest
from duecare.workflows.release.public_forms import (
    LINE,
    ContactForm,
    MoreForm,
    PatientForm,
    RecordsForm,
    StepForm,
    WhoForm,
    ask_more,
)
from duecare.workflows.release.public_models import PublicDraft
from duecare.workflows.release.terms import needs_authorization

WHO, PATIENT, CONTACT, RECORDS, MORE = "who", "patient", "contact", "records", "more"
DOCUMENTS, CHECK = "documents", "check"
FORMS: dict[str, type[StepForm]] = {
    WHO: WhoForm,
    PATIENT: PatientForm,
    CONTACT: ContactForm,
    RECORDS: RecordsForm,
}
QUESTIONS = frozenset({*FORMS, MORE})
OWN, ANOTHERS = (WHO, PATIENT, CONTACT, RECORDS), (WHO, CONTACT, PATIENT, RECORDS)
TITLES = {
    WHO: _l("Who are you?"),
    CONTACT: _l("How can we reach you?"),
    RECORDS: _l("Which records do you want?"),
    MORE: _l("A few more questions"),
    DOCUMENTS: _l("Papers to send with your request"),
    CHECK: _l("Check your answers"),
}
PATIENT_TITLES = {True: _l("About you"), False: _l("Whose records do you want?")}


@dataclass(frozen=True)
class Course:
    """A form on its way: the answers so far, how many papers of each kind came, what more is asked."""

    answers: Mapping[str, Mapping[str, list[str]]]
    papers: Mapping[str, int]
    schema: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str | None:
        """What kind of person asks, once they said so."""
        return _asker(self.answers)

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of this asker, in order; patients are asked about themselves first."""
        asked = OWN if self.kind in {None, "patient"} else ANOTHERS
        more = (MORE,) if extra_fields.fields(self.schema) else ()
        return (*asked, *more, DOCUMENTS)

    @property
    def asks_authorization(self) -> bool:
        return self.kind is not None and needs_authorization(words.REQUEST_TYPE_OF[self.kind])

    @property
    def takes_authorization(self) -> bool:
        """False where no record that is asked for needs one, as for the patient's own."""
        records = self.answers.get(RECORDS, {}).get("records", [])
        return self.kind is not None and bool(parts_needed(words.REQUEST_TYPE_OF[self.kind], records))

    def title(self, step: str) -> str:
        return str(PATIENT_TITLES[self.kind == "patient"] if step == PATIENT else TITLES[step])

    def form(self, step: str, typed: MultiDict[str, str] | None = None) -> StepForm:
        """The form of a step, filled with what is typed just now or was kept."""
        if typed is None and step in self.answers:
            typed = MultiDict(
                [(name, value) for name, values in self.answers[step].items() for value in values]
            )
        form = ask_more(self.schema) if step == MORE else FORMS[step]
        return form(typed, self.kind)

    def is_answered(self, step: str) -> bool:
        if step not in self.answers:
            return False
        if step == DOCUMENTS:
            return not self.asks_authorization or bool(self.papers.get("authorization"))
        return bool(self.form(step).validate())

    def first_open(self) -> str | None:
        """The first step that is not answered yet; None when the form can be sent."""
        return next((step for step in self.steps if not self.is_answered(step)), None)

    def may_open(self, step: str) -> bool:
        """A step can be opened once all before it are answered."""
        before = self.steps[: self.steps.index(step)] if step in self.steps else self.steps
        return all(self.is_answered(each) for each in before)

    def next_step(self) -> str:
        """Where to go on: the first open step, or the check of all answers."""
        return self.first_open() or CHECK

    def before(self, step: str) -> str | None:
        """The step that comes before, for the way back."""
        order = (*self.steps, CHECK)
        place = order.index(step)
        return order[place - 1] if place else None


def course_of(session: Session, draft: PublicDraft | None) -> Course:
    """The course that a draft has taken; an empty one without a draft."""
    if draft is None:
        return Course({}, {})
    papers = Counter(file.kind for file in draft.files)
    return Course(draft.answers, papers, _schema(session, draft.organisation_id, draft.answers))


def course_of_asker(session: Session, organisation_id: int, asker: str) -> Course:
    """The course of which nothing is known any more but who asks, if that; a page on the way says it."""
    answers = said_by(asker)
    return Course(answers, {}, _schema(session, organisation_id, answers))


def said_by(asker: str) -> dict[str, dict[str, list[str]]]:
    """The answer to who asks, as it is kept; nothing for one that is none."""
    return {WHO: {"who": [asker]}} if asker in words.ASKERS else {}


def send(session: Session, caller: Caller, draft: PublicDraft, locale: str, key: str) -> ReleaseRequest:
    """Makes the request out of a draft, with its papers, once: a draft that was sent gives its request again.

    Raises `Missing` when a step is not answered.
    """
    if draft.case is not None:
        return draft.case
    course = course_of(session, draft)
    if course.first_open() is not None:
        raise Missing(_("Some questions still need an answer."))
    intake = intake_of(course, locale)
    tracking = codes.made(key, codes.TRACKING, draft.token_digest)
    case = operations.create(session, caller, draft.organisation, intake, tracking).case
    for kind, landed in drafts.landed_files(draft):
        attach(session, caller, case, kind, landed)
    drafts.close(draft, case)
    return case


def intake_of(course: Course, locale: str) -> ReleaseIntake:
    """The answers of a finished course as a request."""
    kind = course.kind
    assert kind is not None, "a course without an asker is not finished"
    patient, contact, records = (_answered(course, step) for step in (PATIENT, CONTACT, RECORDS))
    own_name = f"{patient['first_name']} {patient['last_name']}"[:LINE]
    return ReleaseIntake.model_validate(
        {
            "patient": {
                "first_name": patient["first_name"],
                "last_name": patient["last_name"],
                "date_of_birth": patient["born"],
                "mrn": patient["mrn"],
            },
            "requester": {
                "kind": kind,
                "name": contact.get("name") or own_name,
                "organisation": contact.get("organisation") or "",
                "email": (contact["email"] or "").strip(),
                "phone": contact["phone"] or "",
                "address": contact["address"] or "",
                "locale": locale,
            },
            "channel": "portal",
            "request_type": words.REQUEST_TYPE_OF[kind],
            "record_types": records["records"],
            "range_from": records["since"],
            "range_to": records["until"],
            "purpose": records.get("purpose") or "",
            "delivery": contact["delivery"],
            "notes": records["notes"] or "",
            "extra": _more(course),
        }
    )


def _asker(answers: Mapping[str, Mapping[str, list[str]]]) -> str | None:
    said = answers.get(WHO, {}).get("who", [None])[0]
    return said if said in words.ASKERS else None


def _schema(
    session: Session, organisation_id: int, answers: Mapping[str, Mapping[str, list[str]]]
) -> dict[str, Any]:
    kind = _asker(answers)
    if kind is None:
        return {}
    return extra_fields.in_force(session, organisation_id, WORKFLOW, words.REQUEST_TYPE_OF[kind])


def _more(course: Course) -> dict[str, Any]:
    form = course.form(MORE) if MORE in course.steps else None
    return form.values() if isinstance(form, MoreForm) else {}


def _answered(course: Course, step: str) -> dict[str, Any]:
    form = course.form(step)
    form.validate()
    return dict(form.data)
