"""Mutation testing of the grader: mistakes, alone or combined, are judged as submissions.

The mutants are made from the author's own code, so they run in this process.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from autograder.classroom.pool import Pool, ProcessEnded, core_count
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.declaration import ExerciseError, Mistake
from autograder.exercise.mutants import make
from autograder.exercise.probes import probe_cells
from autograder.exercise.solution import Solution
from autograder.judge.judge import judge
from autograder.report import FunctionReport
from autograder.sandbox.in_process import InProcess
from autograder.submission import parse_submission

SECONDS = 10.0
#: The kinds of combinations. Some cannot be applied together. In some, one mistake hides or undoes
#: another on every case. Some are consistent: an output without its sigmoid, and without its slope.
#: Others are rejected by what their functions reach, of which no number has a name. Others are
#: missed, or rejected. The best are recognised: rejected with all mistakes named.
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
Choose = Callable[[Sequence[Combination]], Sequence[Combination]]
#: The kind of a combination, and the ids of the mistakes that were named.
Result = tuple[str, frozenset[str]]


@dataclass
class Score:
    """The number of combinations of each kind, and which were missed or not recognised."""

    counts: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    #: Rejected, with only some of their mistakes named, or none.
    partly: list[str] = field(default_factory=list)
    #: Rejected, with a mistake named that was not made.
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
        """Combinations whose mistakes were all named in the right functions, and no others."""
        return self.counts[RECOGNISED]


def all_of(combinations: Sequence[Combination]) -> Sequence[Combination]:
    """All that could be judged; tests judge some of many."""
    return combinations


def score(
    solution: Solution,
    answer_key: AnswerKey,
    size: int,
    choose: Choose = all_of,
    of: Sequence[Mistake] | None = None,
) -> Score:
    """Judge combinations of ``size`` mistakes, the declared ones or those given, on all cores:
    those that ``choose`` gives of all."""
    mistakes = solution.exercise.mistakes if of is None else of
    combinations = choose(list(itertools.combinations(mistakes, size)))
    solution.visible  # noqa: B018  (made once, before the processes are forked)
    total = Score()
    work = partial(_outcome, solution, answer_key)
    chunks = [combinations[at : at + 50] for at in range(0, len(combinations), 50)]
    with Pool(partial(_all, work), min(core_count(), max(1, len(chunks)))) as pool:
        for at, kinds in pool.results(chunks):
            if isinstance(kinds, ProcessEnded):
                raise ExerciseError(str(kinds))
            for mistakes, (kind, named) in zip(chunks[at], kinds, strict=True):
                name = " + ".join(mistake.id for mistake in mistakes)
                total.counts[kind] += 1
                if kind == MISSED:
                    total.missed.append(name)
                elif kind == REJECTED:
                    own = {mistake.id for mistake in mistakes}
                    (total.partly if named <= own else total.misnamed).append(
                        f"{name}: {', '.join(sorted(named)) or 'no name'}"
                    )
    return total


def _all(
    work: Callable[[Combination], Result], combinations: Sequence[Combination]
) -> list[Result]:
    return [work(combination) for combination in combinations]


def _outcome(solution: Solution, answer_key: AnswerKey, mistakes: Combination) -> Result:
    try:
        source = make(mistakes, solution.source)
    except ExerciseError:
        return EXCLUDED, frozenset()
    if len(mistakes) > 1 and any(_is_hidden(m, mistakes, solution, answer_key) for m in mistakes):
        return HIDDEN, frozenset()
    reports = {report.name: report for report in _judge(source, solution, answer_key)}
    functions = {mistake.function for mistake in mistakes}
    passed = [name for name in functions if reports[name].status == "passed"]
    named = {name: {m.id for m in report.made} for name, report in reports.items()}
    names = frozenset(itertools.chain(*named.values()))
    if passed:
        carried = any(reports[name].given for name in passed)
        return (CONSISTENT if carried and len(passed) < len(functions) else MISSED), names
    compared = {name for case in answer_key.cases for name in case.expected}
    if not functions <= compared:
        return MEASURED, names
    expected = {
        name: {mistake.id for mistake in mistakes if mistake.function == name} for name in reports
    }
    return (RECOGNISED if named == expected else REJECTED), names


def _is_hidden(
    mistake: Mistake, mistakes: Sequence[Mistake], solution: Solution, answer_key: AnswerKey
) -> bool:
    """Whether the mistake has no effect: its function gives on every case the same without it, or
    the right result."""
    others = [other.id for other in mistakes if other is not mistake]
    every = [other.id for other in mistakes]
    same = partial(solution.mutants.same, mistake.function, answer_key.cases, every)
    return same(others) or same([])


def _judge(source: str, solution: Solution, answer_key: AnswerKey) -> list[FunctionReport]:
    cells = parse_submission("mutant.py", source.encode()).cells
    cells = [*probe_cells(answer_key.functions), *cells]

    runner = InProcess(cells, SECONDS, folder=solution.data.folder)
    return judge(answer_key, runner, SECONDS, mutants=solution.mutants, restart=runner.restart)
