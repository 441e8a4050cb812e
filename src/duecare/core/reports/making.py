"""Makes a report: figures, a PDF, a workbook and a CSV file in the store, one row, and a notice with a link.

One occasion is made once: a second job for it changes nothing. A notice carries counts and a link, never PHI.
"""

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from duecare.core import audit, exports
from duecare.core.access import SYSTEM, Caller
from duecare.core.db import opaque_id
from duecare.core.documents import pdf
from duecare.core.documents.store import Store
from duecare.core.jobs.queue import Work
from duecare.core.notices.compose import tell_member
from duecare.core.people.models import Membership, Organisation, User
from duecare.core.reports.declaration import Content, Occasion, Report, occasion_of
from duecare.core.reports.models import ReportRun
from duecare.core.time import now

FORMATS = {"pdf": "application/pdf", "xlsx": exports.XLSX_TYPE, "csv": exports.CSV_TYPE}
STEPS = len(FORMATS) + 1
PATH = "/reports"


def make(report: Report, work: Work) -> None:
    """Makes a report for the job's organisation, unless its occasion was made before."""
    database, store = work.installation.database, work.installation.store
    with database.snapshot() as session:
        organisation = session.get_one(Organisation, work.organisation_id)
        occasion = occasion_of(work.payload, report.schedule, organisation.zone, now())
        made = _made_before(session, report, organisation.id, occasion)
        if made:
            with work.finishing({"report": made}):
                return
        content = report.compose(session, organisation, occasion)
        files = {}
        for step, (kind, chunks) in enumerate(_files(report, content, occasion), start=1):
            work.progress(step, STEPS)
            files[kind] = _kept(store, _key(report, organisation, occasion, kind), chunks)
    run = ReportRun(
        public_id=opaque_id(),
        organisation_id=organisation.id,
        name=report.name,
        occasion=occasion.code,
        period_from=occasion.first,
        period_to=occasion.last,
        figures=content.figures,
        files=files,
        made_by=work.payload.get("made_by", SYSTEM.name),
        made_at=occasion.at,
    )
    with work.finishing({"report": run.public_id}) as writing:
        _tell(writing, report, run, content)


def _made_before(session: Session, report: Report, organisation_id: int, occasion: Occasion) -> str | None:
    """The opaque id of the run that an occasion has already."""
    return session.scalar(
        select(ReportRun.public_id).where(
            ReportRun.organisation_id == organisation_id,
            ReportRun.name == report.name,
            ReportRun.occasion == occasion.code,
        )
    )


def _files(report: Report, content: Content, occasion: Occasion) -> Iterator[tuple[str, Iterable[bytes]]]:
    yield "pdf", (pdf.render(report.template, content.document, created=occasion.at),)
    yield "xlsx", exports.as_xlsx(*content.sheets)
    yield "csv", exports.as_csv(content.table.header, content.table.rows)


def _kept(store: Store, key: str, chunks: Iterable[bytes]) -> str:
    store.put_stream(key, chunks)
    return key


def _key(report: Report, organisation: Organisation, occasion: Occasion, kind: str) -> str:
    """Where a file lies. The occasion names it, so that making it again replaces what a dead worker left."""
    name = re.sub(r"[^0-9A-Za-z]+", "-", occasion.code)
    return f"{organisation.id}/reports/{report.name}/{occasion.last:%Y/%m}/{name}.{kind}"


def _tell(session: Session, report: Report, run: ReportRun, content: Content) -> None:
    """Keeps the run, and tells the active holders of the roles that get it."""
    session.add(run)
    organisation = session.get_one(Organisation, run.organisation_id)
    caller = Caller("system", run.made_by, organisation.id)
    details = {"name": run.name, "occasion": run.occasion}
    audit.record(session, caller, "report.made", run.public_id, details)
    for person in session.scalars(_recipients(report, run.organisation_id)):
        tell_member(session, person, organisation, report.notice, f"{PATH}/{run.public_id}", content.told)


def _recipients(report: Report, organisation_id: int) -> Select[User]:
    members = select(Membership.user_id).where(
        Membership.organisation_id == organisation_id, Membership.role.in_(sorted(report.recipients))
    )
    return select(User).where(User.id.in_(members), User.active.is_(True)).order_by(User.id)
