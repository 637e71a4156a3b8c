"""Questions with options."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from autograder.exercise.error import ExerciseError
from autograder.exercise.kinds import require_kinds
from autograder.record import record


@record
class ChoiceForm:
    """A choice as students get it: a function without arguments that returns a number from 1 to
    ``options``."""

    name: str
    points: float
    options: int

    @property
    def max_score(self) -> float:
        """The points of the right option."""
        return self.points


@record
class Choice:
    """A question with numbered options. Its answer is a function that returns one of the numbers;
    the right one is what the solution returns.

    ``reasons`` says for each option, in order, why it is right or wrong. When nobody may hand in
    any more, students are shown the reasons of the option they chose and of the right one.
    """

    name: str
    points: float
    reasons: Sequence[str]

    @property
    def form(self) -> ChoiceForm:
        """The choice as students get it, without the reasons."""
        return ChoiceForm(self.name, float(self.points), len(self.reasons))


def require_choice(choice: Choice) -> None:
    """Raise `ExerciseError` unless there are two or more options with reasons, and points."""
    about = ("Choice", str(choice.name))
    what = f"choice {choice.name!r}"
    if not isinstance(choice.reasons, (list, tuple)) or len(choice.reasons) < 2:
        raise ExerciseError(
            f"{what}: reasons must be a list of strings, one for each option, 2 or more", *about
        )
    require_kinds(choice, what, about)
    if not all(reason.strip() for reason in choice.reasons):
        raise ExerciseError(f"{what}: every option needs a reason", *about)
    if not 0 < choice.points < inf:
        raise ExerciseError(f"{what}: it needs points above 0", *about)
