"""Whether reports tell something of hidden instances: those of several keys are compared."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

#: Each draws other hidden instances.
KEYS = [b"one key of several, long enough" + bytes([48 + n]) for n in range(4)]


def differences(one: dict[str, Any], others: Sequence[dict[str, Any]]) -> list[str]:
    """Where reports differ, to be read when a test fails."""
    mine = json.dumps(one, indent=1).splitlines()
    return [
        f"{line} / {other}"
        for report in others
        for line, other in zip(mine, json.dumps(report, indent=1).splitlines(), strict=False)
        if line != other
    ]
