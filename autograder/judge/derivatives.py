"""Judges derivatives of what wrong functions compute."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.exercise.answer_key import Case
from autograder.exercise.composition import Composition, composition
from autograder.exercise.function import Function
from autograder.judge import derivative_messages, evidence
from autograder.judge.batching import run_alone
from autograder.judge.checks import pass_numbers
from autograder.judge.elsewhere import elsewhere, respond
from autograder.judge.finding import Finding, is_right
from autograder.judge.follow import Followed, follow, screen
from autograder.judge.gradient import measurable_cases
from autograder.judge.ideas import KnownIdea, OwnIdea
from autograder.judge.intermediate import is_passed_on
from autograder.judge.observe import Observation, observe
from autograder.judge.right_helpers import RightHelpers
from autograder.judge.sides import OwnGradients
from autograder.judge.state import State


def judge_derivatives(state: State, function: Function, roots: Sequence[str]) -> None:
    """Decide whether a function is the derivative of what wrong functions compute. ``roots``
    are the functions with the mistakes in them."""
    name, found = function.name, state.found[function.name]
    unwritten = [other for other in function.of if not state.was_written(other)]
    if is_right(found):
        text = derivative_messages.right_for_its_inputs(function, roots, unwritten)
        found["gradient"] = Finding(True, text)
        return
    if not state.was_written(name):
        return
    found["gradient"] = Finding(False, derivative_messages.judged_after(function, roots, unwritten))
    if unwritten or function.is_given:  # what was given may be right for wrong functions
        return
    if state.mutants is not None and all(map(state.mistakes.get, roots)):
        mistakes = [mistake for root in roots for mistake in state.mistakes[root]]
        _follow_known(state, function, KnownIdea(state.mutants, mistakes), roots)
    else:
        _follow_own_loss(state, function, roots)


def _follow_known(state: State, function: Function, idea: KnownIdea, roots: Sequence[str]) -> None:
    """Give the points for all numbers if `backward`, with its own helpers or with right ones,
    is the derivative of the loss that the solution with these mistakes computes; those of the
    gradient alone if its derivatives by intermediate values are not."""
    assert state.mutants is not None
    serve = RightHelpers(state.mutants, [function], state.answer_key.cases)
    differentiated = _composition(state, function)
    cases, found = measurable_cases(state.answer_key, function), state.found[function.name]
    for served in dict.fromkeys([(), state.wrong_helpers(function)]):
        differentiate = OwnGradients(differentiated, state.call, served=served)
        state.restart(serve)
        seen = _on_own_results(state, function, state.answer_key.cases, served)
        judged = [item for item in seen if item.case in cases]
        seed = state.answer_key.seed
        handed_on = _handed_on(state, differentiated)
        if not follow(differentiated, judged, handed_on, idea, differentiate, seed=seed).passed:
            continue
        text = derivative_messages.right_for(roots)
        found["gradient"] = Finding(True, text)
        right = KnownIdea(state.mutants, ())
        every = [item for item in seen if not item.case.has_two_answers(function)]
        passed_on = is_passed_on(differentiated, every, idea, right, seed)
        if passed_on is None:
            near = _on_own_results(state, function, state.answer_key.near, served)
            passed_on = not evidence.problem(function, judged, near, evidence.ALL)
        if passed_on:
            pass_numbers(found, text)
            state.wrong[function.name] = roots
            state.check_behaviour(function, seen)
            if not state.fails(function.name):
                state.carried[function.name] = roots
        return


def _follow_own_loss(state: State, function: Function, roots: Sequence[str]) -> None:
    """Give the points of the gradient alone if `backward` is the derivative of the student's
    own loss. The reason may be told where nothing is hidden."""
    found, cases = state.found[function.name], measurable_cases(state.answer_key, function)
    state.restart()
    seen = _on_own_results(state, function, cases)
    followed = _followed(state, function, cases, seen)
    if followed.passed:
        found["gradient"] = Finding(
            True, derivative_messages.derivative_of_own_work(function, roots)
        )
        state.wrong[function.name] = roots
        if state.answer_key.has_hidden:
            state.look[function.name] = derivative_messages.followed_an_unknown_idea(
                function, roots
            )
    elif not state.answer_key.has_hidden:
        found["gradient"] = Finding(False, followed.text, case=followed.case)


def _followed(
    state: State, function: Function, cases: Sequence[Case], seen: Sequence[Observation]
) -> Followed:
    """Whether what was ``seen`` is the derivative of the student's own loss. In a student's
    copy a wrong entry is looked for; elsewhere few processes are used, since each runs all
    cells."""
    seed, network = state.answer_key.seed, _composition(state, function)
    handed_on = _handed_on(state, network)
    idea = OwnIdea(state.call, state.restart, seed)
    anew = OwnGradients(network, state.call, state.restart)
    little = Followed(False, derivative_messages.depends_on_little(function))
    if state.mutants is None:
        followed = follow(network, seen, handed_on, idea, anew, narrow=True, seed=seed)
        is_little = followed.passed and not respond(network, cases, idea, anew, seed)
        return little if is_little else followed
    here = OwnGradients(network, state.call)
    in_here = OwnIdea(state.call, lambda: None, seed)
    refuted = screen(network, seen, handed_on, in_here, here, seed)
    if refuted:
        return refuted
    others = elsewhere(network, cases, here, {item.case: item.first.value for item in seen})
    if others is None:
        return little
    return follow(network, seen, handed_on, idea, anew, seed=seed, elsewhere=others)


def _composition(state: State, function: Function) -> Composition:
    return composition({each.name: each for each in state.answer_key.functions}, function)


def _handed_on(state: State, differentiated: Composition) -> dict[Case, dict[str, Any]]:
    """What later functions get of the student's own results, by name; cases on which there are
    none are left out."""
    found: dict[Case, dict[str, Any]] = {}
    for at, function in enumerate(differentiated.functions):
        for item in state.seen.get(function.name, ()):
            if item.first.returned:
                handed = differentiated.handed_on(at, item.first.value)
                found.setdefault(item.case, {}).update(handed)
    return found


def _on_own_results(
    state: State, function: Function, cases: Sequence[Case], served: tuple[str, ...] = ()
) -> list[Observation]:
    own = dict.fromkeys((case.label for case in cases), ())
    work = observe(function, cases, own, served=served)
    return run_alone(state.call, work)
