"""The words of the release workflow: codes and what they mean to people.

Code lists only; rules with numbers are in `rules.toml`, the authorization's parts in `authorization.py`.
"""

from flask_babel import lazy_gettext as _l

CHANNELS = {
    "phone": _l("Phone"),
    "fax": _l("Fax"),
    "email": _l("E-mail"),
    "mail": _l("Mail"),
    "portal": _l("Online form"),
    "walk_in": _l("Walk-in"),
    "api": _l("API"),
}
DESK_CHANNELS = ("phone", "fax", "email", "mail", "walk_in")
REQUEST_TYPES = {
    "patient_access": _l("Patient or personal representative (right of access)"),
    "third_party": _l("Third party with authorization"),
    "continuity_of_care": _l("Continuity of care"),
    "subpoena": _l("Subpoena"),
    "court_order": _l("Court order"),
}
REQUESTER_KINDS = {
    "patient": _l("Patient"),
    "representative": _l("Personal representative"),
    "attorney": _l("Attorney"),
    "insurer": _l("Insurance company"),
    "provider": _l("Health care provider"),
    "court": _l("Court"),
    "company": _l("Other company"),
}
RECORD_TYPES = {
    "discharge_summary": _l("Discharge summary"),
    "progress_notes": _l("Progress notes"),
    "lab_results": _l("Lab results"),
    "imaging_reports": _l("Imaging reports"),
    "operative_reports": _l("Operative reports"),
    "emergency_records": _l("Emergency department records"),
    "immunizations": _l("Immunizations"),
    "medication_list": _l("Medication list"),
    "billing_records": _l("Billing records"),
    "psychotherapy_notes": _l("Psychotherapy notes"),
    "substance_use_records": _l("Substance use disorder records (42 CFR Part 2)"),
    "complete_record": _l("Complete record"),
}
DELIVERIES = {
    "portal": _l("Secure download"),
    "mail": _l("Mail"),
    "fax": _l("Fax"),
    "email": _l("E-mail"),
}
DOCUMENT_KINDS = {
    "authorization": _l("Authorization"),
    "identification": _l("Identification"),
    "correspondence": _l("Correspondence"),
    "record": _l("Record"),
    "release_package": _l("Release package"),
}
REQUESTER_DOCUMENT_KINDS = ("authorization", "identification", "correspondence")
HOLD_REASONS = {
    "awaiting_authorization": _l("Waiting for a valid authorization"),
    "awaiting_identification": _l("Waiting for identification"),
    "awaiting_clarification": _l("Waiting for the requester to clarify"),
    "awaiting_records": _l("Waiting for records from another department"),
    "awaiting_payment": _l("Waiting for payment"),
}
AWAITED_KINDS = {
    "awaiting_authorization": "authorization",
    "awaiting_identification": "identification",
    "awaiting_records": "record",
}
DENIAL_BASES = {
    "psychotherapy_notes": _l("Psychotherapy notes — not reviewable, 45 CFR 164.524(a)(1)(i)"),
    "legal_proceeding": _l("Compiled for a legal proceeding — not reviewable, 45 CFR 164.524(a)(1)(ii)"),
    "inmate_safety": _l("Inmate's copy would endanger — not reviewable, 45 CFR 164.524(a)(2)(ii)"),
    "research_in_progress": _l("Research in progress, agreed to — not reviewable, 45 CFR 164.524(a)(2)(iii)"),
    "confidential_source": _l("From a confidential source — not reviewable, 45 CFR 164.524(a)(2)(v)"),
    "danger_to_self_or_others": _l("Would endanger life or safety — reviewable, 45 CFR 164.524(a)(3)(i)"),
    "harm_to_other_person": _l(
        "Refers to another person, harm likely — reviewable, 45 CFR 164.524(a)(3)(ii)"
    ),
    "harm_by_representative": _l(
        "Representative's access would harm — reviewable, 45 CFR 164.524(a)(3)(iii)"
    ),
    "invalid_authorization": _l("The authorization is not valid, 45 CFR 164.508(b)(2)"),
    "no_such_records": _l("We hold no such records"),
}
PRIORITIES = {"stat": _l("Stat"), "urgent": _l("Urgent"), "routine": _l("Routine")}


ASKS = {
    "third_party": frozenset({"purpose", "authorization"}),
    "continuity_of_care": frozenset({"purpose"}),
    "subpoena": frozenset({"purpose", "paper_date"}),
    "court_order": frozenset({"purpose", "paper_date"}),
}


def asks(request_type: str | None) -> frozenset[str]:
    """What the form asks beyond the common fields. Nobody says why they want their own records (45 CFR
    164.524; 164.508(a) is not theirs)."""
    return ASKS.get(request_type or "", frozenset())


def needs_authorization(request_type: str) -> bool:
    """True where 45 CFR 164.508 asks for one: own records, treatment and a court's order need none."""
    return request_type == "third_party"
