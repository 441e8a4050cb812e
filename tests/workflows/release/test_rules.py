"""The rules a new organisation starts with say what the law and the default targets say."""

from datetime import date
from pathlib import Path

import pytest

import duecare
from duecare.core.clock import Unit, load_rules

RULES = load_rules(Path(duecare.__file__).parent / "workflows" / "release" / "rules.toml")
TODAY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("request_type", "place", "unit", "amount", "pausable", "extension_days"),
    [
        ("patient_access", "US", Unit.CALENDAR_DAYS, 30, False, 30),
        ("patient_access", "US-TX", Unit.BUSINESS_DAYS, 15, False, 0),
        ("third_party", "US-TX", Unit.BUSINESS_DAYS, 15, False, 0),
        ("continuity_of_care", "US-TX", Unit.BUSINESS_DAYS, 15, False, 0),
        ("patient_access", "US-CA", Unit.CALENDAR_DAYS, 15, False, 0),
        ("third_party", None, Unit.CALENDAR_DAYS, 30, True, 0),
        ("continuity_of_care", None, Unit.BUSINESS_DAYS, 2, True, 0),
        ("subpoena", None, Unit.FIXED_DATE, 0, False, 0),
        ("court_order", None, Unit.FIXED_DATE, 0, False, 0),
    ],
)
def test_a_request_type_has_its_rule(request_type, place, unit, amount, pausable, extension_days):
    (rule,) = (
        rule
        for rule in RULES
        if rule.jurisdiction == place and request_type in rule.request_types and rule.in_force(TODAY)
    )
    assert (rule.unit, rule.amount, rule.pausable, rule.extension_days) == (
        unit,
        amount,
        pausable,
        extension_days,
    )


def test_the_right_of_access_has_no_longer_time_for_records_kept_elsewhere():
    assert max(rule.amount for rule in RULES if "patient_access" in rule.request_types) == 30


def test_every_rule_cites_its_source():
    assert all(rule.citation for rule in RULES)
