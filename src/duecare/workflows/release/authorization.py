"""Is an authorization valid? The six elements and three statements of 45 CFR 164.508(c), and what spoils one.

A patient who asks for their own records needs none of it. Nothing here decides by itself: a person records
what the paper says, this module says what follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.workflows.release.models import AuthorizationCheck, ReleaseRequest
from duecare.workflows.release.terms import needs_authorization

PRESENT, MISSING, UNSURE = "present", "missing", "unsure"
FINDINGS = {PRESENT: _l("Present"), MISSING: _l("Missing"), UNSURE: _l("Unsure")}


@dataclass(frozen=True)
class Part:
    """One thing an authorization must contain, and where the rule says so."""

    code: str
    label: str
    citation: str


ELEMENTS = (
    Part("description", _l("What information is to be disclosed"), "45 CFR 164.508(c)(1)(i)"),
    Part("discloser", _l("Who may disclose it"), "45 CFR 164.508(c)(1)(ii)"),
    Part("recipient", _l("Who may receive it"), "45 CFR 164.508(c)(1)(iii)"),
    Part("purpose", _l("For what purpose"), "45 CFR 164.508(c)(1)(iv)"),
    Part("expiry", _l("When it expires: a date or an event"), "45 CFR 164.508(c)(1)(v)"),
    Part(
        "signature",
        _l("Signature and date, with the authority of a representative who signs"),
        "45 CFR 164.508(c)(1)(vi)",
    ),
)
STATEMENTS = (
    Part("right_to_revoke", _l("The right to revoke it, and how"), "45 CFR 164.508(c)(2)(i)"),
    Part("conditioning", _l("Whether care depends on signing"), "45 CFR 164.508(c)(2)(ii)"),
    Part("redisclosure", _l("That the recipient may pass it on"), "45 CFR 164.508(c)(2)(iii)"),
)
PARTS = ELEMENTS + STATEMENTS


@dataclass(frozen=True)
class Verdict:
    """Whether a check stands. `present` counts elements found, of six; `defects` says what is wrong."""

    is_valid: bool
    present: int
    statements: int
    defects: tuple[str, ...]


def judge(check: AuthorizationCheck, today: date) -> Verdict:
    """What follows from a check on a day (45 CFR 164.508(b)(2)): anything but wholly present is a defect."""
    defects = [str(_l("Missing or unclear: %(part)s", part=part.label)) for part in _lacking(check.findings)]
    if check.expires_on is not None and check.expires_on < today:
        defects.append(str(_l("It expired on %(day)s", day=check.expires_on.isoformat())))
    spoilers = (
        (check.is_revoked, _l("It was revoked")),
        (check.is_compound, _l("It is combined or conditioned in a way the rule forbids")),
        (check.is_known_false, _l("Something material in it is known to be false")),
    )
    defects += [str(text) for applies, text in spoilers if applies]
    return Verdict(not defects, _count(check, ELEMENTS), _count(check, STATEMENTS), tuple(defects))


def latest(session: Session, case: ReleaseRequest, stage: str | None = None) -> AuthorizationCheck | None:
    """The newest check of a case, of one stage or of any."""
    query = select(AuthorizationCheck).where(AuthorizationCheck.case_id == case.id)
    if stage:
        query = query.where(AuthorizationCheck.stage == stage)
    return session.scalar(query.order_by(AuthorizationCheck.id.desc()).limit(1))


def obstacle(session: Session, case: ReleaseRequest, today: date, stage: str | None = None) -> str | None:
    """Why the case's authorization does not carry a disclosure; None where it does or none is needed."""
    if not needs_authorization(case.request_type):
        return None
    check = latest(session, case, stage)
    if check is None:
        return str(_l("Check the authorization first: no check is recorded."))
    defects = judge(check, today).defects
    return str(_l("The authorization is not valid: %(why)s.", why="; ".join(defects))) if defects else None


def _lacking(findings: Mapping[str, Mapping[str, str]]) -> list[Part]:
    return [part for part in PARTS if findings.get(part.code, {}).get("finding") != PRESENT]


def _count(check: AuthorizationCheck, parts: tuple[Part, ...]) -> int:
    return sum(check.findings.get(part.code, {}).get("finding") == PRESENT for part in parts)
