"""Mutation testing of the grader: mistakes, alone or combined, are judged as submissions.

The mutants are made from the author's own code, so they run in this process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from autograder.authoring.truth import Truth
from autograder.authoring.untouched import Uses
from autograder.classroom.pool import Pool, ProcessEnded, core_count
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.error import ExerciseError
from autograder.exercise.mistake import Mistake
from autograder.exercise.mutants import make, require_python
from autograder.exercise.probes import probe_cells
from autograder.exercise.solution import Solution
from autograder.judge.judge import judge, right_alone
from autograder.report import FunctionReport
from autograder.sandbox.in_process import InProcess
from autograder.sandbox.inside.compiler import Compiled
from autograder.submission import parse_submission

SECONDS = 10.0
#: So many combinations are handed to a process at a time.
AT_ONCE = 10
#: The kinds of combinations. Some cannot be made together. In some, one mistake hides or undoes
#: another on every case. Some are consistent: an output without its sigmoid, and without its slope.
#: Others are rejected by what their functions reach, of which no number has a name. Others are
#: missed, or rejected. The best are recognised: rejected, and what is named in each function gives
#: its numbers on every case.
EXCLUDED, HIDDEN, CONSISTENT, MEASURED, MISSED, REJECTED, RECOGNISED = (
    "exclude each other",
    "hide each other",
    "are one mistake, carried forward",
    "are in functions of which only what they reach is measured",
    "missed",
    "rejected",
    "recognised",
)

Combination = Sequence[Mistake]


@dataclass(frozen=True)
class Outcome:
    """The kind of a combination, what was named, and whether a name is false: it gives other
    numbers."""

    kind: str
    named: Sequence[str] = ()
    is_false: bool = False


@dataclass
class Score:
    """The number of combinations of each kind, and which were missed or not recognised."""

    counts: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    #: Rejected, with only some of their mistakes named, or none.
    partly: list[str] = field(default_factory=list)
    #: With a mistake named that gives other numbers than those that were made.
    misnamed: list[str] = field(default_factory=list)

    @property
    def judged(self) -> int:
        """Combinations whose mistakes all have an effect."""
        return sum(self.counts[kind] for kind in (MISSED, REJECTED, RECOGNISED))

    @property
    def rejected(self) -> int:
        """Combinations that lose points in every function with a mistake."""
        return self.counts[REJECTED] + self.counts[RECOGNISED]

    @property
    def recognised(self) -> int:
        """Combinations of which the names in each function give its numbers."""
        return self.counts[RECOGNISED]

    def add(self, mistakes: Combination, outcome: Outcome) -> None:
        """Count a combination."""
        name, told = " + ".join(mistake.id for mistake in mistakes), ", ".join(outcome.named)
        self.counts[outcome.kind] += 1
        if outcome.kind == MISSED:
            self.missed.append(name)
        if outcome.is_false:
            self.misnamed.append(f"{name}: {told}")
        elif outcome.kind == REJECTED:
            self.partly.append(f"{name}: {told or 'no name'}")


def score(solution: Solution, answer_key: AnswerKey, combinations: Sequence[Combination]) -> Score:
    """Judge combinations of mistakes on all cores."""
    solution.visible  # noqa: B018  (made once, before the processes are forked)
    total = Score()
    chunks = [combinations[at : at + AT_ONCE] for at in range(0, len(combinations), AT_ONCE)]
    work = _Judge(solution, answer_key).outcomes
    with Pool(work, min(core_count(), max(1, len(chunks)))) as pool:
        for at, outcomes in pool.results(chunks):
            if isinstance(outcomes, ProcessEnded):
                raise ExerciseError(str(outcomes))
            for mistakes, outcome in zip(chunks[at], outcomes, strict=True):
                total.add(mistakes, outcome)
    for found in (total.missed, total.partly, total.misnamed):
        found.sort()
    return total


class _Judge:
    """Judges mutants of one solution, and does once what is the same for all of them."""

    def __init__(self, solution: Solution, answer_key: AnswerKey) -> None:
        self._solution, self._answer_key = solution, answer_key
        self._truth = Truth(solution, answer_key)
        self._uses = Uses(answer_key.functions, solution.source)
        self._compiled: Compiled = {}
        runner = self._run(solution.source)
        self._alone = right_alone(answer_key, runner, SECONDS, runner.restart)

    def outcomes(self, combinations: Sequence[Combination]) -> list[Outcome]:
        return [self._outcome(each) for each in combinations]

    def _outcome(self, mistakes: Combination) -> Outcome:
        made, truth = [mistake.id for mistake in mistakes], self._truth
        try:
            source = make(mistakes, self._solution.source)
            require_python(source, mistakes)
            if len(made) > 1 and truth.hides_any(made):
                return Outcome(HIDDEN)
        except ExerciseError:
            return Outcome(EXCLUDED)
        functions = {mistake.function for mistake in mistakes}
        reports = self._reports(source, functions)
        named = sorted({each.id for report in reports for each in report.made})
        is_false = not all(_is_true(report, made, truth) for report in reports)
        passed = [report for report in reports if report.name in functions and report.right]
        if any(len(made) > 1 and truth.is_undone(report.name, made) for report in passed):
            return Outcome(HIDDEN, named, is_false)
        if passed:
            carried = any(report.given for report in passed) and len(passed) < len(functions)
            return Outcome(CONSISTENT if carried else MISSED, named, is_false)
        compared = {name for case in self._answer_key.cases for name in case.expected}
        if not functions <= compared:
            return Outcome(MEASURED, named, is_false)
        own = [report for report in reports if report.name in functions]
        is_complete = all(_is_complete(report, made, truth) for report in own)
        return Outcome(RECOGNISED if is_complete and not is_false else REJECTED, named, is_false)

    def _reports(self, source: str, changed: Collection[str]) -> list[FunctionReport]:
        runner, untouched = self._run(source), self._uses.untouched(changed)
        return judge(
            self._answer_key,
            runner,
            SECONDS,
            mutants=self._solution.mutants,
            restart=runner.restart,
            alone={name: self._alone[name] for name in untouched if name in self._alone},
            trace=False,  # nobody looks at it
        )

    def _run(self, source: str) -> InProcess:
        cells = parse_submission("mutant.py", source.encode()).cells
        cells = [*probe_cells(self._answer_key.functions), *cells]
        folder = self._solution.data.folder
        return InProcess(cells, SECONDS, folder=folder, compiled=self._compiled)


def _is_true(report: FunctionReport, made: Sequence[str], truth: Truth) -> bool:
    """Whether what is named in a function gives its numbers, or some of them where no more is
    said."""
    named = [each.id for each in report.made]
    if {*named} <= {*truth.own(report.name, made)}:
        return True
    if report.in_part:
        return truth.is_true_in_part(report.name, named, made)
    return truth.is_true(report.name, named, made)


def _is_complete(report: FunctionReport, made: Sequence[str], truth: Truth) -> bool:
    """Whether what is named in a function gives all its numbers."""
    named = {each.id for each in report.made}
    own = {*truth.own(report.name, made)}
    return named == own or (bool(named) and truth.is_true(report.name, [*named], made))
