"""Judges a submission: calls its functions, compares the results, and says what is wrong.

Everything here runs on the trusted side. All functions are first observed on the visible cases,
whose outcomes may be shown in full. Then each is observed on the hidden ones (`observe`), and its
checks read the observations. Only what decides whose fault an error is makes calls of its own: the
numerical gradient, the replay of a training run, and the student's own helpers.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.declaration import Function
from autograder.exercise.mutants import Mutants
from autograder.exercise.protocol import ACTIVATIONS, BACKWARD, FORWARD
from autograder.judge import carried_forward, evidence, messages, values
from autograder.judge.batching import Steps, run_alone, run_together
from autograder.judge.checks import CHECKS, find, first_failed, report
from autograder.judge.choices import judge_choices
from autograder.judge.finding import Finding, Seen, failure_status, is_right
from autograder.judge.gradient import Verdict, check_gradient, compare_with_solution, gradient_cases
from autograder.judge.known_mistakes import (
    OwnHelpers,
    gives,
    is_given,
    is_made_right,
    is_right_given,
    is_varied,
    recognise,
    recognise_given,
)
from autograder.judge.observe import Observation, observe
from autograder.judge.stages import needed, stages
from autograder.report import FunctionReport
from autograder.sandbox.calls import Caller
from autograder.sandbox.levels import WorkerFault

__all__ = ["FindOwner", "judge"]

#: Given a function and its observations on hidden cases, returns the classmate on whose hidden
#: cases the results would be right, or "".
FindOwner = Callable[[str, Sequence[Observation]], str]


def judge(
    answer_key: AnswerKey,
    call: Caller,
    seconds: float,
    only: Collection[str] = (),
    mutants: Mutants | None = None,
    restart: Callable[[], None] = lambda: None,
    find_owner: FindOwner | None = None,
) -> list[FunctionReport]:
    """Judge the functions of a submission, or ``only`` some of them, in the answer key's order.

    ``call`` makes calls in the submission. ``seconds`` is the time limit that messages name. The
    functions before the named ones are judged too, since whose fault an error is depends on them.
    Without ``mutants``, a wrong function is not excused by helpers with unknown mistakes.
    ``restart`` runs the submission again in a fresh process. ``find_owner`` finds the classmate on
    whose hidden instances a result would be right.
    """
    functions, choices = needed(answer_key.functions, only), needed(answer_key.choices, only)
    judging = _Judging(answer_key, call, seconds, mutants, restart, find_owner)
    chosen = judging.observe_visible(functions, judge_choices(choices, answer_key, seconds))
    in_stages: list[Sequence[Function]] = [(), *stages(functions, answer_key.cases), ()]
    for stage, next_stage in itertools.pairwise(in_stages):
        judging.observe_hidden(stage, next_stage)
        for function in stage:
            judging.judge(function)
    reports = judging.reports([f for f in functions if not only or f.name in only], bool(only))
    return [*reports, *(report for report in chosen if not only or report.name in only)]


@dataclass
class _Judging:
    """The state of judging one submission: observations and findings of its functions so far."""

    answer_key: AnswerKey
    call: Caller
    seconds: float
    mutants: Mutants | None
    restart: Callable[[], None]
    find_owner: FindOwner | None
    seen: dict[str, list[Observation]] = field(default_factory=dict)
    #: Observations on inputs close to visible ones.
    near: dict[str, list[Observation]] = field(default_factory=dict)
    found: dict[str, dict[str, Finding]] = field(default_factory=dict)
    #: Functions that differ from the solution's, each with the functions that have the mistakes.
    wrong: dict[str, Sequence[str]] = field(default_factory=dict)
    mistakes: dict[str, Sequence[str]] = field(default_factory=dict)
    fits: dict[str, str] = field(default_factory=dict)
    #: Functions that cannot be judged, with the ones that have to be right first.
    waits_for: dict[str, Sequence[str]] = field(default_factory=dict)
    #: The verdict on the gradient of the student's own loss on visible cases, if their `forward` or
    #: `loss` is wrong there; and the observations of `backward` on their own activations.
    visible_gradient: Verdict | None = None
    visible_own: list[Observation] = field(default_factory=list)

    def observe_visible(
        self, functions: Sequence[Function], choices: Steps[list[FunctionReport]]
    ) -> list[FunctionReport]:
        """Observe all functions on the visible cases, before anything hidden is in the submission's
        process. Returns the reports of ``choices``, which are called first in the same batch."""
        cases = [case for case in self.answer_key.cases if not case.hidden]
        labels = {case.label for case in cases}
        works: list[Steps[Any]] = [choices]
        works += [observe(function, self.answer_key, cases, labels) for function in functions]
        chosen: list[FunctionReport]
        chosen, *found = run_together(self.call, works)
        for function, items in zip(functions, found, strict=True):
            self.seen[function.name], self.near[function.name] = items, []
        right = values.right_labels(FORWARD.name, self.seen.get(FORWARD.name, ()))
        for function in functions:
            if ACTIVATIONS in function.arguments and right != labels:
                again = observe(function, self.answer_key, cases, right)
                self.seen[function.name] = run_alone(self.call, again)
        self._look_at_own_gradient(cases)
        return chosen

    def _look_at_own_gradient(self, cases: Sequence[Case]) -> None:
        """Judge the gradient of the student's own loss on visible cases, if it may excuse
        `backward`."""
        name = BACKWARD.name
        upstream_right = all(map(self._is_right_on_visible, BACKWARD.derives))
        if name in self.seen and not upstream_right and not self._is_right_on_visible(name):
            self.visible_gradient = Verdict(False, messages.cannot_be_compared(name))
            with self._charged_to(name):
                self.visible_gradient = self._own_gradient(cases)
                if self.visible_gradient.passed:
                    self.visible_own = self._on_own_activations(cases)

    def observe_hidden(self, functions: Sequence[Function], later: Sequence[Function]) -> None:
        """Observe the functions of a stage on the hidden cases, and those of the ``later`` stage on
        the near cases. All calls go in one batch, since each batch costs a round trip.

        So near cases come before the hidden ones of the same function: one that times out on a
        hidden case, and is not called again, was still observed near the visible ones.
        """
        cases = [case for case in self.answer_key.cases if case.hidden]
        forward = [*self.seen.get(FORWARD.name, ()), *self.near.get(FORWARD.name, ())]
        right = values.right_labels(FORWARD.name, forward)
        near: Sequence[Case] = self.answer_key.near
        groups = [(f, cases, self.seen) for f in functions if cases]
        groups += [(f, [*near], self.near) for f in later if near]
        if not groups:
            return
        works = [
            observe(f, self.answer_key, group, right, self.seen[f.name]) for f, group, _ in groups
        ]
        for (f, _, observed), items in zip(groups, run_together(self.call, works), strict=True):
            observed.setdefault(f.name, []).extend(items)

    def _is_right_on_visible(self, name: str) -> bool:
        return all(
            item.is_right
            for item in self.seen.get(name, ())
            if not item.case.hidden and not item.case.two_right_backwards
        )

    def _own_gradient(self, cases: Sequence[Case]) -> Verdict:
        """Whether `backward` gives the derivatives of the student's own loss on these cases. These
        are the solution's where their `forward` and `loss` are right, and numerical elsewhere."""
        right = set.intersection(
            *({i.case.label for i in self.seen.get(n, ()) if i.is_right} for n in BACKWARD.derives)
        )
        found = {item.case.label: item.first for item in self.seen[BACKWARD.name]}
        cases = [case for case in gradient_cases(self.answer_key) if case in cases]
        same = [case for case in cases if case.label in right]
        others = [case for case in cases if case.label not in right]
        verdict = compare_with_solution(same, found, self.seconds)
        if verdict.passed is False or not others:
            return verdict
        own = check_gradient(others, self.call, self.restart, self.seconds)
        return own._replace(depends_on=own.depends_on | verdict.depends_on)

    def _on_own_activations(self, cases: Sequence[Case]) -> list[Observation]:
        """Observe `backward` on the student's own activations, right or wrong."""
        function = self.answer_key.function(BACKWARD.name)
        assert function is not None
        labels = {case.label for case in cases}
        work = observe(function, self.answer_key, cases, labels, self.visible_own)
        return run_alone(self.call, work)

    def judge(self, function: Function) -> None:
        """Make the checks of an observed function, and find out whose fault its errors are."""
        with self._charged_to(function.name):
            self._judge(function)

    @contextlib.contextmanager
    def _charged_to(self, name: str) -> Iterator[None]:
        """Turn an exception in a check into a failure of the function: its values caused it. If all
        its values are right, the check has a bug, and the exception propagates."""
        try:
            yield
        except (WorkerFault, OSError):
            raise
        except Exception:
            if all(item.is_right for item in self.seen[name]):
                raise
            _note_fault(f"{name} could not be judged")
            failed = Finding(False, messages.cannot_be_compared(name))
            self.found[name] = dict.fromkeys(CHECKS, failed)
            self.wrong[name] = [name]

    def _judge(self, function: Function) -> None:
        name, found = function.name, self.found.setdefault(function.name, {})
        seen = self._seen(function)
        find(seen, "observed")
        if not is_right(found):
            self.wrong[name] = [name]
        find(seen, "compared")
        if function.role.derives:
            self._excuse_backward(function, found)
        if name in self.wrong and not is_right(found):
            self._diagnose(function, found)
        find(self._seen(function), "excused")
        if function.role.steps:
            carried_forward.excuse_behaviour(self.found, name)

    def _seen(self, function: Function) -> Seen:
        """The input of the checks of a function."""
        name = function.name
        return Seen(
            function,
            self.seen[name],
            self.near[name],
            self.answer_key,
            self.seconds,
            self.found[name],
            lambda: carried_forward.gradient_finding(self._gradient(), self.answer_key),
        )

    def _is_computed(self, name: str, share: float = evidence.MOST) -> bool:
        """Whether a function computes at least a ``share`` of its result, as every excuse
        requires."""
        function = self.answer_key.function(name)
        return function is not None and not evidence.problem(
            function, self.seen[name], self.near[name], share
        )

    def _excuse_backward(self, function: Function, found: dict[str, Finding]) -> None:
        upstream = [name for name in function.role.derives if name in self.wrong]
        if carried_forward.excuse_backward(found, upstream, self.wrong):
            self.wrong[function.name] = carried_forward.blamed(upstream, self.wrong)
            visible = [item for item in self.seen[function.name] if not item.case.hidden]
            hidden = [case for case in self.answer_key.cases if case.hidden]
            own = self._on_own_activations(hidden)
            self.seen[function.name] = [*(self.visible_own or visible), *own]

    def _gradient(self) -> Verdict:
        """Whether `backward` gives the derivatives of the student's own loss.

        If its values are right but their `forward` or `loss` is wrong, the verdict is open:
        `excuse_backward` passes it without a comparison.
        """
        name, cases = BACKWARD.name, gradient_cases(self.answer_key)
        params = frozenset(param for case in cases for param in case.inputs["params"])
        upstream_right = not any(other in self.wrong for other in BACKWARD.derives)
        outcomes = {item.case.label: item.first for item in self.seen[name]}
        if is_right(
            self.found[name]
        ):  # of the solution's loss, which is theirs if upstream is right
            return Verdict(True if upstream_right and cases else None, "", params)
        if upstream_right:
            return compare_with_solution(cases, outcomes, self.seconds)
        hidden = [case for case in cases if case.hidden]
        visible = self.visible_gradient
        if visible is None and self._is_right_on_visible(name):
            visible = Verdict(True, "", params)
        if visible is None:  # no calls here: hidden values are in the submission's process
            shown = [case for case in cases if not case.hidden]
            visible = compare_with_solution(shown, outcomes, self.seconds)
        if visible.passed is not True or not hidden:
            return visible
        if not self._is_computed(name, evidence.ALL):
            return Verdict(False, messages.same_gradient())
        own = self._own_gradient(hidden)
        hidden_params = {param for case in hidden for param in case.inputs["params"]}
        if own.passed is not True or not hidden_params <= own.depends_on:
            # One sentence for all reasons: a submission could leak values by choosing among them.
            return Verdict(False, messages.not_the_derivative())
        return visible

    def _diagnose(self, function: Function, findings: dict[str, Finding]) -> None:
        """Name the mistakes in a wrong function, or excuse it if only its helpers are wrong."""
        name, seen, mutants = function.name, self.seen[function.name], self.mutants
        helpers = [helper for helper in function.calls if helper in self.wrong]
        others = [other for other in self.wrong if other != name]
        only_helpers = False
        if function.role.steps:
            only_helpers = self._is_of_known_steps(function, helpers)
            if not only_helpers:
                self._excuse_train(function, findings)
            if is_right(findings):
                return
        elif helpers:
            made = recognise(function, seen, self.answer_key, mutants, helpers)
            only_helpers = bool(made) and all(map(self._was_made_in_a_helper, made))
            only_helpers = only_helpers and is_varied(function, seen)
        # With wrong helpers, the signatures, which assume right ones, name nothing else.
        named = () if helpers else recognise(function, seen, self.answer_key, mutants, ())
        gave = any(item.first.returned for item in seen)  # else there is nothing to recognise
        if mutants is not None and others and gave and not only_helpers and not named:
            self.restart()
            own = OwnHelpers(others, self.call, mutants)
            # A training run was compared with its steps above, and was not excused.
            if helpers and not function.role.steps:
                only_helpers = is_right_given(function, seen, self.answer_key, own, mutants)
            if not only_helpers:
                named = recognise_given(function, seen, self.answer_key, own, mutants)
        if only_helpers and self._is_computed(name):
            self.wrong[name] = carried_forward.excuse_helpers(findings, helpers, self.wrong)
            return
        if not named and self.find_owner is not None and findings["values"].passed:
            hidden = [item for item in seen if item.case.hidden and item.first.returned]
            self.fits[name] = self.find_owner(name, hidden)
        self.mistakes[name] = named
        texts = [self.answer_key.known[mistake].message for mistake in named]
        explanation = messages.named(texts) if named else ""
        if not named and helpers and all(map(self._was_written, (name, *helpers))):
            explanation = messages.fix_first(name, helpers)
            self.waits_for[name] = helpers
        key = first_failed(function, findings)
        if explanation and key is not None:
            findings[key] = findings[key]._replace(first=explanation)

    def _excuse_train(self, train: Function, findings: dict[str, Finding]) -> None:
        """Excuse a training loop that is right for the student's own steps.

        With ``mutants``, the solution's loop runs with the student's wrong steps and otherwise the
        solution's. If a wrong step's results have another structure than right ones, or without
        ``mutants``, the student's steps are called one by one instead.
        """
        seen = self.seen[train.name]
        steps = [name for name in train.role.steps if name in self.wrong]
        if not steps or not all(item.first.returned for item in seen):
            return
        self.restart()  # to a process that does not know what the training run returned
        if self.mutants is None or not all(is_made_right(step, self.seen[step]) for step in steps):
            excused = carried_forward.is_repeated(seen, self.call)
        else:
            own = OwnHelpers(steps, self.call, self.mutants)
            excused = is_given(train, seen, own, self.mutants) and carried_forward.has_learnt(seen)
        if excused:
            carried_forward.excuse_train(findings, steps, self.wrong)

    def _is_of_known_steps(self, train: Function, steps: Sequence[str]) -> bool:
        """Whether a training run gave what the solution's gives with the mistakes that were named
        in its steps. It is then right for them, and need not be repeated in a fresh process."""
        roots, seen = carried_forward.blamed(steps, self.wrong), self.seen[train.name]
        made = [mistake for root in roots for mistake in self.mistakes.get(root, ())]
        if self.mutants is None or not roots or not all(map(self.mistakes.get, roots)):
            return False
        return gives(self.mutants, train, seen, made) and carried_forward.has_learnt(seen)

    def _was_written(self, function: str) -> bool:
        return not any(failure_status(item.first) == "missing" for item in self.seen[function])

    def _was_made_in_a_helper(self, mistake: str) -> bool:
        """Whether a mistake was found in the function that it is declared for."""
        return mistake in self.mistakes.get(self.answer_key.known[mistake].function, ())

    def reports(self, functions: Sequence[Function], always_trace: bool) -> list[FunctionReport]:
        """The functions' reports, with the computation if something of it is not right. With
        ``always_trace``, a right `backward` has it too."""
        reports = [self.report(function) for function in functions]
        if not always_trace and all(not items or items[0].is_right for items in self.seen.values()):
            return reports
        from autograder.judge.trace import with_trace  # imported late: right answers do not need it

        try:
            return with_trace(reports, self.answer_key, self.seen, self.wrong, always_trace)
        except Exception:
            _note_fault("the computation could not be drawn")
            return reports

    def report(self, function: Function) -> FunctionReport:
        """The function's report."""
        known = self.answer_key.known
        made = [(m, known[m].message) for m in self.mistakes.get(function.name, ())]
        return report(self._seen(function), made)._replace(
            fits=self.fits.get(function.name, ""),
            waits_for=tuple(self.waits_for.get(function.name, ())),
        )


def _note_fault(what: str) -> None:
    """Log the current exception with its traceback, if a handler is installed."""
    import logging  # imported late: slow to load and rarely needed

    logger = logging.getLogger("autograder")
    logger.addHandler(logging.NullHandler())
    logger.exception(what)
