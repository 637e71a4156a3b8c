"""What is known of a submission while it is judged: observations, findings, whose mistakes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.composition import own_arguments
from autograder.exercise.function import Function
from autograder.faults import is_machines
from autograder.judge import derivative_messages, messages, values
from autograder.judge.behaviour import check_behaviour
from autograder.judge.checks import pass_numbers
from autograder.judge.finding import Attempt, Finding, Seen, failure_status
from autograder.judge.observe import Observation, add_own
from autograder.sandbox.calls import Call, Caller, Cell, Serve

if TYPE_CHECKING:
    from autograder.exercise.mutants import Mutants
    from autograder.judge.explanation import Explanation
    from autograder.judge.passed_on import Explained


#: Given a function and its observations on hidden cases, returns the classmate on whose hidden
#: cases the results would be right, or "".
FindOwner = Callable[[str, Sequence[Observation]], str]


class Restart(Protocol):
    """Runs the submission again in a fresh process, where stand-ins are served."""

    def __call__(self, serve: Serve | None = None, more: Sequence[Cell] = ()) -> None:
        """Calls with ``served`` helpers are then answered by ``serve``. Cells of ``more`` run after
        the submission's own."""


@dataclass(eq=False, repr=False)
class State:
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

    def cases(self, hidden: bool) -> list[Case]:
        """The hidden cases, or the visible ones."""
        return [case for case in self.answer_key.cases if case.hidden == hidden]

    def makers(self, function: Function) -> list[str]:
        """The functions whose results a function gets as the student's own, where they are
        right."""
        functions = {each.name: each for each in self.answer_key.functions}
        return [own.of for own in own_arguments(functions, function) if not own.always]

    def own_results(self, function: Function) -> dict[str, tuple[str, ...]]:
        """The cases on which the student's own results that a function gets are right, with the
        helpers that their functions have to be given for that; none where one failed alone and is
        not right with them."""
        found: dict[str, tuple[str, ...]] | None = None
        for name in self.makers(function):
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

    def as_seen(
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

    def fails(self, name: str) -> bool:
        """Whether a function fails a check."""
        return any(finding.passed is False for finding in self.found.get(name, {}).values())

    def wrong_helpers(self, function: Function) -> tuple[str, ...]:
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

    def excuse(self, function: Function, roots: Sequence[str], text: str = "") -> None:
        """Give the points for all numbers to a function that only passes on mistakes of others;
        ``text`` says why."""
        found, text = self.found[function.name], text or derivative_messages.right_for(roots)
        pass_numbers(found, text)
        if "gradient" in found:
            found["gradient"] = Finding(True, text)
        self.wrong[function.name] = roots
        self.check_behaviour(function, self.seen[function.name])
        if not self.fails(function.name):
            self.carried[function.name] = roots

    def blamed(self, names: Sequence[str]) -> Sequence[str]:
        """The functions with the mistakes that the failing ones among ``names`` make or pass on."""
        roots = (root for name in names for root in self.wrong.get(name, [name]))
        return list(dict.fromkeys(roots))

    @contextlib.contextmanager
    def or_as_it_is(self, function: Function) -> Iterator[None]:
        """Keep the findings of a function where an exception ends the search for an excuse."""
        try:
            yield
        except Exception as error:
            if is_machines(error) or all(item.is_right for item in self.seen[function.name]):
                raise
            note_fault(f"{function.name} could not be judged again")

    def may_be_chance(self, function: Function, mistakes: Sequence[str]) -> bool:
        """Whether mistakes may fit a function by chance: several of them, or one that nobody
        declared, where no right ones can stand for its helpers, and one of these fails and has no
        explanation."""
        if self.mutants is None or function.takes_data:
            return False
        known = [self.mutants.mistakes[mistake] for mistake in mistakes]
        unknown = self.failed - self.explained.keys()
        is_likely = len(known) == 1 and not known[0].generated
        return not is_likely and not unknown.isdisjoint(function.uses)

    def mistakes_kept(self, function: Function) -> list[str]:
        """The known mistakes of functions in what these keep for a function."""
        functions = {each.name: each for each in self.answer_key.functions}
        makers = {own.of for own in own_arguments(functions, function) if own.always}
        return [m for name in functions if name in makers for m in self.mistakes.get(name, ())]

    def called(self, function: Function, helpers: Sequence[str]) -> list[str]:
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

    def was_written(self, function: str) -> bool:
        """Whether a function is there and was written."""
        seen = [item.first for item in self.seen[function]]
        seen += [item.outcome for item in self.attempts.get(function, ())]
        return not any(failure_status(outcome, function) == "missing" for outcome in seen)

    def check_behaviour(self, function: Function, seen: Sequence[Observation]) -> None:
        """Check the behaviour on own activations. Its message is fixed: hidden values were in the
        submission's process when the visible cases were called."""
        found = self.found[function.name]
        finding = check_behaviour(self.as_seen(function, {function.name: seen}, self.near, found))
        found["behaviour"] = Finding(
            finding.passed, "" if finding.passed else messages.misbehaves(function.name)
        )

    def visible(self, function: Function) -> list[Observation]:
        """The observations on visible cases, with right helpers if it was given any."""
        seen = self.given.get(function.name) or self.seen[function.name]
        return [item for item in values.judged(function, seen) if not item.case.hidden]

    def mistakes_in_part(self, function: Function) -> Sequence[str]:
        """The known mistakes that explain some of a function's numbers."""
        found = self.in_part.get(function.name)
        return found.mistakes if found else ()


def note_fault(what: str) -> None:
    """Log the current exception with its traceback, if a handler is installed."""
    import logging  # imported late: slow to load and rarely needed

    logger = logging.getLogger("autograder")
    logger.addHandler(logging.NullHandler())
    logger.exception(what)
