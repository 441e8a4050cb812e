"""The people of an organisation whom a case can be assigned to."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core.people.models import Membership, User


def assignable(session: Session, organisation_id: int, roles: Iterable[str]) -> dict[str, str]:
    """Opaque id and name of each active person who holds one of the roles, by name."""
    found = session.execute(
        select(User.public_id, User.name)
        .join(Membership)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role.in_(sorted(roles)),
            User.active.is_(True),
        )
        .distinct()
        .order_by(User.name, User.public_id)
    )
    return {row.public_id: row.name for row in found}
