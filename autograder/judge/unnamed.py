"""Says what is known of mistakes that have no name: slips in the source, and what numbers are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from autograder.exercise.function import Function
from autograder.faults import is_machines
from autograder.judge import messages
from autograder.judge.batching import run_alone, run_together
from autograder.judge.checks import CHECKS, find, first_failed, pass_given
from autograder.judge.finding import Finding, is_right
from autograder.judge.observe import observe
from autograder.judge.state import State, note_fault
from autograder.sandbox.calls import Caller, Cell

if TYPE_CHECKING:
    from autograder.judge.slips.edits import Mend, Slips

#: So many functions of a submission are searched for what their numbers are.
MOST_SEARCHED = 4
#: What a function fails for that is not there: no change of its source is the cause.
_MISSING = {"ModuleNotFoundError", "ImportError", "NotComputed"}


def say_slips(state: State, functions: Sequence[Function], cells: Sequence[Cell]) -> None:
    """Say where the slip is in functions whose mistake nobody declared. Points stay as they
    are."""
    failed = [(f, state.visible(f)) for f in functions if _is_searched(state, f)]
    if not failed:
        return
    from autograder.judge.slips.naming import Named, name_slips  # right answers do not need it

    asked = [
        Named(
            f,
            seen,
            state.wrong_helpers(f) if f.name in state.given else (),
            state.own_results(f),
        )
        for f, seen in failed
    ]
    try:
        slips = name_slips(asked, cells, partial(_run_changed, state))
    except Exception as error:
        if is_machines(error):
            raise
        note_fault("the source could not be searched")
        return
    for function, _ in failed:
        _tell_slip(state, function, slips)
    _judge_with_mended(state, functions, slips.mends)


def _tell_slip(state: State, function: Function, slips: Slips) -> None:
    """Tell a slip. In the place of a generated mistake's name, if it makes everything right: it
    says the line, and what to write there."""
    name, findings = function.name, state.found[function.name]
    key = first_failed(function, findings)
    if state.mistakes.get(name):
        if name not in slips.mends:
            return
        if key is not None:
            findings[key] = findings[key]._replace(first="")
    _tell(state, function, slips.sentences.get(name, ""), key)


def _tell(state: State, function: Function, text: str, key: str | None) -> None:
    """Add a sentence to a failed check; of given code it is told to who asks only."""
    findings = state.found[function.name]
    if not text or (key is None and not function.is_given):
        return
    state.slips[function.name] = text
    if key is not None and not function.is_given:
        first = "\n".join(filter(None, (findings[key].first, text)))
        findings[key] = findings[key]._replace(first=first)


def say_what_it_is(state: State, functions: Sequence[Function]) -> None:
    """Say what the numbers of functions are whose mistake has no name. Where no right helpers
    are, those that call wrong ones may show the mistakes of these."""
    unexplained = [
        f
        for f in functions
        if _is_unexplained(state, f) and (state.mutants or not state.wrong_helpers(f))
    ]
    for function in unexplained[:MOST_SEARCHED]:
        name, found = function.name, state.found[function.name]
        key = first_failed(function, found)
        if key is not None and CHECKS[key].of_numbers:
            from autograder.judge.unexplained import what_it_is  # right answers do not need it

            seen = state.given if name in state.given else state.seen
            # Not beside the printed digits, but beside the numbers that are shown.
            is_shown = "values" in function.points and found["values"].passed is False
            key = "values" if key == "printed" and is_shown else key
            with state.or_as_it_is(function):
                text = what_it_is(state.as_seen(function, seen, state.near, found))
                _tell(state, function, text, key)


def _judge_with_mended(
    state: State, functions: Sequence[Function], mends: Mapping[str, Mend]
) -> None:
    """Ask the functions that fail, and use some for which no right ones can stand, with these
    as they are once a slip is mended: the submission's own, in a fresh process for each."""
    for function in functions if state.mutants is not None else ():
        used = [name for name in function.uses if name in mends]
        if used and state.fails(function.name) and function.name not in mends:
            with state.or_as_it_is(function):
                state.restart(None, [mends[name].cell for name in used])
                _ask_with_mended(state, function, [(name, mends[name].name) for name in used])


def _ask_with_mended(state: State, function: Function, mended: Sequence[tuple[str, str]]) -> None:
    """Make all checks of a function with others in the place of some that it uses, if it is
    right then on the visible cases."""
    name, found, instead = function.name, state.found[function.name], tuple(mended)
    work = observe(function, state.cases(hidden=False), {}, instead=instead)
    visible = run_alone(state.call, work)
    if not all(item.is_right for item in visible):
        return
    groups = (state.cases(hidden=True), [*state.answer_key.near])
    hidden, near = run_together(
        state.call, [observe(function, g, {}, visible, (), instead) for g in groups]
    )
    used = [each for each, _ in mended]
    seen, given = {name: [*visible, *hidden]}, dict[str, Finding]()
    find(state.as_seen(function, seen, {name: near}, given))
    pass_given(found, given, messages.right_once_mended(used))
    if is_right(found):
        state.wrong[name] = used
    if not state.fails(name):
        state.carried[name] = used
        state.waits_for.pop(name, None)


def _is_unexplained(state: State, function: Function) -> bool:
    name = function.name
    return _is_searched(state, function) and not (state.mistakes.get(name) or name in state.slips)


def _is_searched(state: State, function: Function) -> bool:
    """Whether the source of a function is searched: it fails, and no author said why."""
    name, known = function.name, state.answer_key.known
    is_declared = any(not known[each].generated for each in state.mistakes.get(name, ()))
    if name in state.waits_for or is_declared or not state.fails(name):
        return False
    visible = state.visible(function)
    if any(item.first.exception in _MISSING for item in visible):
        return False
    kinds = {item.first.kind for item in visible}
    return bool(kinds) and kinds <= {"returned", "raised", "missing"}


def _run_changed(state: State, cells: Sequence[Cell]) -> Caller:
    """What makes calls where ``cells`` have run after the submission's own."""
    from autograder.judge.right_helpers import RightHelpers

    asked = [f for f in state.answer_key.functions if f.name in state.given]
    serve = None
    if state.mutants is not None and asked:
        serve = RightHelpers(state.mutants, asked, state.cases(hidden=False))
    state.restart(serve, cells)
    return state.call
