"""The inputs of a visible instance, for a student to call functions with: `check.example`."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from autograder.sandbox.plain import copy_plain


class Example(dict[str, Any]):
    """Inputs by name, which are attributes too: ``example["x"]`` and ``example.x``."""

    def __getattr__(self, name: str) -> Any:
        if name in self:
            return self[name]
        raise AttributeError(f"This example has no {name!r}. It has: {', '.join(self)}.")

    def __repr__(self) -> str:
        return "\n".join(f"{name} = {value!r}" for name, value in self.items())


def make_example(
    inputs: Mapping[str, Mapping[str, Any]],
    arguments: Mapping[str, Sequence[str]],
    label: str,
    function: Callable[..., Any] | None = None,
) -> Example:
    """The inputs of an instance, or those of a function, under the names that its own def line
    gives them: ``function(**example)`` is then the call that `check` makes.

    Raises `ValueError` if there is no such instance, or if it has no inputs for the function.
    """
    if label not in inputs:
        names = ", ".join(inputs)
        raise ValueError(f"There is no visible instance {label!r}. The visible instances: {names}.")
    given = inputs[label]
    if function is None:
        return Example(copy_plain(dict(given)))
    name = getattr(function, "__qualname__", getattr(function, "__name__", ""))
    needed = arguments.get(name)
    if needed is None:
        names = ", ".join(arguments)
        raise ValueError(f"There is no example for {name!r}. Name one of {names}, or no function.")
    if any(each not in given for each in needed):
        others = [other for other, had in inputs.items() if all(each in had for each in needed)]
        raise ValueError(
            f"The visible instance {label!r} has no inputs for {name}. "
            f"Those that have: {', '.join(others)}."
        )
    own = list(inspect.signature(function).parameters)
    # A method is not called with what its check is given.
    keys = own if len(own) == len(needed) and "." not in name else needed
    return Example((key, copy_plain(given[each])) for key, each in zip(keys, needed, strict=True))
