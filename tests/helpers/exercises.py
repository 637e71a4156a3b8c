"""The exercises of other networks in tests/exercises, and answers to them with a mistake."""

from __future__ import annotations

import functools
import importlib.util
from dataclasses import replace
from typing import Any

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.declaration import Exercise
from autograder.exercise.mutants import Mutants
from autograder.exercise.solution import run_solution
from autograder.exercise.solve import make_answer_key
from autograder.report import FunctionReport
from tests.conftest import ROOT
from tests.helpers.traces import judged

FOLDER = ROOT / "tests" / "exercises"


@functools.cache
def declared(name: str) -> Exercise:
    """An exercise as it is declared."""
    path = FOLDER / name / "exercise.py"
    spec = importlib.util.spec_from_file_location(f"exercise_{name}", path)
    assert spec is not None and spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    exercise: Exercise = module.exercise
    return exercise


@functools.cache
def answer_key_of(name: str) -> AnswerKey:
    """The visible part of an exercise's answer key."""
    source = source_of(name)
    solution = run_solution("solution.py", source.encode())
    return make_answer_key(name, declared(name), solution, source)


@functools.cache
def exercise_of(name: str) -> tuple[AnswerKey, Mutants]:
    """The answer key with the signatures of the known mistakes, and the solution with these."""
    key, source = answer_key_of(name), source_of(name)
    mutants = Mutants(declared(name), source, run_solution("solution.py", source.encode()))
    signatures = mutants.signatures(key, [])
    return replace(key, signatures=signatures, known=mutants.known()), mutants


def source_of(name: str) -> str:
    """The solution of an exercise."""
    return (FOLDER / name / f"{name}.py").read_text()


def judged_with(name: str, *changes: tuple[str, str], **how: Any) -> list[FunctionReport]:
    """The reports of the solution with texts replaced, as a student's own check makes them."""
    source = source_of(name)
    for old, new in changes:
        assert source.count(old) == 1
        source = source.replace(old, new)
    namespace = run_solution("answer.py", source.encode())
    return judged(answer_key_of(name), dict(namespace), **how)
