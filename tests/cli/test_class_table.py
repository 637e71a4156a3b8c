"""What instructors see of a class on a terminal."""

from __future__ import annotations

import io
from typing import Any

import pytest

from autograder.classroom.graded import Line
from autograder.classroom.shared_numbers import Shared
from autograder.cli.class_table import (
    change_lines,
    class_lines,
    shared_lines,
    shared_note,
    to_mark,
    with_progress,
)
from autograder.report import Unexplained


def line(student: str, score: float | None, before: float | None = None, wrong: str = "") -> Line:
    return Line(student, score, 23.0, wrong, before, False, {})


def test_columns_stand_below_each_other_whatever_the_letters() -> None:
    """A wide letter takes two columns of a terminal, and what is put on one takes none."""
    lines = list(class_lines([line("李", 1.5, wrong="a"), line("e\u0301va", 23, wrong="b")]))
    assert lines == [
        "student   score  first thing wrong",
        "李       1.5/23  a",
        "e\u0301va       23/23  b",
    ]


def test_what_is_wrong_is_folded_below_its_heading() -> None:
    lines = list(class_lines([line("ada", 1, wrong="one two three four five six seven")], 40))
    assert lines[1] == "ada       1/23  one two three four five\n                six seven"


def test_notes_about_the_file_stand_below_what_is_wrong() -> None:
    right, wrong = line("ada", 23), line("bob", 1, wrong="one")
    rows = [right._replace(notes=["two"]), wrong._replace(notes=["two\x1b", "three"])]
    assert "\n".join(class_lines(rows)).splitlines()[1:] == [
        "ada      23/23  Note: two",
        "bob       1/23  one",
        "                Note: two\\x1b",
        "                Note: three",
    ]


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        ({}, ""),
        ({"ada": ["a"]}, "1 answer of 1 student waits for a person. Do it."),
        ({"ada": ["a", "b"], "bob": ["a"]}, "3 answers of 2 students wait for a person. Do it."),
    ],
)
def test_how_many_answers_wait(waiting: dict[str, list[str]], said: str) -> None:
    assert to_mark(waiting, "Do it.") == said


def test_whose_score_would_change() -> None:
    kept = [line("ada", 2, 2), line("bob\n", 10.5), line("carl", 0, 3), line("emmy", None, 1)]
    assert list(change_lines(kept)) == [
        "student  score now  would be",
        "bob\\n            -      10.5",
        "carl             3         0",
    ]
    assert list(change_lines(kept[:1])) == []


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_shown_where_somebody_sees_it(
    terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: terminal)
    monkeypatch.setattr("sys.stderr", stream)
    results: list[Any] = ["a", "b"]
    assert list(with_progress(iter(results), 2)) == results
    shown = stream.getvalue()
    assert ("1/2" in shown and shown.endswith("\r\x1b[K")) if terminal else shown == ""


def test_the_largest_group_that_shares_numbers_is_told_in_one_line() -> None:
    def gave(student: str, **numbers: str) -> Line:
        found = {name: Unexplained(f"{name}!", each, student) for name, each in numbers.items()}
        return line(student, 1)._replace(unexplained=found)

    assert shared_note([line("ada", 1), gave("bob", f="1"), gave("cyd", f="2")], "hw") == ""
    lines = [gave("ada", f="1"), gave("bob", f="1", g="1"), gave("cyd", g="1"), gave("dan", g="1")]
    end = "`autograder report hw` shows who."
    assert shared_note(lines[:2], "hw") == (
        f"f: 2 students share this f!, by a mistake that has no name. {end}"
    )
    assert shared_note(lines, "hw") == (
        "g: 3 students share this g!, by a mistake that has no name; there is another such group. "
        f"{end}"
    )


def test_of_many_groups_the_largest_are_listed() -> None:
    assert list(shared_lines([], "hw")) == []
    groups = [Shared(f"f{n}", "y", ["ada", "b\x1b"], "a\nb.py" if n else "") for n in range(12)]
    first, one, two, *others = shared_lines(groups, "hw")
    assert first.startswith("The same wrong numbers") and len(others) == 8 + 2
    assert one == "  f0: 2 students share this y, as in ada"
    assert two == "  f1: 2 students share this y, as in a\\nb.py"
    assert others[-2] == "  and 2 smaller groups"
