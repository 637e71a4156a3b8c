"""Mistakes that are generated from a solution: how they are made, told, and chosen."""

from __future__ import annotations

import ast
import contextlib
import itertools
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from autograder import Exercise, Function, Instance
from autograder.__main__ import main
from autograder.authoring.mutation_score import score
from autograder.course import load_course
from autograder.exercise import turns
from autograder.exercise.declaration import ExerciseError
from autograder.exercise.fingerprints import matches, rounded
from autograder.exercise.generated import candidates, generate
from autograder.exercise.generated.naming import sayable
from autograder.exercise.generated.phrase import sentence
from autograder.exercise.generated.selection import Found
from autograder.exercise.mistake import Mistake
from autograder.exercise.mutants import Mutants, make
from autograder.exercise.solution import Solution, load_solution, run_solution
from autograder.exercise.solve import make_answer_key
from autograder.sandbox.plain import leaves
from tests.conftest import KEY, NAME, ROOT

OTHERS = sorted(path.name for path in (ROOT / "tests" / "exercises").iterdir() if path.is_dir())

TINY = '''
import numpy as np


# %%
def squash(z):
    """The logistic function."""
    ### BEGIN SOLUTION
    return 1 / (1 + np.exp(-z))
    ### END SOLUTION


# %%
def slope(a):
    """Its slope, from its value a."""
    ### BEGIN SOLUTION
    return a * (1 - a)
    ### END SOLUTION


# %%
def layer(w, b, x):
    """One layer; returns a dict with out and error."""
    ### BEGIN SOLUTION
    inner_sum = x @ w + b
    out = squash(inner_sum)
    return {"out": out, "error": np.mean((out - x) ** 2)}
    ### END SOLUTION


# %%
def back(out, dout, lr):
    """The derivatives; returns a dict with sum and step."""
    ### BEGIN SOLUTION
    delta = dout * slope(out)
    return {"sum": delta, "step": lr * delta}
    ### END SOLUTION
'''
VECTOR = np.array([0.3, -0.8, 0.5])
EXERCISE = Exercise(
    "Tiny",
    [
        Function("squash", {"values": 1}),
        Function("slope", {"values": 1}),
        Function("layer", {"values": 1}, returns="values"),
        Function("back", {"values": 1}, returns="derivatives"),
    ],
    [
        Instance(
            "one",
            {
                "z": VECTOR,
                "a": VECTOR**2,
                "w": np.arange(9.0).reshape(3, 3) / 7 - 0.5,
                "b": VECTOR[::-1] / 2,
                "x": VECTOR + 0.1,
                "out": VECTOR**2 + 0.1,
                "dout": VECTOR - 0.3,
                "lr": 0.3,
            },
        )
    ],
    lambda rng: [],
)


def made(exercise: Exercise = EXERCISE, source: str = TINY) -> Mapping[str, Mistake]:
    """The mistakes that are generated, by id."""
    functions = run_solution("tiny.py", source.encode())
    key = make_answer_key("tiny", exercise, functions, source)
    found = generate(exercise, source, Mutants(exercise, source, functions), key)
    return {mistake.id: mistake for mistake in found}


STEPS = '''
import numpy as np


def halve(z):
    """Half of z."""
    return z / 2


# %%
def fold(x, start, mask):
    """Adds up; returns a dict with total."""
    ### BEGIN SOLUTION
    total = 0 * start
    for k in range(len(x)):
        total += halve(x[k] + start)
    return {"total": total[mask]}
    ### END SOLUTION


# %%
def slope(a):
    """The slope of tanh, from its value."""
    ### BEGIN SOLUTION
    return 1 - a**2
    ### END SOLUTION


# %%
def act(z):
    """Applies tanh."""
    ### BEGIN SOLUTION
    return np.tanh(z)
    ### END SOLUTION


# %%
def move(state, grad):
    """A new state."""
    ### BEGIN SOLUTION
    v = 0.9 * state["v"] + grad
    w = state["w"] - v
    return {"v": v, "w": w}
    ### END SOLUTION
'''
FOLDED = Exercise(
    "Steps",
    [
        Function("fold", {"values": 1}, returns="sums"),
        Function("slope", {"values": 1}),
        Function("act", {"values": 1}),
        Function("move", {"values": 1}, returns="state"),
    ],
    [
        Instance(
            "one",
            {
                "x": np.arange(9.0).reshape(3, 3) / 7,
                "start": VECTOR,
                "mask": np.array([True, False, True]),
                "a": VECTOR,
                "z": VECTOR,
                "state": {"v": VECTOR, "w": VECTOR**2},
                "grad": VECTOR + 0.2,
            },
        )
    ],
    lambda rng: [],
)


