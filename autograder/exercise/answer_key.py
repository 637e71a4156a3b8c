"""What is judged: functions, instances and their expected values.

The grader makes a `Sheet` from an exercise and its solution, hidden instances included. The
student's copy, ``visible.json``, is the visible part of the same sheet as numbers.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.exercise.declaration import ChoiceForm, Function, Printed
from autograder.exercise.fingerprints import Known, Signatures


@dataclass(frozen=True, eq=False)
class Case:
    """One instance with everything computed: arguments by name, results by function.

    A case equals itself only, so that what follows from one can be kept beside it.

    ``ambiguous`` marks a case whose activations belong to other parameters: `backward` has two
    right answers there. ``own_activations_at`` then holds those parameters.
    """

    label: str
    dims: Mapping[str, int]
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]
    hidden: bool = False
    activations_at: Mapping[str, Any] | None = None

    @property
    def ambiguous(self) -> bool:
        """Whether `backward` has two right answers here."""
        return self.activations_at is not None

    def arguments(self, function: Function) -> tuple[Any, ...] | None:
        """The function's arguments on this case, or None when it is not judged here."""
        if function.name not in self.expected:
            return None
        return tuple(self.inputs[name] for name in function.arguments)

    @property
    def described(self) -> str:
        """The case as a student reads of it: a visible label, or the sizes of a hidden one."""
        if not self.hidden:
            return f"the visible instance {self.label!r}"
        sizes = ", ".join(f"{name}={size}" for name, size in self.dims.items())
        return f"a hidden instance with {sizes}" if sizes else "a hidden instance"


@dataclass(frozen=True, eq=False)
class NearCase(Case):
    """A case whose inputs differ a little from those of the visible case ``of``."""

    of: str = ""


@dataclass(frozen=True)
class Answers:
    """The right options of the choices, which no student's copy has.

    ``reasons`` holds every option's reason by choice, and only once they may be told; ``later``
    says when that will be.
    """

    right: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, Sequence[str]] = field(default_factory=dict)
    later: str = ""


@dataclass(frozen=True)
class Sheet:
    """Everything that judging an exercise needs, and all of it data.

    ``near`` holds inputs that differ a
    little from those of visible cases (see `draw_near`), which no student's copy has.
    ``exercise_sha256`` is that of the files it was made from. ``count_hints`` asks the student's copy to keep how many it has shown. ``known`` are the declared mistakes by their ids, and ``signatures`` by function what they, and
    combinations of them, make of the visible cases. ``feeds`` tells which activation is computed from what.
    """

    name: str
    title: str
    functions: Sequence[Function]
    cases: Sequence[Case]
    printed: Sequence[Printed]
    known: Mapping[str, Known] = field(default_factory=dict)
    signatures: Mapping[str, Signatures] = field(default_factory=dict)
    count_hints: bool = False
    exercise_sha256: str = ""
    feeds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers)
    near: Sequence[NearCase] = ()
    choices: Sequence[ChoiceForm] = ()

    @property
    def checked(self) -> Sequence[Function | ChoiceForm]:
        """All that is checked, by ``check(name)``: the functions, then the choices."""
        return [*self.functions, *self.choices]

    @property
    def max_score(self) -> float:
        """The points of all functions and choices together."""
        return float(sum(each.max_score for each in self.checked))

    def function(self, name: str) -> Function | None:
        """The function of that name, if the exercise has one."""
        return next((f for f in self.functions if f.name == name), None)

    def visible(self) -> Sheet:
        """The part that students get."""
        cases = [case for case in self.cases if not case.hidden]
        return dataclasses.replace(self, cases=cases, answers=Answers(), near=())

    @property
    def has_hidden(self) -> bool:
        """Whether hidden instances are part of it; a student's copy has none."""
        return any(case.hidden for case in self.cases)
