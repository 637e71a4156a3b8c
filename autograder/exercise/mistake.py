"""Known mistakes, and the code that is given with some of them in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.exercise.definitions import extent
from autograder.exercise.error import EXERCISE, ExerciseError
from autograder.exercise.kinds import require_kinds
from autograder.record import record

#: So many mistakes may be made in one given function: all that may be left of them are told apart.
MOST_GIVEN = 6


@record
class Mistake:
    """A known mistake in one function: ``old`` in the solution's function becomes ``new``.

    ``message`` describes it to the student. ``hints`` are shown one by one on request: the first
    asks a question, and the last gives the answer. One that is ``generated`` was made from the
    solution, and nobody declared it.
    """

    id: str
    function: str
    old: str
    new: str
    message: str = ""
    hints: Sequence[str] = ()
    generated: bool = False

    def apply(self, source: str) -> str:
        """A solution's source with the mistake in it.

        Raises `ExerciseError` unless ``old`` occurs exactly once in the function, or the method.
        """
        start, end = self.extent_in(source)
        body = source[start:end]
        if body.count(self.old) != 1:
            raise ExerciseError(
                f"mistake {self.id!r}: its text must occur exactly once in {self.function} of the "
                f"solution, and occurs {body.count(self.old)} times: {self.old!r}",
                *("Mistake", self.id),
            )
        return source[:start] + body.replace(self.old, self.new) + source[end:]

    def extent_in(self, source: str) -> tuple[int, int]:
        """Where the function begins and ends; two zeros where there is none."""
        head = f"def {self.function}("
        if source.count(head) != 1:  # a class, a method, or a function beside a method of its name
            return extent(source, self.function)
        start = source.index(head)
        end = source.find("# %%", start)
        return start, end if end >= 0 else len(source)


def require_mistake(mistake: Mistake, functions: Sequence[str], ids: Sequence[str]) -> None:
    """Raise `ExerciseError` unless a mistake is in one of these functions, and its id is one of
    these ``ids`` once."""
    about = ("Mistake", str(mistake.id))
    require_kinds(mistake, f"mistake {mistake.id!r}", about)
    if not mistake.id or not mistake.old:
        raise ExerciseError(
            f"mistake {mistake.id!r}: its id, and the text that is replaced, must not be empty",
            *about,
        )
    if mistake.function not in functions:
        raise ExerciseError(
            f"mistake {mistake.id!r}: there is no function {mistake.function!r}; "
            f"the functions are {', '.join(functions)}",
            *about,
        )
    if ids.count(mistake.id) > 1:
        raise ExerciseError(f"mistake {mistake.id!r} is declared twice", *about)
    if mistake.old == mistake.new:
        raise ExerciseError(f"mistake {mistake.id!r}: its replacement is the same text", *about)


def require_named(given: Mapping[str, Sequence[str]], names: Sequence[str]) -> None:
    """Raise `ExerciseError` unless mistakes in given code are named, for functions with these
    ``names``; `require_given` looks at the mistakes."""
    about = (EXERCISE, "given")
    if not isinstance(given, Mapping):
        raise ExerciseError("given must be a dict of lists of mistakes by function", *about)
    for name, ids in given.items():
        if name not in names:
            raise ExerciseError(
                f"given: there is no function {name!r}; the functions are {', '.join(names)}",
                *about,
            )
        is_list = isinstance(ids, (list, tuple)) and all(isinstance(each, str) for each in ids)
        if not is_list or not 0 < len(ids) <= MOST_GIVEN:
            raise ExerciseError(
                f"given: {name!r} needs a list of the mistakes that are made in it, {MOST_GIVEN} at "
                "most",
                *about,
            )


def require_given(given: Mapping[str, Sequence[str]], mistakes: Sequence[Mistake]) -> None:
    """Raise `ExerciseError` unless the mistakes in given code are declared, each in its own
    function, and can be named to who asks. Those of ``mistakes.py`` have to be there already."""
    about = (EXERCISE, "given")
    known = {mistake.id: mistake for mistake in mistakes}
    for name, ids in given.items():
        for each in ids:
            if each not in known or known[each].function != name or list(ids).count(each) > 1:
                own = [mistake.id for mistake in mistakes if mistake.function == name]
                raise ExerciseError(
                    f"given: {each!r} is no mistake in {name}, or is there twice; its mistakes are "
                    f"{', '.join(own) or 'not declared yet'}",
                    *about,
                )
            if not known[each].message:
                raise ExerciseError(
                    f"mistake {each!r}: it is made in given code, so it needs a message for who "
                    "asks what it is",
                    *("Mistake", each),
                )
