"""Every fault of the table, provoked on a real course; what must have been said of it; and that
after it, once it is run again, nothing differs from a course that was never disturbed."""

from __future__ import annotations

import pytest

from tests.faults import clocks, databases, disks, files, processes, servers, signals
from tests.faults.table import ROWS, Row

__all__ = ["clocks", "databases", "disks", "files", "processes", "servers", "signals"]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(fault, id=fault.name, marks=[pytest.mark.slow] if fault.slow else [])
        for fault in ROWS
    ],
)
def test_a_fault_costs_nobody_a_point_and_loses_nothing(
    fault: Row, tried: dict[str, list[str]]
) -> None:
    if fault.name not in tried:
        pytest.skip("PostgreSQL's server is not installed: make setup-ci")
    assert not tried[fault.name]
