"""By what words a request is shown in lists and found."""

from collections.abc import Iterable

from duecare.core import extra_fields
from duecare.workflows.release import terms
from duecare.workflows.release.models import ReleaseRequest

TITLE_LENGTH = 200


def title_of(record_types: Iterable[str], requester_kind: str) -> str:
    """What a list says of a request: its records, and the kind of person who asks."""
    records = ", ".join(str(terms.RECORD_TYPES[code]) for code in record_types)
    return f"{records} — {terms.REQUESTER_KINDS[requester_kind]}"[:TITLE_LENGTH]


def searchable(case: ReleaseRequest) -> list[str | None]:
    """The texts by which a release is found, besides its number and patient."""
    return [case.requester_name, case.requester_organisation, *extra_fields.texts(case.extra)]
