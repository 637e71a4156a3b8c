"""The functions of an exercise that the judge knows, one row each: the arguments, the student's
name for the result, what later functions get of it, and the functions it repeats.

A function with any other name is a helper, of which only what the solution shows is assumed. The
names are those of the source document: ``forward``, ``loss``, ``backward``, ``update``, ``train``.
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
    """One row of the protocol.

    ``given`` names the arguments with which the judge calls it by itself. ``result`` is the
    student's name for the result, and ``parts`` are those for the values of a tuple. ``hands_on``
    maps arguments of later functions to what they get of the result: one entry, or all of it
    (None). ``computes`` is the kind of its quantities in the figure of the computation, if any.
    """

    name: str = ""
    given: tuple[str, ...] = ()
    result: str = ""
    parts: tuple[str, ...] = ()
    hands_on: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    computes: Computes = ""
    #: Whether its quantities are computed one from the other, in the order of the result.
    is_chain: bool = False
    #: The function that is called on other inputs between two equal calls of this one. A function
    #: that depends on state which that one left behind then gives another result.
    leans_on: str = ""
    #: The functions whose composition it differentiates.
    derives: tuple[str, ...] = ()
    #: The functions that it repeats, in order, and the one whose results it records.
    steps: tuple[str, ...] = ()
    records: str = ""

    def call(self, scope: Mapping[str, Any], needs_result: bool = True) -> Call:
        """A call with its arguments from ``scope``, by name."""
        arguments = tuple(scope[name] for name in self.given)
        return Call(self.name, arguments, needs_result)

    def handed_on(self, of: int) -> dict[str, Result]:
        """The arguments that later calls of a batch get from the result of call ``of``, by name."""
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

#: Results that are parameters. They may have no extra keys, since the next step gets them. They are
#: nearly right even if the step is wrong.
PARAMETERS = frozenset({"new params", "trained params"})
#: The argument for which a student's own result is passed on, including extra entries.
ACTIVATIONS = "activations"
#: The entry of the activations that the loss is computed from.
OUTPUT = "y"
#: The arguments that functions of each stage get, and functions of earlier stages do not.
STAGES = ({"params"}, {"y", "activations"}, {"grads", "epochs"})


def role_of(function: str) -> Role:
    """The row of a function, or an empty one for a helper."""
    return PROTOCOL.get(function, _HELPER)


_HELPER = Role()
