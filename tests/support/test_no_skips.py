"""A run that allows no skip fails on each of them and names the reason."""

import pytest

from tests.support.no_skips import forbid_skip


def report(outcome: str, longrepr: object = None) -> pytest.TestReport:
    return pytest.TestReport(
        "tests/test_x.py::test_x", ("tests/test_x.py", 1, "test_x"), {}, outcome, longrepr, "call"
    )


def test_a_skip_fails_and_names_its_reason():
    skipped = report("skipped", ("tests/test_x.py", 1, "Skipped: no MariaDB"))
    forbid_skip(skipped)
    assert skipped.failed
    assert "no MariaDB" in skipped.longrepr


def test_an_expected_failure_stays_expected():
    expected = report("skipped", "reason")
    expected.wasxfail = "known"
    forbid_skip(expected)
    assert expected.skipped


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_other_outcomes_stay(outcome):
    finished = report(outcome)
    forbid_skip(finished)
    assert finished.outcome == outcome
