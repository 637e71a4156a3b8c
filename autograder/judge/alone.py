"""Observes and judges each function alone, as it is called with right arguments."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograder.exercise.answer_key import Case
from autograder.exercise.function import Function
from autograder.faults import is_machines
from autograder.judge import messages
from autograder.judge.batching import Steps, run_alone, run_together
from autograder.judge.checks import CHECKS, find
from autograder.judge.finding import Alone, Finding, is_right
from autograder.judge.observe import observe
from autograder.judge.reaches import try_out
from autograder.judge.stages import stages
from autograder.judge.state import State, note_fault
from autograder.report import FunctionReport


def take(state: State, alone: Mapping[str, Alone]) -> None:
    """Take what was found of functions alone."""
    for name, (seen, near, attempts, found) in alone.items():
        state.seen[name], state.near[name] = [*seen], [*near]
        state.attempts[name], state.found[name] = [*attempts], {**found}


def judge_each_alone(
    state: State,
    functions: Sequence[Function],
    measured: Sequence[Function],
    choices: Steps[list[FunctionReport]],
) -> list[FunctionReport]:
    """Observe and check each function alone, and what those that are ``measured`` reach.
    Returns the reports of ``choices``."""
    chosen = _observe_visible(state, functions, choices)
    names = {function.name for function in functions}
    tried = [function for function in measured if function.name in names]
    state.attempts.update(try_out(tried, state.answer_key, state.call, state.restart))
    in_stages: list[Sequence[Function]] = [(), *stages(functions, state.answer_key.cases), ()]
    state.order = {f.name: at for at, stage in enumerate(in_stages) for f in stage}
    for stage, next_stage in itertools.pairwise(in_stages):
        _observe_hidden(state, stage, next_stage)
        for function in stage:
            _judge_alone(state, function)
    return chosen


def _observe_visible(
    state: State, functions: Sequence[Function], choices: Steps[list[FunctionReport]]
) -> list[FunctionReport]:
    """Observe all functions on the visible cases, before anything hidden is in the submission's
    process. Returns the reports of ``choices``, which are called first in the same batch."""
    cases = state.cases(hidden=False)
    labels = {case.label for case in cases}
    works: list[Steps[Any]] = [choices]
    works += [observe(function, cases, dict.fromkeys(labels, ())) for function in functions]
    chosen: list[FunctionReport]
    chosen, *found = run_together(state.call, works)
    for function, items in zip(functions, found, strict=True):
        state.seen[function.name], state.near[function.name] = items, []
    for function in functions:
        right = state.own_results(function)
        if state.makers(function) and right.keys() != labels:
            again = observe(function, cases, right)
            state.seen[function.name] = run_alone(state.call, again)
    return chosen


def _observe_hidden(state: State, functions: Sequence[Function], later: Sequence[Function]) -> None:
    """Observe the functions of a stage on the hidden cases, and those of the ``later`` stage on
    the near cases. All calls go in one batch, since each batch costs a round trip.

    So near cases come before the hidden ones of the same function: one that times out on a
    hidden case, and is not called again, was still observed near the visible ones.
    """
    cases = state.cases(hidden=True)
    near: Sequence[Case] = state.answer_key.near
    groups = [(f, cases, state.seen) for f in functions if cases]
    groups += [(f, [*near], state.near) for f in later if near]
    if not groups:
        return
    works = [observe(f, group, state.own_results(f), state.seen[f.name]) for f, group, _ in groups]
    for (f, _, observed), items in zip(groups, run_together(state.call, works), strict=True):
        observed.setdefault(f.name, []).extend(items)


def _judge_alone(state: State, function: Function) -> None:
    """Make the checks of an observed function."""
    found = state.found.setdefault(function.name, {})
    with _charged_to(state, function):
        find(state.as_seen(function, state.seen, state.near, found))
        if not is_right(found):
            state.wrong[function.name] = [function.name]


@contextlib.contextmanager
def _charged_to(state: State, function: Function) -> Iterator[None]:
    """Turn an exception in a check into a failure of the function: its values caused it. If all
    its values are right, the check has a bug, and the exception propagates."""
    name = function.name
    try:
        yield
    except Exception as error:
        if is_machines(error) or all(item.is_right for item in state.seen[name]):
            raise
        note_fault(f"{name} could not be judged")
        failed = Finding(False, messages.cannot_be_compared(name))
        state.found[name] = dict.fromkeys(CHECKS, failed)
        state.wrong[name] = [name]
