"""The classes with which an author declares how an exercise is judged.

An exercise is one folder, ``solutions/<name>/``: the solution ``<name>.py`` and an ``exercise.py``
that binds one `Exercise` to the name ``exercise``. Nothing else has to be written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.exercise.protocol import Role, role_of
from autograder.faults import Refusal


class ExerciseError(Refusal):
    """The declaration of an exercise is invalid; the message says what to change."""


@dataclass(frozen=True)
class Function:
    """A function that the student writes, and the points of each of its checks, by the keys of
    `autograder.judge.checks.CHECKS`.

    ``arguments`` and ``calls`` (the declared functions that it calls) are read from the solution;
    an author leaves them out.
    """

    name: str
    points: Mapping[str, float]
    arguments: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()

    @property
    def max_score(self) -> float:
        """The sum of the points of all its checks."""
        return float(sum(self.points.values()))

    @property
    def role(self) -> Role:
        """Its row of the protocol."""
        return role_of(self.name)


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Instance:
    """One set of inputs on which the functions are judged.

    ``inputs`` holds the arguments of the functions by name: ``params``, ``x``, ``t``, ``lr`` (the
    learning rate), ``epochs`` and the arguments of helpers. ``activations``, ``y`` and ``grads``
    are computed by the solution. A function with a missing argument is not judged on this instance.
    ``dims`` names the sizes ("n_hidden": 5), so that messages can explain a wrong shape.

    ``activations_at`` holds other parameters at which the activations are computed. `backward`
    then has two right answers (with the activations it is given, or with recomputed ones), so it
    is shown on such an instance but not judged.
    """

    label: str
    inputs: Mapping[str, Any]
    dims: Mapping[str, int] = field(default_factory=dict)
    activations_at: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Printed:
    """Numbers as a document prints them, to be reproduced to the last printed digit.

    ``entry`` is the key in the function's result (None for the result itself). If ``counts`` is
    false, the numbers are shown beside the student's but do not affect points; ``note`` says why.
    """

    function: str
    entry: str | None
    values: Any
    instance: str
    decimals: int = 8
    counts: bool = True
    note: str = ""


@dataclass(frozen=True)
class Mistake:
    """A known mistake in one function: ``old`` in the solution's function becomes ``new``.

    ``message`` describes it to the student. ``hints`` are shown one by one on request: the first
    asks a question, and the last gives the answer.
    """

    id: str
    function: str
    old: str
    new: str
    message: str = ""
    hints: Sequence[str] = ()

    def apply(self, source: str) -> str:
        """A solution's source with the mistake in it.

        Raises `ExerciseError` unless ``old`` occurs exactly once in the function.
        """
        start = source.find(f"def {self.function}(")
        end = source.find("# %%", start)
        body = source[start : end if end >= 0 else None] if start >= 0 else ""
        if body.count(self.old) != 1:
            raise ExerciseError(
                f"mistake {self.id!r}: its text must occur exactly once in {self.function} of the "
                f"solution, and occurs {body.count(self.old)} times: {self.old!r}"
            )
        return source[:start] + body.replace(self.old, self.new) + source[start + len(body) :]


@dataclass(frozen=True)
class Exercise:
    """How an exercise is judged.

    ``draw`` returns the hidden instances, from a generator seeded with the course's secret key.
    ``choices`` are questions with options. ``questions`` gives the points of each question that is
    answered in words and marked by hand. ``files`` names further files of the folder that students
    get, such as pictures.
    """

    title: str
    functions: Sequence[Function]
    visible: Sequence[Instance]
    draw: Callable[[np.random.Generator], Sequence[Instance]]
    printed: Sequence[Printed] = ()
    choices: Sequence[Choice] = ()
    questions: Mapping[str, float] = field(default_factory=dict)
    files: Sequence[str] = ()
    mistakes: Sequence[Mistake] = ()

    def __post_init__(self) -> None:
        """Validate; raises `ExerciseError`, which names the entry to change."""
        names = [function.name for function in self.functions]
        checked = [function.name for function in self.checked]
        for name in checked:
            if checked.count(name) > 1:
                raise ExerciseError(f"function {name!r} is declared twice")
        for function in self.functions:
            if not function.points or not all(points > 0 for points in function.points.values()):
                raise ExerciseError(f"function {function.name!r}: every check needs points above 0")
        for choice in self.choices:
            _check_choice(choice)
        if isinstance(self.files, str):
            raise ExerciseError("files must be a list of names, not a string")
        if not self.visible:
            raise ExerciseError("an exercise needs at least one visible instance")
        for mistake in self.mistakes:
            _check_mistake(mistake, names, [other.id for other in self.mistakes])
        labels = {instance.label for instance in self.visible}
        for printed in self.printed:
            if printed.function not in names or printed.instance not in labels:
                raise ExerciseError(
                    f"printed numbers of {printed.function!r} on {printed.instance!r}: "
                    "no such function or visible instance is declared"
                )

    @property
    def checked(self) -> list[Function | ChoiceForm]:
        """Everything that ``check(name)`` accepts: the functions, then the choices."""
        return [*self.functions, *(choice.form for choice in self.choices)]


def _check_mistake(mistake: Mistake, functions: Sequence[str], ids: Sequence[str]) -> None:
    if mistake.function not in functions:
        raise ExerciseError(
            f"mistake {mistake.id!r}: there is no function {mistake.function!r}; "
            f"the functions are {', '.join(functions)}"
        )
    if ids.count(mistake.id) > 1:
        raise ExerciseError(f"mistake {mistake.id!r} is declared twice")
    if isinstance(mistake.hints, str):
        raise ExerciseError(
            f"mistake {mistake.id!r}: hints must be a list of strings, not one string"
        )


def _check_choice(choice: Choice) -> None:
    about = f"choice {choice.name!r}"
    if isinstance(choice.reasons, str) or len(choice.reasons) < 2:
        raise ExerciseError(
            f"{about}: reasons must be a list of strings, one for each option, 2 or more"
        )
    if not all(reason.strip() for reason in choice.reasons):
        raise ExerciseError(f"{about}: every option needs a reason")
    if not choice.points > 0:
        raise ExerciseError(f"{about}: it needs points above 0")
