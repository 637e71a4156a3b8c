"""Every page of the documentation: its links, its pictures, and the commands that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.helpers.answers import RIGHT, WRONG
from tests.helpers.commands import COMMANDS

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
FENCE = re.compile(r"^(```|~~~).*?^\1 *$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(!?)\[((?:[^]\[]|\[[^]]*\])*)\]\(([^)\s]+)\)")
#: A command in code: between backticks, or on a line of its own.
COMMAND = re.compile(
    r"(?:`|^(?:    |\$ )?)autograder ([a-z]+(?:-[a-z]+)*)([^`|\n#]*)", re.MULTILINE
)


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """As they are made from headings where the pages are read."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    for picture, text, target in LINK.findall(re.sub(r"`[^`\n]*`", "", prose(page))):
        file, _, anchor = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.is_relative_to(ROOT) and found.exists(), target
        assert not anchor or anchor in anchors(found), target
        assert not picture or len(text) > 60, f"{target} has no text in its place"


def test_every_page_is_reached_and_every_picture_shown() -> None:
    shown = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in PAGES
        for _, _, target in LINK.findall(prose(page))
    }
    docs = ROOT / "docs"
    assert {*docs.glob("*.md"), *docs.glob("*.svg"), *docs.rglob("*.png")} <= shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist(page: Path) -> None:
    for command, rest in COMMAND.findall(page.read_text(encoding="utf-8")):
        assert command in COMMANDS, command
        options = re.findall(r"(?<!\S)\[?(--[\w-]+)", rest)
        assert set(options) <= COMMANDS[command], f"{command}{rest}"


def test_each_promise_of_security_names_a_test() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    promised = text.partition("## What is promised")[2].partition("\n## ")[0]
    promises = re.findall(r"^- (.*(?:\n  .*)*)", promised, re.MULTILINE)
    assert len(promises) > 20
    tests = ROOT / "tests"
    there = {str(path.relative_to(tests).with_suffix("")) for path in tests.rglob("test_*.py")}
    there |= {path.name for path in (tests / "hostile").glob("*.py")}
    for promise in promises:
        named = re.findall(r"`((?:\w+/)?test_\w+|\w+\.py)`", promise)
        assert named, promise
        assert set(named) <= there, promise


def test_security_counts_the_hostile_submissions() -> None:
    count = len(list((ROOT / "tests" / "hostile").glob("*.py")))
    for page in ("SECURITY.md", "README.md"):
        said = f"{count} submissions that try" if page == "SECURITY.md" else f"{count} of {count} |"
        assert said in (ROOT / page).read_text(), f"{page}: {count}"


def test_the_readme_counts_the_answers_of_the_tests() -> None:
    text = (ROOT / "README.md").read_text()
    for answers in (RIGHT, WRONG):
        assert f"| {len(answers)} of {len(answers)} |" in text
