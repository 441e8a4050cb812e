from dataclasses import replace
from datetime import date

import pytest

from duecare.core.clock import NoRuleAppliesError, govern
from tests.core.clock.worlds import CHICAGO, LONG_AFTER, RULES, THIRD_PARTY, at, held

ALL_RULES = tuple(RULES.values())
RECEIVED = at("2025-06-02 10:00")


def governed(request_type, jurisdictions, rules=ALL_RULES, received_at=RECEIVED, pauses=()):
    return govern(rules, request_type, jurisdictions, CHICAGO, received_at, pauses, None, LONG_AFTER)


@pytest.mark.parametrize(
    ("jurisdictions", "winner"),
    [
        ({"US"}, "us-right-of-access"),
        ({"US", "US-TX"}, "us-tx-physician-records"),
        ({"US", "US-CA"}, "us-ca-patient-copies"),
    ],
    ids=["federal", "Texas", "California"],
)
def test_the_shortest_applicable_rule_wins(jurisdictions, winner):
    assert governed("patient_access", jurisdictions).winner.rule.code == winner


def test_the_rules_that_lost_are_kept():
    lost = governed("patient_access", {"US", "US-TX"}).others
    assert [derivation.rule.code for derivation in lost] == ["us-right-of-access"]


def test_an_own_target_needs_no_jurisdiction():
    assert governed("third_party", ()).winner.rule is THIRD_PARTY


def test_a_running_clock_goes_before_a_stopped_one():
    result = governed("third_party", {"US-TX"}, pauses=[held("2025-06-03 10:00", None)])
    assert [result.winner.stopped, result.others[0].stopped] == [False, True]


def test_of_two_stopped_clocks_the_one_due_first_when_resumed_wins():
    short = replace(THIRD_PARTY, code="short", amount=10)
    result = governed("third_party", (), [THIRD_PARTY, short], pauses=[held("2025-06-03 10:00", None)])
    assert result.winner.rule is short


def test_between_equal_rules_the_first_listed_wins():
    twin = replace(THIRD_PARTY, code="twin")
    assert governed("third_party", (), [twin, THIRD_PARTY]).winner.rule is twin


@pytest.mark.parametrize(
    ("received", "winner"),
    [("2025-06-02 23:59", "old"), ("2025-06-03 00:00", "new")],
    ids=["the evening before", "from midnight"],
)
def test_the_rule_in_force_on_the_local_day_of_receipt_governs(received, winner):
    old = replace(THIRD_PARTY, code="old", valid_to=date(2025, 6, 3))
    new = replace(THIRD_PARTY, code="new", amount=40, valid_from=date(2025, 6, 3))
    assert governed("third_party", (), [old, new], at(received)).winner.rule.code == winner


def test_a_request_that_no_rule_covers_is_refused():
    with pytest.raises(NoRuleAppliesError, match="type opinion is in force on 2 Jun 2025"):
        governed("opinion", {"US"})
