"""Makes a planned year happen through the real operations, each at its own time, in the order of time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from duecare.core.access import Caller
from duecare.core.time import replaying
from duecare.demo.asked import Authorization, RecordType
from duecare.demo.filing import Clerk
from duecare.demo.orders import Folder, Paper
from duecare.demo.people import Requester
from duecare.demo.staffing import Site
from duecare.demo.steps import DEFECTIVE, Step
from duecare.demo.story import PlannedRequest
from duecare.workflows.release import codes, operations, terms
from duecare.workflows.release.authorization import PARTS
from duecare.workflows.release.intake import ReleaseIntake
from duecare.workflows.release.models import ReleaseRequest

RECORD_TYPES: dict[RecordType, str] = {
    "complete": "complete_record",
    "progress_notes": "progress_notes",
    "laboratory": "lab_results",
    "imaging": "imaging_reports",
    "discharge_summary": "discharge_summary",
    "operative": "operative_reports",
    "emergency": "emergency_records",
    "billing": "billing_records",
    "immunizations": "immunizations",
}
REQUEST_TYPES = {"representative": "patient_access"}
PURPOSES = {
    "continuity_of_care": "Continuity of care",
    "legal": "Legal claim",
    "insurance": "Insurance claim",
    "disability": "Disability application",
    "court": "Court proceeding",
}
HOLD_CODES = {
    DEFECTIVE: "awaiting_authorization",
    "identity": "awaiting_identification",
    "clarification": "awaiting_clarification",
    "payment": "awaiting_payment",
    "records_awaited": "awaiting_records",
}
DENIAL_CODES = {
    DEFECTIVE: "invalid_authorization",
    "not_authorized": "invalid_authorization",
    "no_records": "no_such_records",
    "psychotherapy_notes": "psychotherapy_notes",
    "endangerment": "danger_to_self_or_others",
}
PARTS_BY_NAME = {"revocation": "right_to_revoke"}


@dataclass
class Running:
    """A request under way: its case once it was logged, and the papers not filed yet."""

    request: PlannedRequest
    papers: Mapping[str, Sequence[Paper]]
    case: ReleaseRequest | None = None
    authorizations: list[Authorization] = field(default_factory=list)

    @property
    def logged(self) -> ReleaseRequest:
        assert self.case is not None, "a request is logged before anything happens to it"
        return self.case


@dataclass(frozen=True)
class Replay:
    """One organisation's year."""

    session: Session
    site: Site
    clerk: Clerk
    key: str

    def play(self, requests: Sequence[Running]) -> int:
        """Plays every request; gives how many actions were taken."""
        actions = sorted(_moments(requests), key=lambda moment: moment[0])
        for at, running, step in actions:
            with replaying(at):
                self._log(running) if step is None else self._take(running, step)
        return len(actions)

    def _log(self, running: Running) -> None:
        request = running.request
        by = self._intaker(request)
        created = operations.create(
            self.session,
            by,
            self.site.organisation,
            intake_of(request),
            codes.made(self.key, codes.TRACKING),
        )
        running.case = created.case
        self.clerk.file(created.case, running.papers["arriving"], by)
        running.authorizations = list(request.authorizations)

    def _take(self, running: Running, step: Step) -> None:
        caller = self.site.caller(step.actor)
        before = _BEFORE.get(step.action)
        if before is not None:
            before(self, running, caller)
        operations.act(self.session, caller, running.logged, step.action, self._needs(step))
        if step.action == "assign" and step.assignee:
            self._check(running, "intake", self.site.caller(step.assignee))
        if step.action == "resume":
            self._receive_second(running, caller)

    def _prepare(self, running: Running, caller: Caller) -> None:
        self.clerk.file(running.logged, running.papers["records"], caller)
        self.clerk.file(running.logged, running.papers["package"], caller)
        running.papers = {**running.papers, "records": (), "package": ()}

    def _recheck(self, running: Running, caller: Caller) -> None:
        self._check(running, "release", caller)

    def _receive_second(self, running: Running, caller: Caller) -> None:
        if running.papers["later"]:
            self.clerk.file(running.logged, running.papers["later"], caller)
            running.papers = {**running.papers, "later": ()}
            running.authorizations = running.authorizations[1:]
            self._check(running, "intake", caller)

    def _check(self, running: Running, stage: str, caller: Caller) -> None:
        if not running.authorizations:
            return
        form = running.authorizations[0]
        lacking = {PARTS_BY_NAME.get(each, each) for each in form.lacks}
        findings = {
            part.code: {"finding": "missing" if part.code in lacking else "present", "where": "page 1"}
            for part in PARTS
        }
        operations.record_check(
            self.session, caller, running.logged, stage, findings, expires_on=form.expires_on
        )

    def _intaker(self, request: PlannedRequest) -> Caller:
        if request.channel == "portal":
            roles = frozenset({"requester"})
            return Caller("requester", "Online form", self.site.organisation.id, roles=roles)
        specialists = self.site.team.specialists
        return self.site.caller(specialists[request.received_at.toordinal() % len(specialists)])

    def _needs(self, step: Step) -> dict[str, Any]:
        return _NEEDS[step.action](self, step) if step.action in _NEEDS else {}


