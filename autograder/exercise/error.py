"""What is raised where an exercise is not declared as it has to be."""

from __future__ import annotations

from autograder.faults import Refusal

#: What an `ExerciseError` can be about, besides the classes of which an exercise holds lists: an
#: argument of the exercise, a function of the solution, and a text in the solution.
EXERCISE, DEFINED, TEXT = "Exercise", "def", "text"


class ExerciseError(Refusal):
    """The declaration of an exercise is invalid; the message says what to change.

    ``about`` says what it is about, so that the line can be found: one of the classes of which an
    exercise holds lists, and constants among its arguments, from the most telling one on; or
    `EXERCISE`, `DEFINED` or `TEXT` and a name. A message that names the line already ``is_placed``.
    """

    def __init__(self, message: str, *about: str, is_placed: bool = False) -> None:
        super().__init__(message)
        self.about = about
        self.is_placed = is_placed
