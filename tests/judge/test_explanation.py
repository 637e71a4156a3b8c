"""Results are explained one quantity at a time, and never by what is not exactly theirs."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.declaration import Mistake
from autograder.exercise.mutants import Mutants, make
from autograder.exercise.packing import pack, right_marks, unpack
from autograder.exercise.solution import Solution
from autograder.exercise.visible import read_visible, write_visible
from autograder.judge import explanation
from autograder.judge.judge import judge
from autograder.report import FunctionReport
from autograder.sandbox.in_process import InProcess
from autograder.submission import parse_submission
from tests.conftest import KEY


def report_of(
    source: str, function: str, key: AnswerKey, mutants: Mutants | None
) -> FunctionReport:
    cells = parse_submission("answer.py", source.encode()).cells
    runner = InProcess(cells, 10.0)
    reports = judge(key, runner, 10.0, mutants=mutants, restart=runner.restart)
    return next(report for report in reports if report.name == function)


def graded(solution: Solution, source: str, function: str = "backward") -> FunctionReport:
    return report_of(source, function, solution.answer_key(KEY), solution.mutants)


def checked(solution: Solution, source: str, function: str = "backward") -> FunctionReport:
    return report_of(source, function, solution.visible.visible(), None)


def ids(report: FunctionReport) -> tuple[list[str], list[str]]:
    return [m.id for m in report.mistakes], [m.id for m in report.in_part]


def text_of(report: FunctionReport) -> str:
    return "\n".join(check.message for check in report.checks if check.passed is False)


def changed(solution: Solution, names: Sequence[str], *replaced: tuple[str, str]) -> str:
    source = make([solution.mutants.mistakes[name] for name in names], solution.source)
    for old, new in replaced:
        assert source.count(old) == 1
        source = source.replace(old, new)
    return source


CHAIN = [
    "missing-factor-two",
    "missing-output-slope",
    "reshape-for-transpose",
    "output-bias-summed",
]


@pytest.mark.parametrize("size", [3, 4])
def test_three_and_four_mistakes_in_one_function(solution: Solution, size: int) -> None:
    report = graded(solution, changed(solution, CHAIN[:size]))
    assert sorted(ids(report)[0]) == sorted(CHAIN[:size])


def test_mistakes_in_parts_of_their_own_are_named_in_the_students_copy(solution: Solution) -> None:
    names = ["output-bias-summed", "hidden-for-input-in-w1", "bias-summed-over-units"]
    source = changed(solution, names)
    for report in (graded(solution, source), checked(solution, source)):
        assert sorted(ids(report)[0]) == sorted(names)


def test_the_fewest_mistakes_that_explain_all_are_named(solution: Solution) -> None:
    """One division that reaches two quantities, and not one in each of them; there is work left for
    the last ones."""
    source = changed(
        solution,
        [],
        *((f'"{name}": {old},', f'"{name}": {old} / t.size,') for name, old in DIVIDED.items()),
    )
    report = graded(solution, source)
    assert len(ids(report)[0]) == 3
    assert ids(checked(solution, source)) == ids(report)


DIVIDED = {
    "W2": "np.outer(h, delta_out)",
    "b2": "delta_out",
    "W1": "np.outer(x, delta_hidden)",
    "b1": "delta_hidden",
}
ODD_W1 = ("np.outer(x, delta_hidden)", "np.outer(x, np.sin(9 * delta_hidden))")


def test_what_is_sure_is_told_and_the_rest_is_said_to_be_unexplained(solution: Solution) -> None:
    source = changed(solution, ["missing-factor-two"], ODD_W1)
    for report, known in (
        (graded(solution, source), ", which is not a known mistake"),
        (checked(solution, source), ""),
    ):
        assert ids(report) == ([], ["missing-factor-two"])
        message = solution.mutants.mistakes["missing-factor-two"].message
        assert text_of(report).startswith(
            f'In grads["y"], this mistake gives exactly your numbers: {message}\n'
            f'grads["W1"] is also wrong for another reason{known}.'
        )


def test_each_quantity_is_told_with_its_mistakes(solution: Solution) -> None:
    names = ["half-of-the-sum", "error-sign-flipped", "missing-output-slope"]
    source = changed(solution, names, ODD_W1)
    known = solution.mutants.mistakes
    first = (
        'In grads["y"], 2 mistakes together give exactly your numbers: '
        f"(1) {known[names[0]].message} (2) {known[names[1]].message}"
    )
    second = (
        'In grads["W2"], together with these, this mistake gives exactly your numbers: '
        f"{known[names[2]].message}"
    )
    report = graded(solution, source)
    assert ids(report) == ([], names)
    left = 'grads["W1"] is also wrong for another reason, which is not a known mistake.'
    assert text_of(report).splitlines()[:3] == [first, second, left]
    report = checked(solution, source)  # what three mistakes together give is not known there
    assert ids(report) == ([], names[:2])
    left = 'grads["W2"] is also wrong for another reason.'
    assert text_of(report).splitlines()[:2] == [first, left]


def test_a_part_of_an_explanation_gives_no_points(solution: Solution) -> None:
    """Followed through are the mistakes that explain all numbers of a function."""
    half = "    return 0.5 * float(np.mean((y - t) ** 2)) + 0.01 * float(np.sum(y))\n"
    source = solution.source + f"\n\ndef loss(y, t):\n{half}"
    report = graded(solution, source, "loss")
    assert ids(report) == ([], [])
    source = changed(solution, ["missing-factor-two"], ODD_W1)
    assert (
        graded(solution, source).score
        == graded(solution, changed(solution, [], ("2 * (y - t)", "np.sin(y - t)"), ODD_W1)).score
    )


def test_a_mistake_that_would_change_what_is_right_is_not_named(solution: Solution) -> None:
    """One loss too many is appended, but no step was made too far."""
    source = changed(
        solution,
        [],
        ("return params, losses", 'return params, [*losses, loss(forward(params, x)["y"], t)]'),
    )
    for report in (graded(solution, source, "train"), checked(solution, source, "train")):
        assert ids(report) == ([], [])


def test_no_name_for_what_is_right_on_one_instance(solution: Solution) -> None:
    """With two outputs 2 / n_out is 1, so that t - y looks like a flipped sign and nothing else."""
    source = changed(solution, [], ("2 * (y - t) / t.size", "(t - y)"))
    for report in (graded(solution, source), checked(solution, source)):
        assert sorted(ids(report)[0]) == ["error-sign-flipped", "half-of-the-sum"]


def generated(solution: Solution, *mistakes: Mistake) -> Solution:
    exercise = dataclasses.replace(
        solution.exercise, mistakes=[*solution.exercise.mistakes, *mistakes]
    )
    return dataclasses.replace(solution, exercise=exercise, released=None)


TRIPLED = Mistake(
    "tripled",
    "backward",
    "np.outer(x, delta_hidden)",
    "3 * np.outer(x, delta_hidden)",
    "You multiply by 3.",
    generated=True,
)
NOTHING = Mistake(
    "nothing",
    "backward",
    "np.outer(x, delta_hidden)",
    "0 * np.outer(x, delta_hidden)",
    "You multiply by 0.",
    generated=True,
)


def test_a_generated_mistake_is_named_with_declared_ones(solution: Solution) -> None:
    more = generated(solution, TRIPLED)
    source = make([more.mutants.mistakes[n] for n in ("tripled", *CHAIN[:2])], more.source)
    assert sorted(ids(graded(more, source))[0]) == sorted(["tripled", *CHAIN[:2]])
    alone = TRIPLED.apply(more.source)
    assert ids(checked(more, alone))[0] == ids(graded(more, alone))[0] == ["tripled"]


def test_zeros_are_named_by_who_declares_a_mistake_only(solution: Solution) -> None:
    """A part that is not written yet is no mistake."""
    source = changed(
        solution, ["output-bias-summed"], ("np.outer(x, delta_hidden)", "0 * params['W1']")
    )
    for made, named in ((NOTHING, False), (dataclasses.replace(NOTHING, generated=False), True)):
        more = generated(solution, made)
        for report in (graded(more, source), checked(more, source)):
            told = {mistake.id for mistake in report.made}
            assert told == {"output-bias-summed"} | ({"nothing"} if named else set())


def test_several_single_mistakes_that_explain_a_part_are_no_explanation(solution: Solution) -> None:
    """In the student's copy: there are no hidden instances to decide."""
    other = dataclasses.replace(
        TRIPLED,
        id="other",
        old='"W1": np.outer(x, delta_hidden),\n        "b1": delta_hidden',
        new='"W1": 3 * np.outer(x, delta_hidden),\n        "b1": -delta_hidden',
    )
    more = generated(solution, TRIPLED, other)
    source = TRIPLED.apply(solution.source).replace(
        '"b1": delta_hidden', '"b1": np.sin(delta_hidden)'
    )
    assert ids(checked(more, source)) == ([], [])


