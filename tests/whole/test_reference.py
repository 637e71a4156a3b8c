"""docs/reference.md beside the code: what it names exists, and what exists is named."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import autograder
from autograder.classroom.overview import Roster, StudentRow
from autograder.classroom.page import class_csv
from autograder.classroom.shared_numbers import Shared
from autograder.cli.doctor import Diagnosis, as_json
from autograder.course import Assignment, Course, Extension, Grading, load_course
from autograder.display.hints import HINTS_FILE, with_hints
from autograder.exercise.solution import Solution
from autograder.judge.checks import CHECKS
from autograder.late import LatePolicy
from autograder.nbgrader.audit import SCHEMA as AUDIT
from autograder.nbgrader.audit import Entry
from autograder.report import (
    SCHEMA,
    STATUSES,
    Difference,
    Named,
    Quantity,
    Report,
    SourceLine,
    Suspect,
    Unexplained,
)
from autograder.sandbox.levels import LEVELS, NONE
from autograder.sandbox.limits import Limits
from tests.conftest import ROOT
from tests.helpers.commands import COMMANDS

PAGE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


def section(heading: str, level: str = "##") -> str:
    text = PAGE.partition(f"\n{level} {heading}\n")[2]
    return re.split(rf"^#{{2,{len(level)}}} ", text, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> dict[str, list[str]]:
    """The rows of its tables, by what stands in their first cell."""
    found = re.findall(r"^\| `(.+?)` \|(.*)\|$", text, re.MULTILINE)
    cells = [(name, [cell.strip() for cell in rest.split(" | ")]) for name, rest in found]
    assert len(dict(cells)) == len(cells)
    return dict(cells)


def test_commands_and_their_options() -> None:
    named = re.findall(r"^### autograder ([\w-]+)$", PAGE, re.MULTILINE)
    assert sorted(named) == sorted(COMMANDS)
    for name, arguments in COMMANDS.items():
        text = section(f"autograder {name}", "###")
        assert {argument.split()[0] for argument in rows(text)} == arguments
        (usage,) = re.findall(r"^    autograder (.+)$", text, re.MULTILINE)
        assert set(re.findall(r"(?<=\[)--[\w-]+", usage)) == {a for a in arguments if a[0] == "-"}
    levels = rows(section("autograder grade", "###"))["--containment LEVEL"][0]
    assert re.findall(r"`([^`]+)`", levels)[:-1] == [*LEVELS, NONE]


def fields(kind: type, prefix: str) -> set[str]:
    return {f"{prefix}{field.name}" for field in dataclasses.fields(kind)}


def test_fields_of_the_audit_and_of_what_doctor_finds() -> None:
    assert set(rows(section("The audit"))) == fields(Entry, "") | {"schema"}
    assert f"`{AUDIT}`" in rows(section("The audit"))["schema"][1]
    diagnoses = [Diagnosis("Python", None, "3"), Diagnosis("containment", True, "s", level="s")]
    found = json.loads(as_json(diagnoses, None, ""))
    known = {re.sub(r"^levels\..*", "levels", path) for path in paths(found)}
    assert set(rows(section("What doctor finds"))) == known
    assert f"`{found['schema']}`" in rows(section("What doctor finds"))["schema"][1]


def test_keys_of_course_toml() -> None:
    assert set(rows(section("course.toml"))) == (
        fields(Course, "") - {"root", "limits", "grading", "assignments", "extensions"}
    ) | fields(Limits, "limits.") | fields(Grading, "grading.") | fields(
        LatePolicy, "late."
    ) | fields(Assignment, "assignments[].") | fields(Extension, "extensions[].")


def test_defaults_of_course_toml(tmp_path: Path) -> None:
    (tmp_path / "course.toml").write_text('id = "c"\n[late]\npercent_per_day = 10\n')
    course = load_course(tmp_path)
    read = {
        **asdict(course),
        **{f"limits.{key}": value for key, value in asdict(course.limits).items()},
        **{f"late.{key}": value for key, value in asdict(course.late or LatePolicy(0)).items()},
    }
    for key, (default, _) in rows(section("course.toml")).items():
        if default.startswith("`") and default.endswith("`") and key in read:
            assert json.loads(default.strip("`")) == read[key], key


def test_every_key_is_read(tmp_path: Path) -> None:
    """What is no key of it is refused."""
    values: dict[str, Any] = dict.fromkeys(rows(section("course.toml")), 1)
    times = dict.fromkeys(["assignments[].due", "extensions[].until"], "2027-01-15T23:59:00Z")
    texts = ("title", "gradebook", "exchange", "source_directory", "release_directory")
    texts = (*texts, "grading.scheduler")
    values |= times | dict.fromkeys([*texts, "id", "extensions[].student"], '"c"')
    values |= dict.fromkeys(["assignments[].name", "extensions[].assignment"], '"a"')
    values |= {"timezone": '"UTC"', "assignments[].count_hints": "true"}
    values |= {"precision": '"double"', "ship_checker": "true"}
    values |= {"assignments[].points": "{ f = 1 }", "assignments[].late": "{ percent_per_day = 1 }"}
    del values["late"]
    lines = [f"{key} = {value}" for key, value in values.items() if "[" not in key]
    for table in ("assignments[].", "extensions[]."):
        lines.append(f"[[{table[:-3]}]]")
        lines += [
            f"{key.removeprefix(table)} = {value}"
            for key, value in values.items()
            if key.startswith(table)
        ]
    (tmp_path / "course.toml").write_text("\n".join(lines))
    course = load_course(tmp_path)
    assert course.extensions and course.late and course.limits.processes == 1


def paths(value: Any, at: str = "") -> Iterator[str]:
    """The fields of a report, as the page writes them."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield f"{at}.{key}".removeprefix(".")
            yield from paths(each, f"{at}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield from paths(each, f"{at}[]")


def full_report(solution: Solution, grade: Callable[..., Report]) -> Report:
    """A report in which everything is that can be."""
    mistakes = {mistake.function: mistake for mistake in solution.exercise.mistakes}
    source = mistakes["backward"].apply(mistakes["train"].apply(solution.source))
    report = with_hints(grade(f"{source}\n# %%\n(((\n"), {"backward": 1})
    first, *others = report.functions
    line = SourceLine(3, "return z", "answer.py")
    differing = (Difference((0, 2), 1.0, None),)
    large = Quantity("h", "activation", "wrong", (), (2, 3), (), (2, 3), (), None, "", "", 1)
    large = large._replace(differing=differing, places=("001", "000"))
    return replace(
        report,
        functions=[
            first._replace(
                fits="bob",
                waits_for=("loss",),
                given=("loss",),
                look="odd",
                unexplained=Unexplained("h", "0a", "0b"),
                on_request=(Named("uphill", "The step goes uphill."),),
                in_part=(Named("half", "It is half of it."),),
                line=line,
                suspect=Suspect(line, ("sigmoid",)),
                trace=(large,),
            ),
            *others,
        ],
    )


def test_fields_of_the_report(solution: Solution, grade: Callable[..., Report]) -> None:
    data = json.loads(full_report(solution, grade).to_json())
    text = section("The report")
    named = rows(text)
    inside = {key for key in named if re.match(r"submission\.|graded_with\.", key)}
    assert {key.partition(".")[0] for key in inside} == {"submission", "graded_with"}
    assert set(named) | {"submission", "graded_with"} == set(paths(data))
    assert SCHEMA in named["schema"][1]
    statuses = re.findall(r"`(\w+)`", named["functions[].status"][1])
    assert statuses == list(STATUSES)
    checks = (ROOT / "docs" / "author.md").read_text().partition("\n## The checks\n")[2]
    assert {key: row[0] for key, row in rows(checks.partition("\n## ")[0]).items()} == {
        key: check.title for key, check in CHECKS.items()
    }


def test_fields_of_shared_numbers() -> None:
    group = Shared("loss", "loss", ["ada", "bob"], "ada.py", "def loss(): pass")
    fields = json.loads(group.to_json("name"))
    assert list(rows(section("Shared numbers"))) == list(fields)


def test_columns_of_the_csv(solution: Solution, grade: Callable[..., Report]) -> None:
    report = full_report(solution, grade)
    student = StudentRow("ada", 1.0, 2.0, report.functions, "", "", "", 1.0, attempts=1)
    written = class_csv(Roster([student])).splitlines()[0].split(",")
    columns = list(rows(section("class.csv")))
    each = {
        "check-<function>": [f"check-{f.name}" for f in report.functions],
        "<function> status": [f"{f.name} status" for f in report.functions],
    }
    assert [name for column in columns for name in each.get(column, [column])] == written


def test_what_else_it_names() -> None:
    exported = section("From Python").partition("`autograder.nbgrader.config")[0]
    assert set(re.findall(r"`(\w+)`", exported)) == {*autograder.__all__, "autograder"}
    assert f"`{HINTS_FILE}`" in section("Files and folders")
    kept = ROOT.joinpath(".gitignore").read_text().split()
    made = re.findall(r"^\| `([\w./]+)` \|.*\| yes", section("Files and folders"), re.MULTILINE)
    for path in made:
        if path not in ("assignments/", "grades.csv"):  # committed; wherever somebody wants it
            assert any(f"/{path}".startswith(line) for line in kept), path
