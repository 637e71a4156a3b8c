"""Judges functions that call wrong ones with right ones in their place."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from autograder.exercise.function import Function
from autograder.judge import messages
from autograder.judge.batching import run_alone, run_together
from autograder.judge.checks import find, pass_given
from autograder.judge.finding import REACHES, Finding, is_right
from autograder.judge.observe import Observation, observe
from autograder.judge.reaches import attempt, check_reaches, trials_of
from autograder.judge.right_helpers import RightHelpers
from autograder.judge.state import State
from autograder.sandbox.calls import SOUND

#: So many functions are asked in one process with right helpers: as many as it has time for.
MOST_TOGETHER = 2


def judge_with_right_helpers(state: State, functions: Sequence[Function]) -> None:
    """Ask the functions that fail, and call helpers that fail, with right helpers; and given
    ones that call such, since faults that are left in these may not show beside others.

    First all on the visible cases, in one process. On the hidden ones a process may know the
    results of one other function, as `_may_follow` says.
    """
    state.failed = {name for name in state.found if state.fails(name)}
    asked = [f for f in functions if f.name in state.failed or f.is_given]
    asked = [f for f in asked if state.wrong_helpers(f) or state.makers(f)]
    if state.mutants is None or not any(map(state.wrong_helpers, asked)):
        return
    serve = RightHelpers(state.mutants, asked, state.answer_key.cases)
    state.restart(serve)
    for function in asked:
        name, helpers = function.name, state.wrong_helpers(function)
        right = state.own_results(function)
        if helpers or any(right.values()):
            state.helpers[name] = helpers or next(filter(None, right.values()))
            work = observe(function, state.cases(False), right, (), helpers)
            state.given[name] = run_alone(state.call, work)
    # A function that takes a process down is not called again in it, whoever asks.
    is_sound = _are_sound(state, state.given, state.given) and _are_sound(
        state, state.failed, state.seen
    )
    before: Sequence[Function] | None = () if is_sound else None
    for function in asked:
        seen = state.given.get(function.name, ())
        if any(item.first.returned for item in seen):
            with state.or_as_it_is(function):
                known, before = before, None
                if known is None or not _may_follow(state, function, known):
                    state.restart(serve)
                    known = ()
                _ask_on_hidden(state, function, seen)
                is_sound = is_sound and _are_sound(state, [function.name], state.given)
                before = (*known, function) if is_sound else None


def _may_follow(state: State, function: Function, before: Sequence[Function]) -> bool:
    """Whether a function may be asked on hidden cases with right helpers in a process in which
    others were ``before``: at most one, for the time that both have, which does not get its
    results, and whose helpers it has all. So it can learn nothing that it cannot ask for."""
    served = {*state.wrong_helpers(function)}
    return len(before) < MOST_TOGETHER and all(
        other.name in state.order
        and function.name in state.order
        and state.order[other.name] <= state.order[function.name]
        and served.issuperset(_all_helpers(state, other))
        for other in before
    )


def _all_helpers(state: State, function: Function) -> set[str]:
    """The right helpers that a function was given, itself or for what it gets."""
    own = state.own_results(function).values()
    return {*state.wrong_helpers(function), *itertools.chain.from_iterable(own)}


def _are_sound(
    state: State, names: Iterable[str], seen: Mapping[str, Sequence[Observation]]
) -> bool:
    """Whether no process was lost in one of these functions."""
    return all(item.first.kind in SOUND for name in names for item in seen.get(name, ()))


def try_out_with_right_helpers(state: State, functions: Sequence[Function]) -> None:
    """Ask what does not reach what it has to, and calls helpers that fail, with right helpers,
    each in a process of its own."""
    for function in functions if state.mutants is not None else ():
        trials, helpers = trials_of(function, state.answer_key), state.wrong_helpers(function)
        finding = state.found[function.name].get(REACHES)
        if not finding or finding.passed or not helpers or not state.was_written(function.name):
            continue
        assert state.mutants is not None

        state.restart(RightHelpers(state.mutants, [function], trials))
        with state.or_as_it_is(function):
            made = attempt(function, trials, state.call, helpers)
            seen = state.as_seen(function, state.seen, state.near, {})
            again = check_reaches(replace(seen, attempts=made))
            if again is not None and again.passed:
                text = messages.right_given(helpers)
                state.found[function.name][REACHES] = Finding(True, text)
                _carry(state, function, helpers)


def _carry(state: State, function: Function, helpers: Sequence[str]) -> None:
    """Note that a function that is right with right helpers fails for theirs."""
    if is_right(state.found[function.name]) and function.name in state.wrong:
        state.wrong[function.name] = state.blamed(helpers)
    if not state.fails(function.name):
        state.carried[function.name] = state.blamed(helpers)


def _ask_on_hidden(state: State, function: Function, visible: Sequence[Observation]) -> None:
    """Ask a function with right helpers on hidden and near cases, and make all its checks."""
    name, found, helpers = function.name, state.found[function.name], state.helpers[function.name]
    groups = (state.cases(hidden=True), [*state.answer_key.near])
    right, served = state.own_results(function), state.wrong_helpers(function)
    hidden, near = run_together(
        state.call,
        [observe(function, g, right, visible, served) for g in groups],
    )
    state.given[name] = [*visible, *hidden]
    given: dict[str, Finding] = {}
    find(state.as_seen(function, state.given, {name: near}, given))
    if name not in state.failed:
        if not is_right(given):
            found.update(given)
            state.failed.add(name)
            state.wrong[name] = [name]
        return
    pass_given(found, given, messages.right_given(helpers))
    _carry(state, function, helpers)
