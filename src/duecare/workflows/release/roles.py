"""Who takes part in a release, and what each may do."""

from enum import StrEnum

from duecare.core.access import Permission as Core
from duecare.core.access import Role


class Permission(StrEnum):
    """What a role can grant in the release workflow."""

    RELEASES_ASSIGN = "releases:assign"
    RELEASES_CREATE = "releases:create"
    RELEASES_EXPORT = "releases:export"
    RELEASES_NOTE = "releases:note"
    RELEASES_OVERSEE = "releases:oversee"
    RELEASES_READ = "releases:read"
    RELEASES_REVIEW = "releases:review"
    RELEASES_WORK = "releases:work"


_TAKES_PART = frozenset(
    {
        Core.CASES_READ,
        Core.DOCUMENTS_READ,
        Core.PATIENTS_READ,
        Permission.RELEASES_NOTE,
        Permission.RELEASES_READ,
    }
)

SPECIALIST = Role(
    "specialist",
    "ROI specialist",
    "Logs requests, works on those assigned, builds release packages, answers callers.",
    _TAKES_PART
    | {Core.PATIENTS_WRITE, Permission.RELEASES_CREATE, Permission.RELEASES_WORK, Permission.RELEASES_EXPORT},
)
SUPERVISOR = Role(
    "supervisor",
    "ROI supervisor",
    "Assigns requests, watches due dates and workload, reads reports, extends, denies, cancels, reopens.",
    _TAKES_PART
    | {
        Core.PATIENTS_WRITE,
        Core.REPORTS_READ,
        Core.VIEWS_SHARE,
        Permission.RELEASES_ASSIGN,
        Permission.RELEASES_CREATE,
        Permission.RELEASES_EXPORT,
        Permission.RELEASES_OVERSEE,
        Permission.RELEASES_WORK,
    },
)
REVIEWER = Role(
    "reviewer",
    "QA reviewer",
    "Checks release packages and authorizations that somebody else prepared; completes or sends back.",
    _TAKES_PART | {Permission.RELEASES_REVIEW},
)
ROLES = (SPECIALIST, SUPERVISOR, REVIEWER)
