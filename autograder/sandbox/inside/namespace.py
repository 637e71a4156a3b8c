"""Runs a submission: its cells first, then calls of its functions.

This is the only code that executes what students wrote. It runs in the worker, and in the
student's own process for ``check``. It imports the standard library, numpy,
`autograder.sandbox.calls` and `autograder.sandbox.plain`, IPython's reading of a cell for one that
is not Python as it stands, and knows no expected value.
"""

from __future__ import annotations

import bdb
import inspect
import sys
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TextIO

import numpy as np

from autograder.sandbox.calls import (
    DONE,
    EARLIER_RESULT,
    MAX_FAILURES,
    Call,
    How,
    Outcome,
    Place,
    Result,
    Serve,
)
from autograder.sandbox.inside.absent import Absent, NotComputed
from autograder.sandbox.inside.arguments import (
    changed_arguments,
    fresh,
    plain_arguments,
    resolve,
)
from autograder.sandbox.inside.bindings import Bindings
from autograder.sandbox.inside.call_counts import counted
from autograder.sandbox.inside.cell_files import Files
from autograder.sandbox.inside.compiler import Compiled, Compiler
from autograder.sandbox.inside.environment import (
    OutOfTime,
    Printed,
    Surroundings,
    texts,
    time_limit,
)
from autograder.sandbox.inside.event_loop import finish
from autograder.sandbox.inside.failures import Failures
from autograder.sandbox.inside.probes import Probes
from autograder.sandbox.inside.shell import GETTER, Shell
from autograder.sandbox.inside.stand_ins import forwarded, make_stand_in, serve_nothing
from autograder.sandbox.inside.statements import Statement
from autograder.sandbox.plain import plain

#: What a script that is run, and a notebook, are called.
MODULE_NAME = "__main__"
_NO_COUNTS: dict[str, int] = {}
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


