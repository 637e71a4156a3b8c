"""Runs a submission: its cells first, then calls of its functions.

This is the only code that shares a process with a submission. It runs in the worker, and in the
student's own process for ``check``. It imports the standard library, numpy,
`autograder.sandbox.calls` and `autograder.sandbox.plain`, IPython's reading of a cell for one that
is not Python as it stands, and knows no expected value.
"""

from __future__ import annotations
import __future__

import ast
import contextlib
import copy
import inspect
import operator
import re
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import Any, TextIO

import numpy as np

from autograder.sandbox.calls import (
    DONE,
    EARLIER_RESULT,
    Call,
    CannotServe,
    Kind,
    Outcome,
    Place,
    Result,
    Serve,
)
from autograder.sandbox.inside.cell_syntax import transformed
from autograder.sandbox.inside.environment import (
    OutOfTime,
    Printed,
    Surroundings,
    texts,
    time_limit,
)
from autograder.sandbox.inside.event_loop import finish
from autograder.sandbox.inside.raised import code_at, innermost
from autograder.sandbox.inside.shell import GETTER, Shell
from autograder.sandbox.plain import MAX_TEXT, copy_plain, plain, same

#: What a script that is run, and a notebook, are called.
MODULE_NAME = "__main__"
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
#: More than any system has.
MAX_ERRNO = 4096
_NO_COUNTS: dict[str, int] = {}
#: What a stand-in raises when it has no result to give.
CANNOT_SERVE = "there is no right result for a call with these arguments"
_ABSENT = object()
#: The last line of nearly all cells: within a block, or an assignment.
_NO_VALUE = re.compile(r"\s|\w+ *=[^=]")
#: The flags of ``from __future__ import``, which hold for the cells below it too.
_FUTURES = reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


