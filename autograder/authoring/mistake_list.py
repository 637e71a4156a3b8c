"""The list of an exercise's mistakes for its author, with what students read of each."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import replace

from autograder.course import Course
from autograder.exercise.mistake import Mistake
from autograder.exercise.solution import load_solution

WIDTH = 100


def mistake_lines(course: Course, name: str) -> Iterator[str]:
    """The lines of the list: by function, the id and the sentence of each mistake, those that are
    declared first.

    Raises `ExerciseError` where the exercise cannot be used.
    """
    # What was released may have been made by an earlier version.
    solution = replace(load_solution(course, name), released=None)
    declared, generated = solution.exercise.mistakes, solution.generated
    yield f"{name}: {len(declared)} declared and {len(generated)} generated mistakes"
    for function in solution.exercise.functions:
        own = [mistake for mistake in solution.mistakes if mistake.function == function.name]
        if own:
            yield f"\n{function.name}"
        for mistake in own:
            yield from _lines(mistake)


def _lines(mistake: Mistake) -> Iterator[str]:
    yield f"  {mistake.id}"
    text = mistake.message or "(no sentence)"
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6, break_long_words=False
    )
