"""A pytest plugin for runs that must leave nothing out: a skip becomes a failure that names its reason."""

from collections.abc import Generator

import pytest

Report = pytest.TestReport | pytest.CollectReport


def forbid_skip(report: Report) -> None:
    """Turn a skipped report into a failed one; expected failures (`xfail`) stay what they are."""
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    report.outcome = "failed"
    report.longrepr = f"{report.nodeid} was left out, and this run allows no skip: {reason}"


class NoSkips:
    """Registered by `--no-skips` or DUECARE_TEST_NO_SKIPS=1."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        forbid_skip(report)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        forbid_skip(report)
        return report
