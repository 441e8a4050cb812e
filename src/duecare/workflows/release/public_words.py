"""What people without an account read: plain words for every status, record type, delivery and kind of paper.

Words only. Sixth-grade language: short sentences, no legal or house terms.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True)
class StatusWords:
    """A status as a requester reads it: where it stands, what happens next, and which step that is."""

    title: Any
    meaning: Any
    next: Any
    step: int


STEPS = (
    _l("We have your request"),
    _l("We are getting the records ready"),
    _l("We check them one more time"),
    _l("Done"),
)
STATUSES = {
    "received": StatusWords(
        _l("We have your request"),
        _l("Your request is safe with us. A person on our team will start on it soon."),
        _l("You do not need to do anything now."),
        0,
    ),
    "in_progress": StatusWords(
        _l("We are working on it"),
        _l("A person on our team is finding your records and getting them ready."),
        _l("You do not need to do anything now."),
        1,
    ),
    "on_hold": StatusWords(
        _l("Your request is on hold"),
        _l("We cannot go on until something arrives."),
        _l("We start again as soon as it is here."),
        1,
    ),
    "in_review": StatusWords(
        _l("We are checking the records"),
        _l("The records are ready. A second person checks that they are the right ones."),
        _l("You do not need to do anything now."),
        2,
    ),
    "needs_correction": StatusWords(
        _l("We are fixing something"),
        _l("Our check found something to fix. We are working on it."),
        _l("You do not need to do anything now."),
        1,
    ),
    "completed": StatusWords(
        _l("Your records are ready"),
        _l("We have finished your request."),
        _l("If we sent you an e-mail with a link, use that link to get the records."),
        3,
    ),
    "denied": StatusWords(
        _l("We cannot give you these records"),
        _l("We looked at your request and had to say no. The reason is below."),
        _l("You have the right to ask questions and to complain. See below."),
        3,
    ),
    "cancelled": StatusWords(
        _l("Your request was cancelled"),
        _l("We stopped work on this request."),
        _l("If you still need the records, please send a new request."),
        3,
    ),
}
AWAITED = {
    "awaiting_authorization": _l(
        "We need a permission form that the patient has signed. Please send it below."
    ),
    "awaiting_identification": _l(
        "We need to see who you are. Please send a photo of your ID, such as a driver's license."
    ),
    "awaiting_clarification": _l("We have a question for you. Please call us."),
    "awaiting_records": _l("We are waiting for records from another department. You do not need to act."),
    "awaiting_payment": _l("We are waiting for a payment. Please call us if you have questions."),
}
ASKERS = {
    "patient": _l("I am the patient"),
    "representative": _l("I care for the patient and may decide for them (parent, guardian, or other)"),
    "attorney": _l("I am a lawyer or work for one"),
    "insurer": _l("I work for an insurance company"),
    "provider": _l("I work for a doctor, clinic, or hospital that treats the patient"),
    "company": _l("I am someone else, and the patient has agreed in writing"),
}
REQUEST_TYPE_OF = {
    "patient": "patient_access",
    "representative": "patient_access",
    "attorney": "third_party",
    "insurer": "third_party",
    "provider": "continuity_of_care",
    "company": "third_party",
}
DELIVERIES = {
    "portal": _l("Download from this website (we e-mail you a safe link)"),
    "mail": _l("Paper copies by mail"),
    "email": _l("By e-mail (regular e-mail is less private)"),
    "fax": _l("By fax"),
}
PAPERS = {
    "authorization": _l("Permission form signed by the patient"),
    "identification": _l("Photo ID"),
    "correspondence": _l("Other papers"),
}
DOCUMENT_STATES = {
    "quarantined": (_l("We are checking it"), "wait"),
    "accepted": (_l("Accepted"), "good"),
    "refused": (_l("Not accepted"), "bad"),
}
REVIEWABLE_BASES = frozenset({"danger_to_self_or_others", "harm_to_other_person", "harm_by_representative"})
