"""The classes with which an author declares how an exercise is judged.

An exercise is one folder, ``solutions/<name>/``: the solution ``<name>.py`` and an ``exercise.py``
that binds one `Exercise` to the name ``exercise``. Nothing else has to be written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from math import inf

import numpy as np

from autograder.exercise.choice import Choice, ChoiceForm, require_choice
from autograder.exercise.error import DEFINED, EXERCISE, TEXT, ExerciseError
from autograder.exercise.function import Derivative, Function, require_function
from autograder.exercise.instance import (
    Instance,
    require_distinct,
    require_functions,
    require_instance,
)
from autograder.exercise.kinds import kind_of
from autograder.exercise.mistake import Mistake, require_mistake, require_named
from autograder.exercise.printed import Printed, require_printed
from autograder.record import record

__all__ = [
    "DECLARED",
    "DEFINED",
    "EXERCISE",
    "TEXT",
    "Choice",
    "ChoiceForm",
    "Derivative",
    "Exercise",
    "ExerciseError",
    "Function",
    "Instance",
    "Mistake",
    "Printed",
]


@record
class Exercise:
    """How an exercise is judged.

    ``draw`` returns the hidden instances, from a generator seeded with the course's secret key.
    ``choices`` are questions with options. ``questions`` gives the points of each question that is
    answered in words and marked by hand. ``files`` names further files of the folder that students
    get, such as pictures. ``data`` names those that their code may read, in the folder in which it
    runs, wherever that is.

    ``given`` names by function the mistakes that are made in the code of it that students get, for
    them to find. Without it they get an empty function.

    Of the mistakes that are generated from the solution (`autograder build --mistakes` lists them),
    ``forbidden`` names those that are never used, and ``reworded`` gives others a sentence by id.
    """

    title: str
    functions: Sequence[Function]
    visible: Sequence[Instance]
    draw: Callable[[np.random.Generator], Sequence[Instance]]
    printed: Sequence[Printed] = ()
    choices: Sequence[Choice] = ()
    questions: Mapping[str, float] = field(default_factory=dict)
    files: Sequence[str] = ()
    data: Sequence[str] = ()
    mistakes: Sequence[Mistake] = ()
    given: Mapping[str, Sequence[str]] = field(default_factory=dict)
    forbidden: Sequence[str] = ()
    reworded: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Validate; raises `ExerciseError`, which names the entry to change."""
        _check_lists(self)
        names = [function.name for function in self.functions]
        for kind, name in self.declared:
            if [other for _, other in self.declared].count(name) > 1:
                raise ExerciseError(f"{kind.lower()} {name!r} is declared twice", kind, str(name))
        for function in self.functions:
            require_function(function, names)
        for choice in self.choices:
            require_choice(choice)
        if not self.declared:
            raise ExerciseError("an exercise needs at least one function", EXERCISE, "functions")
        if not self.visible:
            raise ExerciseError(
                "an exercise needs at least one visible instance", EXERCISE, "visible"
            )
        require_distinct([], self.visible)
        for instance in self.visible:
            require_functions(instance, names)
        for mistake in self.mistakes:
            require_mistake(mistake, names, [other.id for other in self.mistakes])
        for printed in self.printed:
            labels = [each.label for each in self.visible if not each.held_out]
            require_printed(printed, names, labels)
        require_named(self.given, names)

    @property
    def checked(self) -> list[Function | ChoiceForm]:
        """Everything that ``check(name)`` accepts: the functions, then the choices."""
        return [*self.functions, *(choice.form for choice in self.choices)]

    @property
    def declared(self) -> list[tuple[str, str]]:
        """The class and the name of everything that is `checked`."""
        functions = [("Function", function.name) for function in self.functions]
        return functions + [("Choice", choice.name) for choice in self.choices]


#: The classes of which an exercise holds lists.
DECLARED: Mapping[str, type] = {
    kind.__name__: kind for kind in (Function, Instance, Printed, Choice, Mistake)
}
_LISTS = {
    "functions": Function,
    "visible": Instance,
    "printed": Printed,
    "choices": Choice,
    "files": str,
    "data": str,
    "mistakes": Mistake,
    "forbidden": str,
}


def _check_lists(exercise: Exercise) -> None:
    """Whether everything is what it is declared to be."""
    for name, kind in _LISTS.items():
        value = getattr(exercise, name)
        wanted = "names" if kind is str else kind.__name__
        if isinstance(value, (str, kind)) or not isinstance(value, Sequence):
            what = "a string" if isinstance(value, str) else kind_of(value)
            raise ExerciseError(f"{name} must be a list of {wanted}, not {what}", EXERCISE, name)
        for each in value:
            if not isinstance(each, kind):
                what = f"has {kind_of(each)} in it"
                raise ExerciseError(f"{name} must be a list of {wanted}; it {what}", EXERCISE, name)
    if not isinstance(exercise.reworded, Mapping) or not all(
        isinstance(text, str) and text for text in exercise.reworded.values()
    ):
        raise ExerciseError(
            "reworded must be a dict of sentences by the ids of mistakes", EXERCISE, "reworded"
        )
    if not isinstance(exercise.title, str) or not exercise.title.strip():
        raise ExerciseError(
            f"title must be a text, and is {exercise.title!r}", *(EXERCISE, "title")
        )
    if not callable(exercise.draw):
        raise ExerciseError(
            f"draw must be a function of a random generator, not {kind_of(exercise.draw)}",
            *(EXERCISE, "draw"),
        )
    if not isinstance(exercise.questions, Mapping) or not all(
        isinstance(points, (int, float)) and 0 < points < inf
        for points in exercise.questions.values()
    ):
        raise ExerciseError(
            "questions must be a dict of points above 0 by question", EXERCISE, "questions"
        )
    for instance in exercise.visible:
        require_instance(instance)