def test_the_work_for_one_answer_is_bounded(
    solution: Solution, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hopeless answer makes no more calls than are allowed, however many mistakes there are."""
    made = 0
    fingerprint = Mutants.fingerprint

    def counted(self: Mutants, *arguments: object) -> object:
        nonlocal made
        made += 1
        return fingerprint(self, *arguments)  # type: ignore[arg-type]

    many = [
        dataclasses.replace(TRIPLED, id=f"m{n}", old="2 * (y - t)", new=f"{n + 3} * (y - t) ** {n}")
        for n in range(2, 60)
    ]
    more = generated(solution, *many)
    more.answer_key(KEY)
    monkeypatch.setattr(Mutants, "fingerprint", counted)
    source = changed(solution, [], ("2 * (y - t)", "np.sin(y - t)"))
    assert ids(graded(more, source)) == ([], [])
    assert 10 < made <= explanation.MOST_WORK


def test_what_costs_too_much_is_not_named(
    solution: Solution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explanation, "MOST_WORK", 0)
    assert ids(graded(solution, changed(solution, CHAIN))) == ([], [])


def test_the_students_copy_holds_every_instance_and_reads_what_was_written(
    solution: Solution, answer_key: AnswerKey, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("copy") / "visible.json"
    made = dataclasses.replace(solution, released=None).visible
    path.write_text(write_visible(made))
    read = read_visible(path)
    for function in made.functions:
        right = right_marks(made, function)
        signatures = made.signatures[function.name]
        assert read.signatures[function.name] == signatures
        assert unpack(pack(signatures, right), right) == signatures
        assert all(each.marks.keys() == right.keys() for each in signatures)
        together = [{*each.mistakes} for each in signatures]
        assert {"output-bias-summed", "bias-summed-over-units"} not in together  # each by itself
    assert len(path.read_text()) < 300_000


def test_a_right_part_to_single_precision_is_not_explained(solution: Solution) -> None:
    old = '"b2": delta_out'
    source = changed(
        solution, ["bias-summed-over-units"], (old, '"b2": np.float32(delta_out).astype(float)')
    )
    assert ids(graded(solution, source)) == (["bias-summed-over-units"], [])
