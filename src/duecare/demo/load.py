"""Fills an empty installation with the demonstration: the same world every time, ending today."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from duecare.core.clocks import calendar_of
from duecare.core.installation import Installation
from duecare.core.jobs.models import DONE, WAITING, Job
from duecare.core.notices.models import Notice
from duecare.core.time import now
from duecare.demo import orders, staffing, story
from duecare.demo.filing import Clerk
from duecare.demo.replay import Replay, Running, running_of
from duecare.demo.staffing import Site

STILL_FRESH = timedelta(hours=20)
EDITION = "2"
"""Names what the demonstration holds: change it whenever data made earlier no longer fits this version."""


def fill(installation: Installation, password_hash: str, tell: Callable[[str], None]) -> None:
    """Adds organisations, people and a year of requests, in one commit."""
    with installation.database.transaction() as session:
        sites = staffing.settle(session, password_hash)
        for site in sites:
            running = _year(session, site, tell)
            clerk, key = Clerk(session, installation.store), installation.settings.key
            actions = Replay(session, site, clerk, key).play(running)
            tell(f"{site.organisation.name}: {len(running)} requests, {actions} actions")
        _leave_the_past_alone(session)


def _year(session: Session, site: Site, tell: Callable[[str], None]) -> list[Running]:
    zone = ZoneInfo(site.organisation.zone)
    calendar = calendar_of(session, site.organisation)
    setting = story.Setting(
        site.team,
        zone,
        jurisdiction=f"US-{site.organisation.state}",
        is_working_day=calendar.is_business_day,
    )
    moment = now()
    planned = story.plan_year(Random(site.seed), moment, site.requests_a_year, setting)
    folders = [
        orders.folder_of(request, site.facility, zone, moment, site.seed * 100_000 + number)
        for number, request in enumerate(planned)
    ]
    drawn = orders.fill([order for folder in folders for order in folder.all])
    tell(f"{site.organisation.name}: {len(drawn)} papers drawn")
    papers = iter(drawn)
    return [running_of(request, folder, papers) for request, folder in zip(planned, folders, strict=True)]


def _leave_the_past_alone(session: Session) -> None:
    """Mail of days gone by counts as sent, and its jobs as done; bells are kept for what is fresh."""
    before = now() - STILL_FRESH
    session.execute(
        update(Notice)
        .where(Notice.created_at < before)
        .values(sent_at=Notice.created_at, read_at=Notice.created_at)
    )
    session.execute(
        update(Job)
        .where(Job.state == WAITING, Job.created_at < before)
        .values(state=DONE, finished_at=Job.created_at)
    )
