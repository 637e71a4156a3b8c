"""The functions of an exercise that the judge knows, one row each: what a function is given, what a
student calls its result, what it hands on, and what it steps through.

A function with any other name is a helper, of which nothing is assumed but what the solution says.
The rows are the source document's own: ``forward``, ``loss``, ``backward``, ``update``, ``train``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from autograder.sandbox.calls import Call, Result

#: The kinds of quantities that functions compute, which the figure of the computation shows.
Computes = Literal["", "activation", "loss", "gradient"]


@dataclass(frozen=True)
class Role:
    """What the protocol says of one function.

    ``given`` names the arguments with which the judge calls it by itself. ``result`` is what a
    student calls what it returns, and ``parts`` what they call the values of a result that is
    several. ``hands_on`` names what later functions are given of its result: all of it (None), or
    one entry. ``computes`` is the kind of its quantities, where there is a figure of them.
    """

    name: str = ""
    given: tuple[str, ...] = ()
    result: str = ""
    parts: tuple[str, ...] = ()
    hands_on: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    computes: Computes = ""
    #: Whether its quantities are computed one from the other, in the order of the result.
    is_chain: bool = False
    #: The function that is run on other inputs between two equal calls of this one: what leans on
    #: something that it left behind gives another answer then.
    leans_on: str = ""
    #: The functions of whose composition it gives the derivatives.
    derives: tuple[str, ...] = ()
    #: The functions that it repeats in this order, and the one whose results it records.
    steps: tuple[str, ...] = ()
    records: str = ""

    def call(self, scope: Mapping[str, Any], needs_result: bool = True) -> Call:
        """A call of it with what it is given, by the arguments' names."""
        arguments = tuple(scope[name] for name in self.given)
        return Call(self.name, arguments, needs_result)

    def handed_on(self, of: int) -> dict[str, Result]:
        """What later calls of a batch are given of the result of call ``of``, by argument."""
        return {name: Result(of, entry) for name, entry in self.hands_on.items()}


FORWARD = Role(
    "forward",
    given=("params", "x"),
    result="activations",
    hands_on={"activations": None, "y": "y"},
    computes="activation",
    is_chain=True,
)
LOSS = Role("loss", given=("y", "t"), result="loss", computes="loss", leans_on="forward")
BACKWARD = Role(
    "backward",
    given=("params", "x", "t", "activations"),
    result="grads",
    hands_on={"grads": None},
    computes="gradient",
    is_chain=True,
    leans_on="forward",
    derives=("forward", "loss"),
)
UPDATE = Role(
    "update",
    given=("params", "grads", "lr"),
    result="new params",
    hands_on={"params": None},
    leans_on="forward",
)
TRAIN = Role(
    "train",
    given=("params", "x", "t", "lr", "epochs"),
    parts=("trained params", "losses"),
    leans_on="forward",
    steps=("forward", "loss", "backward", "update"),
    records="loss",
)
PROTOCOL: Mapping[str, Role] = {
    role.name: role for role in (FORWARD, LOSS, BACKWARD, UPDATE, TRAIN)
}

#: Results that are parameters. They hold nothing besides what is asked for, since they are what the
#: next step is given; and they are nearly right whatever is wrong with the step.
PARAMETERS = frozenset({"new params", "trained params"})
#: The argument for which a student's own result is handed on, with whatever else is in it.
ACTIVATIONS = "activations"
#: The entry of the activations that the loss is computed from.
OUTPUT = "y"
#: What the functions of each stage are given, and those of the stages before it are not.
STAGES = ({"params"}, {"y", "activations"}, {"grads", "epochs"})


def role_of(function: str) -> Role:
    """The row of a function, or an empty one for a helper."""
    return PROTOCOL.get(function, _HELPER)


_HELPER = Role()
