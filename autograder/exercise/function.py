"""The functions that a student writes, as an author declares them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from math import inf
from typing import Any

from autograder.exercise.error import ExerciseError
from autograder.exercise.kinds import kind_of, kind_problem, require_kinds
from autograder.exercise.protocol import PROTOCOL
from autograder.exercise.reaches import Reaches
from autograder.record import record
from autograder.sandbox.calls import Probe
from autograder.sandbox.plain import Path, path_text


@record
class Derivative:
    """What a function differentiates: the composition of the functions ``of``, each of which takes
    results of the ones before it.

    ``by`` names the arguments with respect to which. They may also be what a later function takes
    from an earlier one, such as the output. It says where in the result their derivatives are:
    under which key or position, or with None so that those by each entry of an argument have its
    place in the result. A list of names stands for a dict with these keys, or for a tuple in this
    order; a single name, in a list or not, for the whole result.

    ``times`` is the argument that holds the derivative of the loss with respect to what the last
    function returns (``dout``), if that is not the loss itself. Where it returns several values,
    these are the arguments for them, in their order.
    """

    of: str | Sequence[str]
    by: str | Sequence[str] | Mapping[str, str | int | None]
    times: str | Sequence[str] = ""


@record
class Function:
    """A function that the student writes, and the points of each of its checks, by the keys of
    `autograder.judge.checks.CHECKS`.

    ``role`` is the protocol's name for it, if it has another one. ``returns`` is the name of its
    result for students and for the argument in which later functions get it, or the names of the
    values of a tuple. One that is also an argument is a new version of it. ``own`` names values
    that each answer makes in its own way, such as a cache: later functions get the student's own,
    and they are compared with nothing. ``derivative`` is what it differentiates. ``reaches`` is
    what it has to reach on rows that are held out.

    A method is named ``Value.__mul__``. It is judged through a ``probe``, a function of exercise.py
    that is given the student's class, and after it data, and returns data. So is a class, or a
    function that takes or gives other things than data. In the answer key it is a `Probe`.

    The rest is read from the solution; an author leaves it out: the ``arguments``, those that it
    leaves ``unused``, the declared functions that it ``calls``, all that a probe ``uses``, by
    argument the function and the entry of its result from which an instance ``gets`` it, and
    whether students are given it with mistakes made in it.
    """

    name: str
    points: Mapping[str, float]
    role: str = ""
    returns: str | Sequence[str] = ()
    own: Sequence[str] = ()
    derivative: Derivative | None = None
    reaches: Reaches | None = None
    probe: Callable[..., Any] | Probe | None = None
    arguments: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    gets: Mapping[str, tuple[str, str | int | None]] = field(default_factory=dict)
    is_given: bool = False

    @property
    def max_score(self) -> float:
        """The sum of the points of all its checks."""
        return float(sum(self.points.values()))

    @property
    def differentiates(self) -> bool:
        """Whether it is declared to give derivatives, or has a role that does."""
        row = PROTOCOL.get(self.role or self.name)
        return self.derivative is not None or bool(row and row.of)

    @property
    def of(self) -> Sequence[str]:
        """The functions whose composition it differentiates; none if it is no derivative."""
        of = self.derivative.of if self.derivative else ()
        return (of,) if isinstance(of, str) else of

    @property
    def by(self) -> Mapping[str, str | int | None]:
        """Where in its result the derivatives by each argument are, as in `Derivative`."""
        by = self.derivative.by if self.derivative else {}
        by = (by,) if isinstance(by, str) else by
        return by if isinstance(by, Mapping) else dict.fromkeys(by)

    @property
    def times(self) -> Sequence[str]:
        """The arguments with the derivatives with respect to what it differentiates; none if that
        is one number, or it is no derivative."""
        times = self.derivative.times if self.derivative else ()
        return tuple(filter(None, (times,))) if isinstance(times, str) else times

    @property
    def parts(self) -> Sequence[str]:
        """The names of the values of the tuple that it returns; none if it returns something else,
        or they have no names."""
        return () if isinstance(self.returns, str) else self.returns

    @property
    def compared(self) -> Sequence[int | None]:
        """Where in its result the values are that are not its own: None for all of it."""
        return [at for at, name in enumerate(self.parts) if name not in self.own] or [None]

    @property
    def owner(self) -> str:
        """The class of a method; "" of what is none."""
        return self.name.rpartition(".")[0]

    @property
    def takes_data(self) -> bool:
        """Whether it can be called without a probe, so that a right one can stand for it."""
        return self.probe is None

    @property
    def named_whole(self) -> str:
        """The student's name for the value that it returns, or its own where that has none."""
        return self.named() if isinstance(self.returns, str) and self.returns else self.name

    def named(self, path: Path = ()) -> str:
        """The student's name for its result, or for what is in it."""
        root, inside = self._part(path)
        if not root and isinstance(self.probe, Probe):
            return f"{self.probe.name}(...){path_text(path)}"
        if not root:
            return (
                f"{self.name}(...){path_text(path)}"
                if path and self.parts
                else (self.name + path_text(path))
            )
        return f"{'new ' * (root in self.arguments)}{root}{path_text(inside)}"

    def old(self, path: Path) -> Path | None:
        """Where in the arguments the old version of something in its result is; None if there is
        none."""
        root, inside = self._part(path)
        return (root, *inside) if root in self.arguments else None

    def _part(self, path: Path) -> tuple[str, Path]:
        """The name in ``returns`` to which a path belongs, "" for none, and the rest of the
        path."""
        if isinstance(self.returns, str):
            return self.returns, path
        known = path and isinstance(path[0], int) and path[0] < len(self.returns)
        return (self.returns[path[0]], path[1:]) if known else ("", path)


