"""Judges a submission: calls its functions, compares the results, and says what is wrong.

Everything here runs on the trusted side, in three rounds:

1. Each function alone, on right inputs. First all are observed on the visible cases, whose outcomes
   may be shown in full, then each on the hidden ones (`observe`). Its checks read the observations.
2. A function that is wrong and calls wrong helpers is asked again, with right helpers in their
   place, in a fresh process.
3. If what a function differentiates is wrong, it may be the derivative of that nevertheless.

Points come only from comparisons with what the grader computed. The one exception is round 3 where
the mistake is not a known one: then the numerical gradient of the student's own functions decides.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.composition import own_arguments
from autograder.exercise.function import Function
from autograder.faults import is_machines
from autograder.judge import derivative_messages, evidence, messages, values
from autograder.judge.batching import Steps, run_alone, run_together
from autograder.judge.behaviour import check_behaviour
from autograder.judge.checks import CHECKS, find, first_failed, pass_given, pass_numbers, report
from autograder.judge.choices import judge_choices
from autograder.judge.conventions import Carried, carried_through, fitting
from autograder.judge.finding import (
    REACHES,
    Alone,
    Attempt,
    Finding,
    Seen,
    failure_status,
    is_right,
)
from autograder.judge.observe import Observation, add_own, observe
from autograder.judge.reaches import attempt, check_reaches, trials_of, try_out
from autograder.judge.stages import in_order, needed, stages
from autograder.report import FunctionReport, Named, Unexplained
from autograder.sandbox.calls import SOUND, Call, Caller, Cell, Serve

if TYPE_CHECKING:
    from autograder.exercise.composition import Composition
    from autograder.exercise.mutants import Mutants
    from autograder.judge.explanation import Explanation
    from autograder.judge.follow import Followed
    from autograder.judge.ideas import KnownIdea
    from autograder.judge.passed_on import Explained
    from autograder.judge.slips.edits import Mend, Slips

__all__ = ["FindOwner", "judge"]

#: What a function fails for that is not there: no change of its source is the cause.
_MISSING = {"ModuleNotFoundError", "ImportError", "NotComputed"}

#: So many functions are asked in one process with right helpers: as many as it has time for.
MOST_TOGETHER = 2
#: So many functions of a submission are searched for what their numbers are.
MOST_SEARCHED = 4

#: Given a function and its observations on hidden cases, returns the classmate on whose hidden
#: cases the results would be right, or "".
FindOwner = Callable[[str, Sequence[Observation]], str]


class Restart(Protocol):
    """Runs the submission again in a fresh process, where stand-ins are served."""

    def __call__(self, serve: Serve | None = None, more: Sequence[Cell] = ()) -> None:
        """Calls with ``served`` helpers are then answered by ``serve``. Cells of ``more`` run after
        the submission's own."""


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
    judging = _Judging(answer_key, call, seconds, mutants, restart, find_owner)
    judging.take(alone)
    chosen = judging.judge_each_alone(
        [function for function in functions if function.name not in alone],
        [function for function in functions if not only or function.name in only],
        judge_choices(choices, answer_key, seconds),
    )
    judging.judge_with_right_helpers(functions)
    judging.try_out_with_right_helpers(functions)
    judging.excuse_what_is_passed_on(functions)
    for function in sorted(in_order(functions), key=lambda function: bool(function.of)):
        judging.explain(function)
    judging.join_conventions(functions)
    if cells:
        judging.name_slips(functions, cells)
    judging.say_what_it_is(functions)
    wanted = [f for f in functions if not only or f.name in only]
    reports = judging.reports(wanted, bool(only)) if trace else [*map(judging.report, wanted)]
    return [*reports, *(report for report in chosen if not only or report.name in only)]


def right_alone(
    answer_key: AnswerKey, call: Caller, seconds: float, restart: Restart
) -> dict[str, Alone]:
    """What is found of each function of a submission alone, where everything is right."""
    judging = _Judging(answer_key, call, seconds, None, restart, None)
    functions = answer_key.functions
    judging.judge_each_alone(functions, functions, judge_choices((), answer_key, seconds))
    return {
        name: Alone(judging.seen[name], judging.near[name], judging.attempts.get(name, ()), found)
        for name, found in judging.found.items()
        if is_right(found) and all(finding.passed is not False for finding in found.values())
    }


