"""Mistakes that are generated from the solution, beside those that its author declares.

Operators over the syntax tree of each judged function propose changes (`operators`). Each is a
`Mistake` with a sentence in the student's names (`naming`, `phrase`). Those that give numbers of
their own are kept (`selection`).
"""

from __future__ import annotations

from dataclasses import replace

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.declaration import Exercise
from autograder.exercise.generated.candidates import candidates
from autograder.exercise.generated.selection import select
from autograder.exercise.mistake import Mistake
from autograder.exercise.mutants import Mutants

__all__ = ["candidates", "generate"]


def generate(
    exercise: Exercise, source: str, mutants: Mutants, answer_key: AnswerKey
) -> list[Mistake]:
    """The mistakes that are generated from a solution's source.

    ``mutants`` make the declared mistakes in it. Each mistake gives another result than the
    solution on the visible cases of the ``answer_key``, and another one than all others, and than
    one or two declared ones.

    Raises `ExerciseError` where the author forbids or rewords one that does not exist.
    """
    made = candidates(exercise, source, mutants, answer_key)
    every = replace(exercise, mistakes=[*exercise.mistakes, *made])
    return select(made, mutants.of(every), answer_key)
