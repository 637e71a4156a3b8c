"""What is judged: functions, instances and their expected values.

The grader makes a `AnswerKey` from an exercise and its solution, including hidden instances. The
student's copy, ``visible.json``, is the visible part of the same answer_key.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property
from typing import Any

import numpy as np

from autograder.exercise.choice import ChoiceForm
from autograder.exercise.data import Data
from autograder.exercise.fingerprints import KnownMistake, Signatures
from autograder.exercise.function import Function
from autograder.exercise.printed import Printed
from autograder.precision import SINGLE, Precision
from autograder.record import record
from autograder.sandbox.plain import Path, leaves

#: By the name of each part of a result, the names of what it is computed from.
Feeds = Mapping[str, Sequence[str]]


@record(eq=False)
class Case:
    """One instance with everything computed: ``inputs`` by argument, ``expected`` by function.

    Of the inputs, those in ``given`` are the instance's; the others are results of earlier
    functions. Cases are compared by identity, so that they can be the keys of caches.
    ``elsewhere`` holds the arguments, such as parameters, at which results that others take were
    computed, if not at those in ``inputs``. Then ``also_right`` holds by function what is right if
    it computes them anew. ``precision`` is the course's, and ``functions`` are the answer key's by
    name. ``data`` says of inputs that are arrays of a data file where they are.
    """

    label: str
    dims: Mapping[str, int]
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]
    hidden: bool = False
    elsewhere: Mapping[str, Any] = field(default_factory=dict)
    also_right: Mapping[str, Any] = field(default_factory=dict)
    precision: Precision = SINGLE
    given: Sequence[str] = ()
    functions: Mapping[str, Function] = field(default_factory=dict)
    data: Mapping[str, Data] = field(default_factory=dict)

    def has_two_answers(self, function: Function) -> bool:
        """Whether a function has two right answers here: with the results of others that it is
        given, and with recomputed ones."""
        return bool(self.elsewhere and function.of)

    def arguments(self, function: Function) -> tuple[Any, ...] | None:
        """The function's arguments on this case, or None if it is not judged here."""
        if function.name not in self.expected:
            return None
        return tuple(self.inputs[name] for name in function.arguments)

    def arrays(self, function: Function) -> Mapping[Path, np.ndarray]:
        """By their paths, the arrays and numbers of the function's arguments, each as one row."""
        if function.name not in self._arrays:
            self._arrays[function.name] = {
                path: np.ravel(leaf)
                for path, leaf in leaves(self.arguments(function))
                if isinstance(leaf, (int, float, np.ndarray))
            }
        return self._arrays[function.name]

    def numbers(self, function: Function) -> np.ndarray:
        """All numbers of the function's arguments in one row."""
        if function.name not in self._numbers:
            arrays = self.arrays(function).values()
            self._numbers[function.name] = np.concatenate([np.zeros(0), *arrays])
        return self._numbers[function.name]

    @cached_property
    def _arrays(self) -> dict[str, Mapping[Path, np.ndarray]]:
        """What `arrays` gave: every submission asks for it."""
        return {}

    @cached_property
    def _numbers(self) -> dict[str, np.ndarray]:
        """What `numbers` gave."""
        return {}

    @property
    def described(self) -> str:
        """The case as messages name it: by its label if visible, by its sizes if hidden."""
        if not self.hidden:
            return f"the visible instance {self.label!r}"
        sizes = ", ".join(f"{name}={size}" for name, size in self.dims.items())
        return f"a hidden instance with {sizes}" if sizes else "a hidden instance"


@record(eq=False)
class NearCase(Case):
    """A case whose inputs differ a little from those of the visible case ``of``."""

    of: str = ""


@record(eq=False)
class Trial(Case):
    """A case on which nothing is compared: it is measured what functions reach there.

    ``expected`` says which ones. ``held_out`` is for the metrics only, and no student's copy has
    it. ``shapes`` holds by function the shape of each array or number in a right result, with the
    path to it; None for a list of numbers, which may be of any length.
    """

    held_out: Mapping[str, Any] = field(default_factory=dict)
    shapes: dict[str, Sequence[Any]] = field(default_factory=dict)


