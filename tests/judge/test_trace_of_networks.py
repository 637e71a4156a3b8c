"""The computation of other networks: layers, trees, several instances, large arrays."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from autograder.display import diagram
from autograder.exercise.declaration import Derivative, Exercise, Function, Instance
from autograder.exercise.solve import make_answer_key
from autograder.judge.trace import _map
from autograder.report import FunctionReport, Quantity, Report
from tests.helpers.exercises import judged_with
from tests.helpers.figures import require_inside
from tests.helpers.traces import judged

NO_SLOPE = (" * (1 - before**2)", "")
ASSIGNED = ("dpadded[at] +=", "dpadded[at] =")
LATER = ["h_next", "dx", "dh_prev", "dc_prev", 'dparams["W"]', 'dparams["b"]']
#: By exercise, a change of the solution; the function and the instance in whose picture it shows,
#: the first wrong quantity, and what follows.
MISTAKES = {
    "mlp": (NO_SLOPE, "backward", "two layers", 'grads[0]["W"]', []),
    "cnn": (ASSIGNED, "conv_backward", "small images", "dx", []),
    "lstm": (("f = sigmoid(a_f)", "f = sigmoid(-a_f)"), "lstm_step", "step", "c_next", LATER),
    "rnn": ((" + carried", ""), "backward", "short", 'grads["Wx"]', []),
    "transformer": (("dx = dmiddle + one", "dx = one"), "block_backward", "small block", "dx", []),
    "optimisers": (
        ("0.9 * old[n]", "old[n]"),
        "adam",
        "two layers",
        'new moments["m"][0]["W"]',
        [f"new params[{at}]" for at in ('0]["W"', '0]["b"', '1]["W"', '1]["b"', '2]["scale"')],
    ),
}


def drawn(reports: list[FunctionReport]) -> dict[str, FunctionReport]:
    return {report.name: report for report in reports if report.trace}


def in_state(report: FunctionReport, state: str) -> list[str]:
    return [quantity.name for quantity in report.trace if quantity.state == state]


def quantity(report: FunctionReport, name: str) -> Quantity:
    return next(quantity for quantity in report.trace if quantity.name == name)


@pytest.mark.parametrize("exercise", MISTAKES)
def test_a_mistake_is_found_where_it_is(exercise: str) -> None:
    change, function, instance, first, follows = MISTAKES[exercise]
    reports = drawn(judged_with(exercise, change))
    assert [*reports] == [function]
    report = reports[function]
    assert report.instance == instance
    assert in_state(report, "wrong")[0] == first
    assert in_state(report, "follows") == [name.replace("]]", "]") for name in follows]


@pytest.mark.parametrize("exercise", MISTAKES)
def test_a_right_answer_has_none(exercise: str) -> None:
    assert not drawn(judged_with(exercise))


def test_derivatives_of_two_results_begin_beside_both() -> None:
    report = drawn(judged_with("lstm", ("dc + dh * o", "dh * o")))["lstm_step_backward"]
    assert {name: quantity(report, name).of for name in in_state(report, "given")} == {
        **dict.fromkeys(("x", "h", "c", "W", "b"), ""),
        "dh": "h_next",
        "dc": "c_next",
    }


def test_an_instance_is_drawn_on_which_the_mistake_shows() -> None:
    too_late = ("z if number == len(params) else", "z if number >= 2 else")
    report = drawn(judged_with("mlp", too_late))["forward"]
    assert report.instance == "three layers"
    assert in_state(report, "wrong") == ["layers[2]"]
    assert in_state(report, "follows") == ["layers[3]"]
    assert quantity(report, "layers[3]").because == "layers[2]"
    half_masked = ("dtype=bool), 1)", "dtype=bool), 2)")
    report = drawn(judged_with("transformer", half_masked))["attention"]
    assert report.instance == "small looks back" and in_state(report, "wrong") == ["out"]


def test_each_group_of_layers_has_a_picture() -> None:
    reports = drawn(judged_with("cnn", ASSIGNED, (" * (x > 0)", "")))
    assert [*reports] == ["conv_backward", "relu_backward"]
    assert in_state(reports["relu_backward"], "given") == ["x", "dout"]
    (alone,) = judged_with("cnn", ASSIGNED, (" * (x > 0)", ""), only={"relu_backward"})
    assert alone.trace == reports["relu_backward"].trace


def test_a_function_without_a_derivative() -> None:
    report = drawn(judged_with("rnn", ("g * min(1.0, most / norm)", "g * most / norm + 1e-3")))
    assert in_state(report["clip"], "wrong") == [f'clip["{n}"]' for n in ("Wx", "Wh", "b", "h0")]
    assert in_state(report["clip"], "given")[0] == 'grads["Wx"]'


def test_a_single_value_has_none_but_what_follows_from_it_has() -> None:
    reports = drawn(judged_with("transformer", ("z - z.max(axis=-1, keepdims=True)", "z * 1e-3")))
    assert [*reports] == ["attention"]


def test_where_a_large_array_is_wrong() -> None:
    wrong = quantity(drawn(judged_with("cnn", ASSIGNED))["conv_backward"], "dx")
    assert wrong.shape == (2, 2, 5, 5) and wrong.wrong == 64
    assert wrong.places == ("01010", "11111", "01010", "11111", "01010")
    assert [difference.at for difference in wrong.differing] == [
        (0, 0, 0, 1),
        (0, 0, 0, 3),
        (0, 0, 1, 0),
    ]
    assert all(d.number != d.expected for d in wrong.differing)


def test_a_layer_with_two_derivatives_has_two_pictures() -> None:
    def product(a: Any, b: Any) -> Any:
        return a * b

    def product_by_a(dout: Any, b: Any) -> Any:
        return dout * b

    def product_by_b(dout: Any, a: Any) -> Any:
        return dout * a

    rng = np.random.default_rng(0)
    instance = Instance("some", {name: rng.normal(size=2) for name in ("a", "b", "dout")})
    functions = [Function("product", {"values": 1})] + [
        Function(f"product_by_{by}", {"values": 1}, derivative=Derivative("product", (by,), "dout"))
        for by in "ab"
    ]
    exercise = Exercise("Product", functions, [instance], lambda rng: [])
    solution = {f.__name__: f for f in (product, product_by_a, product_by_b)}
    source = "".join(f"def {name}(): pass\n" for name in solution)
    answer_key = make_answer_key("product", exercise, solution, source)
    reports = judged(answer_key, {**solution, "product_by_b": lambda dout, a: -dout * a})
    assert [*drawn(reports)] == ["product_by_b"]
    wrong = {name: lambda one, two: one + two for name in solution}
    found = drawn(judged(answer_key, wrong))
    assert [*found] == ["product", "product_by_b"]
    assert in_state(found["product_by_b"], "wrong") == ["product", "product_by_b"]


def test_whole_numbers_truth_values_and_texts() -> None:
    def split(x: Any) -> Any:
        return {"high": x > 0, "order": np.argsort(x), "kind": "odd", "none": None, "top": x.max()}

    def wrong(x: Any) -> Any:
        return {"high": x > 1, "order": np.argsort(-x), "kind": 1.0, "none": 2, "top": True}

    instance = Instance("some", {"x": np.random.default_rng(0).normal(size=9)})
    functions = [Function("split", {"values": 1}, returns="parts")]
    exercise = Exercise("Split", functions, [instance], lambda rng: [])
    answer_key = make_answer_key("split", exercise, {"split": split})
    assert answer_key.feeds["some"]["split"]["high"] == ["x"]
    report = drawn(judged(answer_key, {"split": wrong}))["split"]
    found = {q.name: q for q in report.trace if q.state == "wrong"}
    assert [*found] == ["kind", "none", "high", "order", "top"]
    assert found["high"].wrong and found["high"].places and found["order"].differing
    assert not found["kind"].numbers and not found["none"].expected
    figure = diagram.figure(report.trace)
    require_inside(figure)
    json.dumps([q._asdict() for q in report.trace])


def test_a_large_map_is_small() -> None:

    wrong = np.zeros((3, 100, 17), dtype=bool)
    wrong[1, 99, 16] = True
    assert _map(wrong) == ("0" * 8,) * 7 + ("0" * 7 + "1",)
    assert _map(wrong[1, 99]) == ("00000001",)


def test_a_report_gives_it_back() -> None:
    functions = judged_with("cnn", ASSIGNED)
    report = Report("a", "s", "p", "0", "1", "0", "none", functions, 20.0)
    data = {f["name"]: f for f in json.loads(report.to_json())["functions"]}
    assert data["conv_backward"]["instance"] == "small images"
    assert "instance" not in data["relu"]
    assert [f.trace for f in Report.from_json(report.to_json()).functions] == [
        f.trace for f in functions
    ]
