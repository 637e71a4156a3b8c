"""Judges a submission: calls its functions, compares what came back, and says what is wrong.

Everything here runs on the trusted side. All functions are first observed on the visible cases, of
which everything may be told. Then each is observed on the hidden ones (`observe`), and its checks
read the observations; only the numerical gradient and the replay of a training run make calls of
their own.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.exercise.answer_key import Case, Sheet
from autograder.exercise.declaration import Function
from autograder.exercise.mutants import Mutants
from autograder.exercise.protocol import ACTIVATIONS, BACKWARD, FORWARD
from autograder.judge import carried_forward, evidence, messages, values
from autograder.judge.batching import Steps, alone, together
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

#: Given a function and what it gave on hidden cases, the classmate on whose it would be right.
FindOwner = Callable[[str, Sequence[Observation]], str]


def judge(
    sheet: Sheet,
    call: Caller,
    seconds: float,
    only: Collection[str] = (),
    mutants: Mutants | None = None,
    restart: Callable[[], None] = lambda: None,
    find_owner: FindOwner | None = None,
) -> list[FunctionReport]:
    """Judge the functions of a submission, or ``only`` some of them, in the sheet's order.

    ``call`` reaches the submission; ``seconds`` is the time limit to name in messages. Functions
    that others build on are observed all the same, since whose fault an error is depends on them.
    Without ``mutants``, a wrong function is not excused by helpers with unknown mistakes; ``restart``
    has the submission run in a fresh process from then on, and ``find_owner`` tells on whose instances
    a result would be right.
    """
    functions, choices = needed(sheet.functions, only), needed(sheet.choices, only)
    judging = _Judging(sheet, call, seconds, mutants, restart, find_owner)
    chosen = judging.observe_visible(functions, judge_choices(choices, sheet, seconds))
    in_stages: list[Sequence[Function]] = [(), *stages(functions, sheet.cases), ()]
    for asked, later in itertools.pairwise(in_stages):
        judging.observe_hidden(asked, later)
        for function in asked:
            judging.judge(function)
    reports = judging.reports([f for f in functions if not only or f.name in only], bool(only))
    return [*reports, *(report for report in chosen if not only or report.name in only)]


@dataclass
class _Judging:
    """One submission being judged: what was seen and found of its functions so far."""

    sheet: Sheet
    call: Caller
    seconds: float
    mutants: Mutants | None
    restart: Callable[[], None]
    find_owner: FindOwner | None
    seen: dict[str, list[Observation]] = field(default_factory=dict)
    #: What was seen on inputs close to visible ones.
    near: dict[str, list[Observation]] = field(default_factory=dict)
    found: dict[str, dict[str, Finding]] = field(default_factory=dict)
    #: Functions that differ from the solution's, with those in which the mistakes are.
    wrong: dict[str, Sequence[str]] = field(default_factory=dict)
    mistakes: dict[str, Sequence[str]] = field(default_factory=dict)
    fits: dict[str, str] = field(default_factory=dict)
    #: Functions of which nothing can be said before these others are right.
    waits_for: dict[str, Sequence[str]] = field(default_factory=dict)
    #: The gradient of the student's own loss on visible cases, where their `forward` or `loss` is
    #: wrong there; and what `backward` then gives on their own activations.
    visible_gradient: Verdict | None = None
    visible_own: list[Observation] = field(default_factory=list)

    def observe_visible(
        self, functions: Sequence[Function], choices: Steps[list[FunctionReport]]
    ) -> list[FunctionReport]:
        """Observe all functions on the visible cases, before anything hidden is in the submission's
        process, with one batch of calls; the reports of ``choices``, which are asked first."""
        cases = [case for case in self.sheet.cases if not case.hidden]
        labels = {case.label for case in cases}
        works: list[Steps[Any]] = [choices]
        works += [observe(function, self.sheet, cases, labels) for function in functions]
        chosen: list[FunctionReport]
        chosen, *found = together(self.call, works)
        for function, items in zip(functions, found, strict=True):
            self.seen[function.name], self.near[function.name] = items, []
        right = values.right_labels(FORWARD.name, self.seen.get(FORWARD.name, ()))
        for function in functions:
            if ACTIVATIONS in function.arguments and right != labels:
                again = observe(function, self.sheet, cases, right)
                self.seen[function.name] = alone(self.call, again)
        self._look_at_own_gradient(cases)
        return chosen

    def _look_at_own_gradient(self, cases: Sequence[Case]) -> None:
        """Take the gradient of the student's own loss on visible cases, where it may excuse
        something."""
        name = BACKWARD.name
        upstream_right = all(map(self._is_right_on_visible, BACKWARD.derives))
        if name in self.seen and not upstream_right and not self._is_right_on_visible(name):
            self.visible_gradient = Verdict(False, messages.cannot_be_compared(name))
            with self._charged_to(name):
                self.visible_gradient = self._own_gradient(cases)
                if self.visible_gradient.passed:
                    self.visible_own = self._on_own_activations(cases)

    def observe_hidden(self, functions: Sequence[Function], later: Sequence[Function]) -> None:
        """Observe the functions of a stage on the hidden cases, and those of the next one near the
        visible cases; all with one batch of calls, since each costs a round trip.

        What is asked near visible cases is asked before: a function that is given up on a hidden
        case has been right there all the same.
        """
        cases = [case for case in self.sheet.cases if case.hidden]
        forward = [*self.seen.get(FORWARD.name, ()), *self.near.get(FORWARD.name, ())]
        right = values.right_labels(FORWARD.name, forward)
        near: Sequence[Case] = self.sheet.near
        asked = [(f, cases, self.seen) for f in functions if cases]
        asked += [(f, [*near], self.near) for f in later if near]
        if not asked:
            return
        works = [observe(f, self.sheet, group, right, self.seen[f.name]) for f, group, _ in asked]
        for (f, _, kept), items in zip(asked, together(self.call, works), strict=True):
            kept.setdefault(f.name, []).extend(items)

    def _is_right_on_visible(self, name: str) -> bool:
        return all(
            item.is_right
            for item in self.seen.get(name, ())
            if not item.case.hidden and not item.case.ambiguous
        )

    def _own_gradient(self, cases: Sequence[Case]) -> Verdict:
        """Whether `backward` gives the derivatives of the student's own loss on these cases: the
        solution's where their `forward` and `loss` are right, and numerical ones elsewhere."""
        right = set.intersection(
            *({i.case.label for i in self.seen.get(n, ()) if i.is_right} for n in BACKWARD.derives)
        )
        found = {item.case.label: item.first for item in self.seen[BACKWARD.name]}
        cases = [case for case in gradient_cases(self.sheet) if case in cases]
        same = [case for case in cases if case.label in right]
        others = [case for case in cases if case.label not in right]
        verdict = compare_with_solution(same, found, self.seconds)
        if verdict.passed is False or not others:
            return verdict
        own = check_gradient(others, self.call, self.restart, self.seconds)
        return own._replace(depends_on=own.depends_on | verdict.depends_on)

    def _on_own_activations(self, cases: Sequence[Case]) -> list[Observation]:
        """What `backward` gives on the student's own activations, right or wrong."""
        function = self.sheet.function(BACKWARD.name)
        assert function is not None
        labels = {case.label for case in cases}
        work = observe(function, self.sheet, cases, labels, self.visible_own)
        return alone(self.call, work)

    def judge(self, function: Function) -> None:
        """Find what is right and wrong with a function that was observed, and whose fault it is."""
        with self._charged_to(function.name):
            self._judge(function)

    @contextlib.contextmanager
    def _charged_to(self, name: str) -> Iterator[None]:
        """What the student's values make a check raise is the failure of the function that gave
        them. If all that it gave is right, it is a fault of ours, and goes on."""
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
        """What the checks of a function read."""
        name = function.name
        return Seen(
            function,
            self.seen[name],
            self.near[name],
            self.sheet,
            self.seconds,
            self.found[name],
            lambda: carried_forward.gradient_finding(self._gradient(), self.sheet),
        )

    def _is_computed(self, name: str, share: float = evidence.MOST) -> bool:
        """Whether a function computes so much of what it returns: no excuse holds without."""
        function = self.sheet.function(name)
        return function is not None and not evidence.problem(
            function, self.seen[name], self.near[name], share
        )

    def _excuse_backward(self, function: Function, found: dict[str, Finding]) -> None:
        upstream = [name for name in function.role.derives if name in self.wrong]
        if carried_forward.excuse_backward(found, upstream, self.wrong):
            self.wrong[function.name] = carried_forward.blamed(upstream, self.wrong)
            visible = [item for item in self.seen[function.name] if not item.case.hidden]
            hidden = [case for case in self.sheet.cases if case.hidden]
            own = self._on_own_activations(hidden)
            self.seen[function.name] = [*(self.visible_own or visible), *own]

    def _gradient(self) -> Verdict:
        """Whether `backward` gives the derivatives of the student's own loss.

        One with right values is excused where their `forward` or `loss` is wrong, whatever a closer
        look would find.
        """
        name, cases = BACKWARD.name, gradient_cases(self.sheet)
        params = frozenset(param for case in cases for param in case.inputs["params"])
        upstream_right = not any(other in self.wrong for other in BACKWARD.derives)
        outcomes = {item.case.label: item.first for item in self.seen[name]}
        if is_right(self.found[name]):  # and so the derivative, where it is the solution's loss's
            return Verdict(True if upstream_right and cases else None, "", params)
        if upstream_right:
            return compare_with_solution(cases, outcomes, self.seconds)
        hidden = [case for case in cases if case.hidden]
        visible = self.visible_gradient
        if visible is None and self._is_right_on_visible(name):
            visible = Verdict(True, "", params)
        if visible is None:  # without a call: hidden values are in the submission's process
            shown = [case for case in cases if not case.hidden]
            visible = compare_with_solution(shown, outcomes, self.seconds)
        if visible.passed is not True or not hidden:
            return visible
        if not self._is_computed(name, evidence.ALL):
            return Verdict(False, messages.same_gradient())
        own = self._own_gradient(hidden)
        asked = {param for case in hidden for param in case.inputs["params"]}
        if own.passed is not True or not asked <= own.depends_on:
            # One sentence for all reasons: a submission may choose among them.
            return Verdict(False, messages.not_the_derivative())
        return visible

    def _diagnose(self, function: Function, findings: dict[str, Finding]) -> None:
        """Name the mistakes that were made; excuse what only helpers are to blame for."""
        name, seen, mutants = function.name, self.seen[function.name], self.mutants
        helpers = [helper for helper in function.calls if helper in self.wrong]
        others = [other for other in self.wrong if other != name]
        carried_on = False
        if function.role.steps:
            carried_on = self._is_of_known_steps(function, helpers)
            if not carried_on:
                self._settle_train(function, findings)
            if is_right(findings):
                return
        elif helpers:
            made = recognise(function, seen, self.sheet, mutants, helpers)
            carried_on = bool(made) and all(map(self._was_made_in_a_helper, made))
            carried_on = carried_on and is_varied(function, seen)
        # What the solution's helpers would give tells nothing else of who has wrong ones.
        named = () if helpers else recognise(function, seen, self.sheet, mutants, ())
        gave = any(item.first.returned for item in seen)  # else there is nothing to recognise
        if mutants is not None and others and gave and not carried_on and not named:
            self.restart()
            own = OwnHelpers(others, self.call, mutants)
            # A training run was repeated already, and found to have learnt nothing.
            if helpers and not function.role.steps:
                carried_on = is_right_given(function, seen, self.sheet, own, mutants)
            if not carried_on:
                named = recognise_given(function, seen, self.sheet, own, mutants)
        if carried_on and self._is_computed(name):
            self.wrong[name] = carried_forward.excuse_helpers(findings, helpers, self.wrong)
            return
        if not named and self.find_owner is not None and findings["values"].passed:
            hidden = [item for item in seen if item.case.hidden and item.first.returned]
            self.fits[name] = self.find_owner(name, hidden)
        self.mistakes[name] = named
        texts = [self.sheet.known[mistake].message for mistake in named]
        said = messages.named(texts) if named else ""
        if not named and helpers and all(map(self._was_written, (name, *helpers))):
            said = messages.mend_first(name, helpers)
            self.waits_for[name] = helpers
        key = first_failed(function, findings)
        if said and key is not None:
            findings[key] = findings[key]._replace(first=said)

    def _settle_train(self, train: Function, findings: dict[str, Finding]) -> None:
        """Excuse a training loop that is right for the student's own steps.

        Where there is a solution, only the wrong steps are the student's, unless these return
        something else than a right step does, which the others could not go on with.
        """
        seen = self.seen[train.name]
        steps = [name for name in train.role.steps if name in self.wrong]
        if not steps or not all(item.first.returned for item in seen):
            return
        self.restart()  # where nobody knows what the training run returned
        if self.mutants is None or not all(is_made_right(step, self.seen[step]) for step in steps):
            excused = carried_forward.is_repeated(seen, self.call)
        else:
            own = OwnHelpers(steps, self.call, self.mutants)
            excused = is_given(train, seen, own, self.mutants) and carried_forward.has_learnt(seen)
        if excused:
            carried_forward.excuse_train(findings, steps, self.wrong)

    def _is_of_known_steps(self, train: Function, steps: Sequence[str]) -> bool:
        """Whether a training run did what the solution's does with the mistakes that were named in
        its steps: then it need not be repeated, in a process of its own, to know that it is right
        for them."""
        roots, seen = carried_forward.blamed(steps, self.wrong), self.seen[train.name]
        made = [mistake for root in roots for mistake in self.mistakes.get(root, ())]
        if self.mutants is None or not roots or not all(map(self.mistakes.get, roots)):
            return False
        return gives(self.mutants, train, seen, made) and carried_forward.has_learnt(seen)

    def _was_written(self, function: str) -> bool:
        return not any(failure_status(item.first) == "missing" for item in self.seen[function])

    def _was_made_in_a_helper(self, mistake: str) -> bool:
        """Whether a mistake was found in the function that it is declared for."""
        return mistake in self.mistakes.get(self.sheet.known[mistake].function, ())

    def reports(self, functions: Sequence[Function], asked: bool) -> list[FunctionReport]:
        """The functions' points, and the computation where something of it is not right, or where
        one function was ``asked`` for."""
        reports = [self.report(function) for function in functions]
        if not asked and all(not items or items[0].is_right for items in self.seen.values()):
            return reports
        from autograder.judge.trace import with_trace  # which a right answer does without

        try:
            return with_trace(reports, self.sheet, self.seen, self.wrong, asked)
        except Exception:
            _note_fault("the computation could not be drawn")
            return reports

    def report(self, function: Function) -> FunctionReport:
        """The function's points."""
        known = self.sheet.known
        made = [(m, known[m].message) for m in self.mistakes.get(function.name, ())]
        return report(self._seen(function), made)._replace(
            fits=self.fits.get(function.name, ""),
            waits_for=tuple(self.waits_for.get(function.name, ())),
        )


def _note_fault(what: str) -> None:
    """Keep the traceback of what was raised, where somebody keeps a log."""
    import logging  # which is hardly ever needed, and takes its time to load

    logger = logging.getLogger("autograder")
    logger.addHandler(logging.NullHandler())
    logger.exception(what)
