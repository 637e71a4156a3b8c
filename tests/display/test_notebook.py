"""What a check shows in a notebook: what to read first, then the rest, folded."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.display import notebook, page, terminal
from autograder.display.headline import headline
from autograder.display.hints import hint_lines, hints_of
from autograder.display.next_step import next_after, next_of
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.visible import read_visible
from autograder.report import (
    DIFFERS,
    CheckResult,
    FunctionReport,
    Named,
    Quantity,
    Report,
    Row,
    SourceLine,
)
from autograder.student import check_file
from tests.conftest import NAME, ROOT
from tests.helpers.exercises import answer_key_of, judged_with

VISIBLE = ROOT / "assignments" / NAME / "visible.json"
RIGHT = (ROOT / "solutions" / NAME / f"{NAME}.py").read_text()


def line(text: str) -> int:
    """The number of the solution's line with this text."""
    return RIGHT[: RIGHT.index(text)].count("\n") + 1


@pytest.fixture(scope="module")
def answer_key() -> AnswerKey:
    return read_visible(VISIBLE)


@pytest.fixture
def checked(tmp_path: Path) -> Callable[[str, str], tuple[FunctionReport, Report]]:
    shutil.copyfile(VISIBLE, tmp_path / "visible.json")

    def checked(old: str, new: str) -> tuple[FunctionReport, Report]:
        assert RIGHT.count(old) == 1
        path = tmp_path / "answer.py"
        path.write_text(RIGHT.replace(old, new))
        report = check_file(path)[0]
        return next(f for f in report.functions if not f.is_done), report

    return checked


