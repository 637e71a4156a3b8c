"""The proofs of ``autograder build --check``: properties of an exercise, tested on the grader."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.authoring.build import make_release
from autograder.authoring.given_code import given_cells
from autograder.authoring.gradient_proof import gradient_problems
from autograder.authoring.held_out import released_row
from autograder.authoring.naming_proofs import COMBINATIONS, naming_proofs
from autograder.authoring.notebook import BEGIN, END
from autograder.authoring.ours import Ours
from autograder.authoring.proof import Proof
from autograder.authoring.right_answers import (
    FOLDER,
    RightAnswer,
    read_right_answer,
    right_folder,
)
from autograder.authoring.rounding import magnified
from autograder.authoring.uncomputed import drawn_otherwise, uncomputed, unneeded_training
from autograder.authoring.wheel import is_wheel, same_wheel
from autograder.course import Course
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.error import ExerciseError
from autograder.exercise.mistake import Mistake
from autograder.exercise.mutants import make, require_python
from autograder.exercise.solution import Solution, load_solution
from autograder.exercise.visible import VISIBLE_FILE, read_visible
from autograder.files import scratch_folder
from autograder.grade import grade_submission
from autograder.judge.checks import require_known
from autograder.judge.derivative_messages import subject
from autograder.report import CheckResult, Report
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.in_process import InProcessSandbox
from autograder.sandbox.plain import agree
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import Submission, parse_submission, read_submission

#: Proofs must give the same result on every machine, so they do not use the course's key.
PROOF_KEY = b"the instances on which exercises are proved"
#: How long a function may take where the released copy is tried, as for a student's `check`.
SECONDS = 10.0
#: Shorter lines of a solution (`return y`) are not secret.
MIN_SECRET = 12


def proofs(course: Course, name: str, combinations: int = COMBINATIONS) -> Iterator[Proof]:
    """Prove an exercise; yields each `Proof` as soon as it is known.

    So many ``combinations`` of mistakes are tried of each kind. Raises `ExerciseError` where what
    is declared cannot be judged at all.
    """
    # The released files are under test, so the solution must not read them.
    solution = replace(load_solution(course, name), released=None)
    with solution.placing():
        require_known(solution.exercise)
        yield from _proofs(course, solution, combinations)


def _proofs(course: Course, solution: Solution, combinations: int) -> Iterator[Proof]:
    name, released = solution.name, course.released / solution.name
    answers: list[RightAnswer] = []
    answer_key = solution.answer_key(PROOF_KEY)
    seconds = course.limits.cpu_seconds + answer_key.own_seconds
    limits = replace(course.limits, cpu_seconds=seconds)
    with ForkServer(limits, private=course.private, data=solution.data_files) as server:
        prover = _Prover(solution, answer_key, server)
        for ending in (".ipynb", ".py"):
            yield prover.stub_fails(released / f"{name}{ending}")
        yield prover.solution_passes()
        yield from prover.gradient_is_the_derivative()
        yield prover.nothing_is_right_uncomputed()
        yield prover.draw_repeats()
        yield prover.rounding_is_forgiven()
        yield from prover.right_answers_pass(course, answers)
        yield from prover.choices_are_told_apart()
        for function in solution.exercise.given:
            yield prover.given_code_fails(function, released / f"{name}.py")
        for mistake in solution.exercise.mistakes:
            yield prover.mistake_is_rejected(mistake)
        yield from naming_proofs(solution, prover.answer_key, combinations)
    if answer_key.trials:
        what = "what has to be reached has to be computed on each instance"
        with solution.here():
            unneeded = unneeded_training(answer_key, solution.functions)
        yield Proof(not unneeded, f"{what}: {unneeded}" if unneeded else what)
        what = "the held-out rows are in no released file"
        row = released_row(answer_key, solution.data_files)
        yield Proof(not row, f"{what}, but {row}" if row else what)
    with scratch_folder() as scratch:
        make_release(course, solution, scratch)
        made = scratch / course.release_directory / name
        yield copy_takes_what_is_right(made / VISIBLE_FILE, solution, answers)
        yield released_is_current(made, released, Ours(course, name).names)
    reasons = [reason for choice in solution.exercise.choices for reason in choice.reasons]
    given = list(given_cells(solution).values())
    yield nothing_leaks(released, solution.source, reasons, answers, given)
    drafts = [mistake.id for mistake in solution.exercise.mistakes if not mistake.message.strip()]
    if drafts:
        yield Proof(False, f"no sentence says what a student did: {', '.join(drafts)}")


@dataclass(frozen=True)
class _Prover:
    solution: Solution
    answer_key: AnswerKey
    server: ForkServer

    def _grade(self, submission: Submission) -> Report:
        return grade_submission(
            submission,
            "proof",
            self.answer_key,
            ContainedSandbox(self.server),
            self.solution.mutants,
        )

    def _grade_source(self, source: str) -> Report:
        name = f"{self.solution.name}.py"
        return self._grade(parse_submission(name, source.encode("utf-8")))

    def stub_fails(self, path: Path) -> Proof:
        report = self._grade(read_submission(path))
        earning = [function.name for function in report.functions if function.score > 0]
        what = f"the released {path.name} earns nothing"
        if not report.functions:
            return Proof(False, f"{what}: {report.first_wrong}")
        return Proof(not earning, what + (f", but {', '.join(earning)} does" if earning else ""))

    def solution_passes(self) -> Proof:
        report = self._grade_source(self.solution.source)
        score = f"{report.score:g} of {report.max_score:g}"
        holds = bool(report.functions) and report.score == report.max_score
        what = f"the solution passes everything ({score})"
        return Proof(holds, what if holds else f"{what}: {_with_numbers(report)}")

    def nothing_is_right_uncomputed(self) -> Proof:
        what, problem = "every function has to compute what it gives", uncomputed(self.answer_key)
        return Proof(not problem, f"{what}: {problem}" if problem else what)

    def draw_repeats(self) -> Proof:
        what = "draw gives the same instances for the same rng"
        with self.solution.here():
            again = drawn_otherwise(self.solution.exercise)
        return Proof(not again, f"{what}: take all that is random from it" if again else what)

    def rounding_is_forgiven(self) -> Proof:
        with self.solution.here():
            worst = magnified(self.answer_key, self.solution.functions)
        what = "rounding errors stay within the tolerance on every instance"
        return Proof(worst is None, what if worst is None else f"{what}: {worst.text}")

    def right_answers_pass(self, course: Course, answers: list[RightAnswer]) -> Iterator[Proof]:
        """Grade what is right and written otherwise; adds all that could be read to ``answers``."""
        folder = right_folder(course, self.solution)
        paths = sorted(folder.glob("*.py"))
        if not paths:
            yield Proof(
                False,
                f"{folder.relative_to(course.root)}/ holds no right answer. Write at least one "
                "otherwise than the solution, to prove that it passes",
            )
        for path in paths:
            try:
                answer = read_right_answer(course, self.solution, path)
            except ExerciseError as error:
                yield Proof(False, str(error))
                continue
            answers.append(answer)
            report = self._grade(answer.submission)
            holds = report.score == report.max_score
            what = (
                f"{FOLDER}/{path.name} passes everything ({report.score:g} of {report.max_score:g})"
            )
            yield Proof(holds, what if holds else f"{what}: {report.first_wrong}")

    def gradient_is_the_derivative(self) -> Iterator[Proof]:
        """Take all derivatives of the solution numerically on every instance."""
        with self.solution.here():
            found = list(gradient_problems(self.answer_key, self.solution.functions))
        for function, problem in found:
            of = subject(function)
            what = f"the solution's {function.name} gives the derivatives of its {of}"
            what += ", taken numerically"
            yield Proof(not problem, f"{what}: {problem}" if problem else what)

    def choices_are_told_apart(self) -> Iterator[Proof]:
        """Try every option, in all choices at once. `stub_fails` covers choices without an
        answer."""
        choices = self.solution.exercise.choices
        earned: dict[str, list[int]] = {choice.name: [] for choice in choices}
        for option in range(1, 1 + max((len(choice.reasons) for choice in choices), default=0)):
            cells = (f"\n# %%\ndef {name}():\n    return {option}\n" for name in earned)
            report = self._grade_source(self.solution.source + "".join(cells))
            for function in report.functions:
                if function.name in earned and function.score > 0:
                    earned[function.name].append(option)
        for choice in choices:
            right = [self.answer_key.answers.right[choice.name]]
            what = f"of {len(choice.reasons)} options of {choice.name}, one earns points"
            holds = earned[choice.name] == right
            yield Proof(holds, what if holds else f"{what}: {earned[choice.name]}, not {right}")

    def given_code_fails(self, name: str, released: Path) -> Proof:
        """Grade what is given as it was released; and each part of its mistakes that may be left,
        in the solution: all of them have to be found."""
        what = f"the given {name} fails"
        report = self._grade(read_submission(released))
        failure = _failure(report, name)
        if failure is None:
            return Proof(False, f"{what}: as it was released it passes, or is not there")
        ids = self.solution.exercise.given[name]
        known = {mistake.id: mistake for mistake in self.solution.exercise.mistakes}
        for size in range(1, len(ids) + 1):
            for left in itertools.combinations(ids, size):
                source = make([known[each] for each in left], self.solution.source)
                if _failure(self._grade_source(source), name) is None:
                    return Proof(False, f"{what}: with {' + '.join(left)} left in it, it passes")
        parts = f", as long as any of its {len(ids)} mistakes is left" if len(ids) > 1 else ""
        return Proof(True, f"{what} by {failure.name}{parts}")

    def mistake_is_rejected(self, mistake: Mistake) -> Proof:
        what = f"the mistake {mistake.id} is rejected"
        try:
            source = mistake.apply(self.solution.source)
            require_python(source, [mistake])
            report = self._grade_source(source)
        except ExerciseError as error:
            return Proof(False, str(self.solution.files.placed(error)))
        function = next((f for f in report.functions if f.name == mistake.function), None)
        if function is None:
            return Proof(False, f"{what}: there is no function {mistake.function!r}")
        failure = function.first_failure
        return Proof(failure is not None, what + (f" by {failure.name}" if failure else ""))


def _with_numbers(report: Report) -> str:
    """The first thing wrong, and below a wrong number which it is and which it should be."""
    for failure in filter(None, (function.first_failure for function in report.functions)):
        first, _, rest = failure.message.partition("\n")
        if report.first_wrong.endswith(first):
            return " ".join([report.first_wrong, *rest.split()])
    return report.first_wrong


def _failure(report: Report, name: str) -> CheckResult | None:
    """The first check that a function fails; None if it earns anything, or is not written."""
    function = next((each for each in report.functions if each.name == name), None)
    if function is None or function.score > 0 or function.status == "missing":
        return None
    return function.first_failure


def copy_takes_what_is_right(
    visible: Path, solution: Solution, answers: Sequence[RightAnswer]
) -> Proof:
    """Whether the copy that a build makes for students gives what is right all the points, as
    `check` does: in this process, and on visible instances only."""
    answer_key = read_visible(visible)
    what = f"with the {visible.name} that a build makes, `check` accepts every right answer"
    own = parse_submission(f"{solution.name}.py", solution.source.encode())
    for shown, submission in (
        ("the solution", own),
        *((answer.shown, answer.submission) for answer in answers),
    ):
        report = grade_submission(
            submission, "proof", answer_key, InProcessSandbox(SECONDS, visible.parent)
        )
        if not report.functions or report.score != report.max_score:
            return Proof(False, f"{what}, but not {shown}: {report.first_wrong}")
    return Proof(True, what)


def released_is_current(made: Path, released: Path, ours: Collection[str] = ()) -> Proof:
    """Whether ``assignments/<name>`` holds what a build makes now, and nothing of earlier ones.

    ``ours`` are the names that builds wrote; all are, if none is known.
    """
    what = f"{released.parent.name}/{released.name} is what a build makes now"
    new = {path.name for path in made.iterdir()}
    old = {path.name for path in released.iterdir()} if released.is_dir() else set()
    if missing := new - old:
        return Proof(False, f"{what}: {', '.join(sorted(missing))} is missing there")
    if left := (old - new) & set(ours or old):
        return Proof(False, f"{what}: {', '.join(sorted(left))} is of an earlier one")
    for name in sorted(new):
        if not _same_file(made / name, released / name):
            return Proof(False, f"{what}: {name} differs; run `autograder build {released.name}`")
    return Proof(True, what)


def _same_file(one: Path, two: Path) -> bool:
    if one.name == VISIBLE_FILE:
        # Another processor may compute another last digit.
        return agree(json.loads(one.read_bytes()), json.loads(two.read_bytes()), _same_numbers)
    same = one.read_bytes() == two.read_bytes()
    return same or (is_wheel(one) and same_wheel(one, two))


def _same_numbers(one: Any, two: Any) -> bool:
    if isinstance(one, float) and isinstance(two, float):
        return math.isclose(one, two, rel_tol=1e-12, abs_tol=1e-300)
    return type(one) is type(two) and bool(one == two)


def nothing_leaks(
    released: Path,
    source: str,
    reasons: Sequence[str] = (),
    answers: Sequence[RightAnswer] = (),
    given: Sequence[str] = (),
) -> Proof:
    """Whether no released file holds a line of the solution or of a right answer, or a reason of a
    choice. Lines of ``given`` code are handed out; the right ones in their place are not."""
    secrets = [*secret_lines(source, given=given), *reasons]
    more = [line for answer in answers for line in secret_lines(source, answer.lines, given)]
    for path in sorted(released.iterdir()) if released.is_dir() else ():
        if is_wheel(path):  # the package, in which a line of anybody's may occur by chance
            continue
        text = path.read_bytes().decode("utf-8", errors="replace")
        for line in [*secrets, *more]:
            # In a notebook the line is escaped as JSON.
            if line in text or json.dumps(line, ensure_ascii=False)[1:-1] in text:
                whose = "a right answer" if line in more else "the solution"
                return Proof(False, f"{path.name} holds a line of {whose}: {line!r}")
    theirs = f" or the {len(more)} of its right answers" if answers else ""
    return Proof(True, f"no released file holds any of the solution's {len(secrets)} lines{theirs}")


def secret_lines(source: str, more: Sequence[str] = (), given: Sequence[str] = ()) -> list[str]:
    """The lines of a solution's regions, or those of ``more``, that occur nowhere else in its
    source, nor in ``given`` code."""
    inside: list[str] = []
    outside: list[str] = []
    current = outside
    for line in source.splitlines():
        text = line.removeprefix("# ").strip()
        if text == BEGIN:
            current = inside
        elif text == END:
            current = outside
        else:
            current.append(text)
    handed_out = "\n".join([*outside, *given])
    lines = more or inside
    return [text for text in lines if len(text) >= MIN_SECRET and text not in handed_out]
