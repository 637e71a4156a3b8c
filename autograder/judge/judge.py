"""Judges a submission: calls its functions, compares the results, and says what is wrong.

Everything here runs on the trusted side, in three rounds:

1. Each function alone, on right inputs. First all are observed on the visible cases, whose outcomes
   may be shown in full, then each on the hidden ones (`alone`). Its checks read the observations.
2. A function that is wrong and calls wrong helpers is asked again, with right helpers in their
   place, in a fresh process (`given`).
3. If what a function differentiates is wrong, it may be the derivative of that nevertheless
   (`derivatives`).

All that is known meanwhile is in one `State`. Then mistakes are named (`names`), what only passes
them on is excused (`excuses`), and what has no name is described (`unnamed`).

Points come only from comparisons with what the grader computed. The one exception is round 3 where
the mistake is not a known one: then the numerical gradient of the student's own functions decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.function import Function
from autograder.judge import values
from autograder.judge.alone import judge_each_alone, take
from autograder.judge.checks import report
from autograder.judge.choices import judge_choices
from autograder.judge.finding import Alone, is_right
from autograder.judge.stages import in_order, needed
from autograder.judge.state import FindOwner, Restart, State, note_fault
from autograder.report import FunctionReport, Named, Unexplained
from autograder.sandbox.calls import Caller, Cell

if TYPE_CHECKING:
    from autograder.exercise.mutants import Mutants


__all__ = ["FindOwner", "judge"]


def judge(
    answer_key: AnswerKey,
    call: Caller,
    seconds: float,
    only: Collection[str] = (),
    mutants: Mutants | None = None,
    restart: Restart = lambda serve=None, more=(): None,
    find_owner: FindOwner | None = None,
    cells: Sequence[Cell] = (),
    alone: Mapping[str, Alone] = MappingProxyType({}),
    trace: bool = True,
) -> list[FunctionReport]:
    """Judge the functions of a submission, or ``only`` some of them, in the answer key's order.

    ``call`` makes calls in the submission. ``seconds`` is the time limit that messages name. The
    functions before the named ones are judged too, since whose fault an error is depends on them.
    Without ``mutants``, there are no right helpers, and only a student's own loss to follow.
    ``find_owner`` finds the classmate on whose hidden instances a result would be right. In the
    ``cells`` of the submission slips are searched. Of functions that are there as they were in
    another submission, and so is all that they use, what was found ``alone`` is taken from that.
    Without ``trace`` no report has the computation.
    """
    functions, choices = needed(answer_key.functions, only), needed(answer_key.choices, only)
    state = State(answer_key, call, seconds, mutants, restart, find_owner)
    take(state, alone)
    chosen = judge_each_alone(
        state,
        [function for function in functions if function.name not in alone],
        [function for function in functions if not only or function.name in only],
        judge_choices(choices, answer_key, seconds),
    )
    if state.wrong or any(state.fails(function.name) for function in functions):
        _explain(state, functions, cells)
    wanted = [f for f in functions if not only or f.name in only]
    if trace:
        reports = _reports(state, wanted, always_trace=bool(only))
    else:
        reports = [_report(state, function) for function in wanted]
    return [*reports, *(report for report in chosen if not only or report.name in only)]


def _explain(state: State, functions: Sequence[Function], cells: Sequence[Cell]) -> None:
    """Find out why functions fail, who is charged with it, and what can be said of it."""
    # Right answers need none of these, and a student waits for what is imported.
    from autograder.judge.excuses import excuse_what_is_passed_on, join_conventions
    from autograder.judge.given import judge_with_right_helpers, try_out_with_right_helpers
    from autograder.judge.names import explain
    from autograder.judge.unnamed import say_slips, say_what_it_is

    judge_with_right_helpers(state, functions)
    try_out_with_right_helpers(state, functions)
    excuse_what_is_passed_on(state, functions)
    for function in sorted(in_order(functions), key=lambda function: bool(function.of)):
        explain(state, function)
    join_conventions(state, functions)
    if cells:
        say_slips(state, functions, cells)
    say_what_it_is(state, functions)


def right_alone(
    answer_key: AnswerKey, call: Caller, seconds: float, restart: Restart
) -> dict[str, Alone]:
    """What is found of each function of a submission alone, where everything is right."""
    state = State(answer_key, call, seconds, None, restart, None)
    functions = answer_key.functions
    judge_each_alone(state, functions, functions, judge_choices((), answer_key, seconds))
    return {
        name: Alone(state.seen[name], state.near[name], state.attempts.get(name, ()), found)
        for name, found in state.found.items()
        if is_right(found) and all(finding.passed is not False for finding in found.values())
    }


def _reports(
    state: State, functions: Sequence[Function], always_trace: bool
) -> list[FunctionReport]:
    """The functions' reports, with the computation if something of it is not right. With
    ``always_trace``, a right `backward` has it too."""
    reports = [_report(state, function) for function in functions]
    visible = (i for items in state.seen.values() for i in items if not i.case.hidden)
    if not always_trace and all(item.is_right for item in visible):
        return reports
    from autograder.judge.trace import with_trace  # imported late: right answers do not need it

    try:
        wrong = {**state.wrong, **state.waits_for}
        return with_trace(reports, state.answer_key, state.seen, wrong, always_trace)
    except Exception:
        note_fault("the computation could not be drawn")
        return reports


def _report(state: State, function: Function) -> FunctionReport:
    """The function's report."""
    known = state.answer_key.known
    seen = state.as_seen(function, state.seen, state.near, state.found[function.name])
    made = [Named(m, known[m].message) for m in state.mistakes.get(function.name, ())]
    in_part = tuple(Named(m, known[m].message) for m in state.mistakes_in_part(function))
    slip = state.slips.get(function.name, "")
    slips = [Named("", slip)] if slip else []
    untold = (*made, *in_part, *slips) if function.is_given else ()
    return report(seen, () if function.is_given else made)._replace(
        on_request=untold,
        in_part=() if function.is_given or function.name in state.waits_for else in_part,
        fits=state.fits.get(function.name, ""),
        waits_for=tuple(state.waits_for.get(function.name, ())),
        given=tuple(state.carried.get(function.name, ())),
        look=state.look.get(function.name, ""),
        unexplained=_unexplained(state, function),
    )


def _unexplained(state: State, function: Function) -> Unexplained | None:
    """What a function gave whose mistake is its own and has no name."""
    name = function.name
    explained = (state.mistakes.get(name), state.waits_for.get(name), name in state.explained)
    if not state.fails(name) or any(explained):
        return None
    from autograder.judge.digests import unexplained

    with state.or_as_it_is(function):
        seen = state.given.get(name) or state.seen[name]
        return unexplained(function, values.judged(function, seen), state.answer_key)
    return None