@record
class ChoiceKey:
    """The right options of the choices, which no student's copy has.

    ``reasons`` holds every option's reason by choice, as soon as they may be shown. Until then
    ``later`` is a sentence that says when that will be.
    """

    right: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, Sequence[str]] = field(default_factory=dict)
    later: str = ""


@record
class Convention:
    """Mistakes in several functions with which ``function``, which calls these, is right. Those in
    ``alike`` are its own: each gives what the first of the others gives alone."""

    function: str
    mistakes: Sequence[str]
    alike: Sequence[str] = ()


@record
class AnswerKey:
    """Everything that judging an exercise needs, as data.

    ``known`` holds the declared mistakes by id. ``signatures`` holds by function what they and
    their combinations give on the visible cases. ``count_hints`` asks the student's copy to record
    how many hints it has shown. ``exercise_sha256`` is the hash of the files it was made from.
    ``feeds`` names in short what each part of a result is computed from, by the label of a visible
    case and the function (see `feeding`). ``near`` holds cases whose inputs differ slightly from
    those of visible ones (see `draw_near`); no student's copy has it. ``trials`` are the cases on
    which it is measured what functions reach, and ``data`` names the files that functions may read.
    ``conventions`` are mistakes that undo each other.
    ``precision`` is the course's, and that of every case. ``seed`` is for what is random in
    judging: no submission can know it. ``salt`` is that of digests which are compared within a
    class, the same for all its students; without one there are no digests.
    """

    name: str
    title: str
    functions: Sequence[Function]
    cases: Sequence[Case]
    printed: Sequence[Printed]
    known: Mapping[str, KnownMistake] = field(default_factory=dict)
    signatures: Mapping[str, Signatures] = field(default_factory=dict)
    count_hints: bool = False
    exercise_sha256: str = ""
    feeds: Mapping[str, Mapping[str, Feeds]] = field(default_factory=dict)
    answers: ChoiceKey = field(default_factory=ChoiceKey)
    near: Sequence[NearCase] = ()
    choices: Sequence[ChoiceForm] = ()
    trials: Sequence[Trial] = ()
    data: Sequence[str] = ()
    precision: Precision = SINGLE
    salt: bytes = b""
    seed: int = 0
    conventions: Sequence[Convention] = ()

    @property
    def checked(self) -> Sequence[Function | ChoiceForm]:
        """Everything that ``check(name)`` accepts: the functions, then the choices."""
        return [*self.functions, *self.choices]

    @property
    def max_score(self) -> float:
        """The sum of the points of all functions and choices."""
        return float(sum(each.max_score for each in self.checked))

    def function(self, name: str) -> Function | None:
        """The function of that name, or None."""
        return next((f for f in self.functions if f.name == name), None)

    def feeding(self, case: Case, function: str) -> Feeds:
        """What the parts of a function's result are computed from on a visible case. One that has
        the same graph as an earlier one does not repeat it."""
        found: Feeds = {}
        for label, graphs in self.feeds.items():
            if function in graphs and (not found or label == case.label):
                found = graphs[function]
        return found

    def visible(self) -> AnswerKey:
        """The part that students get: no hidden or near cases, nothing that is held out, no
        answers, no seed, no salt."""
        cases = [case for case in self.cases if not case.hidden]
        trials = [
            dataclasses.replace(trial, held_out={}) for trial in self.trials if not trial.hidden
        ]
        return dataclasses.replace(
            self,
            functions=[_without_metric(function) for function in self.functions],
            cases=cases,
            trials=trials,
            answers=ChoiceKey(),
            near=(),
            seed=0,
            salt=b"",
        )

    @property
    def own_seconds(self) -> float:
        """The seconds that functions may take by themselves, all together: on each trial, and on
        one more."""
        return sum(
            function.reaches.seconds * (1 + sum(function.name in t.expected for t in self.trials))
            for function in self.functions
            if function.reaches
        )

    @property
    def has_hidden(self) -> bool:
        """Whether it has hidden instances; a student's copy has none."""
        return any(case.hidden for case in self.cases)


def _without_metric(function: Function) -> Function:
    reaches = function.reaches
    if reaches is None:
        return function
    told = dataclasses.replace(reaches, metric=None, called=reaches.name)
    return dataclasses.replace(function, reaches=told)
