"""Is an authorization valid? The six elements and three statements of 45 CFR 164.508(c), and what spoils one.

A patient who asks for their own records needs none of it. Nothing here decides by itself: a person records
what the paper says, this module says what follows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from duecare.core.db import once
from duecare.core.texts import gettext as _
from duecare.core.texts import locale
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
class SpecialRecords:
    """Records that ask for more than the nine parts.

    `asks_for_all` names the request types that need a whole authorization because of these records alone,
    `exempt` those that do not even need the additional part.
    """

    record_type: str
    part: Part
    asks_for_all: frozenset[str]
    exempt: frozenset[str]


SPECIAL = (
    SpecialRecords(
        "psychotherapy_notes",
        Part(
            "psychotherapy_apart",
            _l("Psychotherapy notes: an authorization of their own, combined with no other"),
            "45 CFR 164.508(a)(2), (b)(3)(ii)",
        ),
        asks_for_all=frozenset({"continuity_of_care"}),
        exempt=frozenset({"patient_access", "subpoena", "court_order"}),
    ),
    SpecialRecords(
        "substance_use_records",
        Part(
            "part_2_consent",
            _l("Substance use disorder records: a written consent that covers them"),
            "42 CFR 2.31",
        ),
        asks_for_all=frozenset(),
        exempt=frozenset({"patient_access", "court_order"}),
    ),
)


def parts_needed(request_type: str, record_types: Iterable[str]) -> tuple[Part, ...]:
    """What must be found before these records may go out on such a request; nothing for one's own records."""
    asked = set(record_types)
    special = [each for each in SPECIAL if each.record_type in asked]
    whole = needs_authorization(request_type) or any(request_type in each.asks_for_all for each in special)
    own = tuple(each.part for each in special if request_type not in each.exempt)
    return (PARTS if whole else ()) + own


def needed(case: ReleaseRequest) -> tuple[Part, ...]:
    """The parts that this request's authorization must contain."""
    return parts_needed(case.request_type, case.record_types)


@dataclass(frozen=True)
class Verdict:
    """Whether a check stands. `present` counts elements found, of six; `defects` says what is wrong."""

    is_valid: bool
    present: int
    statements: int
    defects: tuple[str, ...]


def judge(check: AuthorizationCheck, today: date, parts: tuple[Part, ...] = PARTS) -> Verdict:
    """What follows from a check on a day (45 CFR 164.508(b)(2)): anything but wholly present is a defect."""
    defects = [_("Missing or unclear: %(part)s", part=part.label) for part in lacking(check, parts)]
    if check.expires_on is not None and check.expires_on < today:
        shown = format_date(check.expires_on, "long", locale=locale())
        defects.append(_("It expired on %(day)s", day=shown))
    spoilers = (
        (check.is_revoked, _l("It was revoked")),
        (check.is_compound, _l("It is combined or conditioned in a way the rule forbids")),
        (check.is_known_false, _l("Something material in it is known to be false")),
    )
    defects += [str(text) for applies, text in spoilers if applies]
    return Verdict(not defects, _count(check, ELEMENTS), _count(check, STATEMENTS), tuple(defects))


def lacking(check: AuthorizationCheck, parts: tuple[Part, ...] = PARTS) -> list[Part]:
    """The parts that were not found wholly present: what a cure letter asks for."""
    return [part for part in parts if finding_of(check.findings, part) != PRESENT]


def finding_of(findings: Mapping[str, Mapping[str, str]], part: Part) -> str | None:
    """What was found about a part, if anything."""
    return findings.get(part.code, {}).get("finding")


def latest(session: Session, case: ReleaseRequest, stage: str | None = None) -> AuthorizationCheck | None:
    """The newest check of a case, of one stage or of any."""
    checks = (
        select(AuthorizationCheck)
        .where(AuthorizationCheck.case_id == case.id)
        .order_by(AuthorizationCheck.id.desc())
    )
    found = once(session, ("authorization_checks", case.id), lambda: session.scalars(checks).all())
    return next((each for each in found if stage is None or each.stage == stage), None)


def obstacle(session: Session, case: ReleaseRequest, today: date, stage: str | None = None) -> str | None:
    """Why the case's authorization does not carry a disclosure; None where it does or none is needed."""
    parts = needed(case)
    if not parts:
        return None
    check = latest(session, case, stage)
    if check is None:
        return _("Check the authorization first: no check is recorded.")
    defects = judge(check, today, parts).defects
    return _("The authorization is not valid: %(why)s.", why="; ".join(defects)) if defects else None


def _count(check: AuthorizationCheck, parts: tuple[Part, ...]) -> int:
    return sum(finding_of(check.findings, part) == PRESENT for part in parts)
