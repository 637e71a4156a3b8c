"""What is known of a function by its name, one row each: its name for the result, and what it
differentiates.

A function with any other name can be declared to have a row's role, or to have the same properties.
The names are those of the source document: ``forward``, ``loss``, ``backward``, ``update``,
``train``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

#: The argument in which these functions are given the parameters.
PARAMS = "params"


class Role(NamedTuple):
    """One row of the protocol, by the properties of `autograder.exercise.declaration.Function`:
    ``returns``, and the roles of the functions ``of`` whose composition it differentiates, ``by``
    which arguments."""

    returns: str | tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    by: Mapping[str, str | None] = {}


PROTOCOL: Mapping[str, Role] = {
    "forward": Role("activations"),
    "loss": Role(),
    # Besides the parameters, the output: it is what the loss takes from the activations.
    "backward": Role("grads", ("forward", "loss"), {PARAMS: None, "y": "y"}),
    "update": Role(PARAMS),
    "train": Role((PARAMS, "losses")),
}
