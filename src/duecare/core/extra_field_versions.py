"""Publishing versions of an organisation's extra fields. Audited; never commits or deletes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core import audit, clocks, extra_fields
from duecare.core.access import Caller, Permission
from duecare.core.errors import NotFound
from duecare.core.extra_fields import ExtraFieldSchema
from duecare.core.texts import gettext as _


def request_types(workflow: str) -> list[str]:
    """The types of request that can have fields of their own: those that a rule knows."""
    return sorted(frozenset().union(*(rule.request_types for rule in clocks.builtin_rules(workflow))))


def versions(
    session: Session, organisation_id: int, workflow: str, request_type: str
) -> Sequence[ExtraFieldSchema]:
    """Every version, newest first."""
    mine = (
        ExtraFieldSchema.organisation_id == organisation_id,
        ExtraFieldSchema.workflow == workflow,
        ExtraFieldSchema.request_type == request_type,
    )
    order = ExtraFieldSchema.version.desc()
    return session.scalars(select(ExtraFieldSchema).where(*mine).order_by(order)).all()


def publish(
    session: Session,
    caller: Caller,
    organisation_id: int,
    workflow: str,
    request_type: str,
    schema: dict[str, Any],
) -> ExtraFieldSchema | None:
    """Puts a version in force; None when nothing differs. Raises `Missing` for one that no form can show."""
    if caller.organisation_id != organisation_id or request_type not in request_types(workflow):
        raise NotFound(_("There is no such form."))
    caller.need(Permission.ORGANISATION_MANAGE)
    before = extra_fields.in_force(session, organisation_id, workflow, request_type)
    if before == schema:
        return None
    row = extra_fields.save(session, organisation_id, workflow, request_type, schema)
    details = {"version": row.version, "before": before or None, "after": schema}
    subject = f"{workflow}.{request_type}"
    audit.record(session, caller, "extra_fields.published", subject, details, organisation_id)
    return row