#: A change of the solution, and of what is read first: the sentence, then what of the facts below.
KINDS = {
    "a known mistake": (
        ("grad_y * sigmoid_derivative(y)", "grad_y"),
        "The slope of the output's sigmoid is missing. ",
        [
            'grads["y"] is right; the first wrong quantity is grads["W2"]. It is about 4.5905 times',
            "[[-0.02303825],",
            '"W2": np.outer(h, delta_out),',
            'backward(**check.example("document", backward))',
            'params["W1"] = [[0.2, 0.4], [0.1, 0.3]]\nparams["b1"] = [0.1, 0.2]\n',
        ],
    ),
    "an unknown one": (
        ("np.outer(x, delta_hidden)", "0.75 * np.outer(x, delta_hidden)"),
        'grads["W1"] is wrong in 4 of 4 entries. It is 0.75 times the expected value everywhere.',
        ['the first wrong quantity is grads["W1"]', '"W1": 0.75 * np.outer(x, delta_hidden),'],
    ),
    "a shape": (
        ("np.outer(x, delta_hidden)", "x @ delta_hidden"),
        "`@` is the matrix product. Here the outer product `np.outer` is needed",
        ['"W1": x @ delta_hidden,', 'grads["W1"] has shape (); it must have shape (2, 2).'],
    ),
    "an exception": (
        ('h @ params["W2"]', "h @ h[:1]"),
        f"forward stopped (answer.py, line {line('h @ params')}): in a @ b, the last axis of a",
        ["forward raised ValueError: matmul", 'y = sigmoid(h @ h[:1] + params["b2"])'],
    ),
    "short arguments": (
        ("float(np.mean((y - t) ** 2))", "0.5 * float(np.mean((y - t) ** 2))"),
        "You multiply by 1/2, so the loss is half of what it should be.",
        ["It is 0.5 times", "loss(np.array([0.67932855]), np.array([0.7]))"],
    ),
    "a large array": (
        ("np.where(z >= 0, 1.0, small) / (", "np.where(z < 0, 1.0, small) / ("),
        "You return sigmoid(-z)",
        ["First difference at [0]: expected 0, got 1."],
    ),
    "a changed argument": (
        (
        "return {name: value - lr * grads[name] for name, value in params.items()}",
        "for name in params:\n        params[name] -= lr * grads[name]\n    return params",
        ),
        "`params` or an array in it is changed in place, but it belongs to the caller.",
        ['update(**check.example("document", update))', 'changed params["W1"], which it was given'],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_read_first(
    kind: str,
    checked: Callable[[str, str], tuple[FunctionReport, Report]],
    answer_key: AnswerKey,
) -> None:
    (old, new), sentence, facts = KINDS[kind]
    report, _ = checked(old, new)
    found = headline(report, answer_key)
    assert found.sentences[0].startswith(sentence)
    shown = [found.details, found.call, found.arguments, report.line.text if report.line else ""]
    shown += [found.row.got, found.row.expected] if found.row else []
    for fact in facts:
        assert any(fact in text for text in shown), fact
    html = notebook.function_table(report, answer_key)
    first, *folded = html.split("<details>")
    assert notebook._marked(sentence) in first
    assert folded and "<details open" not in html
    # A notebook may be dark, and takes scripts and sheets away.
    assert not re.search(r"<(script|style|svg)|[^-]color: #|background: #", html)


def test_no_numbers_of_another_quantity_are_shown() -> None:
    """Those of the first wrong one are too wide: where it differs is said."""
    (report,) = (each for each in judged_with("mlp", (" * (1 - before**2)", "")) if each.trace)
    found = headline(report, answer_key_of("mlp"))
    assert found.row is None
    assert found.sentences[0].startswith(
        'grads[0]["W"] is wrong in 6 of 6 entries. First difference at [0, 0]: expected -0.00624'
    )


def test_what_is_computed_first_is_to_be_begun_with() -> None:
    change = ("(layers[-1] - t) / len(t)\n    for", "(layers[-1] - t)\n    for")
    reports = judged_with("mlp", change)
    (report,) = (each for each in reports if each.trace)
    begin = 'grads[1]["W"] comes before it, and is wrong too: begin there.'
    assert headline(report, answer_key_of("mlp")).details == begin
    assert 'how backward computes grads[1]["W"].' in next_of(reports)


def test_the_numbers_are_those_of_what_is_to_be_begun_with() -> None:
    place = "On the visible instance 'p': "
    said = f"Known.\n{place}dw is wrong.\nexpected 1\ngot      2"
    rows = [Row("dw", "2", "1", note=DIFFERS), Row("dh[1]", "4", "3", note=DIFFERS)]
    check = CheckResult("values", False, said, 0.0, 1.0, rows, place, "values")
    trace = (Quantity("dh[1]", "gradient", "wrong", (), (), (3.0,)),)
    for mistakes in ((Named("id", "Known."),), ()):
        report = FunctionReport("f", "failed", 0.0, 1.0, [check], mistakes, trace=trace)
        found = headline(report)
        assert found.row == rows[1]
        text = " ".join([*found.sentences, found.details])
        begin = "dh[1] comes before it, and is wrong too: begin there."
        assert text == f"Known. {place}dw is wrong. {begin}"


def test_a_slip_is_read_before_the_numbers() -> None:
    place = "On the visible instance 'p': "
    said = f"a.py, line 3, `x @ y`: write `y`.\n{place}y is wrong.\nexpected 1\ngot      2"
    rows = [Row("y", "2", "1", note=DIFFERS)]
    check = CheckResult("values", False, said, 0.0, 1.0, rows, place, "values")
    found = headline(FunctionReport("f", "failed", 0.0, 1.0, [check]))
    assert found.sentences == ("a.py, line 3, `x @ y`: write `y`.",)
    assert found.details == f"{place}y is wrong." and found.row == rows[0]


def test_what_follows_the_line_of_a_slip_begins_a_sentence() -> None:
    for said, shown in (
        ("the factors", "The factors"),
        ("`a` is", "`a` is"),
        ("f stops", "f stops"),
    ):
        check = CheckResult("values", False, f"a.py, line 3, `x @ y`: {said} here.", 0.0, 1.0)
        report = FunctionReport(
            "f", "failed", 0.0, 1.0, [check], line=SourceLine(3, "x @ y", "a.py")
        )
        assert headline(report).sentences == (f"{shown} here.",)


def test_each_line_of_a_message_is_a_sentence_in_the_paragraph() -> None:
    """Python ends what it says without a full stop."""
    message = "f stopped.\nf raised ValueError: no (2 is not 3)\nUp to here, `a` is right."
    check = CheckResult("values", False, message, 0.0, 1.0, key="values")
    details = headline(FunctionReport("f", "failed", 0.0, 1.0, [check])).details
    assert details == "f raised ValueError: no (2 is not 3). Up to here, `a` is right."


def test_what_a_wrong_partner_returned_is_to_be_mended_first() -> None:
    reports = {each.name: each for each in judged_with("transformer", ("later, -1e9", "~later, 9"))}
    answer_key = answer_key_of("transformer")
    for name in ("attention_backward", "block_backward"):
        report = reports[name]
        assert report.waits_for == ("attention",)
        assert headline(report, answer_key).sentences == (
            f"{name} uses what your own attention returned, where there is a mistake. Fix that "
            f"first, then check {name} again.",
        )
        until = [*reports.values()][: [*reports].index(name) + 1]
        assert next_after(until, answer_key).startswith("Next: look at how attention computes out.")


def test_a_helper_is_to_be_mended_first(
    checked: Callable[[str, str], tuple[FunctionReport, Report]], answer_key: AnswerKey
) -> None:
    _, report = checked("return a * (1.0 - a)", "return a * (1.1 - a)")
    backward = report.functions[4]
    assert headline(backward, answer_key).sentences == (
        "backward calls your own sigmoid_derivative, where there is a mistake. Fix that first, "
        "then check backward again.",
    )
    assert backward.line is None and backward.suspect is None


def test_the_ladder_of_hints_is_the_same_everywhere(
    checked: Callable[[str, str], tuple[FunctionReport, Report]], answer_key: AnswerKey
) -> None:
    """A question, where, what to do: each says more than the sentence and the hints before it."""
    report, whole = checked("grad_y * sigmoid_derivative(y)", "grad_y")
    ((question, where, what),) = hints_of(report, answer_key)
    assert question.endswith("?")
    assert where == (
        f"Look at answer.py, line {line('delta_out =')}: `delta_out = grad_y`. "
        'grads["W2"], grads["b2"], grads["h"], grads["W1"] and grads["b1"] are computed with it, '
        "and nothing that is right is."
    )
    assert what.startswith("Multiply ")
    told = hint_lines(report, answer_key, 3, "")
    assert told == [f"Hint {at} of 3: {text}" for at, text in enumerate((question, where, what), 1)]
    student = page.student_page(whole, answer_key)
    clicks = notebook.function_table(report, answer_key)
    # One inside the other, so that the next one is seen after a click on the one before.
    assert re.search(r"Hint 1 of 3: a question</summary>.*?<details><summary>Hint 2 of 3: where to "
                     r"look</summary>.*?<details><summary>Hint 3 of 3: what to do", clicks)  # fmt: skip
    for at, hint in enumerate((question, where, what), start=1):
        assert f"Hint {at} of 3" in student and hint.split("`")[0] in student
        asked = notebook.function_table(report, answer_key, hints=at)
        assert asked.count("<details open>") == at


def test_without_the_source_the_step_of_the_chain_is_told(
    checked: Callable[[str, str], tuple[FunctionReport, Report]], answer_key: AnswerKey
) -> None:
    """So in the grader, which reads no source."""
    report, _ = checked("grad_y * sigmoid_derivative(y)", "grad_y")
    ((_, where, _),) = hints_of(report._replace(suspect=None, line=None), answer_key)
    assert where == (
        'Look at the step from grads["y"], which is right, to grads["W2"], which is not.'
    )
    report, _ = checked("2 * (y - t)", "(y - t)")
    ((_, where, _),) = hints_of(report._replace(suspect=None, line=None), answer_key)
    assert where.startswith('Look at where grads["y"] is computed: it comes first')


def test_hints_that_are_counted_are_not_clicked(
    checked: Callable[[str, str], tuple[FunctionReport, Report]], answer_key: AnswerKey
) -> None:
    report, _ = checked("grad_y * sigmoid_derivative(y)", "grad_y")
    counted = replace(answer_key, count_hints=True)
    assert "Hint" not in notebook.function_table(report, counted)
    asked = notebook.function_table(report, counted, hints=1)
    assert "Hint 1 of 3" in asked and "Hint 2" not in asked


def test_what_is_folded_is_all_there(
    checked: Callable[[str, str], tuple[FunctionReport, Report]], answer_key: AnswerKey
) -> None:
    report, whole = checked("grad_y * sigmoid_derivative(y)", "grad_y")
    html = notebook.function_table(report, answer_key)
    for check in report.checks:
        assert check.name in html
    assert "The checks: 1 right, 3 wrong, 1 not checked" in html and "<img " in html
    # Who reads graded work sees the checks at once.
    assert "<details open><summary>The checks" in notebook.function_table(report)
    table = notebook.functions_table(whole.functions, terminal.total(whole.functions), ["Next."])
    assert table.count("<tr><td ") == len(whole.functions) and "Next." in table
