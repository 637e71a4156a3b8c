"""A plugin of pytest: in nbgrader's own tests every course is adopted before the test begins.

`make drop-in` runs some of them, drawn anew in each run. What is different by intention is in
``differences.tsv``: such a test has to fail.
"""

from __future__ import annotations

import csv
import getpass
import os
import random
from functools import cache
from pathlib import Path
from typing import Any

import nbgrader.api
import pytest

from autograder.nbgrader.adopt import adopt
from autograder.nbgrader.config import find_programs

DIFFERENCES = Path(__file__).with_name("differences.tsv")
_CONFIG = "c = get_config()\n"
find_programs()
os.environ.setdefault("USER", getpass.getuser())  # as in a login shell, which a test expects
#: Every new gradebook starts a program to ask for it, which takes a second; it is always the same.
nbgrader.api.get_alembic_version = cache(nbgrader.api.get_alembic_version)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--stock", action="store_true", help="leave the courses as they are")
    parser.addoption("--part", type=int, metavar="N", help="run N tests, drawn anew in each run")
    seed = random.SystemRandom().randrange(10**6)
    parser.addoption("--draw", type=int, metavar="SEED", default=seed, help="draw these again")


def differences() -> dict[str, str]:
    """The reason for each test that is to fail, by its module and name."""
    with open(DIFFERENCES, newline="", encoding="utf-8") as stream:
        return {row["test"]: row["reason"] for row in csv.DictReader(stream, delimiter="\t")}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if part := config.getoption("--part"):
        chosen = random.Random(config.getoption("--draw")).sample(items, min(part, len(items)))
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = [item for item in items if item in chosen]
    if config.getoption("--stock"):
        return
    reasons = differences()
    for item in items:
        name = f"{item.path.stem}::{item.nodeid.partition('::')[2]}"
        if name in reasons:
            item.add_marker(pytest.mark.xfail(reason=reasons[name], strict=True))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if config.getoption("--part"):
        terminalreporter.write_line(f"drawn with --draw {config.getoption('--draw')}")


@pytest.fixture(autouse=True)
def _adopted(request: pytest.FixtureRequest) -> None:
    """The course of a test of nbgrader's commands; their settings are in the current folder."""
    if "temp_cwd" in request.fixturenames and not request.config.getoption("--stock"):
        folder = Path(request.getfixturevalue("course_dir"))
        request.getfixturevalue("temp_cwd")
        (folder / "nbgrader_config.py").write_text(_CONFIG)
        list(adopt(folder))
