"""All figures of the dashboard together, read anew after every change and at least once a minute.

They follow from the question, from the organisation's rows and from the time of day. The first two are the
key under which they are kept, so that a supervisor who assigns a request sees it counted at once; by the
third, what becomes overdue may wait for the next minute.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.kept import Kept
from duecare.core.queues import Scope
from duecare.workflows.release.figures import Figures
from duecare.workflows.release.measures import Activity, Colleague, Ended, Flow, Present, Stays
from duecare.workflows.release.question import Question

HOLDS_SECONDS = 60


@dataclass(frozen=True)
class Overview:
    """What the dashboard of a question shows. `people` has everybody whom a figure names, by user id."""

    present: Present
    ended: Ended
    flow: Flow
    activity: list[Activity]
    stays: list[Stays]
    people: dict[int, Colleague]


_overviews: Kept[Overview] = Kept(most=100)


def overview(session: Session, scope: Scope, question: Question, at: datetime) -> Overview:
    """The figures of a question as of a moment of the same minute."""
    change = audit.last_change(session, scope.organisation_id)
    whose = (scope.organisation_id, scope.zone, scope.user_id)
    key = (whose, question, change, int(at.timestamp()) // HOLDS_SECONDS)
    return _overviews.get(session, key, lambda: read(session, scope, question, at))


def read(session: Session, scope: Scope, question: Question, at: datetime) -> Overview:
    """The figures of a question as of this very moment."""
    figures = Figures(session, scope, question, at)
    present, ended, activity = figures.present(), figures.ended(), figures.activity()
    named = {*present.by_person, *ended.by_person, *(each.user_id for each in activity)}
    return Overview(present, ended, figures.flow(), activity, figures.stays(), figures.people(named))
