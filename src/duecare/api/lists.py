"""The list parameters of every resource of cases, and the page they ask for."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from duecare.api.operation import Query
from duecare.core import queues, requests
from duecare.core.cases import PRIORITIES, Case
from duecare.core.errors import Forbidden, Missing
from duecare.core.validation import OneOf
from duecare.core.workflow import Workflow

PAGE, MOST = 25, 100
ME = "me"
NEWEST_FIRST = "-received"
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31))]
Text = Annotated[str, Field(max_length=200)]


class CaseQuery(Query):
    """What a list is narrowed to. Days are days of the facility, both ends included."""

    status: Text | None = Field(None, description="One status, or several separated by commas")
    assignee: Text | None = Field(None, description=f"Id of a person, `{ME}` or `{queues.NOBODY}`")
    overdue: bool = Field(default=False, description="True: only open cases past their due date")
    priority: Annotated[str, OneOf(PRIORITIES)] | None = None
    q: Text | None = Field(None, description="Words: number, patient, date of birth, MRN or requester")
    received_from: Day | None = None
    received_to: Day | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = PAGE
    cursor: Text | None = Field(None, description="`next` of the page before")


def page_of(workflow: Workflow, query: CaseQuery) -> tuple[list[Any], str | None]:
    """The cases of a page, and the cursor of the next one."""
    session = requests.reading()
    scope = queues.scope_of(requests.caller())
    if scope is None:
        raise Forbidden("Your role does not allow this. Ask an administrator if you need it.")
    page = queues.page(
        session,
        scope,
        _filters(workflow, query),
        sort=NEWEST_FIRST,
        cursor=query.cursor or "",
        limit=query.limit,
    )
    ids = [row.id for row in page.rows]
    loaded = select(workflow.model).where(Case.id.in_(ids))
    people = (joinedload(Case.patient), joinedload(Case.assignee), joinedload(Case.organisation))
    found = {case.id: case for case in session.scalars(loaded.options(*people))}
    return [found[each] for each in ids], page.next


def _filters(workflow: Workflow, query: CaseQuery) -> queues.Filters:
    return queues.Filters(
        workflows=(workflow.code,),
        statuses=_statuses(workflow, query.status),
        assignee=query.assignee or "",
        is_overdue=query.overdue,
        priority=query.priority or "",
        received_from=query.received_from,
        received_to=query.received_to,
        text=query.q or "",
    )


def _statuses(workflow: Workflow, asked: str | None) -> tuple[str, ...]:
    statuses = tuple(part.strip() for part in asked.split(",")) if asked else ()
    known = [status.code for status in workflow.lifecycle.statuses]
    if not set(statuses) <= set(known):
        message = f"is not one of: {', '.join(known)}"
        raise Missing("Some of the parameters cannot be read.", {"status": message})
    return statuses
