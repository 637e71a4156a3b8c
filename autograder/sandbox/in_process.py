"""Runs a submission in this process, with nothing to contain it: a student's own work on their own
machine, and the author's solution. It has the interface of `autograder.sandbox.worker.Worker`."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from autograder.files import within
from autograder.sandbox.calls import Call, CannotServe, Cell, How, Outcome, Serve
from autograder.sandbox.inside.compiler import Compiled
from autograder.sandbox.inside.environment import Printed
from autograder.sandbox.inside.namespace import Namespace
from autograder.sandbox.plain import copy_plain


class InProcess(AbstractContextManager["InProcess"]):
    """The cells of a submission, run in a namespace of their own, and calls of its functions."""

    #: Nothing is sent, so nothing can be sent besides.
    sent_more = False

    def __init__(
        self,
        cells: Sequence[Cell] = (),
        seconds: float | None = None,
        namespace: dict[str, Any] | None = None,
        output: Printed | None = None,
        once: bool = False,
        sources: Mapping[str, str] = MappingProxyType({}),
        modules: Mapping[str, str] = MappingProxyType({}),
        folder: Path | None = None,
        compiled: Compiled | None = None,
    ) -> None:
        """Run the cells; each, and each call later, may take so many ``seconds``.

        A ``namespace`` that exists already is used as it is; ``sources`` says what to call each
        file that it came from. What is printed goes to ``output``.
        Cells that run only ``once`` do not run again at a restart. They may import ``modules``,
        sources by name, and read files by their names in the ``folder``. Whoever runs many
        submissions that are almost the same gives what was ``compiled`` of the others.
        """
        self._folder = folder
        self._compiled = compiled
        self._cells, self._seconds, self._modules = cells, seconds, modules
        self._once = once or namespace is not None
        self._output = output or Printed()
        #: What each cell printed, and what came of each that failed, by its position.
        self.printed: dict[int, str] = {}
        self.cell_failures: dict[int, Outcome] = {}
        self._serve: Serve | None = None
        self._fault: Exception | None = None
        self._sources = sources
        self._begin(namespace)

    def __exit__(self, *about: object) -> None:
        """There is nothing to end."""

    @property
    def functions(self) -> dict[str, Any]:
        """All that the cells defined, by name."""
        return self._namespace.namespace

    def __call__(self, calls: Sequence[Call]) -> list[Outcome]:
        """Make the calls; one outcome per call, in order."""
        with within(self._folder):
            outcomes = list(self._namespace.run(calls))
        fault, self._fault = self._fault, None
        if fault is not None:
            raise fault
        return outcomes

    def restart(self, serve: Serve | None = None, more: Sequence[Cell] = ()) -> None:
        """Run the cells in a fresh namespace, which knows of no call that was made, unless they run
        only once; and ``more`` after them, in a copy of it, without a word of what Python finds odd
        in them. Until the next restart ``serve`` answers for served helpers."""
        self._serve = serve
        if self._once:
            self._namespace.call_anew()
        else:
            self._begin(None)
        if more:
            self._open({**self.functions})
            more = [*(cell for cell in self._cells if cell.probes), *more]
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for cell in more:
                    self._run(cell, of_graders=True)

    def _ask(self, name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        if self._serve is None:
            raise CannotServe
        # What the submission set for numpy and for warnings is not for the grader.
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            try:
                return copy_plain(self._serve(name, arguments, keywords))
            except CannotServe:
                raise
            except Exception as error:  # the grader's own, which a submission must not swallow
                self._fault = error
                raise

    def _open(self, namespace: dict[str, Any] | None) -> None:
        self._namespace = Namespace(
            namespace, self._seconds, self._output, self._sources, self._compiled
        )
        self._namespace.ask = self._ask
        self._namespace.modules.update(self._modules)

    def _run(self, cell: Cell, of_graders: bool = False) -> Outcome:
        how = How((), -1, cell.checks, cell.probes, cell.takes, of_graders)
        with within(self._folder):
            return self._namespace.run_cell(cell.source, cell.label, cell.first_line, how)

    def _begin(self, namespace: dict[str, Any] | None) -> None:
        self._open(namespace)
        if not self._cells:
            return
        with self._namespace.around:  # set up once for all cells, unless one changes it
            for at, cell in enumerate(self._cells):
                before = len(self._output.text)
                outcome = self._run(cell)
                if not outcome.returned:
                    self.cell_failures.setdefault(at, outcome)
                self.printed.setdefault(at, self._output.text[before:])


class InProcessSandbox:
    """Runs submissions in this process, as a fork server runs them in processes of their own."""

    containment = "none"

    def __init__(self, seconds: float, folder: Path | None = None) -> None:
        """Each cell and each call may take so many ``seconds``; they may read files of the
        ``folder`` by their names."""
        self.seconds, self._folder = seconds, folder
        #: What submissions printed, in cells and in calls.
        self.output = Printed()

    def start(
        self, cells: Sequence[Cell], modules: Mapping[str, str] = MappingProxyType({})
    ) -> InProcess:
        """Run the cells of a submission, once: on a student's machine they may have effects that
        cannot be repeated, such as a folder that they make."""
        return InProcess(
            cells,
            self.seconds,
            output=self.output,
            once=True,
            modules=modules,
            folder=self._folder,
        )
