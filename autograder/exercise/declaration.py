"""The author's vocabulary: what an exercise declares about how it is judged.

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
    """An exercise is declared in a way that cannot be judged; the message says what to change."""


@dataclass(frozen=True)
class Function:
    """A function the student writes, and the points of each of its checks (keys of `autograder.judge.checks.CHECKS`).

    ``arguments`` and ``calls``, the declared functions that it calls, are read from the solution;
    an author does not give them.
    """

    name: str
    points: Mapping[str, float]
    arguments: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()

    @property
    def max_score(self) -> float:
        """The points of all its checks together."""
        return float(sum(self.points.values()))

    @property
    def role(self) -> Role:
        """What the protocol says of it."""
        return role_of(self.name)


@dataclass(frozen=True)
class ChoiceForm:
    """A choice as students have it: a function without arguments, which returns a number from 1 to
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

    ``reasons`` says of each option, in order, why it is right or not. Students read those of the
    option they chose and of the right one, when nobody may hand in any more.
    """

    name: str
    points: float
    reasons: Sequence[str]

    @property
    def form(self) -> ChoiceForm:
        """The choice as students have it, without the reasons."""
        return ChoiceForm(self.name, float(self.points), len(self.reasons))


@dataclass(frozen=True)
class Instance:
    """One set of inputs on which the functions are judged.

    ``inputs`` holds what the functions are given, by argument name: ``params``, ``x``, ``t``,
    ``lr``, ``epochs`` and whatever the helpers take. ``activations``, ``y`` and ``grads`` are
    computed by the solution. A function one of whose arguments is not there is not judged on this
    instance. ``dims`` names the sizes ("n_hidden": 5), so that a wrong shape can be explained.

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

    ``entry`` is the key in the function's result (None for the result itself). Where ``counts`` is
    false, the numbers are shown beside the student's and no points hang on them; ``note`` says why.
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

    ``message`` names it for the student; of the ``hints``, shown one by one on request, the first
    asks a question and the last tells.
    """

    id: str
    function: str
    old: str
    new: str
    message: str = ""
    hints: Sequence[str] = ()

    def apply(self, source: str) -> str:
        """Make the mistake in a solution's source.

        Raises `ExerciseError` unless ``old`` stands exactly once in the function.
        """
        start = source.find(f"def {self.function}(")
        end = source.find("# %%", start)
        body = source[start : end if end >= 0 else None] if start >= 0 else ""
        if body.count(self.old) != 1:
            raise ExerciseError(
                f"mistake {self.id!r}: its text must stand in {self.function} of the solution "
                f"exactly once, and stands there {body.count(self.old)} times: {self.old!r}"
            )
        return source[:start] + body.replace(self.old, self.new) + source[start + len(body) :]


@dataclass(frozen=True)
class Exercise:
    """How an exercise is judged.

    ``draw`` makes the hidden instances from a generator that the course's secret key seeds.
    ``choices`` are questions with options; ``questions`` gives the points of each question that is
    answered in words and marked by hand.
    ``files`` are further files of the folder that students get (pictures).
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
        """Refuse what could never be judged, naming the entry to change."""
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
            raise ExerciseError("files must be a list of names, not one text")
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
        """All that a student checks with ``check(name)``: the functions, then the choices."""
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
        raise ExerciseError(f"mistake {mistake.id!r}: hints must be a list of texts, not one text")


def _check_choice(choice: Choice) -> None:
    about = f"choice {choice.name!r}"
    if isinstance(choice.reasons, str) or len(choice.reasons) < 2:
        raise ExerciseError(
            f"{about}: reasons must be a list of texts, one for each option, 2 or more"
        )
    if not all(reason.strip() for reason in choice.reasons):
        raise ExerciseError(f"{about}: every option needs a reason")
    if not choice.points > 0:
        raise ExerciseError(f"{about}: it needs points above 0")
