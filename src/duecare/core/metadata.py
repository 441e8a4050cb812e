"""Every table of the core, in one import: what migrations and `schema equals models` compare with."""

from duecare.core import audit, cases, clocks, extra_fields, idempotency, unsent
from duecare.core.db import Base
from duecare.core.documents import models as documents
from duecare.core.jobs import models as jobs
from duecare.core.notices import models as notices
from duecare.core.patients import models as patients
from duecare.core.people import models as people
from duecare.core.reports import models as reports

TABLE_MODULES = (
    audit,
    cases,
    clocks,
    documents,
    extra_fields,
    idempotency,
    jobs,
    notices,
    patients,
    people,
    reports,
    unsent,
)
metadata = Base.metadata
