"""A list's filters under a name: one's own, or shared with the colleagues who read the list."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.access import Caller, Permission
from duecare.core.errors import Missing, NotFound
from duecare.core.people.models import SavedView

NAME_LENGTH = 80
QUERY_LENGTH = 2_000
SHOWN_AT_MOST = 40
NOT_KEPT = {"cursor"}


@dataclass(frozen=True)
class View:
    """A saved view as it is offered; `query` is its query string without a question mark."""

    public_id: str
    name: str
    query: str
    is_shared: bool
    is_own: bool


def offered(session: Session, caller: Caller, page: str) -> list[View]:
    """The caller's views of a list and those that colleagues share, by name."""
    found = session.scalars(
        select(SavedView)
        .where(
            SavedView.organisation_id == caller.organisation_id,
            SavedView.page == page,
            or_(SavedView.user_id == caller.user_id, SavedView.shared.is_(True)),
        )
        .order_by(SavedView.name, SavedView.id)
        .limit(SHOWN_AT_MOST)
    )
    return [
        View(each.public_id, each.name, each.query, each.shared, is_own=each.user_id == caller.user_id)
        for each in found
    ]


def save(session: Session, caller: Caller, page: str, name: str, query: str, *, is_shared: bool) -> SavedView:
    """Keeps a list's filters; one's own view of the same name is replaced. Sharing needs `views:share`."""
    name = name.strip()
    if not 1 <= len(name) <= NAME_LENGTH:
        message = _("Give the view a name of at most %(count)s characters.", count=NAME_LENGTH)
        raise Missing(message, {"name": message})
    if is_shared:
        caller.need(Permission.VIEWS_SHARE)
    view = session.scalar(
        select(SavedView).where(
            SavedView.user_id == caller.user_id,
            SavedView.organisation_id == caller.organisation_id,
            SavedView.page == page,
            SavedView.name == name,
        )
    )
    if view is None:
        view = SavedView(user_id=caller.user_id, organisation_id=caller.organisation_id, page=page, name=name)
        session.add(view)
    view.query, view.shared = _cleaned(query), is_shared
    session.flush()
    audit.record(session, caller, "view.saved", view.public_id, {"page": page, "shared": is_shared})
    return view


def remove(session: Session, caller: Caller, public_id: str) -> str:
    """Removes one's own view, or, with `views:share`, a shared one; gives the code of its list."""
    view = session.scalar(
        select(SavedView).where(
            SavedView.public_id == public_id, SavedView.organisation_id == caller.organisation_id
        )
    )
    if view is None or not (view.shared or view.user_id == caller.user_id):
        raise NotFound(_("There is no such view."))
    if view.user_id != caller.user_id:
        caller.need(Permission.VIEWS_SHARE)
    session.delete(view)
    audit.record(session, caller, "view.removed", public_id, {"page": view.page})
    return view.page


def _cleaned(query: str) -> str:
    pairs = [(name, value) for name, value in parse_qsl(query[:QUERY_LENGTH]) if name not in NOT_KEPT]
    return urlencode(pairs)
