"""Which quantity is computed from which, found by changing what the solution is given."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.dataflow import find_feeds, gradient_feeds
from autograder.exercise.solution import run_solution
from tests.helpers.deep_network import deep_sheet
from tests.helpers.second_exercise import FOLDER, NAME

#: What the loss is computed from.
OUTPUT = {"y": "loss"}
SOFTMAX = FOLDER / f"{NAME}.py"


def test_the_graph_of_the_networks(answer_key: AnswerKey) -> None:
    networks = answer_key.feeds["document"]
    assert networks["forward"] == {"h": ["x", "W1", "b1"], "y": ["h", "W2", "b2"]}
    assert networks["loss"] == {"loss": ["y", "t"]}
    functions = run_solution(str(SOFTMAX), SOFTMAX.read_bytes())
    rng = np.random.default_rng(0)
    given = {
        "params": {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2)},
        "x": rng.normal(size=(5, 3)),
    }
    assert find_feeds(functions["forward"], given) == {"z": ["x", "W", "b"], "y": ["z"]}
    deep = deep_sheet().feeds["deep"]["forward"]
    assert deep == {
        "z1": ["x", "W1"],
        "h1": ["z1"],
        "h2": ["h1", "W2"],
        "s": ["h1", "h2"],
        "y": ["s", "W3"],
    }
    assert gradient_feeds("h1", deep, {"W1", "h1", "s", "y"}, OUTPUT) == ["s"]


def test_gradients_come_from_those_of_what_is_fed() -> None:
    feeds = {"z": ["x", "W", "b"], "y": ["z"]}
    assert gradient_feeds("z", feeds, {"z", "W", "b"}, OUTPUT) == ["loss"]
    assert gradient_feeds("W", feeds, {"z", "W", "b"}, OUTPUT) == ["z"]
    branches = {"q": ["x", "Wq"], "k": ["x", "Wk"], "y": ["q", "k"]}
    assert gradient_feeds("x", branches, {"q", "k", "y", "x"}, OUTPUT) == ["q", "k"]
    assert gradient_feeds("x", branches, {"y", "x"}, OUTPUT) == ["y"]


def test_a_residual_network_of_any_depth() -> None:
    layers = {f"h{n + 1}": [f"h{n}", f"h{n - 1}"] for n in range(1, 5000)}
    feeds = {"h1": ["h0"], **layers}
    assert gradient_feeds("h0", feeds, {"h0"}, {"h5000": "loss"}) == ["loss"]


def test_what_cannot_be_changed_matters_everywhere() -> None:
    def picky(params: Any, x: Any) -> Any:
        if not np.all(params["c"] == 1.0):
            raise ValueError("c is a constant")
        return {"h": x * 2, "y": x * params["w"]}

    given = {"params": {"c": np.ones(2), "w": np.array(2.0)}, "x": np.array([1, 2])}
    assert find_feeds(picky, given) == {"h": ["x", "c"], "y": ["h", "w"]}
