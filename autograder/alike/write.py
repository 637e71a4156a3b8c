"""``autograder alike``: read a class, compare it, and write the pages into one folder."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from autograder.alike.identical import identical_files
from autograder.alike.likeness import Likeness, compare
from autograder.alike.numbers import Numbers, fitting_numbers
from autograder.alike.page import (
    GENERATOR,
    MOST_PAIRS,
    PAGE,
    PAIRS,
    Handed,
    index_page,
    pair_page,
    pair_path,
)
from autograder.alike.passages import spread_of
from autograder.alike.units import Code, Definition, code_of
from autograder.classroom.handed_in import read_folder
from autograder.classroom.journal import read_reports
from autograder.classroom.page_folder import require_own
from autograder.classroom.platform import Platform
from autograder.classroom.versions import read_released
from autograder.course import Course, CourseError
from autograder.exercise.definitions import definitions
from autograder.exercise.solution import load_solution
from autograder.files import NewFiles
from autograder.submission import Submission, read_submission


class Written(NamedTuple):
    """What was found; ``left_out`` says by student what could not be compared, ``numbers`` is None
    if nobody is graded, and ``identical`` are groups who handed in the same file."""

    page: Path
    likeness: Likeness
    left_out: Mapping[str, Sequence[str]]
    numbers: Sequence[Numbers] | None
    identical: Sequence[Sequence[str]]


def write_alike(course: Course, name: str, platform: Platform, folder: Path) -> Written:
    """Compare the submissions of an assignment, and write the pages of those that stand out.

    Raises `CourseError` when nobody handed in, or the folder cannot be used, and `Refusal` for a
    class that is too large.
    """
    course.assignment(name)
    require_own(folder, PAGE, GENERATOR, "a page of look-alikes")
    handed = _read_class(course, name, platform)
    if not handed:
        raise CourseError(platform.advice.collect)
    likeness = compare({student: each.units for student, each in handed.items()})
    reports = [*read_reports(course, name)]
    numbers = fitting_numbers(reports, handed) if reports else None
    left_out = {student: each.units.left_out for student, each in handed.items()}
    left_out = {student: sentences for student, sentences in left_out.items() if sentences}
    # Files without work in them, as they were handed out, are all the same.
    identical = identical_files({s: e.sha256 for s, e in handed.items() if e.units.functions})
    spread = spread_of(each.units for each in handed.values())
    pairs = likeness.above[:MOST_PAIRS]
    with NewFiles(folder, 0o700) as new:
        for at, pair in enumerate(pairs):
            page = pair_page(course, name, at, pair, handed, spread, numbers or ())
            new.add(pair_path(at), page)
        new.add(PAGE, index_page(course, name, likeness, handed, left_out, numbers, identical))
        new.put()
    written = {folder / pair_path(at) for at in range(len(pairs))}
    for old in {*(folder / PAIRS).glob("[0-9]*.html")} - written:  # of an earlier run
        old.unlink()
    return Written(folder / PAGE, likeness, left_out, numbers, identical)


def _read_class(course: Course, name: str, platform: Platform) -> dict[str, Handed]:
    """What everybody handed in, without what was handed out."""
    answer_key = load_solution(course, name).answer_key(course.key(), naming=False)
    released = read_released(course.released / name, name)
    texts = [read_submission(course.released / name / f"{name}{end}") for end in (".ipynb", ".py")]
    names = {each.name for each in answer_key.functions}
    names |= {each for text in texts for each in _functions(text)}
    code: dict[str, Definition] = {}
    for text in texts:
        code |= code_of(text, names).definitions
    given = Code(code).units(names)
    found = {}
    for student, folder in platform.class_folders().items():
        handed_in = read_folder(folder, name, given=released.files)
        submission = handed_in.submission(answer_key, released)
        units = code_of(submission, names).units(names).without(given)
        is_notebook = submission.path.endswith(".ipynb")
        found[student] = Handed(submission.cells, units, is_notebook, submission.sha256)
    return found


def _functions(text: Submission) -> Iterator[str]:
    """The functions and methods in a text that was handed out: the student's are compared by
    these."""
    for cell in text.cells:
        with suppress(SyntaxError):  # a cell with magic
            for name, node in definitions(cell.source).items():
                if isinstance(node, ast.FunctionDef):
                    yield name
