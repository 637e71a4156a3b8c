"""The flow of grading: read a file, run it in a sandbox, check its functions, make a report."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.probes import probe_cells
from autograder.exercise.visible import VISIBLE_FILE
from autograder.judge.given_cells import in_locked_cells
from autograder.judge.judge import FindOwner, judge
from autograder.judge.problems import cell_problems, other_file
from autograder.report import FunctionReport, Problem, Report, add_points
from autograder.sandbox.calls import Call, Cell, Outcome, Serve
from autograder.sandbox.plain import Opaque
from autograder.submission import Submission, check_id
from autograder.version import VERSION

if TYPE_CHECKING:
    from autograder.exercise.mutants import Mutants

SENT_MORE = "The submission sent messages of its own to the grader; they were ignored."


class Runner(Protocol):
    """A submission whose cells have run, and whose functions can be called."""

    @property
    def printed(self) -> Mapping[int, str]:
        """The output of each cell, by its position."""

    @property
    def cell_failures(self) -> Mapping[int, Outcome]:
        """The outcome of each cell that failed, by its position."""

    @property
    def sent_more(self) -> bool:
        """Whether it sent messages that were not replies."""

    def __call__(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        """Make the calls; always returns one outcome per call, in order."""

    def restart(self, serve: Serve | None = None, more: Sequence[Cell] = ()) -> None:
        """Run the cells again in a fresh process, which does not know of earlier calls, and after
        them ``more``. Until the next restart ``serve`` answers for the helpers that a call names as
        served."""


class Sandbox(Protocol):
    """Runs submissions: contained, or in a student's own process."""

    @property
    def containment(self) -> str:
        """The containment level."""

    @property
    def seconds(self) -> float:
        """The time limit in seconds of a cell, and of a function's calls."""

    def start(
        self, cells: Sequence[Cell], modules: Mapping[str, str] = ...
    ) -> AbstractContextManager[Runner]:
        """Run the cells of a submission, which may import the ``modules``, sources by name; the
        context manager ends it."""


def grade_submission(
    submission: Submission,
    student: str,
    answer_key: AnswerKey,
    sandbox: Sandbox,
    mutants: Mutants | None = None,
    find_owner: FindOwner | None = None,
) -> Report:
    """Grade a submission: run it, judge its functions, and add up the points.

    ``mutants`` and ``find_owner`` are as in `judge`; a student's own machine has neither. A bad
    file gives a report with its problems, not an exception. Raises
    `autograder.sandbox.levels.WorkerFault` if the machine cannot run a worker.
    """
    started = time.perf_counter()
    functions: list[FunctionReport] = []
    problems = list(submission.problems)
    printed: dict[Cell, str] = {}
    if not problems:
        cells, seconds = (
            with_probes(
                with_examples(without_checks(submission, answer_key), answer_key), answer_key
            ),
            sandbox.seconds,
        )
        with sandbox.start(cells, submission.modules) as runner:
            functions = judge(
                answer_key,
                runner,
                seconds,
                mutants=mutants,
                restart=runner.restart,
                find_owner=find_owner,
                cells=[cell for cell in cells if not cell.probes],
            )
            problems += cell_problems(cells, runner.cell_failures, seconds)
            problems += other_file(cells, functions, answer_key.name, problems)
            problems += in_locked_cells(submission, answer_key)
            printed = {cells[at]: text for at, text in runner.printed.items()}
        if runner.sent_more:
            problems.append(Problem("sent-more", SENT_MORE))
        problems += submission.notes
    most = add_points(f.max_score for f in functions) if functions else answer_key.max_score
    return Report(
        assignment=answer_key.name,
        student=student,
        path=submission.path,
        sha256=submission.sha256,
        autograder=VERSION,
        exercise_sha256=answer_key.exercise_sha256,
        containment=sandbox.containment,
        functions=functions,
        max_score=most,
        problems=problems,
        printed=[printed.get(cell, "") for cell in submission.cells],
        seconds=time.perf_counter() - started,
    )


def without_checks(submission: Submission, answer_key: AnswerKey) -> list[Cell]:
    """The cells, without what is in a notebook's test cells, so that changes to these have no
    effect; but a function is judged with what there is at its check.

    A script has no locked test cells, so all its cells are the student's.
    """
    if not submission.path.endswith(".ipynb"):
        return list(submission.cells)
    checks = {check_id(each.name): each.name for each in answer_key.checked}
    return [
        cell._replace(source="", checks=checks[cell.title]) if cell.title in checks else cell
        for cell in submission.cells
    ]


def with_probes(cells: list[Cell], answer_key: AnswerKey) -> list[Cell]:
    """The cells, with those before them that bring probes."""
    return [*probe_cells(answer_key.functions), *cells]


def with_examples(cells: list[Cell], answer_key: AnswerKey) -> list[Cell]:
    """The cells, with one before them that has `check.example` give what it gives in a notebook;
    only where a cell may use it."""
    if not any(".example" in cell.source for cell in cells):
        return cells
    source = (
        "import numpy\nfrom autograder import check\n"
        f"check.inputs, check.arguments = {_python(examples(answer_key))}\ndel numpy, check"
    )
    return [Cell(source, VISIBLE_FILE), *cells]


def examples(
    answer_key: AnswerKey,
) -> tuple[dict[str, Mapping[str, Any]], dict[str, Sequence[str]]]:
    """The inputs of each visible instance, and the arguments of each function."""
    visible = answer_key.visible()
    inputs = {case.label: case.inputs for case in (*visible.cases, *visible.trials)}
    return inputs, {function.name: function.arguments for function in answer_key.functions}


def _python(value: Any) -> str:
    """A plain value as Python."""
    if isinstance(value, np.ndarray):
        dtype = "" if value.dtype == np.float64 else f", dtype={value.dtype.name!r}"
        return f"numpy.array({value.ravel().tolist()}{dtype}).reshape({value.shape})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_python(k)}: {_python(v)}' for k, v in value.items())}}}"
    if isinstance(value, (list, tuple)):
        items = "".join(f"{_python(item)}, " for item in value)
        return f"[{items}]" if isinstance(value, list) else f"({items})"
    # What each answer makes in its own way stands in no example.
    return "None" if isinstance(value, Opaque) else repr(value)
