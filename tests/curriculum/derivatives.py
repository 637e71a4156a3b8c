"""How the derivatives of a solution are compared with those of an independent library, and the
losses of several exercises in it."""

from __future__ import annotations

from typing import Any

import autograd.numpy as anp
import numpy as np

from autograder.course import Course
from autograder.exercise.solution import load_solution

#: How far a derivative may be from that of the other library.
DIFFERENCE = 1e-10


def solution_of(course: Course, name: str) -> dict[str, Any]:
    """The functions of a solution."""
    return dict(load_solution(course, name).functions)


def agree(ours: Any, theirs: Any) -> bool:
    """Whether two arrays are the same up to rounding, relative to the largest entry."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    return bool(np.max(np.abs(ours - theirs)) <= DIFFERENCE * np.max(np.abs(theirs)))


def network_loss(params: Any, x: Any, t: Any, activation: str, decay: float) -> Any:
    """The loss of solutions/mlp, of its formulas and by another library."""
    a = x
    for layer in params[:-1]:
        z = anp.dot(a, layer["W"]) + layer["b"]
        a = anp.tanh(z) if activation == "tanh" else anp.where(z > 0, z, 0.0)
    y = anp.dot(a, params[-1]["W"]) + params[-1]["b"]
    squares = sum(anp.sum(layer["W"] ** 2) for layer in params)
    return anp.mean((y - t) ** 2) + decay / 2 * squares


def class_loss(params: Any, x: Any, labels: Any) -> Any:
    """The cross-entropy of a linear layer, by another library."""
    z = anp.dot(x, params["W"]) + params["b"]
    shifted = z - anp.max(z, axis=1, keepdims=True)
    total = anp.log(anp.sum(anp.exp(shifted), axis=1))
    return anp.mean(total - shifted[anp.arange(len(labels)), labels])
