from dataclasses import replace
from datetime import date

import pytest

from duecare.core.clock import BadRuleError, Unit, load_rules
from tests.core.clock.worlds import SUBPOENA, THIRD_PARTY

ROW = """
[[rule]]
code = "target"
name = "Target"
unit = "calendar_days"
amount = 30
citation = "own target"
valid_from = 2020-01-01
request_types = ["third_party"]
"""


@pytest.mark.parametrize(
    ("day", "in_force"),
    [
        (date(2019, 12, 31), False),
        (date(2020, 1, 1), True),
        (date(2020, 12, 31), True),
        (date(2021, 1, 1), False),
    ],
)
def test_a_rule_is_in_force_from_its_first_day_until_the_day_before_its_last(day, in_force):
    rule = replace(THIRD_PARTY, valid_from=date(2020, 1, 1), valid_to=date(2021, 1, 1))
    assert rule.in_force(day) is in_force


def test_a_rule_without_end_stays_in_force():
    assert THIRD_PARTY.in_force(date(2099, 1, 1))


@pytest.mark.parametrize(
    ("rule", "changes", "fault"),
    [
        (THIRD_PARTY, {"amount": 0}, "at least one day"),
        (THIRD_PARTY, {"request_types": frozenset()}, "no request type"),
        (THIRD_PARTY, {"extension_days": -1}, "extension is negative"),
        (THIRD_PARTY, {"valid_to": THIRD_PARTY.valid_from}, "ends before it begins"),
        (SUBPOENA, {"amount": 1}, "counts no days"),
        (SUBPOENA, {"pausable": True}, "never paused"),
        (SUBPOENA, {"extension_days": 1}, "never extended"),
    ],
)
def test_an_impossible_rule_is_refused_with_its_fault(rule, changes, fault):
    with pytest.raises(BadRuleError, match=f"{rule.code}.*{fault}"):
        replace(rule, **changes)


def test_rules_are_read_in_the_order_of_the_file(tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text(ROW + ROW.replace('"target"', '"second"'))
    assert [rule.code for rule in load_rules(file)] == ["target", "second"]


def test_a_row_may_leave_out_what_it_does_not_use(tmp_path):
    file = tmp_path / "rules.toml"
    file.write_text(ROW)
    (rule,) = load_rules(file)
    assert (rule.unit, rule.pausable, rule.extension_days, rule.valid_to, rule.jurisdiction) == (
        Unit.CALENDAR_DAYS,
        False,
        0,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[rule", "rules.toml"),
        ("", "rule\n  Field required"),
        (ROW.replace("calendar_days", "fortnights"), "unit"),
        (ROW.replace("amount = 30", "amount = 0"), "at least one day"),
        (ROW.replace('citation = "own target"', ""), "citation"),
        (ROW + "colour = 'red'", "colour"),
        (ROW + ROW, "share a code"),
    ],
    ids=["not TOML", "empty", "unit", "amount", "no citation", "unknown key", "double code"],
)
def test_a_faulty_file_is_refused_with_its_fault(tmp_path, text, fault):
    file = tmp_path / "rules.toml"
    file.write_text(text)
    with pytest.raises(BadRuleError, match=fault):
        load_rules(file)