def test_slips_in_loops_and_steps_are_told() -> None:
    found = {each.message for each in made(FOLDED, STEPS).values()}
    assert {
        'In a step before `sums["total"]`: the earlier value is overwritten, and should be added to.',
        'In a step before `sums["total"]`: `halve` is not applied.',
        "In `fold`: the last round of the loop is missing.",
        'In `sums["total"]`: all entries are taken, and not only those that `mask` selects.',
        'In `sums["total"]`: the entries are taken that `mask` does not select.',
        "In `slope`: the slope of the logistic function, a (1 - a), is used instead of that of tanh.",
        "In `act`: ReLU, max(z, 0) is used instead of tanh.",
        'In the new `state["v"]`: it is returned as it was given, and should be the new one.',
    } <= found


DESCENT = '''
import numpy as np


# %%
def cost(y, t):
    """Half the mean square."""
    ### BEGIN SOLUTION
    return np.sum((y - t) ** 2) / (2 * len(t))
    ### END SOLUTION


# %%
def error(y, t, scale):
    """The error; returns a dict with scaled."""
    ### BEGIN SOLUTION
    raw = (y - t) / len(t)
    larger = np.where(y > t, y, t) + y[len(y) - 2]
    return {"scaled": raw * scale[:, None] + larger}
    ### END SOLUTION


# %%
def log_loss(y):
    """The mean logarithm, with a minus."""
    ### BEGIN SOLUTION
    shifted = 0.5 - np.log(np.exp(y).sum(axis=1))
    return -shifted.mean()
    ### END SOLUTION


# %%
def turned(y):
    """The product with its transpose; returns a dict with both."""
    ### BEGIN SOLUTION
    return {"both": np.swapaxes(y, -1, -2) @ y}
    ### END SOLUTION


# %%
def once(w, y):
    """A new w."""
    ### BEGIN SOLUTION
    w = w - 0.1 * (2 * (y - w))
    return w
    ### END SOLUTION


# %%
def descend(w, y, rounds):
    """Some steps; the new w."""
    ### BEGIN SOLUTION
    for _ in range(rounds):
        w = once(w, y)
    return w
    ### END SOLUTION
'''
SQUARE = np.array([[0.3, -0.8, 0.5], [0.9, 0.2, -0.4], [0.1, 0.7, -0.6]])
DESCENDED = Exercise(
    "Descent",
    [
        Function("cost", {"values": 1}),
        Function("error", {"values": 1}, returns="errors"),
        Function("log_loss", {"values": 1}),
        Function("turned", {"values": 1}, returns="products"),
        Function("once", {"values": 1}, returns="w"),
        Function("descend", {"values": 1}, returns="w"),
    ],
    [
        Instance(
            "one",
            {
                "y": SQUARE,
                "t": SQUARE[::-1] ** 2,
                "scale": VECTOR,
                "w": SQUARE.T**2 + 0.1,
                "rounds": 3,
            },
        )
    ],
    lambda rng: [],
)


def test_a_sentence_says_no_more_than_numbers_show() -> None:
    found = {each.message for each in made(DESCENDED, DESCENT).values()}
    assert {
        "In `cost`: the division by 2 is missing.",
        "In `cost`: the division by the length of `t` is missing.",
        'In a step before `errors["scaled"]`: the difference with `t` is twice what it should be.',
        'In `errors["scaled"]`: the factor `scale` is missing.',
        'In a step before `errors["scaled"]`: the position in `y` is off by one.',
        'In a step before `errors["scaled"]`: of two cases, the one with `t` is missing.',
        "In `log_loss`: the final value has the wrong sign.",
        'In `products["both"]`: `y` is not transposed, and should be.',
        "In the new `w`: the sign is wrong, as if a difference were the wrong way round, with the"
        " term with `y` first.",
        "In `descend`: the call of `once` has no effect: it is missing, or its result is not kept.",
    } <= found
    assert not [each for each in found if "the part of" in each or "the first time only" in each]
    assert "In `cost`: the factor 2 is missing." not in found
    assert 'In `products["both"]`: the number 2 stands in the place of 1.' not in found