@dataclass(eq=False, repr=False)
class _Judging:
    """The state of judging one submission: observations and findings of its functions so far."""

    answer_key: AnswerKey
    call: Caller
    seconds: float
    mutants: Mutants | None
    restart: Restart
    find_owner: FindOwner | None
    seen: dict[str, list[Observation]] = field(default_factory=dict)
    #: The stages in which functions are asked on hidden cases.
    order: dict[str, int] = field(default_factory=dict)
    #: Observations on inputs close to visible ones.
    near: dict[str, list[Observation]] = field(default_factory=dict)
    #: Observations with right helpers, and the helpers.
    given: dict[str, list[Observation]] = field(default_factory=dict)
    #: What came of attempts to reach something.
    attempts: dict[str, list[Attempt]] = field(default_factory=dict)
    helpers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    found: dict[str, dict[str, Finding]] = field(default_factory=dict)
    #: Functions that failed a check alone.
    failed: set[str] = field(default_factory=set)
    #: Functions that differ from the solution's, each with the functions that have the mistakes.
    wrong: dict[str, Sequence[str]] = field(default_factory=dict)
    mistakes: dict[str, Sequence[str]] = field(default_factory=dict)
    #: The mistakes that explain a part of a function's numbers.
    in_part: dict[str, Explanation] = field(default_factory=dict)
    fits: dict[str, str] = field(default_factory=dict)
    #: Functions that cannot be judged, with the ones that have to be right first.
    waits_for: dict[str, Sequence[str]] = field(default_factory=dict)
    #: Functions that fail alone and lose nothing, each with the functions that have the mistakes.
    carried: dict[str, Sequence[str]] = field(default_factory=dict)
    #: The known mistakes that explain functions which cannot be given right helpers.
    explained: dict[str, Explained] = field(default_factory=dict)
    #: Why a person should look at a function.
    look: dict[str, str] = field(default_factory=dict)
    #: Sentences on slips, and on what numbers are.
    slips: dict[str, str] = field(default_factory=dict)

    def take(self, alone: Mapping[str, Alone]) -> None:
        """Take what was found of functions alone."""
        for name, (seen, near, attempts, found) in alone.items():
            self.seen[name], self.near[name] = [*seen], [*near]
            self.attempts[name], self.found[name] = [*attempts], {**found}

    def judge_each_alone(
        self,
        functions: Sequence[Function],
        measured: Sequence[Function],
        choices: Steps[list[FunctionReport]],
    ) -> list[FunctionReport]:
        """Observe and check each function alone, and what those that are ``measured`` reach.
        Returns the reports of ``choices``."""
        chosen = self.observe_visible(functions, choices)
        names = {function.name for function in functions}
        tried = [function for function in measured if function.name in names]
        self.attempts.update(try_out(tried, self.answer_key, self.call, self.restart))
        in_stages: list[Sequence[Function]] = [(), *stages(functions, self.answer_key.cases), ()]
        self.order = {f.name: at for at, stage in enumerate(in_stages) for f in stage}
        for stage, next_stage in itertools.pairwise(in_stages):
            self.observe_hidden(stage, next_stage)
            for function in stage:
                self.judge_alone(function)
        return chosen

    def observe_visible(
        self, functions: Sequence[Function], choices: Steps[list[FunctionReport]]
    ) -> list[FunctionReport]:
        """Observe all functions on the visible cases, before anything hidden is in the submission's
        process. Returns the reports of ``choices``, which are called first in the same batch."""
        cases = self._cases(hidden=False)
        labels = {case.label for case in cases}
        works: list[Steps[Any]] = [choices]
        works += [observe(function, cases, dict.fromkeys(labels, ())) for function in functions]
        chosen: list[FunctionReport]
        chosen, *found = run_together(self.call, works)
        for function, items in zip(functions, found, strict=True):
            self.seen[function.name], self.near[function.name] = items, []
        for function in functions:
            right = self._own_results(function)
            if self._makers(function) and right.keys() != labels:
                again = observe(function, cases, right)
                self.seen[function.name] = run_alone(self.call, again)
        return chosen

    def _cases(self, hidden: bool) -> list[Case]:
        return [case for case in self.answer_key.cases if case.hidden == hidden]

    def _makers(self, function: Function) -> list[str]:
        """The functions whose results a function gets as the student's own, where they are
        right."""
        functions = {each.name: each for each in self.answer_key.functions}
        return [own.of for own in own_arguments(functions, function) if not own.always]

    def _own_results(self, function: Function) -> dict[str, tuple[str, ...]]:
        """The cases on which the student's own results that a function gets are right, with the
        helpers that their functions have to be given for that; none where one failed alone and is
        not right with them."""
        found: dict[str, tuple[str, ...]] | None = None
        for name in self._makers(function):
            if name in self.failed:
                right = values.right_labels(name, self.given.get(name, ()))
                helpers = self.helpers.get(name, ())
            else:
                alone = [*self.seen.get(name, ()), *self.near.get(name, ())]
                right, helpers = values.right_labels(name, alone), ()
            if found is None:
                found = dict.fromkeys(right, helpers)
            else:
                found = {label: found[label] + helpers for label in right if label in found}
        return found or {}

    def observe_hidden(self, functions: Sequence[Function], later: Sequence[Function]) -> None:
        """Observe the functions of a stage on the hidden cases, and those of the ``later`` stage on
        the near cases. All calls go in one batch, since each batch costs a round trip.

        So near cases come before the hidden ones of the same function: one that times out on a
        hidden case, and is not called again, was still observed near the visible ones.
        """
        cases = self._cases(hidden=True)
        near: Sequence[Case] = self.answer_key.near
        groups = [(f, cases, self.seen) for f in functions if cases]
        groups += [(f, [*near], self.near) for f in later if near]
        if not groups:
            return
        works = [
            observe(f, group, self._own_results(f), self.seen[f.name]) for f, group, _ in groups
        ]
        for (f, _, observed), items in zip(groups, run_together(self.call, works), strict=True):
            observed.setdefault(f.name, []).extend(items)

    def judge_alone(self, function: Function) -> None:
        """Make the checks of an observed function."""
        found = self.found.setdefault(function.name, {})
        with self._charged_to(function):
            find(self._seen(function, self.seen, self.near, found))
            if not is_right(found):
                self.wrong[function.name] = [function.name]

    @contextlib.contextmanager
    def _charged_to(self, function: Function) -> Iterator[None]:
        """Turn an exception in a check into a failure of the function: its values caused it. If all
        its values are right, the check has a bug, and the exception propagates."""
        name = function.name
        try:
            yield
        except Exception as error:
            if is_machines(error) or all(item.is_right for item in self.seen[name]):
                raise
            _note_fault(f"{name} could not be judged")
            failed = Finding(False, messages.cannot_be_compared(name))
            self.found[name] = dict.fromkeys(CHECKS, failed)
            self.wrong[name] = [name]

    def _seen(
        self,
        function: Function,
        on_cases: Mapping[str, Sequence[Observation]],
        near: Mapping[str, Sequence[Observation]],
        found: dict[str, Finding],
    ) -> Seen:
        """The input of the checks of a function."""
        name = function.name
        return Seen(
            function,
            on_cases[name],
            near[name],
            self.answer_key,
            self.seconds,
            found,
            self.attempts.get(name, ()),
        )

    def _fails(self, name: str) -> bool:
        return any(finding.passed is False for finding in self.found.get(name, {}).values())

    def judge_with_right_helpers(self, functions: Sequence[Function]) -> None:
        """Ask the functions that fail, and call helpers that fail, with right helpers; and given
        ones that call such, since faults that are left in these may not show beside others.

        First all on the visible cases, in one process. On the hidden ones a process may know the
        results of one other function, as `_may_follow` says.
        """
        from autograder.judge.right_helpers import RightHelpers

        self.failed = {name for name in self.found if self._fails(name)}
        asked = [f for f in functions if f.name in self.failed or f.is_given]
        asked = [f for f in asked if self._wrong_helpers(f) or self._makers(f)]
        if self.mutants is None or not any(map(self._wrong_helpers, asked)):
            return
        serve = RightHelpers(self.mutants, asked, self.answer_key.cases)
        self.restart(serve)
        for function in asked:
            name, helpers = function.name, self._wrong_helpers(function)
            right = self._own_results(function)
            if helpers or any(right.values()):
                self.helpers[name] = helpers or next(filter(None, right.values()))
                work = observe(function, self._cases(False), right, (), helpers)
                self.given[name] = run_alone(self.call, work)
        # A function that takes a process down is not called again in it, whoever asks.
        is_sound = self._are_sound(self.given, self.given) and self._are_sound(
            self.failed, self.seen
        )
        before: Sequence[Function] | None = () if is_sound else None
        for function in asked:
            seen = self.given.get(function.name, ())
            if any(item.first.returned for item in seen):
                with self._or_as_it_is(function):
                    known, before = before, None
                    if known is None or not self._may_follow(function, known):
                        self.restart(serve)
                        known = ()
                    self._ask_on_hidden(function, seen)
                    is_sound = is_sound and self._are_sound([function.name], self.given)
                    before = (*known, function) if is_sound else None

    def _may_follow(self, function: Function, before: Sequence[Function]) -> bool:
        """Whether a function may be asked on hidden cases with right helpers in a process in which
        others were ``before``: at most one, for the time that both have, which does not get its
        results, and whose helpers it has all. So it can learn nothing that it cannot ask for."""
        served = {*self._wrong_helpers(function)}
        return len(before) < MOST_TOGETHER and all(
            other.name in self.order
            and function.name in self.order
            and self.order[other.name] <= self.order[function.name]
            and served.issuperset(self._all_helpers(other))
            for other in before
        )

    def _all_helpers(self, function: Function) -> set[str]:
        """The right helpers that a function was given, itself or for what it gets."""
        own = self._own_results(function).values()
        return {*self._wrong_helpers(function), *itertools.chain.from_iterable(own)}

    def _are_sound(self, names: Iterable[str], seen: Mapping[str, Sequence[Observation]]) -> bool:
        """Whether no process was lost in one of these functions."""
        return all(item.first.kind in SOUND for name in names for item in seen.get(name, ()))

    def try_out_with_right_helpers(self, functions: Sequence[Function]) -> None:
        """Ask what does not reach what it has to, and calls helpers that fail, with right helpers,
        each in a process of its own."""
        from autograder.judge.right_helpers import RightHelpers

        for function in functions if self.mutants is not None else ():
            trials, helpers = trials_of(function, self.answer_key), self._wrong_helpers(function)
            finding = self.found[function.name].get(REACHES)
            if not finding or finding.passed or not helpers or not self._was_written(function.name):
                continue
            assert self.mutants is not None

            self.restart(RightHelpers(self.mutants, [function], trials))
            with self._or_as_it_is(function):
                made = attempt(function, trials, self.call, helpers)
                seen = self._seen(function, self.seen, self.near, {})
                again = check_reaches(replace(seen, attempts=made))
                if again is not None and again.passed:
                    text = messages.right_given(helpers)
                    self.found[function.name][REACHES] = Finding(True, text)
                    self._carry(function, helpers)

    def _carry(self, function: Function, helpers: Sequence[str]) -> None:
        """Note that a function that is right with right helpers fails for theirs."""
        if is_right(self.found[function.name]) and function.name in self.wrong:
            self.wrong[function.name] = self._blamed(helpers)
        if not self._fails(function.name):
            self.carried[function.name] = self._blamed(helpers)

    def _wrong_helpers(self, function: Function) -> tuple[str, ...]:
        """The functions that are wrong and that it calls, or that is called by what keeps something
        for it; and those that read what one of these keeps for them: nobody else can. Only those
        for which right ones can stand."""
        functions = {each.name: each for each in self.answer_key.functions}
        makers = [functions[own.of] for own in own_arguments(functions, function) if own.always]
        called = dict.fromkeys(name for each in (function, *makers) for name in each.calls)
        wrong = {name for name in called if name in self.failed and functions[name].takes_data}
        return tuple(
            name
            for name in called
            if name in wrong
            or any(o.always and o.of in wrong for o in own_arguments(functions, functions[name]))
        )

    def _ask_on_hidden(self, function: Function, visible: Sequence[Observation]) -> None:
        """Ask a function with right helpers on hidden and near cases, and make all its checks."""
        name, found, helpers = function.name, self.found[function.name], self.helpers[function.name]
        groups = (self._cases(hidden=True), [*self.answer_key.near])
        right, served = self._own_results(function), self._wrong_helpers(function)
        hidden, near = run_together(
            self.call,
            [observe(function, g, right, visible, served) for g in groups],
        )
        self.given[name] = [*visible, *hidden]
        given: dict[str, Finding] = {}
        find(self._seen(function, self.given, {name: near}, given))
        if name not in self.failed:
            if not is_right(given):
                found.update(given)
                self.failed.add(name)
                self.wrong[name] = [name]
            return
        pass_given(found, given, messages.right_given(helpers))
        self._carry(function, helpers)

    def excuse_what_is_passed_on(self, functions: Sequence[Function]) -> None:
        """Give the points for numbers to a function that only passes on known mistakes of others,
        where no right ones can stand for these."""
        failing = [function for function in functions if function.name in self.failed]
        if self.mutants is None or all(function.takes_data for function in failing):
            return
        from autograder.judge.explanation import explain_numbers
        from autograder.judge.passed_on import agreeing, explain

        alone: dict[str, Sequence[str]] = {function.name: () for function in failing}
        for function in failing:
            with self._or_as_it_is(function):
                seen = self.given.get(function.name) or self.seen[function.name]
                known = explain_numbers(function, seen, self.answer_key, self.mutants)
                alone[function.name] = known.mistakes if known.is_complete else ()
        found: dict[str, Explained] = {}
        right = (each for each in functions if each.name not in self.failed)
        passing = [(each, [i for i in self.seen[each.name] if i.is_exact]) for each in right]
        for function in failing:
            name = function.name
            with self._or_as_it_is(function):
                seen, near = self.seen[name], self.near.get(name, ())
                mistakes = explain(function, alone, seen, near, self.mutants, passing)
                found.update({name: mistakes} if mistakes else {})
        self.explained = agreeing(found)
        while chance := [f for f in failing if self._is_explained_by_chance(f)]:
            for function in chance:
                del self.explained[function.name]
        for function in failing:
            mistakes = self.explained.get(function.name)
            if mistakes and mistakes.shows and not (mistakes.own or function.takes_data):
                self._excuse(function, list(mistakes.others))

    def _excuse(self, function: Function, roots: Sequence[str], text: str = "") -> None:
        """Give the points for all numbers to a function that only passes on mistakes of others;
        ``text`` says why."""
        found, text = self.found[function.name], text or derivative_messages.right_for(roots)
        pass_numbers(found, text)
        if "gradient" in found:
            found["gradient"] = Finding(True, text)
        self.wrong[function.name] = roots
        self._check_behaviour(function, self.seen[function.name])
        if not self._fails(function.name):
            self.carried[function.name] = roots

    def _blamed(self, names: Sequence[str]) -> Sequence[str]:
        """The functions with the mistakes that the failing ones among ``names`` make or pass on."""
        roots = (root for name in names for root in self.wrong.get(name, [name]))
        return list(dict.fromkeys(roots))

    def explain(self, function: Function) -> None:
        """Find out whether a function follows a wrong idea, and name the mistakes in it."""
        upstream = [other for other in function.of if other in self.wrong]
        with self._or_as_it_is(function):
            if upstream:
                self._follow(function, self._blamed(upstream))
            if self._fails(function.name):
                self._excuse_what_follows(function)
            if self._fails(function.name):
                self._name_mistakes(function)

    @contextlib.contextmanager
    def _or_as_it_is(self, function: Function) -> Iterator[None]:
        """Keep the findings of a function where an exception ends the search for an excuse."""
        try:
            yield
        except Exception as error:
            if is_machines(error) or all(item.is_right for item in self.seen[function.name]):
                raise
            _note_fault(f"{function.name} could not be judged again")

    def _name_mistakes(self, function: Function) -> None:
        """Name the known mistakes in a function, or the functions to fix first."""
        from autograder.judge.exceptions import is_overwritten

        name, found = function.name, self.found[function.name]
        given = self.given.get(name)
        helpers = self._blamed_by(function)
        partners = self._wrong_partners(name, *(() if given else helpers))
        if name in self.explained and not given:
            own = self.explained[name].own
            self.mistakes[name] = own if self.answer_key.known.keys() >= {*own} else ()
        elif given or not helpers or not function.takes_data:
            self._explain_numbers(function)
        elif self.mutants is None:
            self._explain_with_wrong_helpers(function)
        named, in_part = self.mistakes.get(name, ()), self.in_part.get(name)
        explanation, stub = "", self._stub(function)
        if (named or in_part) and function.is_given:
            pass  # to find it is the exercise
        elif stub:  # as its checks say
            self.waits_for[name] = [stub]
        elif named:
            explanation = messages.named([self.answer_key.known[m].message for m in named])
        elif given and any(is_overwritten(item.first.error_text) for item in given):
            pass  # which its checks say
        elif partners and all(map(self._was_written, (name, *partners))):
            explanation = messages.fix_partner_first(name, partners)
            self.waits_for[name] = partners
        elif any(item.first.kind == "skipped" for item in given or self.seen[name]):
            pass  # what it needs was not made, as its checks say
        elif in_part:
            known = self.answer_key.known
            told = [
                (part.quantity, [known[m].message for m in part.mistakes]) for part in in_part.parts
            ]
            explanation = messages.named_in_part(told, in_part.left, in_part.was_searched)
        elif helpers and given and self._was_written(name):
            explanation = messages.wrong_even_given(name, helpers)
        elif helpers and all(map(self._was_written, (name, *helpers))):
            explanation = messages.fix_first(name, helpers)
            self.waits_for[name] = helpers
        elif self.find_owner is not None and "values" in found and found["values"].passed:
            hidden = [i for i in self.seen[name] if i.case.hidden and i.first.returned]
            self.fits[name] = self.find_owner(name, hidden)
        key = first_failed(function, found)
        if explanation and key is not None:
            found[key] = found[key]._replace(first=explanation)

    def _is_explained_by_chance(self, function: Function) -> bool:
        known = self.explained.get(function.name)
        if known is None:
            return False
        mistakes = [*known.own, *itertools.chain.from_iterable(known.others.values())]
        return self._may_be_chance(function, mistakes)

    def _may_be_chance(self, function: Function, mistakes: Sequence[str]) -> bool:
        """Whether mistakes may fit a function by chance: several of them, or one that nobody
        declared, where no right ones can stand for its helpers, and one of these fails and has no
        explanation."""
        if self.mutants is None or function.takes_data:
            return False
        known = [self.mutants.mistakes[mistake] for mistake in mistakes]
        unknown = self.failed - self.explained.keys()
        is_likely = len(known) == 1 and not known[0].generated
        return not is_likely and not unknown.isdisjoint(function.uses)

    def _explain_numbers(self, function: Function) -> None:
        """Find the known mistakes that explain all numbers of a function, or some of them."""
        from autograder.judge.explanation import explain_numbers

        name, kept = function.name, self._mistakes_kept(function)
        given = self.given.get(name)
        found = explain_numbers(
            function,
            given or self.seen[name],
            self.answer_key,
            self.mutants,
            kept,
            () if given else self.near.get(name, ()),
        )
        if not given and self._may_be_chance(function, found.mistakes):
            return
        if found.is_complete:
            self.mistakes[name] = found.mistakes
        elif found.parts:
            self.in_part[name] = found

    def _explain_with_wrong_helpers(self, function: Function) -> None:
        """Name the mistake in a function that may be right with wrong helpers, if it is one that
        these cannot have made."""
        from autograder.judge.explanation import explain_numbers

        fits = fitting(self.answer_key, function.name, self.mistakes)
        if fits:
            found = explain_numbers(function, self.seen[function.name], self.answer_key, None)
            alike = {mistake for convention in fits for mistake in convention.alike}
            if found.is_complete and len(found.mistakes) == 1 and alike.isdisjoint(found.mistakes):
                self.mistakes[function.name] = found.mistakes

    def join_conventions(self, functions: Sequence[Function]) -> None:
        """Say which mistakes undo each other, and take the points for them once."""
        named = {
            f.name: [*self.mistakes.get(f.name, ()), *self._in_part(f)]
            for f in functions
            if not f.is_given
        }
        by_name = {function.name: function for function in functions}
        for carried in carried_through(self.answer_key, named, self._fits_helpers):
            if carried.mistakes.keys() <= named.keys():
                self._join(carried, by_name)

    def _fits_helpers(self, name: str, helpers: Sequence[str]) -> bool:
        """Whether a function that got no right helpers is right with wrong ones, or wrong for
        other reasons that are known, and calls them."""
        function = self.answer_key.function(name)
        if function is None or name not in self.found:
            return False
        is_known = self.mutants is None and bool(self.mistakes.get(name))
        if name in self.failed and not is_known:
            return False
        self.restart()  # what is called there has seen nothing that is hidden
        return self._called(function, helpers) == list(helpers)

    def _join(self, carried: Carried, functions: Mapping[str, Function]) -> None:
        failing = [name for name in carried.mistakes if self._fails(name)]
        if not failing:
            return
        text = messages.one_convention(list(carried.mistakes), carried.convention.function)
        paying = carried.paying(self.mistakes, failing)
        for name in failing:
            own, found = self.mistakes.get(name, ()), self.found[name]
            is_sure = not self.in_part.keys() & carried.mistakes.keys()
            if is_sure and name != paying and own and {*own} <= {*carried.mistakes[name]}:
                self._excuse(functions[name], [paying], text)
                del self.mistakes[name]
            key = first_failed(functions[name], found)
            if key is not None and (name == paying or self._fails(name)):
                first = "\n".join(filter(None, (found[key].first, text)))
                found[key] = found[key]._replace(first=first)

    def _excuse_what_follows(self, function: Function) -> None:
        """Give the points for numbers to a function that is wrong only because of known mistakes in
        what others keep for it: no right one can stand for these, since it reads what is kept."""
        from autograder.judge.known_mistakes import follows

        kept, name = self._mistakes_kept(function), function.name
        seen = self.given.get(name) or [*self.seen[name], *self.near.get(name, ())]
        if kept and self.mutants is not None and follows(function, seen, self.mutants, kept):
            roots = [self.mutants.mistakes[mistake].function for mistake in kept]
            self._excuse(function, list(dict.fromkeys(roots)))

    def _mistakes_kept(self, function: Function) -> list[str]:
        """The known mistakes of functions in what these keep for a function."""
        functions = {each.name: each for each in self.answer_key.functions}
        makers = {own.of for own in own_arguments(functions, function) if own.always}
        return [m for name in functions if name in makers for m in self.mistakes.get(name, ())]

    def _blamed_by(self, function: Function) -> Sequence[str]:
        """The functions that have to be right before a function that uses them can be."""
        if function.name in self.explained:
            return list(self.explained[function.name].others)
        helpers = [h for h in function.calls if h in self.failed and self._gives_wrong(h)]
        if helpers and self.mutants is None:
            helpers = self._called(function, helpers)
        # Of those that were not judged with right helpers, the first ones.
        by_name = {each.name: each for each in self.answer_key.functions}
        return [
            name
            for name in helpers
            if by_name[name].takes_data or not set(helpers).intersection(by_name[name].calls)
        ]

    def _wrong_partners(self, *names: str) -> list[str]:
        """The functions that have to be right before what they keep for some functions is, which no
        other can use."""
        by_name = {each.name: each for each in self.answer_key.functions}
        makers = [o.of for n in names for o in own_arguments(by_name, by_name[n]) if o.always]
        wrong = [of for of in makers if of in self.failed and of not in self.carried]
        wrong = [of for of in wrong if self._gives_wrong(of)]
        return list(dict.fromkeys(root for of in wrong for root in self.waits_for.get(of, [of])))

    def _stub(self, function: Function) -> str:
        """A function that one uses, and that is not written yet; "" if there is none."""
        stubs = (item.first.stub for item in self.seen[function.name])
        return next((stub for stub in stubs if stub in function.uses), "")

    def _gives_wrong(self, function: str) -> bool:
        """Whether what a function gives is wrong, or of a wrong kind."""
        declared = self.answer_key.function(function)
        judged = declared is not None and "shapes" in declared.points
        return function in self.wrong or (judged and self.found[function]["shapes"].passed is False)

    def _called(self, function: Function, helpers: Sequence[str]) -> list[str]:
        """Those of the helpers that a function calls, on the first visible case where it is wrong:
        it may do without. Asked of a process that has seen nothing hidden only, since it chooses
        what is told."""
        seen = [item for item in self.seen[function.name] if not item.case.hidden]
        if not seen:
            return list(helpers)
        first = min(seen, key=lambda item: item.is_exact)
        calls: list[Call] = []
        own = add_own(calls, function, first.case, None)
        arguments = tuple(own.get(name, first.case.inputs[name]) for name in function.arguments)
        *_, outcome = self.call([*calls, Call(function.name, arguments, watch=tuple(helpers))])
        return [helper for helper in helpers if outcome.counts.get(helper)]

    def _was_written(self, function: str) -> bool:
        seen = [item.first for item in self.seen[function]]
        seen += [item.outcome for item in self.attempts.get(function, ())]
        return not any(failure_status(outcome, function) == "missing" for outcome in seen)

    def _follow(self, function: Function, roots: Sequence[str]) -> None:
        """Decide whether a function is the derivative of what wrong functions compute. ``roots``
        are the functions with the mistakes in them."""
        from autograder.judge.ideas import KnownIdea

        name, found = function.name, self.found[function.name]
        unwritten = [other for other in function.of if not self._was_written(other)]
        if is_right(found):
            text = derivative_messages.right_for_its_inputs(function, roots, unwritten)
            found["gradient"] = Finding(True, text)
            return
        if not self._was_written(name):
            return
        found["gradient"] = Finding(
            False, derivative_messages.judged_after(function, roots, unwritten)
        )
        if unwritten or function.is_given:  # what was given may be right for wrong functions
            return
        if self.mutants is not None and all(map(self.mistakes.get, roots)):
            mistakes = [mistake for root in roots for mistake in self.mistakes[root]]
            self._follow_known(function, KnownIdea(self.mutants, mistakes), roots)
        else:
            self._follow_own_loss(function, roots)

    def _follow_known(self, function: Function, idea: KnownIdea, roots: Sequence[str]) -> None:
        """Give the points for all numbers if `backward`, with its own helpers or with right ones,
        is the derivative of the loss that the solution with these mistakes computes; those of the
        gradient alone if its derivatives by intermediate values are not."""
        from autograder.judge.follow import follow
        from autograder.judge.gradient import measurable_cases
        from autograder.judge.ideas import KnownIdea
        from autograder.judge.intermediate import is_passed_on
        from autograder.judge.right_helpers import RightHelpers
        from autograder.judge.sides import OwnGradients

        assert self.mutants is not None
        serve = RightHelpers(self.mutants, [function], self.answer_key.cases)
        differentiated = self._composition(function)
        cases, found = measurable_cases(self.answer_key, function), self.found[function.name]
        for served in dict.fromkeys([(), self._wrong_helpers(function)]):
            differentiate = OwnGradients(differentiated, self.call, served=served)
            self.restart(serve)
            seen = self._on_own_results(function, self.answer_key.cases, served)
            judged = [item for item in seen if item.case in cases]
            seed = self.answer_key.seed
            handed_on = self._handed_on(differentiated)
            if not follow(differentiated, judged, handed_on, idea, differentiate, seed=seed).passed:
                continue
            text = derivative_messages.right_for(roots)
            found["gradient"] = Finding(True, text)
            right = KnownIdea(self.mutants, ())
            every = [item for item in seen if not item.case.has_two_answers(function)]
            passed_on = is_passed_on(differentiated, every, idea, right, seed)
            if passed_on is None:
                near = self._on_own_results(function, self.answer_key.near, served)
                passed_on = not evidence.problem(function, judged, near, evidence.ALL)
            if passed_on:
                pass_numbers(found, text)
                self.wrong[function.name] = roots
                self._check_behaviour(function, seen)
                if not self._fails(function.name):
                    self.carried[function.name] = roots
            return

    def _check_behaviour(self, function: Function, seen: Sequence[Observation]) -> None:
        """Check the behaviour on own activations. Its message is fixed: hidden values were in the
        submission's process when the visible cases were called."""
        found = self.found[function.name]
        finding = check_behaviour(self._seen(function, {function.name: seen}, self.near, found))
        found["behaviour"] = Finding(
            finding.passed, "" if finding.passed else messages.misbehaves(function.name)
        )

    def _follow_own_loss(self, function: Function, roots: Sequence[str]) -> None:
        """Give the points of the gradient alone if `backward` is the derivative of the student's
        own loss. The reason may be told where nothing is hidden."""
        from autograder.judge.gradient import measurable_cases

        found, cases = self.found[function.name], measurable_cases(self.answer_key, function)
        self.restart()
        seen = self._on_own_results(function, cases)
        followed = self._followed(function, cases, seen)
        if followed.passed:
            found["gradient"] = Finding(
                True, derivative_messages.derivative_of_own_work(function, roots)
            )
            self.wrong[function.name] = roots
            if self.answer_key.has_hidden:
                self.look[function.name] = derivative_messages.followed_an_unknown_idea(
                    function, roots
                )
        elif not self.answer_key.has_hidden:
            found["gradient"] = Finding(False, followed.text, case=followed.case)

    def _followed(
        self, function: Function, cases: Sequence[Case], seen: Sequence[Observation]
    ) -> Followed:
        """Whether what was ``seen`` is the derivative of the student's own loss. In a student's
        copy a wrong entry is looked for; elsewhere few processes are used, since each runs all
        cells."""
        from autograder.judge.elsewhere import elsewhere, respond
        from autograder.judge.follow import Followed, follow, screen
        from autograder.judge.ideas import OwnIdea
        from autograder.judge.sides import OwnGradients

        seed, network = self.answer_key.seed, self._composition(function)
        handed_on = self._handed_on(network)
        idea = OwnIdea(self.call, self.restart, seed)
        anew = OwnGradients(network, self.call, self.restart)
        little = Followed(False, derivative_messages.depends_on_little(function))
        if self.mutants is None:
            followed = follow(network, seen, handed_on, idea, anew, narrow=True, seed=seed)
            is_little = followed.passed and not respond(network, cases, idea, anew, seed)
            return little if is_little else followed
        here = OwnGradients(network, self.call)
        in_here = OwnIdea(self.call, lambda: None, seed)
        refuted = screen(network, seen, handed_on, in_here, here, seed)
        if refuted:
            return refuted
        others = elsewhere(network, cases, here, {item.case: item.first.value for item in seen})
        if others is None:
            return little
        return follow(network, seen, handed_on, idea, anew, seed=seed, elsewhere=others)

    def _composition(self, function: Function) -> Composition:
        from autograder.exercise.composition import composition

        return composition({each.name: each for each in self.answer_key.functions}, function)

    def _handed_on(self, differentiated: Composition) -> dict[Case, dict[str, Any]]:
        """What later functions get of the student's own results, by name; cases on which there are
        none are left out."""
        found: dict[Case, dict[str, Any]] = {}
        for at, function in enumerate(differentiated.functions):
            for item in self.seen.get(function.name, ()):
                if item.first.returned:
                    handed = differentiated.handed_on(at, item.first.value)
                    found.setdefault(item.case, {}).update(handed)
        return found

    def _on_own_results(
        self, function: Function, cases: Sequence[Case], served: tuple[str, ...] = ()
    ) -> list[Observation]:
        own = dict.fromkeys((case.label for case in cases), ())
        work = observe(function, cases, own, served=served)
        return run_alone(self.call, work)

    def name_slips(self, functions: Sequence[Function], cells: Sequence[Cell]) -> None:
        """Say where the slip is in functions whose mistake nobody declared. Points stay as they
        are."""
        failed = [(f, self._visible(f)) for f in functions if self._is_searched(f)]
        if not failed:
            return
        from autograder.judge.slips.naming import Named, name_slips  # right answers do not need it

        asked = [
            Named(
                f,
                seen,
                self._wrong_helpers(f) if f.name in self.given else (),
                self._own_results(f),
            )
            for f, seen in failed
        ]
        try:
            slips = name_slips(asked, cells, self._run_changed)
        except Exception as error:
            if is_machines(error):
                raise
            _note_fault("the source could not be searched")
            return
        for function, _ in failed:
            self._tell_slip(function, slips)
        self._judge_with_mended(functions, slips.mends)

    def _tell_slip(self, function: Function, slips: Slips) -> None:
        """Tell a slip. In the place of a generated mistake's name, if it makes everything right: it
        says the line, and what to write there."""
        name, findings = function.name, self.found[function.name]
        key = first_failed(function, findings)
        if self.mistakes.get(name):
            if name not in slips.mends:
                return
            if key is not None:
                findings[key] = findings[key]._replace(first="")
        self._tell(function, slips.sentences.get(name, ""), key)

    def _tell(self, function: Function, text: str, key: str | None) -> None:
        """Add a sentence to a failed check; of given code it is told to who asks only."""
        findings = self.found[function.name]
        if not text or (key is None and not function.is_given):
            return
        self.slips[function.name] = text
        if key is not None and not function.is_given:
            first = "\n".join(filter(None, (findings[key].first, text)))
            findings[key] = findings[key]._replace(first=first)

    def say_what_it_is(self, functions: Sequence[Function]) -> None:
        """Say what the numbers of functions are whose mistake has no name. Where no right helpers
        are, those that call wrong ones may show the mistakes of these."""
        unexplained = [
            f
            for f in functions
            if self._is_unexplained(f) and (self.mutants or not self._wrong_helpers(f))
        ]
        for function in unexplained[:MOST_SEARCHED]:
            name, found = function.name, self.found[function.name]
            key = first_failed(function, found)
            if key is not None and CHECKS[key].of_numbers:
                from autograder.judge.unexplained import what_it_is  # right answers do not need it

                seen = self.given if name in self.given else self.seen
                # Not beside the printed digits, but beside the numbers that are shown.
                is_shown = "values" in function.points and found["values"].passed is False
                key = "values" if key == "printed" and is_shown else key
                with self._or_as_it_is(function):
                    text = what_it_is(self._seen(function, seen, self.near, found))
                    self._tell(function, text, key)

    def _judge_with_mended(self, functions: Sequence[Function], mends: Mapping[str, Mend]) -> None:
        """Ask the functions that fail, and use some for which no right ones can stand, with these
        as they are once a slip is mended: the submission's own, in a fresh process for each."""
        for function in functions if self.mutants is not None else ():
            used = [name for name in function.uses if name in mends]
            if used and self._fails(function.name) and function.name not in mends:
                with self._or_as_it_is(function):
                    self.restart(None, [mends[name].cell for name in used])
                    self._ask_with_mended(function, [(name, mends[name].name) for name in used])

    def _ask_with_mended(self, function: Function, mended: Sequence[tuple[str, str]]) -> None:
        """Make all checks of a function with others in the place of some that it uses, if it is
        right then on the visible cases."""
        name, found, instead = function.name, self.found[function.name], tuple(mended)
        work = observe(function, self._cases(hidden=False), {}, instead=instead)
        visible = run_alone(self.call, work)
        if not all(item.is_right for item in visible):
            return
        groups = (self._cases(hidden=True), [*self.answer_key.near])
        hidden, near = run_together(
            self.call, [observe(function, g, {}, visible, (), instead) for g in groups]
        )
        used = [each for each, _ in mended]
        seen, given = {name: [*visible, *hidden]}, dict[str, Finding]()
        find(self._seen(function, seen, {name: near}, given))
        pass_given(found, given, messages.right_once_mended(used))
        if is_right(found):
            self.wrong[name] = used
        if not self._fails(name):
            self.carried[name] = used
            self.waits_for.pop(name, None)

    def _is_unexplained(self, function: Function) -> bool:
        name = function.name
        return self._is_searched(function) and not (self.mistakes.get(name) or name in self.slips)

    def _is_searched(self, function: Function) -> bool:
        """Whether the source of a function is searched: it fails, and no author said why."""
        name, known = function.name, self.answer_key.known
        is_declared = any(not known[each].generated for each in self.mistakes.get(name, ()))
        if name in self.waits_for or is_declared or not self._fails(name):
            return False
        visible = self._visible(function)
        if any(item.first.exception in _MISSING for item in visible):
            return False
        kinds = {item.first.kind for item in visible}
        return bool(kinds) and kinds <= {"returned", "raised", "missing"}

    def _visible(self, function: Function) -> list[Observation]:
        seen = self.given.get(function.name) or self.seen[function.name]
        return [item for item in values.judged(function, seen) if not item.case.hidden]

    def _run_changed(self, cells: Sequence[Cell]) -> Caller:
        """What makes calls where ``cells`` have run after the submission's own."""
        from autograder.judge.right_helpers import RightHelpers

        asked = [f for f in self.answer_key.functions if f.name in self.given]
        serve = None
        if self.mutants is not None and asked:
            serve = RightHelpers(self.mutants, asked, self._cases(hidden=False))
        self.restart(serve, cells)
        return self.call

    def reports(self, functions: Sequence[Function], always_trace: bool) -> list[FunctionReport]:
        """The functions' reports, with the computation if something of it is not right. With
        ``always_trace``, a right `backward` has it too."""
        reports = [self.report(function) for function in functions]
        visible = (i for items in self.seen.values() for i in items if not i.case.hidden)
        if not always_trace and all(item.is_right for item in visible):
            return reports
        from autograder.judge.trace import with_trace  # imported late: right answers do not need it

        try:
            wrong = {**self.wrong, **self.waits_for}
            return with_trace(reports, self.answer_key, self.seen, wrong, always_trace)
        except Exception:
            _note_fault("the computation could not be drawn")
            return reports

    def report(self, function: Function) -> FunctionReport:
        """The function's report."""
        known = self.answer_key.known
        seen = self._seen(function, self.seen, self.near, self.found[function.name])
        made = [Named(m, known[m].message) for m in self.mistakes.get(function.name, ())]
        in_part = tuple(Named(m, known[m].message) for m in self._in_part(function))
        slip = self.slips.get(function.name, "")
        slips = [Named("", slip)] if slip else []
        untold = (*made, *in_part, *slips) if function.is_given else ()
        return report(seen, () if function.is_given else made)._replace(
            on_request=untold,
            in_part=() if function.is_given or function.name in self.waits_for else in_part,
            fits=self.fits.get(function.name, ""),
            waits_for=tuple(self.waits_for.get(function.name, ())),
            given=tuple(self.carried.get(function.name, ())),
            look=self.look.get(function.name, ""),
            unexplained=self._unexplained(function),
        )

    def _in_part(self, function: Function) -> Sequence[str]:
        """The known mistakes that explain some of a function's numbers."""
        found = self.in_part.get(function.name)
        return found.mistakes if found else ()

    def _unexplained(self, function: Function) -> Unexplained | None:
        """What a function gave whose mistake is its own and has no name."""
        name = function.name
        explained = (self.mistakes.get(name), self.waits_for.get(name), name in self.explained)
        if not self._fails(name) or any(explained):
            return None
        from autograder.judge.digests import unexplained

        with self._or_as_it_is(function):
            seen = self.given.get(name) or self.seen[name]
            return unexplained(function, values.judged(function, seen), self.answer_key)
        return None


def _note_fault(what: str) -> None:
    """Log the current exception with its traceback, if a handler is installed."""
    import logging  # imported late: slow to load and rarely needed

    logger = logging.getLogger("autograder")
    logger.addHandler(logging.NullHandler())
    logger.exception(what)
