"""Writes the jobs that run by themselves: one for each kind, organisation and occasion, never two.

The occasion is the unique key, so that any number of workers may do this at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core.installation import Installation
from duecare.core.jobs import queue
from duecare.core.jobs.models import Job
from duecare.core.jobs.queue import JobKind
from duecare.core.people.models import Organisation
from duecare.core.time import now


@dataclass(frozen=True)
class Occasion:
    """One time at which a kind of job runs for an organisation (or for the installation)."""

    kind: JobKind
    organisation_id: int | None
    day: str

    @property
    def key(self) -> str:
        return f"{self.kind.name}:{self.organisation_id or 'all'}:{self.day}"


def enqueue_scheduled(
    installation: Installation, moment: datetime | None = None, name: str | None = None
) -> int:
    """Writes the jobs whose latest occasion has come and was not written yet; gives how many."""
    with installation.database.reading() as session:
        wanted = list(_occasions(session, moment or now(), name))
        written = _written(session, wanted)
    missing = [each for each in wanted if each.key not in written]
    if missing:
        with installation.database.transaction() as session:
            for each in missing:
                _enqueue(session, each)
    return len(missing)


def enqueue_run(
    session: Session, name: str, organisation_id: int | None = None, moment: datetime | None = None
) -> list[Job]:
    """Writes runs of a scheduled kind on demand, as if it were `moment`: for one organisation or for all.

    The payload is that of a scheduled run (`occasion`, the local date) and `at`, the moment. Raises
    `KeyError` for a kind without a schedule.
    """
    kind = queue.kinds()[name]
    if kind.schedule is None:
        raise KeyError(f"{name!r} has no schedule: it runs when something causes it")
    at = moment or now()
    return [
        queue.enqueue(
            session,
            name,
            {"occasion": at.astimezone(zone).date().isoformat(), "at": at.isoformat()},
            organisation_id=target,
        )
        for target, zone, _ in _targets(session, kind)
        if organisation_id in {None, target}
    ]


def _occasions(session: Session, moment: datetime, name: str | None) -> Iterator[Occasion]:
    for kind in queue.kinds().values():
        if kind.schedule is None or name not in {None, kind.name}:
            continue
        for organisation_id, zone, since in _targets(session, kind):
            day = kind.schedule.latest_occasion(moment, zone)
            if day and (since is None or kind.schedule.instant(day, zone) >= since):
                yield Occasion(kind, organisation_id, day.isoformat())


def _targets(session: Session, kind: JobKind) -> list[tuple[int | None, ZoneInfo, datetime | None]]:
    """For whom a kind runs, in which zone, and since when: an organisation has no occasion before it was."""
    assert kind.schedule is not None
    if not kind.schedule.per_organisation:
        return [(None, ZoneInfo("UTC"), None)]
    rows = session.execute(select(Organisation.id, Organisation.zone, Organisation.created_at))
    return [(number, ZoneInfo(zone), since) for number, zone, since in rows]


def _written(session: Session, wanted: list[Occasion]) -> set[str | None]:
    return set(session.scalars(select(Job.key).where(Job.key.in_([each.key for each in wanted]))))


def _enqueue(session: Session, occasion: Occasion) -> None:
    queue.enqueue(
        session,
        occasion.kind.name,
        {"occasion": occasion.day},
        organisation_id=occasion.organisation_id,
        key=occasion.key,
    )
