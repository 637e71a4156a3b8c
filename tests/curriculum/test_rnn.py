"""The recurrent network: its derivatives are those of an independent library, and it learns what
the notebook says, and fails where the notebook says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from autograder.course import Course
from tests.curriculum.derivatives import agree, solution_of


def states(params: Any, x: Any, h0: Any) -> list[Any]:
    """All states, beginning with the first one, by another library."""
    found = [h0]
    for s in range(x.shape[1]):
        z = anp.dot(x[:, s], params["Wx"]) + anp.dot(found[-1], params["Wh"]) + params["b"]
        found.append(anp.tanh(z))
    return found


def sequence_loss(params: Any, x: Any, h0: Any, t: Any) -> Any:
    """The loss of solutions/rnn, of its formulas and by another library."""
    y = anp.dot(states(params, x, h0)[-1], params["Wy"]) + params["by"]
    return anp.mean((y - t) ** 2)


def random_network(seed: int) -> dict[str, Any]:
    """A network and sequences of random sizes, with one step for the first seed."""
    rng = np.random.default_rng(seed)
    n, n_in, n_h, n_out = (int(size) for size in rng.integers(1, 8, size=4))
    shapes = {"Wx": (n_in, n_h), "Wh": (n_h, n_h), "b": n_h, "Wy": (n_h, n_out), "by": n_out}
    return {
        "params": {name: rng.normal(size=shape) for name, shape in shapes.items()},
        "x": rng.normal(size=(n, seed + 1, n_in)),
        "h0": rng.normal(size=(n, n_h)),
        "t": rng.normal(size=(n, n_out)),
    }


def all_agree(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    """Whether two sets of derivatives have the same names and the same numbers."""
    return ours.keys() == theirs.keys() and all(agree(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize("seed", range(8))
def test_the_recurrent_networks_derivatives_are_those_of_another_library(
    course: Course, seed: int
) -> None:
    functions, given = solution_of(course, "rnn"), random_network(seed)
    params, x, h0, t = given.values()
    values = functions["forward"](params, x, h0)
    assert agree(functions["loss"](values["y"], t), sequence_loss(params, x, h0, t))
    grads, dh = functions["backward"](params, x, t, values)
    assert all_agree(grads, autograd.grad(sequence_loss)(params, x, h0, t))
    assert len(dh) == len(values["h"]) == x.shape[1] + 1
    for s, derivative in enumerate(dh):
        rest = autograd.grad(sequence_loss, 2)(params, x[:, s:], values["h"][s], t)
        assert agree(derivative, rest)


@pytest.mark.parametrize("k", [1, 2, 4, 9])
def test_truncated_derivatives_are_those_with_the_state_before_them_given(
    course: Course, k: int
) -> None:
    functions, given = solution_of(course, "rnn"), random_network(5)
    params, x, h0, t = given.values()
    values = functions["forward"](params, x, h0)
    first = max(0, x.shape[1] - k)
    before = states(params, x, h0)[first]
    theirs = autograd.grad(sequence_loss)(params, x[:, first:], before, t)
    assert all_agree(functions["truncated"](params, x, t, values, k), theirs)


def test_the_recurrent_network_learns_which_came_first(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    learn = solution_of(course, "rnn")["learn"]
    _, losses = learn(1.0, 20, 0.25)
    assert capsys.readouterr().out.startswith("16 of the other 16 are right")
    assert losses[-1] < 1e-4
    for failing in ((0.3, 20, 0.25), (1.0, 6, 0.25)):
        _, losses = learn(*failing)
        assert losses[-1] > 0.3
        assert not capsys.readouterr().out.startswith("16")
    _, losses = learn(1.0, 20, 1e9)
    assert losses[-1] > 1e10


def test_what_arrives_at_the_first_step_vanishes_or_explodes(course: Course) -> None:
    found = solution_of(course, "rnn")
    blanks, sequences = found["blanks"], found["sequences"]
    for scale in (0.5, 1.0, 1.5):
        assert agree(found["arriving"](scale, blanks), scale ** np.arange(20.0, -1, -1))
    assert found["arriving"](1.5, sequences)[0] < 0.01
    assert found["arriving"](3.0, sequences)[0] < 0.0001