def told(function: str) -> set[str]:
    """The sentences of the generated mistakes of a function."""
    return {each.message for each in made().values() if each.function == function}


def test_slips_are_told_in_the_students_names() -> None:
    assert {
        'In `values["out"]` (and so in `values["error"]`): `squash` is applied once more, to its own result.',
        'In `values["error"]`: the sum is used instead of the mean.',
        'In `values["error"]`: the square is missing.',
        'In a step before `values["error"]` and `values["out"]`: the term `b` is missing.',
        'In a step before `values["error"]` and `values["out"]`: the matrix product of `x` and `w` has the wrong'
        " sign.",
        'In a step before `values["error"]` and `values["out"]`: `w` is transposed, and should not be.',
    } <= told("layer")
    assert {
        'In `derivatives["sum"]` (and so in `derivatives["step"]`): the factor `slope(...)` is missing.',
        'In `derivatives["sum"]` (and so in `derivatives["step"]`): the factor `slope(...)` is used'
        " twice.",
        'In `derivatives["sum"]` (and so in `derivatives["step"]`): `dout` is used instead of `out`.',
        'In `derivatives["step"]`: the factor `lr` is missing.',
        'In `derivatives["step"]`: the factor `lr` is used twice.',
        'In `derivatives`: the values of `"sum"` and `"step"` are swapped.',
    } <= told("back")
    assert "In `slope`: the difference of 1 and `a` is missing." in told("slope")


def test_several_axes_are_not_one() -> None:
    one, two = "np.sum(w, axis=1)", "np.sum(w[None], axis=(0, 1))"
    found = {
        each.message
        for text in (one, two)
        for each in made(source=TINY.replace("np.mean((out - x) ** 2)", text)).values()
        if "over all numbers" in each.message
    }
    assert found == {
        'In `values["error"]`: the sum is taken over all numbers instead of one axis.',
        'In `values["error"]`: the sum is taken over all numbers instead of the axes (0, 1).',
    }


def test_a_bias_is_outside_of_what_it_belongs_in() -> None:
    source = TINY.replace("squash(inner_sum)", "squash(x @ w + b)")
    found = [each for each in made(source=source).values() if "outside" in each.id]
    new = [each.apply(source) for each in found if "`b`" in each.message]
    assert ["squash(x @ w) + b" in text for text in new] == [True]
    assert {each.message for each in found} == {
        'In `values["out"]` (and so in `values["error"]`): the term `b` is added after `squash`, and'
        " should be added before it.",
        'In `values["out"]` (and so in `values["error"]`): the matrix product of `x` and `w` is'
        " added after `squash`, and should be added before it.",
    }


@pytest.mark.parametrize(
    ("value", "place"),
    [("`squash(...)`", "In the call of `squash`"), ("the length of `squash(...)`", "In `f`")],
)
def test_a_call_is_named_by_its_function_only(value: str, place: str) -> None:
    """Not by the length of what it gives."""
    node = ast.parse("f(x)", mode="eval").body
    body: Any = SimpleNamespace(
        code=SimpleNamespace(statement=lambda node: node, above=lambda node: [node]),
        naming=SimpleNamespace(place=lambda *_: ("In `f`", False)),
        value=lambda node: value,
    )
    change: Any = SimpleNamespace(node=node, whole=False, what="it is wrong")
    assert sentence(body, change) == f"{place}: it is wrong."


def test_a_mistake_is_what_its_sentence_says() -> None:
    by_message = {mistake.message: mistake for mistake in made().values()}
    one = by_message['In `derivatives["step"]`: the factor `lr` is used twice.']
    assert "lr * delta * lr" in one.apply(TINY)
    assert one.function == "back" and one.generated and len(one.hints) == 2
    assert one.id.startswith("back/factor-twice/")


