"""Right helpers: what the solution gives where a submission's function calls a wrong helper.

A function that is wrong and calls wrong helpers is asked again in a fresh process. There the names
of these helpers are bound to stand-ins, which ask the grader. What a submission passes to them is
its own choice, so it is limited to what the solution itself passes, or to little.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.function import Function
from autograder.exercise.mutants import Mutants
from autograder.faults import Fault
from autograder.sandbox.calls import CannotServe
from autograder.sandbox.plain import Opaque, Path, leaves

#: The solution computes with any array of so many numbers, and any whole number up to this one.
#: Larger ones have to be those that it passes itself: the memory that a product takes, and the time
#: of a loop, would else be the submission's choice.
SMALL = 1_000
#: What the sizes of all arguments together may multiply to, where their shapes are not those that
#: the solution passes together: axes that were made for it multiply in a sum or a product, too.
MOST_ENTRIES = 1_000_000

#: The arguments of a call, by name.
Bound = Mapping[str, Any]
#: By helper, arguments of its calls by their shapes.
Passed = Mapping[str, Mapping[Any, Bound]]
#: By case and function, what the solution's function passes: the visible ones are everybody's.
_passed: WeakKeyDictionary[Mutants, WeakKeyDictionary[Case, dict[str, Passed]]] = (
    WeakKeyDictionary()
)


class RightHelpers:
    """Answers the calls of stand-ins; raises `CannotServe` for arguments of another kind."""

    def __init__(
        self, mutants: Mutants, functions: Sequence[Function], cases: Sequence[Case]
    ) -> None:
        """``functions`` are those that are asked with right helpers, on the ``cases``."""
        self._mutants, self._functions, self._cases = mutants, functions, cases
        #: Where it is not known yet what the solution passes on, and what is known.
        self._left = iter([(function, case) for function in functions for case in cases])
        self._known: dict[str, dict[Any, Bound]] = {}
        #: How helpers are called.
        self._signatures: dict[str, inspect.Signature] = {}

    def __call__(self, name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        """The right result of the helper."""
        bound = self._served(name, self._bound(name, arguments, keywords))
        try:
            return self._mutants.call(name, (), bound)
        except (Fault, OSError):
            raise
        except Exception as error:  # of the solution, with these arguments
            raise CannotServe(name) from error

    def _served(self, name: str, bound: Bound) -> Bound:
        """The arguments that the helper is called with. Entries of a dict that the solution never
        passes are left out, where all the others are as it passes them."""
        passed = [leaf for _, leaf in leaves(bound)]
        if len(passed) > SMALL or not all(map(self._is_small_number, passed)):
            raise CannotServe(name)
        if _shapes(bound) in self._known.get(name, {}):
            return bound
        for shapes, like in self._passed_by_solution(name):
            common: Bound = _common(bound, like)
            if _shapes(common) == shapes:
                return common
        sizes = [*_sizes(bound)]
        if max(sizes, default=0) > SMALL or math.prod(size or 1 for size in sizes) > MOST_ENTRIES:
            raise CannotServe(name)
        return bound

    def _is_small_number(self, leaf: Any) -> bool:
        """Whether it cannot be a count that makes a loop long."""
        if isinstance(leaf, np.ndarray) and leaf.size == 1 and leaf.dtype.kind in "iu":
            leaf = int(leaf.item())
        if isinstance(leaf, int):
            return abs(leaf) <= SMALL or leaf in self._counts
        return not isinstance(leaf, Opaque)

    def _bound(self, name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Bound:
        """The arguments of a helper's call, by name."""
        if name not in self._signatures:
            self._signatures[name] = inspect.signature(self._right[name])
        try:
            bound: Bound = self._signatures[name].bind(*arguments, **keywords).arguments
        except TypeError as error:
            raise CannotServe from error
        return bound

    @cached_property
    def _right(self) -> Mapping[str, Callable[..., Any]]:
        return self._mutants.functions()

    @cached_property
    def _counts(self) -> set[int]:
        """The whole numbers that the solution's functions pass to each other."""
        while self._learn():
            pass
        examples = [like for of in self._known.values() for like in of.values()]
        return {leaf for _, leaf in leaves(examples) if isinstance(leaf, int)}

    def _passed_by_solution(self, helper: str) -> Iterator[tuple[Any, Bound]]:
        """What the solution's functions pass to a helper: an example for all its shapes. Each is
        only called until what a submission passes is like one."""
        told: set[Any] = set()
        while True:
            for shapes, example in [*self._known.get(helper, {}).items()]:
                if shapes not in told:
                    told.add(shapes)
                    yield shapes, example
            if not self._learn():
                return

    def _learn(self) -> bool:
        """Find out what the next function passes on the next case; False if there is none left."""
        following = next(self._left, None)
        if following is None:
            return False
        for name, examples in self._passed_on(*following).items():
            known = self._known.setdefault(name, {})
            known.update({key: each for key, each in examples.items() if key not in known})
        return True

    def _passed_on(self, function: Function, case: Case) -> Passed:
        """What the solution's function passes on one case; it is kept while there is the case."""
        kept = _passed.setdefault(self._mutants, WeakKeyDictionary())
        known = kept.setdefault(case, {})
        if function.name not in known:
            known[function.name] = self._find_passed(function, case)
        return known[function.name]

    def _find_passed(self, function: Function, case: Case) -> Passed:
        passed: dict[str, dict[Any, Bound]] = {}

        def watched(name: str) -> Callable[..., Any]:
            examples = passed.setdefault(name, {})

            def call(*arguments: Any, **keywords: Any) -> Any:
                bound = self._bound(name, arguments, keywords)
                examples.setdefault(_shapes(bound), bound)
                return self._right[name](*arguments, **keywords)

            return call

        declared = case.functions
        makers = [declared[of] for of, _ in function.gets.values()]
        called = {name for each in (function, *makers) for name in each.calls}
        own = {name: watched(name) for name in called if declared[name].takes_data}
        if function.name in case.expected:
            self._mutants.value(function.name, case, own=own)
        return passed


def _common(value: Any, like: Any) -> Any:
    """A value without the entries of dicts that another lacks."""
    if not isinstance(value, Mapping) or not isinstance(like, Mapping):
        return value
    return {key: _common(item, like[key]) for key, item in value.items() if key in like}


def _shapes(value: Any) -> frozenset[tuple[Path, tuple[int, ...]]]:
    """The shape of each leaf, with the path to it; () for all but arrays."""
    return frozenset((path, getattr(leaf, "shape", ())) for path, leaf in leaves(value))


def _sizes(value: Any) -> Iterator[int]:
    """The size of everything in a plain value that may become an array."""
    if isinstance(value, np.ndarray):
        yield value.size
    elif isinstance(value, (list, tuple)):
        yield len(value)
        for item in value:
            yield from _sizes(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _sizes(item)
