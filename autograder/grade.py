"""The flow: a file becomes a submission, a worker runs it, checks judge it, a report comes out."""

from __future__ import annotations

import time

from autograder.exercise.answer_key import Sheet
from autograder.exercise.solution import Solution
from autograder.judge.judge import Owner, judge
from autograder.judge.problems import cell_problems, other_file
from autograder.report import FunctionReport, Problem, Report
from autograder.sandbox.calls import Cell
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.worker import Worker
from autograder.submission import Submission, check_id
from autograder.version import VERSION

SENT_MORE = "The submission sent messages of its own to the grader; nothing of them was counted."


def grade_submission(
    submission: Submission,
    student: str,
    solution: Solution,
    sheet: Sheet,
    server: ForkServer,
    owner: Owner | None = None,
) -> Report:
    """Grade what a file holds: run it in a worker, judge its functions, and add up.

    A bad file gives a report with its problems, never an exception. Raises
    `autograder.sandbox.levels.WorkerFault` when the machine cannot run a worker.
    """
    started = time.perf_counter()
    functions: list[FunctionReport] = []
    problems = list(submission.problems)
    printed: dict[Cell, str] = {}
    if not problems:
        cells = without_checks(submission, sheet)
        seconds = server.limits.seconds
        with Worker(cells, server) as worker:
            functions = judge(
                sheet, worker, seconds, mutants=solution.mutants, anew=worker.restart, owner=owner
            )
            problems += cell_problems(cells, worker.cell_failures, seconds)
            problems += other_file(cells, functions, sheet.name)
            printed = {cells[at]: text for at, text in worker.printed.items()}
        if worker.sent_more:
            problems.append(Problem("sent-more", SENT_MORE))
    return Report(
        assignment=sheet.name,
        student=student,
        path=submission.path,
        sha256=submission.sha256,
        autograder=VERSION,
        exercise_sha256=solution.sha256,
        containment=server.containment,
        functions=functions,
        max_score=sheet.max_score,
        problems=problems,
        printed=[printed.get(cell, "") for cell in submission.cells],
        seconds=time.perf_counter() - started,
    )


def without_checks(submission: Submission, sheet: Sheet) -> list[Cell]:
    """The cells without a notebook's test cells: nothing a student makes of these counts.

    A script has no cells that could be locked; what stands below a `check` in it is the student's.
    """
    if not submission.path.endswith(".ipynb"):
        return list(submission.cells)
    checks = {check_id(each.name) for each in sheet.checked}
    return [cell for cell in submission.cells if cell.title not in checks]