def test_ids_are_those_of_the_same_source() -> None:
    assert made() == made()


def test_no_two_give_the_same_and_none_what_is_right(solution: Solution) -> None:
    """On the visible instances, declared ones included; and none what two declared ones give."""
    solution = replace(solution, released=None)
    key, mutants = solution.visible, solution.mutants
    for function in key.functions:
        generated = [[m.id] for m in solution.generated if m.function == function.name]
        known = [each for each in mutants.combinations(function.name) if each not in generated]
        drawn = random.Random(0).sample(known, min(60, len(known)))
        given = {
            " ".join(ids): _given(function.name, ids, solution) for ids in (*generated, *drawn)
        }
        given["right"] = _given(function.name, [], solution)
        for one, other in itertools.product(map(" ".join, generated), given):
            pairs = zip(given[one], given[other], strict=False)
            is_same = all(
                (a is None and b is None)
                or (a is not None and b is not None and matches(a, rounded(b)))
                for a, b in pairs
            )
            assert one == other or not given[other] or not is_same, (one, other)


def _given(function: str, ids: Sequence[str], solution: Solution) -> Sequence[Found]:
    """What is found on the visible cases; nothing if the mistakes exclude each other."""
    cases = [c for c in solution.visible.cases if function in c.expected and not c.elsewhere]
    with contextlib.suppress(ExerciseError):
        return [solution.mutants.marks(function, case, ids) for case in cases]
    return ()


def test_a_declared_mistake_wins() -> None:
    one = next(each for each in made().values() if "`lr` is used twice" in each.message)
    own = Mistake("twice", "back", "lr * delta", "lr * lr * delta", "Your own words.")
    assert one.message not in {
        each.message for each in made(replace(EXERCISE, mistakes=[own])).values()
    }


def test_what_two_declared_ones_give_is_not_generated() -> None:
    fourfold = Mistake("fourfold", "back", '"step": ', '"step": 4 * ', "One.")
    quarter = Mistake("quarter", "back", "delta}", "delta * 0.25 * lr}", "Other.")
    for mistakes, is_generated in (
        ([fourfold], True),
        ([quarter], True),
        ([fourfold, quarter], False),
    ):
        found = {each.message for each in made(replace(EXERCISE, mistakes=mistakes)).values()}
        twice = 'In `derivatives["step"]`: the factor `lr` is used twice.'
        assert (twice in found) is is_generated


def test_an_author_forbids_and_rewords() -> None:
    first, second, *_ = made()
    changed = made(replace(EXERCISE, forbidden=[first], reworded={second: "In other words."}))
    assert first not in changed
    assert changed[second].message == "In other words."


@pytest.mark.parametrize(
    ("said", "name"),
    [({"forbidden": ["back/nothing/1"]}, "forbidden"), ({"reworded": {"x": "y"}}, "reworded")],
)
def test_an_id_that_does_not_exist_is_refused(said: dict[str, object], name: str) -> None:
    with pytest.raises(ExerciseError, match=f"{name}: no generated mistake is called"):
        made(replace(EXERCISE, **said))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"forbidden": "back/1"}, "forbidden must be a list of names, not a string"),
        ({"reworded": {"x": 1}}, "reworded must be a dict of sentences"),
    ],
)
def test_what_an_author_says_has_a_form(said: dict[str, object], text: str) -> None:
    with pytest.raises(ExerciseError, match=text):
        replace(EXERCISE, **said)  # type: ignore[arg-type]


def test_mistakes_py_says_it_too(course_copy: Path) -> None:
    course = load_course(course_copy)
    first, second, *_ = load_solution(course, NAME).generated
    path = course_copy / "solutions" / NAME / "mistakes.py"
    said = f"\nforbidden = [{first.id!r}]\nreworded = {{{second.id!r}: 'In other words.'}}\n"
    path.write_text(path.read_text() + said)
    found = {each.id: each.message for each in load_solution(course, NAME).generated}
    assert first.id not in found
    assert found[second.id] == "In other words."
    path.write_text(path.read_text().replace(first.id, "backward/nothing/7"))
    with pytest.raises(ExerciseError, match=r"mistakes.py, line \d+: forbidden: no generated"):
        _ = load_solution(course, NAME).generated


