"""Who may do what. Default deny: what no role grants, nobody may do.

A caller acts for one organisation at a time. Loaders scope every query to it, so that another
organisation's object does not exist for the caller (404), while one's own without permission is 403.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from duecare.core.errors import Forbidden

CallerKind = Literal["user", "requester", "system"]


class Permission(StrEnum):
    """What a role can grant, in the core. Workflows add their own in the same form."""

    AUDIT_READ = "audit:read"
    CASES_READ = "cases:read"
    DOCUMENTS_READ = "documents:read"
    JOBS_MANAGE = "jobs:manage"
    ORGANISATION_MANAGE = "organisation:manage"
    PATIENTS_READ = "patients:read"
    PATIENTS_WRITE = "patients:write"
    REPORTS_READ = "reports:read"
    RULES_MANAGE = "rules:manage"
    TOKENS_MANAGE = "tokens:manage"
    USERS_MANAGE = "users:manage"
    VIEWS_SHARE = "views:share"


@dataclass(frozen=True)
class Role:
    """A named set of permissions that a membership gives within one organisation."""

    code: str
    label: str
    summary: str
    permissions: frozenset[str]


@dataclass(frozen=True)
class Caller:
    """Who is acting, for which organisation, and how they came in."""

    kind: CallerKind
    name: str
    organisation_id: int | None
    user_id: int | None = None
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    address: str = ""
    locale: str = "en"
    zone: str = "UTC"
    organisations: tuple[tuple[str, str], ...] = field(default=())
    organisation_public_id: str = ""

    @property
    def organisation_name(self) -> str:
        """The name of the organisation the caller acts for; empty for none."""
        return dict(self.organisations).get(self.organisation_public_id, "")

    def may(self, permission: str) -> bool:
        """True if a role grants it and, for a token, its scopes let it through."""
        return permission in self.permissions and self.reaches(permission)

    def reaches(self, permission: str) -> bool:
        """True unless the caller came with a token whose scopes leave the permission out."""
        return self.scopes is None or permission in self.scopes

    def need(self, permission: str) -> None:
        """Raises `Forbidden` unless the caller may."""
        if not self.may(permission):
            raise Forbidden("Your role does not allow this. Ask an administrator if you need it.")


NOBODY = Caller(kind="user", name="", organisation_id=None)
SYSTEM = Caller(kind="system", name="duecare", organisation_id=None, roles=frozenset({"system"}))

ADMINISTRATOR = Role(
    "administrator",
    "Administrator",
    "Manages people, calendars, rules, templates and jobs. Sees no cases.",
    frozenset(
        {
            Permission.AUDIT_READ,
            Permission.JOBS_MANAGE,
            Permission.ORGANISATION_MANAGE,
            Permission.RULES_MANAGE,
            Permission.TOKENS_MANAGE,
            Permission.USERS_MANAGE,
        }
    ),
)
PRIVACY_OFFICER = Role(
    "privacy_officer",
    "Privacy officer",
    "Reads every case and the audit log; changes nothing.",
    frozenset(
        {
            Permission.AUDIT_READ,
            Permission.CASES_READ,
            Permission.DOCUMENTS_READ,
            Permission.PATIENTS_READ,
            Permission.REPORTS_READ,
        }
    ),
)

_roles: dict[str, Role] = {}


def register_roles(roles: Iterable[Role]) -> None:
    """Makes roles known; a workflow calls it once when it is registered. Same code, same role."""
    for role in roles:
        known = _roles.setdefault(role.code, role)
        if known != role:
            raise ValueError(f"role {role.code!r} is declared twice")


def grant(code: str, permission: str) -> None:
    """Adds a permission to a role that reaches into every workflow."""
    _roles[code] = replace(_roles[code], permissions=_roles[code].permissions | {permission})


def role(code: str) -> Role:
    """The role of a code; raises `KeyError` for an unknown one."""
    return _roles[code]


def all_roles() -> tuple[Role, ...]:
    """Every role, in the order of registration."""
    return tuple(_roles.values())


def permissions_of(codes: Iterable[str]) -> frozenset[str]:
    """What the roles grant together; unknown codes grant nothing."""
    return frozenset().union(*(_roles[code].permissions for code in codes if code in _roles))


register_roles((ADMINISTRATOR, PRIVACY_OFFICER))
