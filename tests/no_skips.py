"""Loaded where nothing may be skipped: a skipped test fails the run."""

import pytest


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"Skipped where nothing may be: {report.longrepr}"