def test_what_is_released_is_what_is_generated(course_copy: Path) -> None:
    """Nothing is tried again where the released copy says what is left."""
    course = load_course(course_copy)
    taken = load_solution(course, NAME)
    anew = replace(load_solution(course, NAME), released=None)
    assert len(anew.generated) > 200
    assert taken.generated == anew.generated
    assert taken.answer_key(KEY).known == anew.answer_key(KEY).known


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Solution]:
    """The exercises of other networks, each loaded."""
    root = tmp_path_factory.mktemp("networks")
    (root / "solutions").symlink_to(ROOT / "tests" / "exercises")
    named = "".join(f'[[assignments]]\nname = "{name}"\n' for name in OTHERS)
    (root / "course.toml").write_text(f'id = "c"\n{named}')
    course = load_course(root)
    return {name: load_solution(course, name) for name in OTHERS}


@pytest.mark.parametrize("name", [name for name in OTHERS if name != "debug"])
def test_other_exercises_have_some(name: str, networks: Mapping[str, Solution]) -> None:
    found = networks[name].generated
    assert len(found) > 30
    for mistake in found:
        ast.parse(mistake.apply(networks[name].source))
        assert mistake.message and mistake.hints


def test_given_code_has_none(networks: Mapping[str, Solution]) -> None:
    """They would say where the mistakes are that have to be found."""
    solution = networks["debug"]
    assert solution.generated == []
    key, mutants = solution.visible, solution.mutants
    free = replace(solution.exercise, given={})
    assert candidates(free, solution.source, mutants, key)


@pytest.mark.parametrize("name", [NAME, *OTHERS])
def test_no_sentence_holds_what_stands_only_in_the_solution(
    name: str, solution: Solution, networks: Mapping[str, Solution]
) -> None:
    solution = networks.get(name, solution)
    source, key = solution.source, solution.visible
    names = [each.name for each in key.checked]
    for function in key.functions:
        results = function.parts or (function.returns,)
        names += [*function.arguments, *(each for each in results if isinstance(each, str))]
    paths = [path for case in key.cases for path, _ in leaves([case.inputs, case.expected])]
    released = sayable(source, [*names, "new"], paths)
    solved = re.findall(r"### BEGIN SOLUTION(.*?)### END SOLUTION", source, re.DOTALL)
    secret = set(re.findall(r"[^\W\d]\w*", "\n".join(solved))) - released
    lines = {line.strip() for text in solved for line in text.splitlines() if len(line.strip()) > 8}
    for mistake in solution.generated:
        for text in (mistake.message, *mistake.hints):
            quoted = " ".join(text.split("`")[1::2])
            assert not set(re.findall(r"[^\W\d]\w*", quoted)) & secret, text
            telling = {each for each in secret if "_" in each or re.search(r"\d", each)}
            assert not set(re.findall(r"\w+", text)) & telling, text
            assert not any(line in text for line in lines), text


def test_two_in_different_statements_can_be_made_together(solution: Solution) -> None:
    pairs = list(itertools.combinations(solution.generated, 2))
    together = 0
    for one, other in random.Random(1).sample(pairs, 600):
        places = [_statements(each, solution.source) for each in (one, other)]
        if not places[0] & places[1]:
            made_both = make([one, other], solution.source)
            assert made_both not in (one.apply(solution.source), other.apply(solution.source))
            together += 1
    assert together > 200


def _statements(mistake: Mistake, source: str) -> set[int]:
    """The lines of the innermost statements that a mistake changes."""
    old, new = source.splitlines(), mistake.apply(source).splitlines()
    first = next(at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1])
    behind = zip(old[first:][::-1], new[first:][::-1], strict=False)
    same = next((at for at, (one, other) in enumerate(behind) if one != other), 0)
    changed = set(range(first + 1, len(old) - same + 1)) | {first + 1}
    inner = [
        set(range(each.lineno, (each.end_lineno or 0) + 1))
        for each in ast.walk(ast.parse(source))
        if isinstance(each, ast.stmt) and not isinstance(each, (ast.FunctionDef, ast.For))
    ]
    return changed.union(*(lines for lines in inner if lines & changed))


