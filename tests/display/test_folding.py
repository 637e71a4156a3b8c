"""Figures of large computations: about one screen high, and what is folded in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.display import diagram
from autograder.display.card import SOFT, Shown, body, cut
from autograder.display.description import Trace
from autograder.display.page import student_page
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.computation import right_trace
from autograder.exercise.declaration import Exercise, Function, Instance
from autograder.exercise.solve import make_answer_key
from autograder.report import Quantity, Report
from tests.helpers.exercises import answer_key_of, judged_with
from tests.helpers.figures import SCREEN, height, require_inside, texts
from tests.helpers.traces import judged, trace_of

DEPTH = 24


def forward(params: Any, x: Any) -> Any:
    layers = [np.tanh(x)]
    for layer in params:
        layers.append(layers[-1] + np.tanh(layers[-1] @ layer["W"]))
    return layers


def loss(layers: Any, t: Any) -> float:
    return float(np.sum((layers[-1] - t) ** 2) / 2)


def backward(params: Any, t: Any, layers: Any) -> Any:
    delta, grads = layers[-1] - t, []
    for layer, before in zip(params[::-1], layers[-2::-1], strict=True):
        inner = delta * (1 - np.tanh(before @ layer["W"]) ** 2)
        grads.append({"W": before.T @ inner})
        delta = delta + inner @ layer["W"].T
    return grads[::-1]


@pytest.fixture(scope="module")
def residual() -> AnswerKey:
    """A residual network of many layers."""
    rng = np.random.default_rng(0)
    params = [{"W": rng.normal(size=(3, 3)) / 3} for _ in range(DEPTH)]
    inputs = {"params": params, "x": rng.normal(size=(2, 3)), "t": rng.normal(size=(2, 3))}
    functions = [
        Function("forward", {"values": 1}, returns="layers"),
        Function("loss", {"values": 1}),
        Function("backward", {"values": 1}, returns="grads"),
    ]
    exercise = Exercise("Deep", functions, [Instance("deep", inputs)], lambda rng: [])
    solution = {"forward": forward, "loss": loss, "backward": backward}
    return make_answer_key("deep", exercise, solution)


def test_the_graph_of_many_layers(residual: AnswerKey) -> None:
    feeds = residual.feeds["deep"]["forward"]
    assert feeds["layers[0]"] == ["x"]
    assert feeds["layers[9]"] == ["layers[8]", "params[8].W"]


def test_runs_of_right_layers_are_one_row(residual: AnswerKey) -> None:
    def wrong(params: Any, t: Any, layers: Any) -> Any:
        grads = backward(params, t, layers)
        grads[12]["W"] = grads[12]["W"] * [1, 1, 2]
        return grads

    answer = {"forward": forward, "loss": loss, "backward": wrong}
    figure = diagram.figure(tuple(trace_of(judged(residual, answer)).values()))
    require_inside(figure)
    assert height(figure) <= SCREEN
    found = texts(figure)
    assert 'grads[12]["W"]' in found and "✗ first wrong" in found
    assert "13 layers" in found and "to layers[12]" in found
    assert "12 of grads" in found and "11 of grads" in found and "✓ all right" in found
    assert "3 of 9 entries wrong" in found and "[0,2] yours" in found


def test_what_is_wrong_or_follows_is_folded_too(residual: AnswerKey) -> None:
    def wrong(params: Any, x: Any) -> Any:
        layers = forward(params, x)
        return layers[:12] + [layer + 1 for layer in layers[12:]]

    answer = {"forward": wrong, "loss": loss, "backward": backward}
    figure = diagram.figure(tuple(trace_of(judged(residual, answer)).values()))
    require_inside(figure)
    assert height(figure) <= SCREEN
    assert "layers[12]" in texts(figure) and "12 follow" in texts(figure)


def block(depth: int, mark: str = "right") -> Trace:
    """Two runs of layers, each with a bridge around it."""

    def quantity(name: str, *feeds: str, state: Any = "right") -> Quantity:
        kind: Any = "activation" if feeds else "input"
        return Quantity(name, kind, state if feeds else "given", feeds, (), (1.0,), (), (2.0,), 1.0)

    found, last = [quantity("x")], "x"
    for end in ("middle", "out"):
        begin = last
        for at in range(depth):
            found.append(quantity(f"{end}{at}", last))
            last = f"{end}{at}"
        found.append(quantity(end, begin, last, state=mark if end == "middle" else "right"))
        last = end
    return (*found, Quantity("loss", "loss", "right", ("out",), (), (1.0,)))


def test_a_bridge_is_seen_around_what_is_folded() -> None:
    for mark, edges in (("right", 5), ("wrong", 6)):
        figure = diagram.figure(block(12, mark))
        require_inside(figure)
        assert height(figure) <= SCREEN
        assert {"x", "middle", "out", "loss", "12 values"} <= {*texts(figure)}
        assert figure.partition("</style>")[2].count("diagram-edge") == edges


def test_two_cards_of_one_title_are_two_cards() -> None:
    assert texts(diagram.figure(block(12))).count("12 values") == 2


def test_a_right_computation_is_folded_last(residual: AnswerKey) -> None:
    figure = diagram.figure(right_trace(residual))
    require_inside(figure)
    assert height(figure) <= SCREEN


@pytest.mark.parametrize(
    ("exercise", "change"),
    [
        ("mlp", (" * (1 - before**2)", "")),
        ("cnn", ("dpadded[at] +=", "dpadded[at] =")),
        ("rnn", (" + carried", "")),
        ("transformer", ('two.pop("x")', 'two.pop("x") * 2')),
        ("transformer", ("product(hidden, dout)]", "product(hidden, 2 * dout)]")),
        ("optimisers", ("rate * old[name]", "old[name]")),
        ("optimisers", ("0.9 * old[n]", "old[n]")),
    ],
)
def test_pictures_fit_on_a_screen(exercise: str, change: tuple[str, str]) -> None:
    traces = [report.trace for report in judged_with(exercise, change) if report.trace]
    assert traces
    for trace in traces:
        figure = diagram.figure(trace)
        require_inside(figure)
        assert height(figure) <= SCREEN
        assert "✗ first wrong" in texts(figure)


def test_what_follows_is_one_sentence() -> None:
    trace = tuple(
        Quantity(name, "activation", "follows", (), (), (1.0,), (), (2.0,), 1.0, "", "h0")
        for name in ("h1", "h2")
    )
    assert diagram.description(trace) == "h1, h2 follow from h0."


def test_a_page_names_the_function_of_each_picture() -> None:
    changes = (("dpadded[at] +=", "dpadded[at] ="), (" * (x > 0)", ""))
    reports = judged_with("cnn", *changes)
    report = Report("a", "s", "p", "0", "1", "0", "none", reports, 26.0)
    page = student_page(report, answer_key_of("cnn"))
    assert page.count('role="img" viewBox') == 2
    for function, instance in (("conv", "images"), ("relu", "numbers")):
        assert (
            f"<code>{function}_backward</code>: Your numbers on the visible instance "
            f"&#39;small {instance}&#39;."
        ) in page


def test_a_text_that_is_wrong_has_no_numbers() -> None:
    quantity = Quantity("kind", "activation", "wrong", (), (0,), ())
    assert "✗ first wrong" in texts(diagram.figure((quantity,)))


def test_the_caption_names_the_instance() -> None:
    (report,) = (r for r in judged_with("rnn", (" + carried", "")) if r.trace)
    assert diagram.caption(report.trace, report.instance) == (
        "Your numbers on the visible instance 'short'."
    )


def test_a_long_cause_is_not_cut() -> None:
    quantity = Quantity(
        "out", "activation", "follows", (), (), (1.0,), (), (2.0,), because="V.__add__"
    )
    follows = body(Shown(quantity, ("out",)), 120).lines[1:3]
    assert [line.label for line in follows] == ["follows from", "V.__add__"]


def test_the_numbers_of_a_row_stand_on_one_line() -> None:
    quantity = Quantity("b", "parameter", "given", (), (3,), (1.25, 2.5, 3.75))
    assert len(body(Shown(quantity, ("b",)), 300).lines) == 1


def test_long_names_keep_their_ends() -> None:
    assert cut("grads", 100, "") == "grads"
    assert cut('params["attention"]["k"]', 158, "") == '…["attention"]["k"]'
    assert cut("a_very_long_name_of_a_quantity", 105, "") == "a_very…antity"
    assert cut('params["attention"]["k"]', 150, SOFT, "follows from ").startswith("follows from …[")
