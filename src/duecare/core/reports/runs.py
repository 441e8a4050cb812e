"""Reads of reports that were made, each scoped to one organisation."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core.errors import NotFound
from duecare.core.jobs.models import RUNNING, WAITING, Job
from duecare.core.reports.models import ReportRun
from duecare.core.texts import gettext as _

ROWS = 25


def by_id(session: Session, organisation_id: int, public_id: str) -> ReportRun:
    """A run of the organisation; raises `NotFound` for any other."""
    ours = ReportRun.organisation_id == organisation_id
    run = session.scalar(select(ReportRun).where(ReportRun.public_id == public_id, ours))
    if run is None:
        raise NotFound(_("There is no such report here."))
    return run


def latest(session: Session, organisation_id: int, before: str = "") -> list[ReportRun]:
    """Runs of every report, newest first: `ROWS` and one more where there are older ones."""
    found = select(ReportRun).where(ReportRun.organisation_id == organisation_id)
    if before:
        found = found.where(ReportRun.id < by_id(session, organisation_id, before).id)
    return list(session.scalars(found.order_by(ReportRun.id.desc()).limit(ROWS + 1)))


def under_way(session: Session, organisation_id: int, name: str) -> Job | None:
    """The newest job of a report that has not ended."""
    return session.scalar(
        select(Job)
        .where(Job.name == name, Job.organisation_id == organisation_id, Job.state.in_((WAITING, RUNNING)))
        .order_by(Job.id.desc())
        .limit(1)
    )


def job(session: Session, organisation_id: int, name: str, public_id: str) -> Job:
    """A job of a report of the organisation; raises `NotFound` for any other."""
    ours = (Job.name == name, Job.organisation_id == organisation_id)
    found = session.scalar(select(Job).where(Job.public_id == public_id, *ours))
    if found is None:
        raise NotFound(_("There is no such job here."))
    return found
