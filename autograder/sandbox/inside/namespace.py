"""Runs a submission: its cells first, then calls of its functions.

This is the only code that shares a process with a submission. It runs in the worker, and in the
student's own process for ``check``. It imports the standard library, numpy,
`autograder.sandbox.calls` and `autograder.sandbox.plain`, IPython's reading of a cell for one that
is not Python as it stands, and knows no expected value.
"""

from __future__ import annotations
import __future__

import ast
import bdb
import builtins
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
    MAX_FAILURES,
    Call,
    CannotServe,
    How,
    Kind,
    Outcome,
    Place,
    Result,
    Serve,
)
from autograder.sandbox.inside.absent import Absent, NotComputed
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
from autograder.sandbox.inside.statements import (
    Statement,
    as_statement,
    one_by_one,
    only_def,
)
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
_IN_FULL = How()
#: What a statement fails for that may be right where there are more packages, permissions and time,
#: and somebody at the keyboard: what comes after it in its cell runs all the same.
_MISSING_HERE = (
    ImportError,
    NotComputed,
    EOFError,
    OSError,
    MemoryError,
    SystemExit,
    OutOfTime,
    bdb.BdbQuit,
)
_NOT_CALLABLE = re.compile(r"'(?:\w+\.)*(\w+)' object is not callable")
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
        #: That of a notebook that is graded; one that runs has its own.
        self.shell: Shell | None = None
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
        #: The sources of modules that may be imported, by name.
        self.modules: dict[str, str] = {}
        #: The cells that are not Python as they stand.
        self._transformed: set[str] = set()
        self._futures = 0
        #: The last error of a text that is no Python, and what came of it.
        self._unreadable: tuple[BaseException | None, Outcome] = (None, DONE)
        self._last: dict[str, Any] = {}
        self._hung: set[str] = set()
        #: The functions and modules that there were at the check of each function.
        self._checked: dict[str, dict[str, Any]] = {}
        #: Where functions and modules were bound to something else.
        self._overwritten: dict[str, Place] = {}
        self._restored: dict[str, Mapping[str, Any]] = {}
        #: The missing package of which all names were to be imported.
        self._package = ""
        #: The value of the statement that ran last.
        self._value: Any = None
        #: Told which statement of a cell begins: its position and its line.
        self.announce: Callable[[int, int], None] = lambda at, line: None
        self.printed = Printed() if printed is None else printed
        #: Whom stand-ins ask.
        self.ask: Serve = _serve_nothing
        #: What cells and calls run in; whoever enters it keeps it from being taken down in between.
        self.around = Surroundings(self.printed, modules, self.modules, self._run_module)

    def run_cell(
        self, source: str, label: str, first_line: int = 1, how: How = _IN_FULL
    ) -> Outcome:
        """Run one cell, statement by statement; ``first_line`` is its line in the file that it came
        from. As in Jupyter it stops at one that fails, unless that is for what is missing here."""
        self._names[label] = label
        if label.endswith(".py"):
            self.namespace.setdefault("__file__", label)
        self._restored.clear()
        if how.checks:
            found = self.namespace.items()
            self._checked[how.checks] = {name: v for name, v in found if _is_function(v)}
            return DONE
        if self.shell is not None:
            self.shell.begin(source)
        with self.around as around:
            around.renew()
            try:
                with time_limit(self.seconds):
                    statements = self._compile(source, label, first_line)
                failures = self._run_statements(statements, label, how)
            except BaseException as error:
                return self._failure(error)
            finally:
                around.keep_streams()
            if not failures:
                if self.shell is not None:
                    self.shell.keep(self._value)
                return Outcome("returned", warnings=texts(around.warned))
        first, *more = failures[:MAX_FAILURES]
        return first._replace(more=tuple(more))

    def _run_statements(
        self, statements: Sequence[Statement], label: str, how: How
    ) -> list[Outcome]:
        """Run the statements of a cell; what came of those that failed."""
        failures: list[Outcome] = []
        self._value = None
        for at, statement in enumerate(statements):
            self.announce(at, statement.line)
            place = Place(label, statement.line)
            if at in how.left_out or (0 <= how.full <= at and not statement.defines):
                self._stand_for(statement, place, None)
                continue
            raised = self._run_statement(statement, place)
            if raised is None:
                continue
            failure = self._failure(raised)
            failures.append(failure._replace(place=failure.place or place))
            if not statement.imports and not _is_missing_here(raised):
                break
            self._stand_for(statement, place, raised)
        return failures

    def _run_module(self, name: str, names: dict[str, Any]) -> None:
        label = f"{name}.py"
        self._names[label] = label
        self._sources[label] = [(1, self.modules[name])]
        exec(compile(self.modules[name], label, "exec", dont_inherit=True), names)  # noqa: S102

    def _run_statement(self, statement: Statement, place: Place) -> BaseException | None:
        """Run a statement; what it raised, if it did."""
        before = {name: self.namespace.get(name) for name in statement.binds}
        try:
            with time_limit(self.seconds):
                self._value = self._execute([statement.code], self.namespace)
        except BaseException as error:
            return error
        finally:
            for name, value in before.items():
                was_function = _is_function(value) or hasattr(builtins, name)
                if was_function and not _is_function(self.namespace.get(name)):
                    self._overwritten[name] = place
        return None

    def _stand_for(self, statement: Statement, place: Place, error: BaseException | None) -> None:
        """Bind what a statement should have bound to what fails with the cause."""
        if isinstance(error, ModuleNotFoundError) and not statement.binds:
            self._package = (error.name or "").partition(".")[0]
        for name in statement.binds:
            if isinstance(error, ImportError | NotComputed):
                self.namespace.setdefault(name, Absent(error))
            else:
                text = f"{name} has no value, since {place} did not run to its end"
                self.namespace.setdefault(name, Absent(NotComputed(text)))

    def _compile(self, source: str, label: str, first_line: int) -> list[Statement]:
        """Compile a cell. One that is not Python as it stands is read as IPython reads it."""
        padding = "\n" * (first_line - 1)
        try:
            try:
                text = padding + source
                statements = self._statements(text, label)
            except SyntaxError:
                self._transformed.add(label)
                text = padding + transformed(source)
                statements = self._statements(text, label, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            place = Place(label, getattr(error, "lineno", None) or first_line)
            text = getattr(error, "msg", None) or str(error)
            outcome = Outcome("raised", None, text, place, exception=type(error).__name__)
            self._unreadable = error, outcome
            raise
        self._sources.setdefault(label, []).append((first_line, text))
        return statements

    def _statements(self, source: str, label: str, flags: int = 0) -> list[Statement]:
        """The statements of a cell, each by itself, as Jupyter runs them. The value of the last one
        is IPython's ``_``."""
        flags |= self._futures
        line = only_def(source)
        if line:
            return [Statement(compile(source, label, "exec", flags, dont_inherit=True), line)]
        statements = []
        tree: Any = compile(source, label, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
        for node in one_by_one(tree.body):
            part: Any = ast.Module([node], [])
            mode = "exec"
            if node is tree.body[-1] and isinstance(node, ast.Expr):
                part, mode = ast.Expression(node.value), "eval"
            code = compile(part, label, mode, flags, dont_inherit=True)
            flags |= code.co_flags & _FUTURES
            statements.append(as_statement(node, code))
        self._futures |= flags & _FUTURES
        return statements

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
        statements = self._compile(text, label, line + lines_below)
        return self._execute([statement.code for statement in statements], names)

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
        restored = self._restored_for(call.function)
        function = restored.get(call.function, self.namespace.get(call.function))
        if not call.function or not callable(function):
            if not call.function or call.function not in self.namespace:
                return Outcome("missing")
            place = self._overwritten.get(call.function)
            text = f"{call.function} is {_kind(function)}"
            text += f" since {place}" if place else ", not a function"
            return Outcome("raised", None, text, exception="TypeError")
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
            if self.seconds is None and not (call.watch or call.served or restored):
                value, counts = function(*arguments), _NO_COUNTS
            else:
                with (
                    self._bound(restored),
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
        with contextlib.suppress(Exception):  # a student's exception class may fail at this, too
            text += self._cause(error)
        at = innermost(error, self._is_own)
        name = at.frame.f_code.co_filename if at else ""
        # What ran in a notebook has no place that a reader knows.
        place = Place(self._names[name], at.line) if at and name in self._names else None
        stub = isinstance(error, NotImplementedError)
        code = code_at(at, self._sources) if at and not stub else None
        return Outcome(kind, None, text, place, (), (), {}, _name(error), _errno(error), code)

    def _is_own(self, frame: types.FrameType) -> bool:
        return frame.f_code.co_filename in self._names or frame.f_globals is self.namespace

    def _restored_for(self, function: str) -> Mapping[str, Any]:
        """The functions and modules of when a function was checked, in the place of what is none:
        it was right or wrong with them."""
        if function not in self._restored:
            self._restored[function] = {
                name: value
                for name, value in self._checked.get(function, {}).items()
                if not _is_function(self.namespace.get(name))
            }
        return self._restored[function]

    def _cause(self, error: BaseException) -> str:
        """Where a name was bound to something else, if that is why a function failed."""
        at = innermost(error, self._is_own)
        called = isinstance(error, TypeError) and _NOT_CALLABLE.match(str(error))
        for name in at.frame.f_code.co_names if at and self._overwritten else ():
            place = self._overwritten.get(name)
            value = self.namespace.get(name, _ABSENT)
            if place is None or _is_function(value):
                continue
            if isinstance(error, NameError) and error.name == name and value is _ABSENT:
                return f"; {name} was deleted in {place}"
            if (isinstance(error, AttributeError) and error.obj is value) or (
                called and called[1] == type(value).__name__
            ):
                return f"; {name} is {_kind(value)} since {place}"
        if isinstance(error, NameError) and self._package and error.name not in self.namespace:
            return f"; perhaps it is of {self._package}, which is missing"
        return ""

    @contextlib.contextmanager
    def _bound(self, values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Bind names; what they were bound to before, and are again after it."""
        own = {name: self.namespace.get(name, _ABSENT) for name in values}
        try:
            self.namespace.update(values)
            yield own
        finally:
            for name, value in own.items():
                if value is _ABSENT:
                    self.namespace.pop(name, None)
                else:
                    self.namespace[name] = value

    def _stand_ins(
        self, names: Sequence[str]
    ) -> contextlib.AbstractContextManager[Mapping[str, Any]]:
        """Bind the names to stand-ins; what they were bound to before, and are again after it."""
        return self._bound({name: self._stand_in(name) for name in names})

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


def _is_function(value: Any) -> bool:
    """Whether it is something to call, or a module."""
    kind = type(value)  # of a student's object, isinstance may fail
    return (callable(value) or issubclass(kind, types.ModuleType)) and kind is not Absent


def _is_missing_here(error: BaseException) -> bool:
    """Whether a statement failed for what is missing here only, as no file is."""
    return isinstance(error, _MISSING_HERE) and not isinstance(error, FileNotFoundError)


def _kind(value: Any) -> str:
    """What a value is, in words."""
    kind = type(value)
    if issubclass(kind, (int, float, np.number)) and kind is not bool:
        return "a number"
    if value is None:
        return "None"
    name = "array" if issubclass(kind, np.ndarray) else kind.__name__
    return f"{'an' if name[:1] in 'aeiou' else 'a'} {name}"


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
