"""What a careless author may declare: each is refused with one sentence, and the line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from autograder.authoring.uncomputed import drawn_otherwise, uncomputed
from autograder.course import load_course
from autograder.exercise.declaration import ExerciseError
from autograder.exercise.mutants import require_python
from autograder.exercise.solution import Solution, load_solution
from autograder.judge.checks import require_known

SOLUTION = '''# %%
import numpy as np

from autograder import check


# %%
def double(x, labels):
    """Twice the numbers."""
    ### BEGIN SOLUTION
    return x * 2
    ### END SOLUTION


# %%
check(double)
'''
FUNCTION = 'Function("double", {"values": 1, "hidden": 1})'
FIRST = 'one(np.random.default_rng(1), "a")'
DRAW = 'lambda rng: [one(rng, "b")]'
EXERCISE = f"""import numpy as np

from autograder import Data, Derivative, Exercise, Function, Instance, Mistake


def one(rng, label):
    return Instance(label, {{"x": rng.normal(size=3), "labels": rng.integers(0, 4, 3)}})


async def probe(double, x):
    return double(x)


exercise = Exercise(
    title="Twice",
    functions=[{FUNCTION}],
    visible=[{FIRST}],
    draw={DRAW},
    data=["some.npy", "cut.npz", "text.txt"],
)
"""


def given(inputs: str, more: str = "") -> tuple[str, str]:
    return FIRST, f'Instance("a", {{"labels": np.ones(3, int), {inputs}}}{more})'


def declared(*more: str) -> tuple[str, str]:
    return FUNCTION, f'Function("double", {", ".join(more)})'


def more(mistake: str) -> tuple[str, str]:
    return '"Twice"', f'"Twice", mistakes=[Mistake({mistake})]'


#: By the sentence: what is replaced in the exercise, or else in the solution.
REFUSED: dict[str, tuple[str, str]] = {
    "every check needs points above 0": declared('{"values": float("inf")}'),
    "function 3: its name must be that of a function or a method": (FUNCTION, 'Function(3, {"values": 1})'),
    "returns must be a string or a list of strings, not an int": declared('{"values": 1}', "returns=3"),
    "own must be a list of strings, not one string": declared('{"values": 1}', 'returns=("out", "cache")', 'own="out"'),
    "all that it returns is its own, so that nothing can be compared": declared('{"values": 1}', 'returns=("out",)', 'own=("out",)'),
    "derivative must be a Derivative, not a str": declared('{"values": 1}', 'derivative="x"'),
    "an exercise needs at least one function": (f"[{FUNCTION}]", "[]"),
    "instance ' ': its label must be a text": (FIRST, FIRST.replace('"a"', '" "')),
    "only must be a list of strings, not an int": given('"x": np.ones(3)', ", only=3"),
    "only must be a list of functions of the exercise, and 'triple' is none": given('"x": np.ones(3)', ', only=["triple"]'),
    "dims must be a dict with names as keys, not an int": given('"x": np.ones(3)', ", 3"),
    "inputs must be a dict with names as keys, not one with the key 0": given('"x": np.ones(3), 0: 1'),
    "activations_at must be a dict with names as keys, or None, not an int": given('"x": np.ones(3)', ", activations_at=3"),
    "the input x has the key 0, and only strings can be keys: take a list, or": given('"x": {0: np.ones(3)}'),
    "the input x has a key of more than 300 characters: take a shorter one": given('"x": {"k" * 301: np.ones(3)}'),
    "the size 'n' in dims must be a whole number, not 'three'": given('"x": np.ones(3)', ', {"n": "three"}'),
    "it has points for values, but no visible instance has its argument 'x'": given('"X": np.ones(3)'),
    "it has points for hidden, but no instance of draw has its argument 'labels'": (DRAW, 'lambda rng: [Instance("b", {"x": np.ones(3)})]'),
    "it has points for hidden, but no instance of draw that is for it has all its arguments together: x, labels": (DRAW, 'lambda rng: [Instance("b", {"x": np.ones(3)}), Instance("c", {"labels": np.ones(3)})]'),
    "draw must return a list of instances, not None": (DRAW, "lambda rng: None"),
    "draw must return a list of instances, not an Instance": (DRAW, 'lambda rng: one(rng, "b")'),
    "x is in other.npy, which students do not get; name it in data": given('"x": Data("other.npy")'),
    "Data needs the name of a file": given('"x": Data("some.npy", 3)'),
    "the rows of some.npy must be a whole number above 0": given('"x": Data("some.npy", rows=-1)'),
    "some.npy has 4 rows, and not 5": given('"x": Data("some.npy", rows=5)'),
    "text.txt is no .npz or .npy file, from which alone Data takes arrays": given('"x": Data("text.txt")'),
    "cut.npz cannot be read: save it again with numpy": given('"x": Data("cut.npz", "x")'),
    "title must be a text, and is 3": ('"Twice"', "3"),
    "mistake 3: id must be a string, not an int": more('3, "double", "x * 2", "x * 3"'),
    "mistake 'm': old must be a string, not an int": more('"m", "double", 2, "x * 3"'),
    "mistake 'h': hints must be a list of strings, not one with an int in it": more('"h", "double", "x * 2", "x * 3", "Told.", [4]'),
    "mistake 'e': its id, and the text that is replaced, must not be empty": more('"e", "double", "", "x * 3"'),
    "mistake 's': its replacement is the same text": more('"s", "double", "x * 2", "x * 2"'),
    "double of the solution must be defined with def alone, not async def": ("def double", "async def double"),
    "its probe must be a function that exercise.py defines with def": (FUNCTION, 'Function("double", {"values": 1}, probe=probe)'),
    "its result has the key 0, and only strings can be keys: take a list, or": ("x * 2", "{0: x, 1: x * 2}"),
    "must return something to compare, and returns None": ("x * 2", "None"),
    "must return something to compare, and returns {}": ("x * 2", "{}"),
    "must return texts of fewer than 300 characters": ("x * 2", '"a" * 300'),
}  # fmt: skip


def read(folder: Path, *edit: str) -> Solution:
    exercise, source = EXERCISE, SOLUTION
    if edit:
        old, new = edit
        assert EXERCISE.count(old) + SOLUTION.count(old) == 1, old
        exercise, source = exercise.replace(old, new), source.replace(old, new)
    made = folder / "solutions" / "twice"
    made.mkdir(parents=True)
    (folder / "course.toml").write_text('id = "c"\n[[assignments]]\nname = "twice"\n')
    (made / "twice.py").write_text(source)
    (made / "exercise.py").write_text(exercise)
    np.save(made / "some.npy", np.arange(4.0))
    (made / "cut.npz").write_bytes(b"PK\x03\x04")
    (made / "text.txt").write_text("1 2 3")
    solution = load_solution(load_course(folder), "twice")
    with solution.placing():
        require_known(solution.exercise)
    return solution


@pytest.mark.parametrize("sentence", REFUSED)
def test_it_is_refused_with_one_sentence(sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ExerciseError) as caught:
        read(tmp_path, *REFUSED[sentence]).answer_key(b"key")
    said = str(caught.value)
    assert sentence in said and "\n" not in said
    assert said.startswith(
        ("solutions/twice/exercise.py, line ", "solutions/twice/twice.py, line ")
    )


def test_what_is_sound_is_not_refused(tmp_path: Path) -> None:
    solution = read(tmp_path)
    assert uncomputed(solution.answer_key(b"key")) == ""
    assert not drawn_otherwise(solution.exercise)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("1.5", "gives the same on every instance"),
        ("len(x)", "gives the same on every instance"),
        ("x", "gives back its argument x on every instance"),
        ("x + 1e-9", "gives back its argument x on every instance"),
        ("labels", "gives back its argument labels on every instance"),
    ],
)
def test_what_needs_no_computation_is_seen(body: str, said: str, tmp_path: Path) -> None:
    solution = read(tmp_path, "x * 2", body)
    assert uncomputed(solution.answer_key(b"key")) == f"double {said}"


def test_a_table_of_the_visible_numbers_is_seen(tmp_path: Path) -> None:
    """Integers are not moved near an instance: without a hidden one, a table is right."""
    second = FIRST.replace("(1)", "(2)").replace('"a"', '"c"')
    for draw, said in (
        (DRAW, ""),
        (
            "lambda rng: []",
            "double has no hidden instance, so that a table of what is visible is right",
        ),
    ):
        folder = tmp_path / f"{len(said)}"
        read(folder, FUNCTION, 'Function("double", {"values": 1})')
        made = folder / "solutions" / "twice"
        (made / "twice.py").write_text(SOLUTION.replace("x * 2", "labels * 2"))
        exercise = (made / "exercise.py").read_text().replace(FIRST, f"{FIRST}, {second}")
        (made / "exercise.py").write_text(exercise.replace(DRAW, draw))
        solution = load_solution(load_course(folder), "twice")
        assert uncomputed(solution.answer_key(b"key")) == said


def test_a_mistake_that_is_no_python_is_told(tmp_path: Path) -> None:
    solution = read(tmp_path, *more('"m", "double", "x * 2", "x * ("'))
    (mistake,) = solution.exercise.mistakes
    with pytest.raises(ExerciseError) as caught, solution.placing():
        require_python(mistake.apply(solution.source), [mistake])
    said = "mistake 'm': the solution with it is not Python ('(' was never closed)"
    assert str(caught.value) == f"solutions/twice/exercise.py, line 15: {said}"


def test_a_draw_that_does_not_repeat_is_seen(tmp_path: Path) -> None:
    solution = read(tmp_path, DRAW, 'lambda rng: [one(np.random.default_rng(), "b")]')
    assert drawn_otherwise(solution.exercise)
