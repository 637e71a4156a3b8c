"""The classes with which an author declares how an exercise is judged.

An exercise is one folder, ``solutions/<name>/``: the solution ``<name>.py`` and an ``exercise.py``
that binds one `Exercise` to the name ``exercise``. Nothing else has to be written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np

from autograder.exercise.definitions import extent
from autograder.exercise.protocol import PROTOCOL
from autograder.exercise.reaches import Reaches
from autograder.faults import Refusal
from autograder.sandbox.calls import Probe
from autograder.sandbox.plain import Path, odd_key, path_text

#: What an `ExerciseError` can be about, besides the classes below: an argument of the exercise, a
#: function of the solution, and a text in the solution.
EXERCISE, DEFINED, TEXT = "Exercise", "def", "text"
#: So many mistakes may be made in one given function: all that may be left of them are told apart.
MOST_GIVEN = 6


class ExerciseError(Refusal):
    """The declaration of an exercise is invalid; the message says what to change.

    ``about`` says what it is about, so that the line can be found: one of `DECLARED` and constants
    among its arguments, from the most telling one on; or `EXERCISE`, `DEFINED` or `TEXT` and a
    name. A message that names the line already ``is_placed``.
    """

    def __init__(self, message: str, *about: str, is_placed: bool = False) -> None:
        super().__init__(message)
        self.about = about
        self.is_placed = is_placed


@dataclass(frozen=True)
class Derivative:
    """What a function differentiates: the composition of the functions ``of``, each of which takes
    results of the ones before it.

    ``by`` names the arguments with respect to which. They may also be what a later function takes
    from an earlier one, such as the output. It says where in the result their derivatives are:
    under which key or position, or with None so that those by each entry of an argument have its
    place in the result. A list of names stands for a dict with these keys, or for a tuple in this
    order; a single name, for the whole result.

    ``times`` is the argument that holds the derivative of the loss with respect to what the last
    function returns (``dout``), if that is not the loss itself. Where it returns several values,
    these are the arguments for them, in their order.
    """

    of: str | Sequence[str]
    by: Sequence[str] | Mapping[str, str | int | None]
    times: str | Sequence[str] = ""


@dataclass(frozen=True)
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

    The rest is read from the solution; an author leaves it out: the ``arguments``, the declared
    functions that it ``calls``, all that a probe ``uses``, by argument the function and the entry
    of its result from which an instance ``gets`` it, and whether students are given it with
    mistakes made in it.
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
        return by if isinstance(by, Mapping) else dict.fromkeys([by] if isinstance(by, str) else by)

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
    are computed by the solution. An argument that is left out has its default; a function without
    one is not judged on this instance.
    ``dims`` names the sizes ("n_hidden": 5), so that messages can explain a wrong shape.

    ``activations_at`` holds other parameters at which the activations are computed. `backward`
    then has two right answers (with the activations it is given, or with recomputed ones), so on
    such an instance only its `Printed` numbers are judged. ``only`` names the functions that it is
    for; without it, it is for all that it has arguments for.

    On an instance with ``held_out`` nothing is compared: there it is measured what functions
    reach. It holds arrays by name that only the metric is given; no submission and no student gets
    them.
    """

    label: str
    inputs: Mapping[str, Any]
    dims: Mapping[str, int] = field(default_factory=dict)
    activations_at: Mapping[str, Any] | None = None
    only: Sequence[str] = ()
    held_out: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Printed:
    """Numbers as a document prints them, to be reproduced to the last printed digit.

    ``entry`` is the key in the function's result (None for the result itself). If ``counts`` is
    false, the student's numbers need not be the printed ones, only right; ``note`` says why.
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

        Raises `ExerciseError` unless ``old`` occurs exactly once in the function, or the method.
        """
        start, end = self._extent(source)
        body = source[start:end]
        if body.count(self.old) != 1:
            raise ExerciseError(
                f"mistake {self.id!r}: its text must occur exactly once in {self.function} of the "
                f"solution, and occurs {body.count(self.old)} times: {self.old!r}",
                *("Mistake", self.id),
            )
        return source[:start] + body.replace(self.old, self.new) + source[end:]

    def _extent(self, source: str) -> tuple[int, int]:
        """Where the function begins and ends; two zeros where there is none."""
        head = f"def {self.function}("
        if source.count(head) != 1:  # a class, a method, or a function beside a method of its name
            return extent(source, self.function)
        start = source.index(head)
        end = source.find("# %%", start)
        return start, end if end >= 0 else len(source)


