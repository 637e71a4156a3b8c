"""The made-up class of a demo: who is in it, and what each one hands in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.authoring.made_up_answers import Answers, compatible, typical
from autograder.exercise.solution import Solution

NAMES = [
    "ada",
    "alan",
    "annie",
    "barbara",
    "carl",
    "donald",
    "dorothy",
    "edsger",
    "emmy",
    "evelyn",
    "frances",
    "grace",
    "hedy",
    "ida",
    "john",
    "katherine",
    "leslie",
    "margaret",
    "maryam",
    "niklaus",
    "radia",
    "sofya",
    "srinivasa",
    "tim",
]
#: Function bodies of two students.
HANGS = "while True:\n    pass"
CRASHES = "import os\nos.abort()"


@dataclass(frozen=True)
class MadeUpStudent:
    """A made-up student; ``work`` edits the fetched folder."""

    name: str
    work: Callable[[Path], None]
    late: bool = False
    submits: bool = True


def made_up_class(solution: Solution) -> list[MadeUpStudent]:
    """Students with right, wrong, unfinished, late, broken and missing work."""
    # Mix the names, so that the kinds of answers are not in alphabetical order.
    order = sorted(range(len(NAMES)), key=lambda i: (i * 7) % len(NAMES))
    students = []
    for n, i in enumerate(order):
        works = _works(Answers(solution.source, solution.name, _chosen(solution, n)), solution)
        # If there are more names than kinds, the remaining students are right.
        work, options = works[n] if n < len(works) else works[0]
        students.append(MadeUpStudent(NAMES[i], work, **options))
    return students


def _chosen(solution: Solution, n: int) -> dict[str, int]:
    """The choices that student number ``n`` gets wrong, about one in seven."""
    chosen = {}
    for at, choice in enumerate(solution.exercise.choices):
        right, options = solution.functions[choice.name](), len(choice.reasons)
        if (3 * n + 2 * at) % 7 == 0:
            chosen[choice.name] = 1 + (right + n % (options - 1)) % options
    return chosen


def _works(
    answer: Answers, solution: Solution
) -> list[tuple[Callable[[Path], None], dict[str, bool]]]:
    """Every kind of work in the class, and options of `MadeUpStudent`."""
    mistakes = typical(solution.exercise.mistakes)
    functions = [function.name for function in solution.exercise.functions]
    first, last, another = functions[0], functions[-1], functions[-2:][0]
    return [
        (answer.right, {}),
        (answer.script, {}),
        (answer.without_checks, {}),
        (answer.right, {"late": True}),
        *((answer.wrong([mistake]), {}) for mistake in mistakes),
        (answer.wrong(compatible(mistakes)), {}),
        (answer.wrong(mistakes[:1]), {"late": True}),
        (answer.only(functions[: len(functions) // 2]), {}),
        (answer.only(()), {}),
        (answer.replaced(last, HANGS), {}),
        (answer.replaced(another, CRASHES), {}),
        (answer.replaced(first, "return ((("), {}),
        (answer.damaged, {}),
        (answer.emptied, {}),
        (answer.right, {"submits": False}),
    ]