class Namespace:
    """A submission's names: cells run in it, and its functions are called in it."""

    def __init__(
        self,
        namespace: dict[str, Any] | None = None,
        seconds: float | None = None,
        printed: TextIO | None = None,
        sources: Mapping[str, str] = MappingProxyType({}),
        compiled: Compiled | None = None,
    ) -> None:
        """Start from an empty module, or from a ``namespace`` that exists already (a notebook's).

        ``seconds`` bounds each cell and each call from within the process; the worker leaves it
        out, because there the grader holds the clock. What is printed goes to ``printed``, or its
        beginning is kept. ``sources`` says what to call each file that a ``namespace`` came from.
        Cells in ``compiled`` are not compiled again.
        """
        modules: dict[str, types.ModuleType] = {}
        #: The sources of modules that may be imported, by name.
        self.modules: dict[str, str] = {}
        #: That of a notebook that is graded; one that runs has its own.
        self.shell: Shell | None = None
        if namespace is None:
            modules[MODULE_NAME] = module = types.ModuleType(MODULE_NAME)
            namespace = module.__dict__
            files = Files(self.modules, self._run_module)
            self.shell = Shell(namespace, self._run_text, files)
            modules[GETTER] = self.shell.getter()
        self.namespace = namespace
        self.seconds = seconds
        self._labels = dict(sources)
        self._compiler = Compiler(compiled)
        self._bindings = Bindings(namespace)
        self._failures = Failures(namespace, self._labels, self._compiler, self._bindings)
        self._probes = Probes(namespace)
        self._last: dict[str, Any] = {}
        self._hung: set[str] = set()
        #: The value of the statement that ran last.
        self._value: Any = None
        #: Told which statement of a cell begins: its position and its line.
        self.announce: Callable[[int, int], None] = lambda at, line: None
        self.printed = Printed() if printed is None else printed
        #: Whom stand-ins ask.
        self.ask: Serve = serve_nothing
        #: What cells and calls run in; whoever enters it keeps it from being taken down in between.
        self.around = Surroundings(self.printed, modules, self.modules, self._run_module)

    def run_cell(
        self, source: str, label: str, first_line: int = 1, how: How = _IN_FULL
    ) -> Outcome:
        """Run one cell, statement by statement; ``first_line`` is its line in the file that it came
        from. As in Jupyter it stops at one that fails, unless that is for what is missing here."""
        self._labels[label] = label
        if label.endswith(".py"):
            self.namespace.setdefault("__file__", label)
        self._bindings.begin_cell()
        if how.checks:
            self._bindings.check(how.checks)
            return DONE
        if how.probes:
            names: dict[str, Any] = {"__name__": label}
            exec(self._compiler.module(source, label), names)  # noqa: S102
            self._probes.add(how.probes, names, how.takes)
            return DONE
        self._failures.explains &= not how.of_graders
        if self.shell is not None:
            self.shell.begin(source)
        with self.around as around:
            around.renew()
            try:
                with time_limit(self.seconds):
                    statements = self._compiler.cell(source, label, first_line, how.of_graders)
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
        self._labels[label] = label
        exec(self._compiler.module(self.modules[name], label), names)  # noqa: S102

    def _run_statement(self, statement: Statement, place: Place) -> BaseException | None:
        """Run a statement; what it raised, if it did."""
        before = {name: self.namespace.get(name) for name in statement.binds}
        try:
            with time_limit(self.seconds):
                self._value = self._execute([statement.code], self.namespace)
        except BaseException as error:
            return error
        finally:
            self._bindings.compare(before, place)
        return None

    def _stand_for(self, statement: Statement, place: Place, error: BaseException | None) -> None:
        """Bind what a statement should have bound to what fails with the cause."""
        if isinstance(error, ModuleNotFoundError) and not statement.binds:
            self._failures.missing_package = (error.name or "").partition(".")[0]
        for name in statement.binds:
            if isinstance(error, ImportError | NotComputed):
                self.namespace.setdefault(name, Absent(error))
            else:
                text = f"{name} has no value, since {place} did not run to its end"
                self.namespace.setdefault(name, Absent(NotComputed(text)))

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
        while frame is not None and frame.f_code.co_filename not in self._labels:
            frame = frame.f_back
        label, line, names = "", 1, self.namespace
        if frame is not None:
            label, line, names = frame.f_code.co_filename, frame.f_lineno, frame.f_locals
        statements = self._compiler.text(text, label, line + lines_below)
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
        restored, methods = self._bindings.for_call(call)
        if call.function in self._probes:
            function = self._probes.bound(call.function, restored)
            if isinstance(function, Outcome):
                return function
        else:
            function = restored.get(call.function, self.namespace.get(call.function))
        if not call.function or not callable(function):
            return self._bindings.no_function(call.function)
        if call.function in self._hung:  # once is enough to know
            return Outcome("timeout")
        try:
            arguments = [resolve(argument, results) for argument in call.arguments]
        except LookupError as error:
            return Outcome("skipped", message=str(error))
        before = plain_arguments(call.arguments, arguments) if call.needs_result else ()
        counts: Mapping[str, int] = _NO_COUNTS
        try:
            around.renew()
            if self.seconds is None and not (call.watch or call.served or restored or methods):
                value, counts = function(*arguments), _NO_COUNTS
            else:
                with (
                    self._bindings.bound(restored),
                    self._bindings.methods_replaced(methods),
                    self._bindings.bound(self._stand_ins(call.served)) as own,
                    time_limit(self.seconds and (call.seconds or self.seconds)),
                    counted(call.watch, self.namespace, own) as counts,
                    forwarded(self.namespace, own),
                ):
                    value = function(*arguments)
            warned = texts(around.warned) if around.warned else ()
            if keep_as is not None:
                results[keep_as] = fresh(value)
            again = self._returned_before(call.function, value)
            if not call.needs_result:
                return DONE
            # Inside the try: what a student returned may raise when it is read.
            changed = again + changed_arguments(before, arguments)
            return Outcome("returned", plain(value), "", None, changed, warned, counts)
        except BaseException as error:
            if isinstance(error, OutOfTime):
                self._hung.add(call.function)
            failure = self._failure(error)._replace(counts=counts)
            is_stub = failure.unwritten and call.function in self._probes
            return failure._replace(code=self._failures.stub(error)) if is_stub else failure

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
        return self._failures.outcome(error)

    def _stand_ins(self, names: Sequence[str]) -> Mapping[str, Any]:
        return {name: make_stand_in(name, self.ask) for name in names}


def _is_missing_here(error: BaseException) -> bool:
    """Whether a statement failed for what is missing here only, as no file is."""
    return isinstance(error, _MISSING_HERE) and not isinstance(error, FileNotFoundError)
