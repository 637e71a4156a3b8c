"""The computation in a report: which quantity is wrong, which follows, and the figure of it."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from autograder.display import diagram
from autograder.display.notebook import function_table
from autograder.exercise.answer_key import Sheet
from autograder.exercise.computation import right_losses, right_trace
from autograder.exercise.solution import Solution, run_solution
from autograder.exercise.solve import make_sheet
from autograder.judge.judge import judge
from autograder.report import FunctionReport, Losses, Quantity, Report
from autograder.sandbox.inside.namespace import Namespace
from tests.helpers.deep_network import backward, deep_sheet, forward, loss
from tests.helpers.second_exercise import FOLDER, NAME

SOFTMAX = FOLDER / f"{NAME}.py"


@pytest.fixture(scope="module")
def deep() -> Sheet:
    return deep_sheet()


def judged(sheet: Sheet, namespace: Mapping[str, Any], **how: Any) -> list[FunctionReport]:
    runs = Namespace(dict(namespace), 10.0)
    return judge(sheet, lambda calls: list(runs.run(calls)), 10.0, **how)


def trace_of(reports: Sequence[FunctionReport]) -> dict[str, Quantity]:
    (trace,) = [report.trace for report in reports if report.trace]
    return {quantity.name: quantity for quantity in trace}


def states(trace: Mapping[str, Quantity], state: str) -> list[str]:
    return [name for name, quantity in trace.items() if quantity.state == state]


@pytest.fixture(scope="module")
def answer(solution: Solution) -> Callable[..., list[FunctionReport]]:
    """Judge the solution with texts replaced, as its author's checks do."""
    sheet = solution.sheet(b"any key")

    def judged_answer(*changes: tuple[str, str], **how: Any) -> list[FunctionReport]:
        source = solution.source
        for old, new in changes:
            assert source.count(old) == 1
            source = source.replace(old, new)
        namespace = run_solution("answer.py", source.encode())
        return judged(sheet, namespace, mutants=solution.mutants, **how)

    return judged_answer


HIDDEN_BIAS = ('sigmoid(x @ params["W1"] + params["b1"])', 'sigmoid(x @ params["W1"])')
HALF = ("2 * (y - t) / t.size", "(y - t) / t.size")


# What is wrong, and what follows.


def test_a_right_answer_has_none(answer: Callable[..., list[FunctionReport]]) -> None:
    reports = answer()
    assert all(report.status == "passed" for report in reports)
    assert not any(report.trace or report.losses for report in reports)


def test_backward_asked_for_alone_has_one(answer: Callable[..., list[FunctionReport]]) -> None:
    (report,) = answer(only={"backward"})
    assert {quantity.state for quantity in report.trace} == {"given", "right"}
    assert "first" not in diagram.figure(report.trace).split("</style>")[1]


def test_a_wrong_activation(answer: Callable[..., list[FunctionReport]], sheet: Sheet) -> None:
    reports = answer(HIDDEN_BIAS)
    assert [report.name for report in reports if report.trace] == ["forward"]
    trace = trace_of(reports)
    assert states(trace, "wrong") == ["h"]
    assert states(trace, "follows") == ["y"] and trace["y"].because == "h"
    wrong = trace["h"]
    assert wrong.expected == tuple(sheet.cases[0].expected["forward"]["h"].tolist())
    x, params = sheet.cases[0].inputs["x"], sheet.cases[0].inputs["params"]
    assert wrong.numbers == pytest.approx(1 / (1 + np.exp(-x @ params["W1"])))
    assert wrong.apart == pytest.approx(np.abs(np.subtract(wrong.numbers, wrong.expected)).max())
    # The others are judged alone, and right.
    assert trace["loss"].state == "right" and trace['grads["y"]'].state == "right"
    assert "on the right activations" in diagram.caption(tuple(trace.values()))