class Namespace:
    """A submission's names: cells run in it, and its functions are called in it."""

    def __init__(
        self,
        namespace: dict[str, Any] | None = None,
        seconds: float | None = None,
        printed: TextIO | None = None,
        sources: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Start from an empty module, or from a ``namespace`` that exists already (a notebook's).

        ``seconds`` bounds each cell and each call from within the process; the worker leaves it
        out, because there the grader holds the clock. What is printed goes to ``printed``, or its
        beginning is kept. ``sources`` says what to call each file that a ``namespace`` came from.
        """
        modules: dict[str, types.ModuleType] = {}
        if namespace is None:
            modules[MODULE_NAME] = module = types.ModuleType(MODULE_NAME)
            namespace = module.__dict__
            self.shell = Shell(namespace, self._run_text)
            modules[GETTER] = self.shell.getter()
        self.namespace = namespace
        self.seconds = seconds
        self._names = dict(sources)
        #: By their labels, what was compiled of the cells, each with its first line.
        self._sources: dict[str, list[tuple[int, str]]] = {}
        #: The cells that are not Python as they stand.
        self._transformed: set[str] = set()
        self._futures = 0
        #: The last error of a text that is no Python, and what came of it.
        self._unreadable: tuple[BaseException | None, Outcome] = (None, DONE)
        self._last: dict[str, Any] = {}
        self._hung: set[str] = set()
        self.printed = Printed() if printed is None else printed
        #: Whom stand-ins ask.
        self.ask: Serve = _serve_nothing
        #: What cells and calls run in; whoever enters it keeps it from being taken down in between.
        self.around = Surroundings(self.printed, modules)

    def run_cell(self, source: str, label: str, first_line: int = 1) -> Outcome:
        """Run one cell; ``first_line`` is its line in the file that it came from."""
        self._names[label] = label
        if label.endswith(".py"):
            self.namespace.setdefault("__file__", label)
        self.shell.begin(source)
        with self.around as around:
            try:
                around.renew()
                with time_limit(self.seconds):
                    codes = self._compile(source, label, first_line)
                    value = self._execute(codes, self.namespace)
                self.shell.keep(value)
            except BaseException as error:
                return self._failure(error)
            finally:
                around.keep_streams()
            return Outcome("returned", warnings=texts(around.warned))

    def _compile(self, source: str, label: str, first_line: int) -> list[types.CodeType]:
        """Compile a cell. One that is not Python as it stands is read as IPython reads it."""
        padding = "\n" * (first_line - 1)
        try:
            try:
                text = padding + source
                codes = self._codes(text, label)
            except SyntaxError:
                self._transformed.add(label)
                text = padding + transformed(source)
                codes = self._codes(text, label, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            place = Place(label, getattr(error, "lineno", None) or first_line)
            text = getattr(error, "msg", None) or str(error)
            outcome = Outcome("raised", None, text, place, exception=type(error).__name__)
            self._unreadable = error, outcome
            raise
        self._sources.setdefault(label, []).append((first_line, text))
        return codes

    def _codes(self, source: str, label: str, flags: int = 0) -> list[types.CodeType]:
        """The statements of a cell, and apart from them the expression at its end, if there is one:
        its value is IPython's ``_``."""
        flags |= self._futures
        if _NO_VALUE.match(source.rstrip().rpartition("\n")[2]):
            codes = [compile(source, label, "exec", flags, dont_inherit=True)]
        else:
            tree: Any = compile(source, label, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
            last = tree.body[-1] if tree.body else None
            if isinstance(last, ast.Expr):
                tree.body.pop()
            codes = [compile(tree, label, "exec", flags, dont_inherit=True)]
            flags |= codes[0].co_flags & _FUTURES
            if isinstance(last, ast.Expr):
                value = ast.Expression(last.value)
                codes.append(compile(value, label, "eval", flags, dont_inherit=True))
        self._futures |= codes[0].co_flags & _FUTURES
        return codes

    def _execute(self, codes: Sequence[types.CodeType], names: Mapping[str, Any]) -> Any:
        """Run the parts of a cell; the value of the last one."""
        value = None
        for code in codes:
            value = eval(code, self.namespace, names)  # noqa: S307  (running submissions is its purpose)
            if code.co_flags & inspect.CO_COROUTINE:
                value = finish(value)
        return value

    def _run_text(self, text: str, lines_below: int) -> Any:
        """Run what stands so many lines below the line that asks for it; its value."""
        frame: types.FrameType | None = sys._getframe()
        while frame is not None and frame.f_code.co_filename not in self._names:
            frame = frame.f_back
        label, line, names = "", 1, self.namespace
        if frame is not None:
            label, line, names = frame.f_code.co_filename, frame.f_lineno, frame.f_locals
        # A script that was exported has all of the text on one line.
        label = label if label in self._transformed else "<text>"
        return self._execute(self._compile(text, label, line + lines_below), names)

    def run(self, calls: Sequence[Call]) -> Iterator[Outcome]:
        """Make the calls in order, and give each outcome as soon as it is there."""
        built_on = {
            argument.of for call in calls for argument in call.arguments if type(argument) is Result
        }
        results: dict[int, Any] = {}
        with self.around as around:
            for index, call in enumerate(calls):
                keep = index in built_on
                yield self._call(call, results, index if keep else None, around)

    def call_anew(self) -> None:
        """Call again what took too long before."""
        self._hung.clear()

    def _call(
        self, call: Call, results: dict[int, Any], keep_as: int | None, around: Surroundings
    ) -> Outcome:
        function = self.namespace.get(call.function)
        if not call.function or not callable(function):
            return Outcome("missing")
        if call.function in self._hung:  # once is enough to know
            return Outcome("timeout")
        try:
            arguments = [_resolve(argument, results) for argument in call.arguments]
        except LookupError as error:
            return Outcome("skipped", message=str(error))
        before = _plain_arguments(call.arguments, arguments) if call.needs_result else ()
        counts: Mapping[str, int] = _NO_COUNTS
        try:
            around.renew()
            if self.seconds is None and not call.watch and not call.served:
                value, counts = function(*arguments), _NO_COUNTS
            else:
                with (
                    self._stand_ins(call.served) as own,
                    time_limit(self.seconds),
                    self._counted(call.watch, own) as counts,
                ):
                    value = function(*arguments)
            warned = texts(around.warned) if around.warned else ()
            if keep_as is not None:
                results[keep_as] = _fresh(value)
            again = self._returned_before(call.function, value)
            if not call.needs_result:
                return DONE
            # Inside the try: what a student returned may raise when it is read.
            changed = again + _changed(before, arguments)
            return Outcome("returned", plain(value), "", None, changed, warned, counts)
        except BaseException as error:
            if isinstance(error, OutOfTime):
                self._hung.add(call.function)
            return self._failure(error)._replace(counts=counts)

    def _returned_before(self, function: str, value: Any) -> tuple[tuple[int, str], ...]:
        """Whether a call gave the very object that the call before it gave, and so changed it."""
        repeated = value is self._last.get(function) and isinstance(value, (dict, list, np.ndarray))
        self._last[function] = value
        return ((EARLIER_RESULT, ""),) if repeated else ()

    def _failure(self, error: BaseException) -> Outcome:
        if isinstance(error, KeyboardInterrupt) and self.seconds is not None:
            raise error  # somebody at this terminal; in a worker it is the submission's own
        if isinstance(error, OutOfTime):
            return Outcome("timeout")
        if error is self._unreadable[0]:
            return self._unreadable[1]
        kind: Kind = "memory" if isinstance(error, MemoryError) else "raised"
        try:
            text = str(error)[:MAX_TEXT]
        except Exception:  # a student's exception class may fail even at this
            text = ""
        text = _ADDRESS.sub("0x...", text)  # differs from run to run
        at = innermost(error, self._is_own)
        name = at.frame.f_code.co_filename if at else ""
        # What ran in a notebook has no place that a reader knows.
        place = Place(self._names[name], at.line) if at and name in self._names else None
        stub = isinstance(error, NotImplementedError)
        code = code_at(at, self._sources) if at and not stub else None
        return Outcome(kind, None, text, place, (), (), {}, _name(error), _errno(error), code)

    def _is_own(self, frame: types.FrameType) -> bool:
        return frame.f_code.co_filename in self._names or frame.f_globals is self.namespace

    @contextlib.contextmanager
    def _stand_ins(self, names: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        """Bind the names to stand-ins; what they were bound to before, and are again after it."""
        own = {name: self.namespace.get(name, _ABSENT) for name in names}
        try:
            for name in names:
                self.namespace[name] = self._stand_in(name)
            yield own
        finally:
            for name, value in own.items():
                if value is _ABSENT:
                    self.namespace.pop(name, None)
                else:
                    self.namespace[name] = value

    def _stand_in(self, name: str) -> Callable[..., Any]:
        """What asks for a right result where a helper is called."""

        def stand_in(*arguments: Any, **keywords: Any) -> Any:
            profiler = sys.getprofile()
            sys.setprofile(None)  # nothing below is a call of the submission's
            try:
                given = {key: plain(value) for key, value in keywords.items()}
                return copy_plain(self.ask(name, [plain(value) for value in arguments], given))
            except CannotServe:
                raise RuntimeError(CANNOT_SERVE) from None
            finally:
                sys.setprofile(profiler)

        # By its code a function is known where calls are counted.
        stand_in.__code__ = stand_in.__code__.replace(co_name=name)
        stand_in.__name__ = name
        return stand_in

    @contextlib.contextmanager
    def _counted(self, names: Sequence[str], own: Mapping[str, Any]) -> Iterator[dict[str, int]]:
        """Count the calls of the named functions, whatever name they are called by; where one has a
        stand-in, of that and of the submission's ``own``."""
        counts = dict.fromkeys(names, 0)
        codes = {_code_of(self.namespace.get(name)): name for name in names}
        codes.update({_code_of(own[name]): name for name in names if name in own})
        codes.pop(None, None)
        if not codes:
            yield counts
            return

        def count(frame: types.FrameType, event: str, argument: Any) -> None:
            if event == "call" and frame.f_code in codes:
                counts[codes[frame.f_code]] += 1

        previous = sys.getprofile()
        sys.setprofile(count)
        try:
            yield counts
        finally:
            sys.setprofile(previous)


def _serve_nothing(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    raise CannotServe


def _code_of(function: Any) -> types.CodeType | None:
    """The code that runs when a student's function is called, below any decorators."""
    with contextlib.suppress(Exception):  # a student's object may fail at anything
        function = inspect.unwrap(function)
        if not hasattr(function, "__code__"):
            function = type(function).__call__
        code = getattr(function, "__code__", None)
        return code if isinstance(code, types.CodeType) else None
    return None


def _resolve(argument: Any, results: Mapping[int, Any]) -> Any:
    """What to pass for an argument: a fresh copy, so that no call sees another's changes."""
    if not isinstance(argument, Result):
        return copy_plain(argument)
    if argument.of not in results:
        raise LookupError("a call it builds on gave no result")
    value = results[argument.of]
    if argument.key is not None:
        try:
            value = value[argument.key]
        except Exception:
            raise LookupError(f"a call it builds on gave no {argument.key!r}") from None
    return _fresh(value)


def _fresh(value: Any) -> Any:
    """A copy of what a student's function returned, made before any other call could change it."""
    if type(value) is np.ndarray:
        return value.copy()
    if type(value) is dict and all(type(item) is np.ndarray for item in value.values()):
        return {key: item.copy() for key, item in value.items()}
    try:
        return copy.deepcopy(value)
    except Exception:  # a student may keep something there that cannot be copied
        return value


def _plain_arguments(asked: Sequence[Any], passed: Sequence[Any]) -> list[Any]:
    """The arguments as they are before a call. What was not a `Result` is a copy of a plain value,
    which the submission never sees and cannot change."""
    return [
        plain(argument) if isinstance(value, Result) else value
        for value, argument in zip(asked, passed, strict=True)
    ]


def _untouched(old: Any, new: Any) -> bool:
    """Whether an argument is plainly what it was; when in doubt, it is not."""
    kind = type(old)
    if kind is not type(new):
        return False
    if kind is np.ndarray:
        same_kind = old.dtype is new.dtype and old.shape == new.shape
        return same_kind and old.tobytes() == new.tobytes()
    if kind is dict:
        return (
            len(old) == len(new)
            and all(map(operator.is_, old, new))
            and all(map(_untouched, old.values(), new.values()))
        )
    return kind in (float, int) and same(old, new)


def _changed(before: Sequence[Any], arguments: Sequence[Any]) -> tuple[tuple[int, str], ...]:
    """Where arguments differ now: (position, key), key "" for the argument itself."""
    changed: list[tuple[int, str]] = []
    for position, (old, argument) in enumerate(zip(before, arguments, strict=True)):
        if _untouched(old, argument):
            continue
        new = plain(argument)
        if isinstance(old, dict) and isinstance(new, dict):
            keys = [*old, *(key for key in new if key not in old)]
            missing = object()
            changed += [
                (position, key)
                for key in keys
                if not same(old.get(key, missing), new.get(key, missing))
            ]
        elif not same(old, new):
            changed.append((position, ""))
    return tuple(changed)


def _name(error: BaseException) -> str:
    """The name of an exception's type, which a student's metaclass may make anything."""
    try:
        return f"{type(error).__name__}"[:MAX_TEXT]
    except Exception:
        return "Exception"


def _errno(error: BaseException) -> int:
    """The number of the system's error that an exception is; 0 if it is none. urllib's errors have
    none of their own, but that of the error they stand for."""
    found: Any = error
    with contextlib.suppress(Exception):  # a student's class may fail at anything
        if isinstance(found, OSError) and type(found).__module__ == "urllib.error":
            found = getattr(found, "reason", None)
        if isinstance(found, OSError):
            number = int(operator.index(found.errno or 0))
            return number if 0 < number < MAX_ERRNO else 0
    return 0
