"""Reading an organisation's audit log, newest first, by key; and checking its chain as a job.

Nothing here writes an entry but the note that a check was asked for, or that the log was taken out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from duecare.core import audit
from duecare.core.access import Caller, Permission
from duecare.core.audit import AuditEntry
from duecare.core.errors import NotFound
from duecare.core.jobs.models import Job
from duecare.core.jobs.queue import JobKind, Work, enqueue
from duecare.core.people.models import Membership, User
from duecare.core.texts import gettext as _

VERIFY = "core.verify-audit"
PAGE = 50
EXPORT_BATCH = 1_000
LEASE_SECONDS = 900


@dataclass(frozen=True)
class Asked:
    """What to show of the log. `action` is how the action begins; days are local, both included."""

    who: str = ""
    action: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


def page(
    session: Session, organisation_id: int, asked: Asked, zone: str, before: int | None = None
) -> Sequence[AuditEntry]:
    """Entries before a sequence number: one more than a page when there are further ones."""
    return session.scalars(_query(session, organisation_id, asked, zone, before).limit(PAGE + 1)).all()


def every(session: Session, organisation_id: int, asked: Asked, zone: str) -> Iterator[AuditEntry]:
    """All of them, read batch by batch, so that memory stays bounded."""
    before: int | None = None
    while True:
        query = _query(session, organisation_id, asked, zone, before).limit(EXPORT_BATCH)
        batch = session.scalars(query).all()
        yield from batch
        if len(batch) < EXPORT_BATCH:
            return
        before = batch[-1].sequence
        session.expunge_all()


def people(session: Session, organisation_id: int) -> Sequence[User]:
    """Who can be asked for: everybody who belongs to the organisation."""
    belongs = select(Membership.user_id).where(Membership.organisation_id == organisation_id)
    return session.scalars(select(User).where(User.id.in_(belongs)).order_by(User.name)).all()


def ask_for_check(session: Session, caller: Caller, organisation_id: int) -> Job:
    """Writes the job that checks the organisation's chain."""
    if caller.organisation_id != organisation_id:
        raise NotFound(_("There is no such organisation."))
    caller.need(Permission.AUDIT_READ)
    job = enqueue(session, VERIFY, organisation_id=organisation_id)
    session.flush()
    audit.record(session, caller, "audit.check_asked", job.public_id, chain=organisation_id)
    return job


def last_check(session: Session, organisation_id: int) -> Job | None:
    """The newest check of the organisation's chain: its job, with the result once it is done."""
    mine = (Job.name == VERIFY, Job.organisation_id == organisation_id)
    return session.scalar(select(Job).where(*mine).order_by(Job.id.desc()).limit(1))


def note_export(session: Session, caller: Caller, organisation_id: int, asked: Asked) -> None:
    """Notes that the log was taken out, and which part of it."""
    caller.need(Permission.AUDIT_READ)
    details = {name: str(value) for name, value in vars(asked).items() if value}
    audit.record(session, caller, "audit.exported", "audit", details, organisation_id)


def check(work: Work) -> None:
    """Recomputes the organisation's chain; the result names the first entry that does not hold."""
    assert work.organisation_id is not None
    with work.installation.database.snapshot() as session:
        faults = audit.verify(session, work.organisation_id)
        newest = select(AuditEntry.sequence).where(AuditEntry.chain == work.organisation_id)
        checked = session.scalar(newest.order_by(AuditEntry.sequence.desc()).limit(1)) or 0
    fault = {"sequence": faults[0].sequence, "reason": faults[0].reason} if faults else None
    with work.finishing({"entries": checked, "fault": fault}):
        pass


def _query(
    session: Session, organisation_id: int, asked: Asked, zone: str, before: int | None
) -> Select[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.chain == organisation_id)
    if before is not None:
        query = query.where(AuditEntry.sequence < before)
    if asked.who:
        actor = session.scalar(select(User.id).where(User.public_id == asked.who))
        query = query.where(AuditEntry.actor_id == (actor or 0))
    if asked.action:
        query = query.where(AuditEntry.action.startswith(asked.action, autoescape=True))
    if asked.subject:
        query = query.where(or_(*(AuditEntry.subject == each for each in _spellings(asked.subject))))
    if asked.since:
        query = query.where(AuditEntry.at >= _start(asked.since, zone))
    if asked.until:
        query = query.where(AuditEntry.at < _start(asked.until + timedelta(days=1), zone))
    return query.order_by(AuditEntry.sequence.desc())


def _spellings(subject: str) -> set[str]:
    """A case's number may be typed in small letters."""
    return {subject, subject.upper()}


def _start(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone))


VERIFY_AUDIT = JobKind(VERIFY, "Check the audit log", check, lease_seconds=LEASE_SECONDS)
