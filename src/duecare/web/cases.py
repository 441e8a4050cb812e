"""The list of all workflows together: what the figures of the inbox open."""

from flask import Blueprint
from flask_babel import lazy_gettext as _l

from duecare.core import list_pages, lists
from duecare.core.lists import ListPage
from duecare.core.requests import signed_in

pages = Blueprint("cases", __name__)
CASES = lists.declare(
    ListPage(
        code="cases",
        path="/cases",
        title=_l("All work"),
        fields=(
            lists.SEARCH,
            lists.status_field({}),
            lists.ASSIGNEE,
            lists.PRIORITY,
            lists.RECEIVED_FROM,
            lists.RECEIVED_TO,
            lists.SORT,
            lists.OVERDUE,
            lists.DUE_TODAY,
            lists.WAITING,
        ),
    )
)


@pages.get(CASES.path)
@signed_in
def show() -> str:
    """Every workflow's cases, filtered."""
    return list_pages.show(CASES)
