"""Names the mistakes in functions, or what has to be right first."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.exercise.composition import own_arguments
from autograder.exercise.function import Function
from autograder.judge import messages
from autograder.judge.checks import first_failed
from autograder.judge.conventions import fitting
from autograder.judge.derivatives import judge_derivatives
from autograder.judge.exceptions import is_overwritten
from autograder.judge.excuses import excuse_what_follows
from autograder.judge.explanation import explain_numbers
from autograder.judge.state import State


def explain(state: State, function: Function) -> None:
    """Find out whether a function follows a wrong idea, and name the mistakes in it."""
    upstream = [other for other in function.of if other in state.wrong]
    with state.or_as_it_is(function):
        if upstream:
            judge_derivatives(state, function, state.blamed(upstream))
        if state.fails(function.name):
            excuse_what_follows(state, function)
        if state.fails(function.name):
            _name_mistakes(state, function)


def _name_mistakes(state: State, function: Function) -> None:
    """Name the known mistakes in a function, or the functions to fix first."""
    name, found = function.name, state.found[function.name]
    given = state.given.get(name)
    helpers = _blamed_by(state, function)
    partners = _wrong_partners(state, name, *(() if given else helpers))
    if name in state.explained and not given:
        own = state.explained[name].own
        state.mistakes[name] = own if state.answer_key.known.keys() >= {*own} else ()
    elif given or not helpers or not function.takes_data:
        _explain_numbers(state, function)
    elif state.mutants is None:
        _explain_with_wrong_helpers(state, function)
    named, in_part = state.mistakes.get(name, ()), state.in_part.get(name)
    explanation, stub = "", _stub(state, function)
    if (named or in_part) and function.is_given:
        pass  # to find it is the exercise
    elif stub:  # as its checks say
        state.waits_for[name] = [stub]
    elif named:
        explanation = messages.named([state.answer_key.known[m].message for m in named])
    elif given and any(is_overwritten(item.first.error_text) for item in given):
        pass  # which its checks say
    elif partners and all(map(state.was_written, (name, *partners))):
        explanation = messages.fix_partner_first(name, partners)
        state.waits_for[name] = partners
    elif any(item.first.kind == "skipped" for item in given or state.seen[name]):
        pass  # what it needs was not made, as its checks say
    elif in_part:
        known = state.answer_key.known
        told = [
            (part.quantity, [known[m].message for m in part.mistakes]) for part in in_part.parts
        ]
        explanation = messages.named_in_part(told, in_part.left, in_part.was_searched)
    elif helpers and given and state.was_written(name):
        explanation = messages.wrong_even_given(name, helpers)
    elif helpers and all(map(state.was_written, (name, *helpers))):
        explanation = messages.fix_first(name, helpers)
        state.waits_for[name] = helpers
    elif state.find_owner is not None and "values" in found and found["values"].passed:
        hidden = [i for i in state.seen[name] if i.case.hidden and i.first.returned]
        state.fits[name] = state.find_owner(name, hidden)
    key = first_failed(function, found)
    if explanation and key is not None:
        found[key] = found[key]._replace(first=explanation)


def _explain_numbers(state: State, function: Function) -> None:
    """Find the known mistakes that explain all numbers of a function, or some of them."""
    name, kept = function.name, state.mistakes_kept(function)
    given = state.given.get(name)
    found = explain_numbers(
        function,
        given or state.seen[name],
        state.answer_key,
        state.mutants,
        kept,
        () if given else state.near.get(name, ()),
    )
    if not given and state.may_be_chance(function, found.mistakes):
        return
    if found.is_complete:
        state.mistakes[name] = found.mistakes
    elif found.parts:
        state.in_part[name] = found


def _explain_with_wrong_helpers(state: State, function: Function) -> None:
    """Name the mistake in a function that may be right with wrong helpers, if it is one that
    these cannot have made."""
    fits = fitting(state.answer_key, function.name, state.mistakes)
    if fits:
        found = explain_numbers(function, state.seen[function.name], state.answer_key, None)
        alike = {mistake for convention in fits for mistake in convention.alike}
        if found.is_complete and len(found.mistakes) == 1 and alike.isdisjoint(found.mistakes):
            state.mistakes[function.name] = found.mistakes


def _blamed_by(state: State, function: Function) -> Sequence[str]:
    """The functions that have to be right before a function that uses them can be."""
    if function.name in state.explained:
        return list(state.explained[function.name].others)
    helpers = [h for h in function.calls if h in state.failed and _gives_wrong(state, h)]
    if helpers and state.mutants is None:
        helpers = state.called(function, helpers)
    # Of those that were not judged with right helpers, the first ones.
    by_name = {each.name: each for each in state.answer_key.functions}
    return [
        name
        for name in helpers
        if by_name[name].takes_data or not set(helpers).intersection(by_name[name].calls)
    ]


def _wrong_partners(state: State, *names: str) -> list[str]:
    """The functions that have to be right before what they keep for some functions is, which no
    other can use."""
    by_name = {each.name: each for each in state.answer_key.functions}
    makers = [o.of for n in names for o in own_arguments(by_name, by_name[n]) if o.always]
    wrong = [of for of in makers if of in state.failed and of not in state.carried]
    wrong = [of for of in wrong if _gives_wrong(state, of)]
    return list(dict.fromkeys(root for of in wrong for root in state.waits_for.get(of, [of])))


def _stub(state: State, function: Function) -> str:
    """A function that one uses, and that is not written yet; "" if there is none."""
    stubs = (item.first.stub for item in state.seen[function.name])
    return next((stub for stub in stubs if stub in function.uses), "")


def _gives_wrong(state: State, function: str) -> bool:
    """Whether what a function gives is wrong, or of a wrong kind."""
    declared = state.answer_key.function(function)
    judged = declared is not None and "shapes" in declared.points
    return function in state.wrong or (judged and state.found[function]["shapes"].passed is False)
