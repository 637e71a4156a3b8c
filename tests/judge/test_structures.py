"""What was done to the right value of a function whose mistake has no name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.solution import Solution
from autograder.judge.compare import Leaf
from autograder.judge.named_quantities import Given, Wrong
from autograder.judge.structures import (
    COMPUTED_FROM_NOTHING,
    LIKE_THE_RIGHT_ONE,
    MADE_OF_THE_RIGHT_ONE,
)
from autograder.judge.structures import structure as of_rules
from tests.helpers.identities import false_identities, reports_of, result_of, told

#: By what is done to a result of a function: the function, the part, the change, the sentence, and
#: whether the visible instances are enough for it.
CHANGED: dict[str, tuple[str, str, str, str, bool]] = {
    "rounded": (
        "forward",
        '["h"]',
        "np.round({0}, 3)",
        'Your activations["h"] is the right value, rounded to 3 decimals.',
        True,
    ),
    "rounded to one": (
        "forward",
        '["h"]',
        "np.round({0}, 1)",
        'Your activations["h"] is the right value, rounded to one decimal.',
        True,
    ),
    "clipped on both sides": (
        "backward",
        '["W2"]',
        "np.clip({0}, -0.01, 0.01)",
        'Your grads["W2"] is the right value where that lies between -0.01 and 0.01, and the nearer '
        "of these elsewhere: something is clipped.",
        False,
    ),
    "clipped above": (
        "forward",
        '["h"]',
        "np.minimum({0}, 0.6)",
        'Your activations["h"] is the right value where that is not above 0.6, and 0.6 elsewhere: '
        "something is clipped.",
        True,
    ),
    "scaled to length 1": (
        "backward",
        '["W2"]',
        "{0} / np.linalg.norm({0})",
        'Your grads["W2"] is the right value, divided by the square root of the sum of its squares.',
        True,
    ),
    "scaled to sum 1": (
        "forward",
        '["h"]',
        "{0} / np.sum({0})",
        'Your activations["h"] is the right value, divided by the sum of its entries.',
        True,
    ),
    "times a size": (
        "backward",
        '["y"]',
        "{0} * t.size",
        'Your grads["y"] is the right value, times n_out.',
        True,
    ),
    "with a penalty": (
        "backward",
        '["W2"]',
        '{0} + 0.01 * params["W2"]',
        'Your grads["W2"] is exactly the right value plus `0.01 * params["W2"]`.',
        True,
    ),
    "less a quantity": (
        "forward",
        '["y"]',
        '{0} - params["b2"]',
        'Your activations["y"] is exactly the right value minus `params["b2"]`.',
        True,
    ),
    "with a constant": (
        "loss",
        "",
        "{0} + 0.25",
        "Your loss is the right value plus 0.25, in every entry.",
        True,
    ),
    "with a decay of its own": (
        "update",
        '["W1"]',
        "{0} - lr * params['W1']",
        'Your new params["W1"] is exactly the right value minus `lr * params["W1"]`.',
        True,
    ),
    "half a step": (
        "train",
        '[0]["W1"]',
        "params['W1'] + 0.5 * ({0} - params['W1'])",
        'Your new params["W1"] moves by 0.5 times the right step.',
        True,
    ),
    "a step uphill": (
        "train",
        '[0]["W1"]',
        "2 * params['W1'] - {0}",
        'Your new params["W1"] moves by the right step, in the opposite direction.',
        True,
    ),
    "turned round": (
        "forward",
        '["h"]',
        "{0}[::-1]",
        'Your activations["h"] holds the right entries, in the reverse order.',
        False,
    ),
    "one row": (
        "backward",
        '["W1"]',
        "np.vstack([{0}[:1] * 0.3 - 1, {0}[1:]])",
        'Only the first row of your grads["W1"] is wrong.',
        False,
    ),
}  # fmt: skip
ARGUMENTS = {
    "update": "params, grads, lr",
    "train": "params, x, t, lr, epochs",
    "forward": "params, x",
    "backward": "params, x, t, activations",
    "loss": "y, t",
}


def changed(function: str, part: str, change: str) -> str:
    """The right function, with a part of its result changed on its way out."""
    return (
        f"_right = {function}\n"
        f"def {function}({ARGUMENTS[function]}):\n"
        f"    result = _right({ARGUMENTS[function]})\n"
        f"    result{part} = {change.format('result' + part)}\n"
        "    return result\n"
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", CHANGED)
def test_it_is_told_what_was_done(name: str, solution: Solution, answer_key: AnswerKey) -> None:
    function, part, change, sentence, is_seen = CHANGED[name]
    source = f"{solution.source}\n{changed(function, part, change)}"
    key = solution.answer_key(b"any key", naming=False)
    # A row is one of several: there is none where an instance has one only.
    cases = [case for case in key.cases if case.label not in ("single", "faint")]
    key = AnswerKey(**{**vars(key), "cases": cases})
    assert told(reports_of(source, key, solution), function) == [sentence]
    if is_seen:
        assert told(reports_of(source, key.visible(), solution), function) == [sentence]
    form, gives = answer_key.function(function), result_of(source, key, function)
    assert form is not None
    others = solution.answer_key(b"another key").cases
    unseen = [c for c in others if function in c.expected and c.label not in ("single", "faint")]
    assert not false_identities(sentence, form, unseen, gives, solution.functions)


def structure(wrong: Wrong) -> str:
    return of_rules(wrong, [*COMPUTED_FROM_NOTHING, *MADE_OF_THE_RIGHT_ONE, *LIKE_THE_RIGHT_ONE])


def wrong(*pairs: tuple[np.ndarray, np.ndarray], **scope: np.ndarray) -> Wrong:
    """A quantity on visible cases: what was given, and the right value."""
    cases = [Case(str(at), {}, {}, {}) for at, _ in enumerate(pairs)]
    given = [Given(c, got, right, scope) for c, (got, right) in zip(cases, pairs, strict=True)]
    return Wrong(Leaf((), "it", pairs[0][1]), given)


@pytest.mark.parametrize("seed", range(20))
def test_nothing_is_told_of_noise(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = [tuple(rng.integers(1, 5, rng.integers(0, 3))) for _ in range(3)]
    shapes = [shapes[0], shapes[0], *shapes[1:]]
    pairs = [(rng.normal(size=shape), rng.normal(size=shape)) for shape in shapes]
    assert structure(wrong(*pairs, other=rng.normal(size=shapes[0]))) == ""


def test_one_case_that_differs_is_enough_for_silence() -> None:
    """Each sentence holds on all cases: with noise on the last one, none is told."""
    rng = np.random.default_rng(1)
    rights = [rng.normal(size=(3, 4)) for _ in range(4)]
    term = rng.normal(size=(3, 4))
    changes = (
        lambda a: np.round(a, 2),
        lambda a: np.clip(a, -0.5, 0.5),
        lambda a: a / np.linalg.norm(a),
        lambda a: a + 0.5,
        lambda a: a - 0.01 * term,
        lambda a: a[::-1],
        lambda a: np.ones((3, 4)) * 0.2,
    )
    for change in changes:
        pairs = [(change(right), right) for right in rights]
        assert structure(wrong(*pairs, other=term)) != ""
        pairs[-1] = (rng.normal(size=(3, 4)), rights[-1])
        assert structure(wrong(*pairs, other=term)) == ""


def test_the_same_numbers_everywhere_are_written_in() -> None:
    rng = np.random.default_rng(2)
    fixed = rng.normal(size=3)
    same = wrong(*((fixed, rng.normal(size=3)) for _ in range(3)))
    assert structure(same) == (
        "Your it is the same on all instances of a size: is it written in as numbers, or taken from "
        "a global variable?"
    )
    zeros = [np.zeros(3), np.zeros((2, 4)), np.zeros(())]
    nothing = wrong(*((zero, rng.normal(size=zero.shape)) for zero in zeros))
    assert structure(nothing) == "Your it is 0 everywhere, on every instance."
    right = rng.normal(size=3)  # where the right value is the same, it tells nothing
    assert structure(wrong((fixed, right), (fixed, right))) == ""


def test_a_constant_that_nobody_writes_is_none() -> None:
    rng = np.random.default_rng(3)
    rights = [rng.normal(size=4) for _ in range(3)]
    odd = float(np.sqrt(2) / 10)
    assert structure(wrong(*((right + odd, right) for right in rights))) == ""
    assert structure(wrong(*((np.minimum(r, odd), r) for r in rights))) == ""
    assert structure(wrong(*((right + 0.1, right) for right in rights))) != ""


#: By the line that ends the training: the end of the sentence, "" for none.
ENDS = {
    'if loss(forward(params, x)["y"], t) < 0.01:': "and ends too early on some instances only: ",
    "if len(losses) == 2:": "and ends too early.",
    "if params is None:": "",
}


@pytest.mark.parametrize("line", ENDS)
@pytest.mark.parametrize("whole", [True, False])
def test_a_list_that_ends_early(
    line: str, whole: bool, solution: Solution, answer_key: AnswerKey
) -> None:
    """It is right as far as it goes, on every instance."""
    end = f"        {line}\n            break\n    return params, losses"
    source = solution.source.replace("    return params, losses", end)
    key = answer_key if whole else answer_key.visible()
    key = replace(key, signatures={})
    (report,) = (each for each in reports_of(source, key, solution) if each.name == "train")
    text = "\n".join(check.message for check in report.checks)
    told = f"Your losses is right as far as it goes, {ENDS[line]}" if ENDS[line] else "goes,"
    assert (told in text) == bool(ENDS[line])


def test_a_list_with_a_wrong_entry_does_not_only_end_early(
    solution: Solution, answer_key: AnswerKey
) -> None:
    end = "    return params, [*losses[:-2], 2 * losses[-1]]"
    source = solution.source.replace("    return params, losses", end)
    reports = reports_of(source, replace(answer_key, signatures={}), solution)
    (train,) = (each for each in reports if each.name == "train")
    assert not train.right
    assert "as far as it goes" not in "\n".join(check.message for check in train.checks)
