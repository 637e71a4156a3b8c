"""Gives the points for numbers to functions that only pass on, or undo, mistakes of others."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import partial

from autograder.exercise.function import Function
from autograder.judge import messages
from autograder.judge.checks import first_failed
from autograder.judge.conventions import Carried, carried_through
from autograder.judge.explanation import explain_numbers
from autograder.judge.known_mistakes import follows
from autograder.judge.passed_on import Explained, agreeing, explain
from autograder.judge.state import State


def excuse_what_is_passed_on(state: State, functions: Sequence[Function]) -> None:
    """Give the points for numbers to a function that only passes on known mistakes of others,
    where no right ones can stand for these."""
    failing = [function for function in functions if function.name in state.failed]
    if state.mutants is None or all(function.takes_data for function in failing):
        return
    alone: dict[str, Sequence[str]] = {function.name: () for function in failing}
    for function in failing:
        with state.or_as_it_is(function):
            seen = state.given.get(function.name) or state.seen[function.name]
            known = explain_numbers(function, seen, state.answer_key, state.mutants)
            alone[function.name] = known.mistakes if known.is_complete else ()
    found: dict[str, Explained] = {}
    right = (each for each in functions if each.name not in state.failed)
    passing = [(each, [i for i in state.seen[each.name] if i.is_exact]) for each in right]
    for function in failing:
        name = function.name
        with state.or_as_it_is(function):
            seen, near = state.seen[name], state.near.get(name, ())
            mistakes = explain(function, alone, seen, near, state.mutants, passing)
            found.update({name: mistakes} if mistakes else {})
    state.explained = agreeing(found)
    while chance := [f for f in failing if _is_explained_by_chance(state, f)]:
        for function in chance:
            del state.explained[function.name]
    for function in failing:
        mistakes = state.explained.get(function.name)
        if mistakes and mistakes.shows and not (mistakes.own or function.takes_data):
            state.excuse(function, list(mistakes.others))


def _is_explained_by_chance(state: State, function: Function) -> bool:
    known = state.explained.get(function.name)
    if known is None:
        return False
    mistakes = [*known.own, *itertools.chain.from_iterable(known.others.values())]
    return state.may_be_chance(function, mistakes)


def join_conventions(state: State, functions: Sequence[Function]) -> None:
    """Say which mistakes undo each other, and take the points for them once."""
    named = {
        f.name: [*state.mistakes.get(f.name, ()), *state.mistakes_in_part(f)]
        for f in functions
        if not f.is_given
    }
    by_name = {function.name: function for function in functions}
    for carried in carried_through(state.answer_key, named, partial(_fits_helpers, state)):
        if carried.mistakes.keys() <= named.keys():
            _join(state, carried, by_name)


def _fits_helpers(state: State, name: str, helpers: Sequence[str]) -> bool:
    """Whether a function that got no right helpers is right with wrong ones, or wrong for
    other reasons that are known, and calls them."""
    function = state.answer_key.function(name)
    if function is None or name not in state.found:
        return False
    is_known = state.mutants is None and bool(state.mistakes.get(name))
    if name in state.failed and not is_known:
        return False
    state.restart()  # what is called there has seen nothing that is hidden
    return state.called(function, helpers) == list(helpers)


def _join(state: State, carried: Carried, functions: Mapping[str, Function]) -> None:
    failing = [name for name in carried.mistakes if state.fails(name)]
    if not failing:
        return
    text = messages.one_convention(list(carried.mistakes), carried.convention.function)
    paying = carried.paying(state.mistakes, failing)
    for name in failing:
        own, found = state.mistakes.get(name, ()), state.found[name]
        is_sure = not state.in_part.keys() & carried.mistakes.keys()
        if is_sure and name != paying and own and {*own} <= {*carried.mistakes[name]}:
            state.excuse(functions[name], [paying], text)
            del state.mistakes[name]
        key = first_failed(functions[name], found)
        if key is not None and (name == paying or state.fails(name)):
            first = "\n".join(filter(None, (found[key].first, text)))
            found[key] = found[key]._replace(first=first)


def excuse_what_follows(state: State, function: Function) -> None:
    """Give the points for numbers to a function that is wrong only because of known mistakes in
    what others keep for it: no right one can stand for these, since it reads what is kept."""
    kept, name = state.mistakes_kept(function), function.name
    seen = state.given.get(name) or [*state.seen[name], *state.near.get(name, ())]
    if kept and state.mutants is not None and follows(function, seen, state.mutants, kept):
        roots = [state.mutants.mistakes[mistake].function for mistake in kept]
        state.excuse(function, list(dict.fromkeys(roots)))