def test_generated_mistakes_are_rejected_and_recognised(solution: Solution) -> None:
    drawn = random.Random(2).sample(list(solution.generated), 60)
    found = score(solution, solution.answer_key(KEY), [[each] for each in drawn])
    assert (found.judged, found.rejected, found.recognised) == (60, 60, 60), found


def test_the_list_shows_every_mistake(
    solution: Solution, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--mistakes", NAME, "--course", str(ROOT)]) == 0
    lines = capsys.readouterr().out.splitlines()
    declared_ones, generated = solution.exercise.mistakes, solution.generated
    assert lines[0] == (
        f"{NAME}: {len(declared_ones)} declared and {len(generated)} generated mistakes"
    )
    for mistake in [*declared_ones, *generated]:
        assert f"  {mistake.id}" in lines
    assert all(len(line) <= 100 for line in lines)
    assert " ".join(" ".join(lines).split()).count(generated[0].message) == 1


IN_PART = '''# # Sums

# %%
import numpy as np

# %%
def half(z):
    """Return something; an array like z."""
    ### BEGIN SOLUTION
    return np.where(z > 0, z, 2 * z) / (1 + z**2)
    ### END SOLUTION


# %%
def walk(w, x, lr, epochs):
    """Go some steps; returns a list of numbers."""
    ### BEGIN SOLUTION
    seen = []
    for _ in range(epochs):
        seen.append(float(np.sum(x**2)))
        x = x - lr * np.exp(w @ x)
    return seen
    ### END SOLUTION
'''


def test_what_is_done_in_part_only() -> None:
    functions = [Function("half", {"values": 1}), Function("walk", {"values": 1})]
    given = {"z": VECTOR, "w": np.arange(9.0).reshape(3, 3) / 7 - 0.5, "x": VECTOR + 0.1}
    instance = Instance("one", {**given, "lr": 0.3, "epochs": 3})
    found = made(Exercise("Sums", functions, [instance], lambda rng: []), IN_PART)
    texts = {each.message.partition(": ")[2] for each in found.values()}
    assert {
        "the division is made in one of two cases only, and should be made in both.",
        "a list is made again each time, so only what came last is in it.",
        "`w` is not used: the entries of `x` are only added up.",
        "only the first entry of `x` is multiplied with `w`.",
    } <= texts, sorted(texts)


SHRINKING = '''
import numpy as np


# %%
def shrink(array, n):
    """Sums of the array, until it has at most n axes."""
    ### BEGIN SOLUTION
    while array.ndim > n:
        array = array.sum(axis=0)
    return array
    ### END SOLUTION


# %%
'''


def test_what_does_not_end_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_TURNS", 50)
    mistake = Mistake("kept", "shrink", "sum(axis=0)", "sum(axis=0, keepdims=True)", "It is kept.")
    exercise = Exercise(
        "Shrinking",
        [Function("shrink", {"values": 1})],
        [Instance("one", {"array": np.arange(24.0).reshape(2, 3, 4), "n": 1})],
        lambda rng: [],
        mistakes=[mistake],
    )
    functions = run_solution("tiny.py", SHRINKING.encode())
    mutants = Mutants(exercise, SHRINKING, functions)
    key = make_answer_key("tiny", exercise, functions, SHRINKING)
    endless = {"shrink/sum-left-out/1", "shrink/step-left-out/1"}
    assert endless <= {each.id for each in candidates(exercise, SHRINKING, mutants, key)}
    kept = made(exercise, SHRINKING).keys()
    assert "shrink/other-axis/1" in kept and not endless & kept
    with pytest.raises(ExerciseError, match="with kept takes more than 50 turns"):
        mutants.value("shrink", key.cases[0], ["kept"])
    assert not mutants.signatures(key, [])["shrink"]
    named = mutants.functions(["kept"])  # where no call is counted
    assert named["shrink"](np.ones(3), 1).tolist() == [1.0, 1.0, 1.0]
