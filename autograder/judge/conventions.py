"""Which conventions a submission carries through several functions: mistakes that undo each
other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from autograder.exercise.answer_key import AnswerKey, Convention


class Carried(NamedTuple):
    """A convention, and its mistakes by function, in the order of the answer key."""

    convention: Convention
    mistakes: Mapping[str, Sequence[str]]

    def paying(self, made: Mapping[str, Sequence[str]], failing: Sequence[str]) -> str:
        """The function that loses its points: the first one that has another mistake besides, or
        else the first of all."""
        more = [name for name in failing if not set(made.get(name, ())) <= {*self.mistakes[name]}]
        return [*more, *failing][0]


def carried_through(
    answer_key: AnswerKey,
    named: Mapping[str, Sequence[str]],
    fits: Callable[[str, Sequence[str]], bool],
) -> list[Carried]:
    """The conventions of which every mistake is ``named``, by function.

    The function that is right with wrong helpers shows no mistake where it has got these: ``fits``
    tells whether it is right with them and calls them.
    """
    found = []
    for convention in answer_key.conventions:
        mistakes = by_function(answer_key, convention)
        silent = [name for name, ids in mistakes.items() if not {*ids} <= {*named.get(name, ())}]
        others = [name for name in mistakes if name != convention.function]
        if not silent or (silent == [convention.function] and fits(convention.function, others)):
            found.append(Carried(convention, mistakes))
    return found


def by_function(answer_key: AnswerKey, convention: Convention) -> dict[str, list[str]]:
    """The mistakes of a convention by function, in the order of the answer key."""
    known = answer_key.known
    found = {
        function.name: [m for m in convention.mistakes if known[m].function == function.name]
        for function in answer_key.functions
    }
    return {name: mistakes for name, mistakes in found.items() if mistakes}


def fitting(
    answer_key: AnswerKey, function: str, named: Mapping[str, Sequence[str]]
) -> list[Convention]:
    """The conventions with which a function is right that has wrong helpers, whose mistakes are
    ``named``, if it does its part."""
    return [
        convention
        for convention in answer_key.conventions
        if convention.function == function
        and all(
            {*ids} <= {*named.get(name, ())}
            for name, ids in by_function(answer_key, convention).items()
            if name != function
        )
    ]