def test_a_wrong_gradient_and_what_it_is_handed_on_to(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    reports = answer(HALF)
    assert [report.name for report in reports if report.trace] == ["backward"]
    trace = trace_of(reports)
    assert states(trace, "wrong") == ['grads["y"]']
    assert states(trace, "follows") == [f'grads["{n}"]' for n in ("W2", "b2", "h", "W1", "b1")]
    assert {quantity.because for quantity in trace.values()} == {"", 'grads["y"]'}
    figure = diagram.figure(tuple(trace.values()))
    assert figure.count("diagram-box diagram-first") == 1 and figure.count("✗ first wrong") == 1
    assert figure.count("diagram-box diagram-follows") == 5


def test_a_second_mistake_elsewhere_is_wrong_too(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    bias, weights = (
        ('"b2": delta_out', '"b2": -delta_out'),
        ('"b1": delta_hidden', '"b1": delta_hidden.sum()'),
    )
    trace = trace_of(answer(bias, weights))
    assert states(trace, "wrong") == ['grads["b2"]', 'grads["b1"]']
    assert states(trace, "follows") == []
    assert trace['grads["b1"]'].shape == () and trace['grads["b1"]'].numbers == ()


def test_what_is_right_for_its_own_helpers_follows(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    reports = answer(("1.0 + small)", "1.001 + small)"))
    assert [report.name for report in reports if report.trace] == ["forward"]
    trace = trace_of(reports)
    assert states(trace, "wrong") == []
    assert trace["h"].because == trace["y"].because == "sigmoid"
    assert "✗ first wrong" not in diagram.figure(tuple(trace.values()))


def test_a_gradient_of_the_students_own_loss_follows(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    trace = trace_of(
        answer(
            ("np.mean((y - t) ** 2)", "2 * np.mean((y - t) ** 2)"),
            (HALF[0], "4 * (y - t) / t.size"),
        )
    )
    assert states(trace, "wrong") == ["loss"]
    assert {trace[name].because for name in states(trace, "follows")} == {"loss"}
    assert len(states(trace, "follows")) == 6


def test_missing_and_unusable_values(answer: Callable[..., list[FunctionReport]]) -> None:
    missing = trace_of(answer(('        "h": grad_h,\n', "")))
    assert states(missing, "missing") == ['grads["h"]'] and states(missing, "wrong") == []
    for text in ("[[1.0, 2.0]]", "None", "'text'", "np.ones(2) * 1j"):
        trace = trace_of(answer(('"b1": delta_hidden', f'"b1": {text}')))
        assert states(trace, "wrong") == ['grads["b1"]'] and not trace['grads["b1"]'].numbers
    trace = trace_of(answer(('"b1": delta_hidden', '"b1": list(delta_hidden)')))
    assert "another type" in diagram.figure(tuple(trace.values()))
    trace = trace_of(answer(('"b1": delta_hidden', '"b1": np.array([np.nan, np.inf])')))
    assert trace['grads["b1"]'].numbers == (None, None) and trace['grads["b1"]'].apart is None
    assert "nan" in diagram.figure(tuple(trace.values()))


def test_nothing_written_has_none(sheet: Sheet) -> None:
    assert not any(report.trace for report in judged(sheet, {}))


def test_batches_and_other_names() -> None:
    solved = run_solution(str(SOFTMAX), SOFTMAX.read_bytes())
    namespace: dict[str, Any] = {}
    exec((SOFTMAX.parent / "exercise.py").read_text(), namespace)
    sheet = make_sheet("softmax_regression", namespace["exercise"], solved)
    source = SOFTMAX.read_text().replace(' / len(t)\n    return {"z"', '\n    return {"z"')
    trace = trace_of(judged(sheet, run_solution("answer.py", source.encode())))
    assert states(trace, "wrong") == ['grads["z"]']
    assert states(trace, "follows") == ['grads["W"]', 'grads["b"]']
    assert states(trace, "given") == ["x", "W", "b", "t"]
    assert len(trace["x"].expected) == 12 and trace["x"].expected_shape == (5, 3)
    figure = diagram.figure(tuple(trace.values()))
    assert "shape (5, 2)" in figure and "at most" in figure


def test_a_deeper_network_in_which_a_value_is_used_twice(deep: Sheet) -> None:
    right = {"forward": forward, "loss": loss, "backward": backward}
    assert not any(report.trace for report in judged(deep, right))

    def without_the_skip(*given: Any) -> Any:
        grads = backward(*given)
        x, activations = given[1], given[3]
        lost = grads["h1"] - grads["s"]
        slope = 1 - activations["h1"] ** 2
        return {**grads, "h1": lost, "W1": np.outer(x, lost * slope)}

    trace = trace_of(judged(deep, {**right, "backward": without_the_skip}))
    assert states(trace, "wrong") == ['grads["h1"]']
    assert states(trace, "follows") == ['grads["W1"]']

    def scaled(params: Any, x: Any) -> Any:
        found = forward(params, x)
        return {**found, "h2": found["h2"] * 2, "s": found["s"] + 1, "y": found["y"]}

    trace = trace_of(judged(deep, {**right, "forward": scaled}))
    assert states(trace, "wrong") == ["h2"] and states(trace, "follows") == ["s"]


def test_the_losses_of_a_training_run(
    answer: Callable[..., list[FunctionReport]], sheet: Sheet
) -> None:
    expected = tuple(sheet.cases[0].expected["train"][1])

    def losses_of(change: tuple[str, str]) -> Losses | None:
        return next(f.losses for f in answer(change) if f.name == "train")

    losses = losses_of(
        ("params = update(params, grads, lr)", "params = update(params, grads, 3 * lr)")
    )
    assert losses is not None and losses.expected == expected
    assert losses.numbers[0] == expected[0] and losses.numbers[1] < expected[1]
    broken = (
        "losses.append(loss(activations",
        "losses.append(losses and np.nan or loss(activations",
    )
    losses = losses_of(broken)
    assert losses is not None and losses.numbers == expected[:1]
    assert losses_of(("    return params, losses", "    return params")) is None
    for nothing in ("[]", "[np.nan, 1.0]", "np.array(5.0)"):
        returned = ("    return params, losses", f"    return params, {nothing}")
        assert losses_of(returned) is None
    right = right_losses(sheet)
    assert right is not None and right.numbers == right.expected == expected


# The report and the figure.


def test_the_report_carries_it_and_gives_it_back(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    functions = answer(HALF)
    report = Report("a", "s", "p", "0", "1", "0", "none", functions, 20.0)
    told = json.loads(report.to_json())["functions"]
    by_name = {function["name"]: function for function in told}
    assert "trace" not in by_name["forward"] and "losses" not in by_name["forward"]
    wrong = next(q for q in by_name["backward"]["trace"] if q["name"] == 'grads["y"]')
    assert wrong["state"] == "wrong" and wrong["feeds"] == ["loss"] and len(wrong["numbers"]) == 1
    kept = Report.from_json(report.to_json())
    assert [f.trace for f in kept.functions] == [f.trace for f in functions]
    trace = next(f.trace for f in kept.functions if f.trace)
    assert diagram.figure.__wrapped__(trace) == diagram.figure(
        next(f.trace for f in functions if f.trace)
    )


def test_the_figure_is_svg_that_stands_alone(
    answer: Callable[..., list[FunctionReport]], deep: Sheet
) -> None:
    traces = [tuple(trace_of(answer(change)).values()) for change in (HALF, HIDDEN_BIAS)]
    for trace in [*traces, right_trace(deep)]:
        root = ElementTree.fromstring(diagram.figure(trace))
        assert root.attrib["role"] == "img"
        assert [child.tag.rpartition("}")[2] for child in root[:2]] == ["title", "desc"]
        assert root[1].text == diagram.description(trace)
        assert not [e for e in root.iter() if "id" in e.attrib or e.tag.endswith("script")]
        classes = {name for e in root.iter() for name in e.get("class", "").split()}
        assert all(name.startswith("diagram") for name in classes)
        words = [text for e in root.iter() if e.tag.endswith("text") for text in [e.text or ""]]
        assert {quantity.name for quantity in trace} <= set(words)


def test_a_gradient_of_what_has_no_name_is_shown_too(deep: Sheet) -> None:
    trace = tuple(quantity for quantity in right_trace(deep) if quantity.name != "h1")
    assert '>grads["h1"]<'.replace('"', "&quot;") in diagram.figure(trace)


def test_nothing_leaves_its_card(answer: Callable[..., list[FunctionReport]], deep: Sheet) -> None:
    """Every line is inside the card that was drawn before it, at the widths that are reckoned with."""
    long = [q._replace(name=q.name + "_" * 40) for q in right_trace(deep)]
    huge = [q._replace(expected=(-1.23456e-200,) * len(q.expected)) for q in right_trace(deep)]
    for trace in (tuple(trace_of(answer(HALF)).values()), tuple(long), tuple(huge)):
        box: dict[str, float] = {}
        for element in ElementTree.fromstring(diagram.figure(trace)).iter():
            kind = element.tag.rpartition("}")[2]
            if kind == "rect" and "diagram-box" in element.get("class", ""):
                box = {name: float(element.attrib[name]) for name in ("x", "y", "width", "height")}
                assert box["x"] >= 0 and box["x"] + box["width"] <= diagram.WIDTH
            elif kind == "text" and box and float(element.attrib["y"]) < box["y"] + box["height"]:
                character = 5.7 if "prose" in element.attrib["class"] else 6.7
                size = character * len(element.text or "")
                x = float(element.attrib["x"])
                left = x - size if element.get("text-anchor") == "end" else x
                assert box["x"] <= left and left + size <= box["x"] + box["width"]


def test_its_description_has_all_of_it(answer: Callable[..., list[FunctionReport]]) -> None:
    text = diagram.description(tuple(trace_of(answer(HIDDEN_BIAS)).values()))
    assert text.startswith(
        "The first wrong quantity is h: yours 0.5325 0.572, right 0.5572 0.6201."
    )
    assert "y follows from h." in text and 'Right: loss, grads["y"]' in text


def test_numbers_that_look_the_same_are_told_apart() -> None:
    quantity = Quantity("h", "activation", "wrong", (), (), (0.123456,), (), (0.1234561,), 1e-7)
    assert "0.1234561" in diagram.figure((quantity,))
    quantity = quantity._replace(numbers=(0.123456 + 1e-12,), apart=1e-12)
    assert "1e-12 at most" in diagram.figure((quantity,))
    empty = Quantity("x", "input", "given", (), (0,), ())
    assert "no numbers" in diagram.figure((empty,))


def test_a_notebook_shows_it_as_an_image_once(answer: Callable[..., list[FunctionReport]]) -> None:
    tables = [function_table(report) for report in answer(HALF)]
    images = [image for table in tables for image in re.findall(r"<img [^>]*>", table)]
    assert len(images) == 1
    (data,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', images[0])
    assert ElementTree.fromstring(base64.b64decode(data)).tag.endswith("svg")
    assert 'alt="The first wrong quantity is grads[&quot;y&quot;]: yours' in images[0]


def test_nothing_of_a_hidden_instance_is_in_it(sheet: Sheet) -> None:
    hidden = dataclasses.replace(sheet, cases=[case for case in sheet.cases if case.hidden])
    assert right_trace(hidden) == () and right_losses(hidden) is None
    assert not any(report.trace for report in judged(hidden, {"forward": lambda params, x: {}}))