def require_function(function: Function, names: Sequence[str]) -> None:
    """Raise `ExerciseError` unless all that is said of a function can be meant, in an exercise of
    the functions with these ``names``."""
    name, about = function.name, ("Function", str(function.name))
    what = f"function {name!r}"
    if not isinstance(name, str) or not all(part.isidentifier() for part in name.split(".")):
        raise ExerciseError(
            f"{what}: its name must be that of a function or a method of the solution", *about
        )
    require_kinds(function, what, about)
    _require_derivative(function, names)
    _require_results(function)
    if function.role and function.role not in PROTOCOL:
        raise ExerciseError(
            f"{what}: there is no role {function.role!r}; the roles are {', '.join(PROTOCOL)}",
            *about,
        )
    if function.reaches is not None:
        is_one = isinstance(function.reaches, Reaches)
        problem = function.reaches.problem() if is_one else "reaches must be a Reaches"
        if problem:
            raise ExerciseError(f"{what}: {problem}", *about)
    if function.owner and function.probe is None:
        raise ExerciseError(
            f"{what}: a method needs a probe, a function that is given the class and data, and "
            "returns data: probe=...",
            *about,
        )
    points = function.points
    given = list(points.values()) if isinstance(points, Mapping) else []
    if not given or not all(isinstance(each, (int, float)) and 0 < each < inf for each in given):
        raise ExerciseError(f"{what}: every check needs points above 0", *about)


def _require_derivative(function: Function, names: Sequence[str]) -> None:
    derivative, about = function.derivative, ("Function", function.name)
    what = f"function {function.name!r}"
    if derivative is None:
        return
    if not isinstance(derivative, Derivative):
        raise ExerciseError(
            f"{what}: derivative must be a Derivative, not {kind_of(derivative)}", *about
        )
    problem = kind_problem(derivative)
    if not problem and not function.of:
        problem = "of names no function"
    if not problem and not function.by:
        problem = "by names no argument"
    if problem:
        raise ExerciseError(f"{what}: derivative: {problem}", *about)
    for name in function.of:
        if name not in names or name == function.name:
            raise ExerciseError(
                f"{what}: it differentiates {name!r}, which is no other function of the exercise",
                *about,
            )


def _require_results(function: Function) -> None:
    about, what = ("Function", function.name), f"function {function.name!r}"
    for name in function.own:
        if isinstance(function.returns, str) or name not in function.returns:
            raise ExerciseError(
                f"{what}: its own {name!r} must be one of the values that it returns, named in "
                f"returns=(...)",
                *about,
            )
    compared = isinstance(function.points, Mapping) and set(function.points) - {"reaches"}
    if compared and function.parts and set(function.parts) <= set(function.own):
        raise ExerciseError(
            f"{what}: all that it returns is its own, so that nothing can be compared; leave what is "
            "compared out of own",
            *about,
        )