def running_of(request: PlannedRequest, folder: Folder, drawn: Iterator[Paper]) -> Running:
    """A request with its papers, taken from the drawn ones in the folder's order."""
    parts = {name: tuple(next(drawn) for _ in getattr(folder, name)) for name in _PARTS}
    return Running(request, parts)


def intake_of(request: PlannedRequest) -> ReleaseIntake:
    """The intake form of a planned request."""
    asks_purpose = request.wanted.purpose is not None
    return ReleaseIntake.model_validate(
        {
            "patient": {
                "first_name": request.patient.first,
                "last_name": request.patient.last,
                "date_of_birth": request.patient.date_of_birth,
                "mrn": request.patient.mrn,
            },
            "requester": _requester(request.requester, request.request_type),
            "channel": request.channel,
            "request_type": REQUEST_TYPES.get(request.request_type, request.request_type),
            "record_types": [RECORD_TYPES[each] for each in request.wanted.records],
            "received_at": request.received_at,
            "range_from": request.wanted.first_day,
            "range_to": request.wanted.last_day,
            "purpose": PURPOSES[request.wanted.purpose] if asks_purpose and request.wanted.purpose else "",
            "delivery": "portal" if request.channel in {"portal", "email", "walk_in"} else "mail",
            "priority": "urgent" if request.priority == "urgent" else "routine",
            "paper_date": request.paper_due,
        }
    )


def _requester(requester: Requester, request_type: str) -> dict[str, Any]:
    kind = "provider" if request_type == "continuity_of_care" else requester.kind
    assert kind in terms.REQUESTER_KINDS
    return {
        "kind": kind,
        "name": requester.name,
        "organisation": requester.organisation or "",
        "email": requester.email,
        "phone": requester.phone,
        "address": ", ".join(requester.address.lines),
    }


def _moments(requests: Sequence[Running]) -> Iterator[tuple[datetime, Running, Step | None]]:
    for running in requests:
        yield running.request.received_at, running, None
        for step in running.request.steps:
            yield step.at, running, step


def _assignee(replay: Replay, step: Step) -> dict[str, Any]:
    assert step.assignee is not None
    return {"assignee": replay.site.users[step.assignee].public_id}


def _until(step: Step) -> date:
    assert step.until is not None
    return step.until


_PARTS = ("arriving", "later", "records", "package")
_BEFORE = {
    "submit_for_review": Replay._prepare,
    "complete": Replay._recheck,
}
_NEEDS: dict[str, Callable[[Replay, Step], dict[str, Any]]] = {
    "assign": _assignee,
    "hold": lambda _, step: {"reason_code": HOLD_CODES[step.reason or ""], "reason": step.text},
    "resume": lambda _, step: {"notes": step.text or ""},
    "return_for_correction": lambda _, step: {"notes": step.text},
    "extend": lambda _, step: {"reason": step.text, "until": _until(step)},
    "deny": lambda _, step: {"basis": DENIAL_CODES[step.reason or ""], "reason": step.text},
    "cancel": lambda _, step: {"reason": step.text},
    "reopen": lambda _, step: {"reason": step.text},
}