@dataclass(frozen=True)
class Exercise:
    """How an exercise is judged.

    ``draw`` returns the hidden instances, from a generator seeded with the course's secret key.
    ``choices`` are questions with options. ``questions`` gives the points of each question that is
    answered in words and marked by hand. ``files`` names further files of the folder that students
    get, such as pictures. ``data`` names those that their code may read, in the folder in which it
    runs, wherever that is.

    ``given`` names by function the mistakes that are made in the code of it that students get, for
    them to find. Without it they get an empty function.
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

    def __post_init__(self) -> None:
        """Validate; raises `ExerciseError`, which names the entry to change."""
        _check_lists(self)
        for function in self.functions:
            _check_kinds(function)
        names = [function.name for function in self.functions]
        for kind, name in self.declared:
            if [other for _, other in self.declared].count(name) > 1:
                raise ExerciseError(f"{kind.lower()} {name!r} is declared twice", kind, name)
        for function in self.functions:
            _check_function(function, names)
        for choice in self.choices:
            _check_choice(choice)
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
            _check_mistake(mistake, names, [other.id for other in self.mistakes])
        for printed in self.printed:
            _check_printed(printed, names, [i.label for i in self.visible if not i.held_out])
        _check_given(self, names)

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
}


def require_distinct(known: Sequence[Instance], instances: Sequence[Instance]) -> None:
    """Raise `ExerciseError` unless every instance has a label that no other has, ``known`` ones
    included: messages tell instances apart by it, and so do the signatures of mistakes."""
    labels = [instance.label for instance in known]
    for instance in instances:
        if instance.label in labels:
            raise ExerciseError(
                f"instance {instance.label!r}: another instance has this label too; every visible "
                "and every hidden one needs a label of its own",
                *("Instance", instance.label),
            )
        labels.append(instance.label)


def require_functions(instance: Instance, names: Sequence[str]) -> None:
    """Raise `ExerciseError` unless an instance is only for functions that are declared."""
    is_list = isinstance(instance.only, (list, tuple))
    for name in instance.only if is_list else (instance.only,):
        if not is_list or name not in names:
            raise ExerciseError(
                f"instance {instance.label!r}: only must be a list of functions of the exercise, and "
                f"{instance.only!r} is not",
                *("Instance", instance.label),
            )


def _check_lists(exercise: Exercise) -> None:
    """Whether everything is what it is declared to be."""
    for name, kind in _LISTS.items():
        value = getattr(exercise, name)
        wanted = "names" if kind is str else kind.__name__
        if isinstance(value, (str, kind)) or not isinstance(value, Sequence):
            what = "a string" if isinstance(value, str) else _a(value)
            raise ExerciseError(f"{name} must be a list of {wanted}, not {what}", EXERCISE, name)
        for each in value:
            if not isinstance(each, kind):
                what = f"has {_a(each)} in it"
                raise ExerciseError(f"{name} must be a list of {wanted}; it {what}", EXERCISE, name)
    if not isinstance(exercise.title, str) or not exercise.title.strip():
        raise ExerciseError(
            f"title must be a text, and is {exercise.title!r}", *(EXERCISE, "title")
        )
    if not callable(exercise.draw):
        raise ExerciseError(
            f"draw must be a function of a random generator, not {_a(exercise.draw)}",
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
        check_instance(instance)


def a_kind(name: str) -> str:
    """The name of a type with its article."""
    return f"{'an' if name[:1] in 'AEIOUaeiou' else 'a'} {name}"


def _a(value: Any) -> str:
    return a_kind(type(value).__name__)


def check_instance(instance: Any) -> None:
    """Raise `ExerciseError` unless it is an instance with a label and inputs by name."""
    if not isinstance(instance, Instance):
        raise ExerciseError(f"draw must give instances; it gives {_a(instance)}", EXERCISE, "draw")
    if not isinstance(instance.label, str) or not instance.label.strip():
        raise ExerciseError(
            f"instance {instance.label!r}: its label must be a text", *(EXERCISE, "visible")
        )
    for name in ("inputs", "dims", "held_out"):
        value = getattr(instance, name)
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise ExerciseError(
                f"instance {instance.label!r}: {name} must be a dict with names as keys",
                *("Instance", instance.label),
            )
        for argument, given in value.items():
            key = odd_key(given)
            if key is not None:
                raise ExerciseError(
                    f"instance {instance.label!r}: {argument} has the key {key}; the keys of dicts "
                    "must be texts",
                    *("Instance", instance.label),
                )
    for name, size in instance.dims.items():
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
            raise ExerciseError(
                f"instance {instance.label!r}: the size {name!r} in dims must be a whole number, not "
                f"{size!r}",
                *("Instance", instance.label),
            )


def _check_kinds(function: Function) -> None:
    """Whether everything that is said of a function is of the kind that it has to be."""
    name, about = function.name, ("Function", str(function.name))
    if not isinstance(name, str) or not all(part.isidentifier() for part in name.split(".")):
        raise ExerciseError(
            f"function {name!r}: its name must be that of a function or a method of the solution",
            *about,
        )
    parts = [function.returns] if isinstance(function.returns, str) else function.returns
    for word, names in (("returns", parts), ("own", function.own)):
        is_list = isinstance(names, (list, tuple))
        if not is_list or not all(isinstance(each, str) for each in names):
            few = (
                ' or a tuple of names: ("out", "cache")'
                if word == "returns"
                else "a tuple of names"
            )
            wanted = f"one name{few}" if word == "returns" else f'{few}: ("cache",)'
            raise ExerciseError(
                f"function {name!r}: {word} must be {wanted}; not {names!r}", *about
            )
    if function.derivative is not None and not isinstance(function.derivative, Derivative):
        raise ExerciseError(
            f"function {name!r}: derivative must be a Derivative, not {_a(function.derivative)}",
            *about,
        )


def _check_function(function: Function, names: Sequence[str]) -> None:
    about = ("Function", function.name)
    what = f"function {function.name!r}"
    if function.role and function.role not in PROTOCOL:
        raise ExerciseError(
            f"{what}: there is no role {function.role!r}; the roles are {', '.join(PROTOCOL)}",
            *about,
        )
    for name in function.of:
        if name not in names or name == function.name:
            raise ExerciseError(
                f"{what}: it differentiates {name!r}, which is no other function of the exercise",
                *about,
            )
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


def _check_printed(printed: Printed, functions: Sequence[str], labels: Sequence[str]) -> None:
    about = printed_about(printed)
    what = f"printed numbers of {printed.function!r} on {printed.instance!r}"
    if printed.function not in functions or printed.instance not in labels:
        raise ExerciseError(f"{what}: no such function or visible instance is declared", *about)
    try:
        shape = np.asarray(printed.values, dtype=np.float64).shape
    except (TypeError, ValueError):
        words = "its values must be numbers, in rows of equal length"
        raise ExerciseError(f"{what}: {words}", *about) from None
    if 0 in shape:
        raise ExerciseError(f"{what}: there are no numbers", *about)


def printed_about(printed: Printed) -> Sequence[str]:
    """What an `ExerciseError` on printed numbers is about."""
    return list(filter(None, ("Printed", printed.function, printed.entry, printed.instance)))


def _check_mistake(mistake: Mistake, functions: Sequence[str], ids: Sequence[str]) -> None:
    about = ("Mistake", str(mistake.id))
    hints = mistake.hints if isinstance(mistake.hints, (list, tuple, str)) else [mistake.hints]
    texts = (mistake.id, mistake.function, mistake.old, mistake.new, mistake.message, *hints)
    odd = next((each for each in texts if not isinstance(each, str)), None)
    if odd is not None or not mistake.id or not mistake.old:
        what = "they must not be empty" if odd is None else f"{odd!r} is none"
        raise ExerciseError(
            f"mistake {mistake.id!r}: its id, what is replaced, and all else must be texts; {what}",
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
    if isinstance(mistake.hints, str):
        raise ExerciseError(
            f"mistake {mistake.id!r}: hints must be a list of strings, not one string", *about
        )
    if mistake.old == mistake.new:
        raise ExerciseError(f"mistake {mistake.id!r}: its replacement is the same text", *about)


def _check_given(exercise: Exercise, names: Sequence[str]) -> None:
    """Whether mistakes are named for functions; `require_given` looks at the mistakes."""
    about = (EXERCISE, "given")
    if not isinstance(exercise.given, Mapping):
        raise ExerciseError("given must be a dict of lists of mistakes by function", *about)
    for name, ids in exercise.given.items():
        if name not in names:
            raise ExerciseError(
                f"given: there is no function {name!r}; the functions are {', '.join(names)}",
                *about,
            )
        if isinstance(ids, str) or not isinstance(ids, Sequence) or not 0 < len(ids) <= MOST_GIVEN:
            raise ExerciseError(
                f"given: {name!r} needs a list of the mistakes that are made in it, {MOST_GIVEN} at "
                "most",
                *about,
            )


def require_given(exercise: Exercise) -> None:
    """Raise `ExerciseError` unless the mistakes in given code are declared, each in its own
    function, and can be named to who asks. Those of ``mistakes.py`` have to be there already."""
    about = (EXERCISE, "given")
    known = {mistake.id: mistake for mistake in exercise.mistakes}
    for name, ids in exercise.given.items():
        for each in ids:
            if each not in known or known[each].function != name or list(ids).count(each) > 1:
                own = [mistake.id for mistake in exercise.mistakes if mistake.function == name]
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


def _check_choice(choice: Choice) -> None:
    about = ("Choice", choice.name)
    what = f"choice {choice.name!r}"
    if isinstance(choice.reasons, str) or len(choice.reasons) < 2:
        raise ExerciseError(
            f"{what}: reasons must be a list of strings, one for each option, 2 or more", *about
        )
    if not all(reason.strip() for reason in choice.reasons):
        raise ExerciseError(f"{what}: every option needs a reason", *about)
    if not isinstance(choice.points, (int, float)) or not 0 < choice.points < inf:
        raise ExerciseError(f"{what}: it needs points above 0", *about)
