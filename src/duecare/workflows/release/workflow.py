"""Release of information, as the shell sees it."""

from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from duecare.core import audit_words, clock, clocks, tidy
from duecare.core.clocks import Timing
from duecare.core.documents import intake as documents
from duecare.core.jobs import queue
from duecare.core.reports import declaration as reports
from duecare.core.reports import making
from duecare.core.workflow import MenuItem, Workflow
from duecare.workflows.release import drafts, letters, lookups, operations, packages, terms, views
from duecare.workflows.release.aging import AGING_REPORT
from duecare.workflows.release.api import RESOURCE
from duecare.workflows.release.audit_words import SHOWN
from duecare.workflows.release.lifecycle import LIFECYCLE
from duecare.workflows.release.models import WORKFLOW, ReleaseRequest
from duecare.workflows.release.roles import ROLES, SPECIALIST, Permission
from duecare.workflows.release.views.presenting import EVENT_WORDS

RULES = Path(__file__).with_name("rules.toml")


def timing(case: Any) -> Timing:
    """What the clock needs of a release."""
    return Timing(case.request_type, case.paper_date)


documents.after_acceptance(WORKFLOW, operations.after_acceptance)
documents.after_refusal(WORKFLOW, lookups.tell_of_refusal)
for kind in (letters.WRITE_LETTER, packages.BUILD_PACKAGE):
    queue.declare(kind)
tidy.also("public forms", drafts.sweep)
tidy.keep_landed(drafts.landed_of_drafts)
reports.declare(AGING_REPORT, making.make)
audit_words.declare(SHOWN | {f"{WORKFLOW}.{action}": said for action, said in EVENT_WORDS.items()})
clocks.register(WORKFLOW, clock.load_rules(RULES), timing)

MENU = (
    MenuItem(_l("Dashboard"), "release_dashboard.show", Permission.RELEASES_OVERSEE, "chart"),
    MenuItem(_l("Requests"), "release_list.show", Permission.RELEASES_READ, "list"),
    MenuItem(_l("Board"), "release_board.board", Permission.RELEASES_ASSIGN, "people"),
    MenuItem(_l("New request"), "release_intake.form", Permission.RELEASES_CREATE, "plus"),
)

RELEASE = Workflow(
    code=WORKFLOW,
    label=_l("Releases"),
    resource="releases",
    model=ReleaseRequest,
    lifecycle=LIFECYCLE,
    roles=ROLES,
    read_permission=Permission.RELEASES_READ,
    act=operations.act,
    assignable=frozenset({SPECIALIST.code}),
    menu=MENU,
    pages=views.PAGES,
    api=RESOURCE,
    document_kinds=terms.DOCUMENT_KINDS,
    request_types=terms.REQUEST_TYPES,
)
