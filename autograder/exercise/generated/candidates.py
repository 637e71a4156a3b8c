"""All mistakes that operators make in a solution, before it is tried what they give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.declaration import Exercise
from autograder.exercise.definitions import Definition, definitions
from autograder.exercise.error import TEXT, ExerciseError
from autograder.exercise.function import Function
from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import Code
from autograder.exercise.generated.naming import Naming, sayable
from autograder.exercise.generated.operators import OPERATORS
from autograder.exercise.generated.phrase import sentence
from autograder.exercise.mistake import Mistake
from autograder.exercise.mutants import Mutants
from autograder.sandbox.plain import leaves


def candidates(
    exercise: Exercise, source: str, mutants: Mutants, answer_key: AnswerKey
) -> list[Mistake]:
    """What each operator makes of each judged function, in the order of `OPERATORS`. Functions that
    are given with mistakes in them have none: their names would say where these are.

    Raises `ExerciseError` where the author forbids or rewords one that does not exist.
    """
    nodes = definitions(source)
    words = _words(source, answer_key)
    made: list[Mistake] = []
    for function in answer_key.functions:
        node = nodes.get(function.name)
        if node is not None and function.name not in exercise.given:
            body = _body(function, node, source, words, mutants, answer_key)
            made += _mistakes(body) if body else ()
    return _as_the_author_says(exercise, made)


def _as_the_author_says(exercise: Exercise, made: Sequence[Mistake]) -> list[Mistake]:
    """The mistakes that are not forbidden, some of them reworded. Raises `ExerciseError` where one
    that is named does not exist."""
    known = {mistake.id for mistake in made}
    for name, ids in (("forbidden", exercise.forbidden), ("reworded", exercise.reworded)):
        for each in ids:
            if each not in known:
                raise ExerciseError(
                    f"{name}: no generated mistake is called {each!r}; "
                    "`autograder build --mistakes` lists them",
                    *(TEXT, each),
                )
    return [
        replace(mistake, message=exercise.reworded.get(mistake.id, mistake.message))
        for mistake in made
        if mistake.id not in exercise.forbidden
    ]


def _words(source: str, answer_key: AnswerKey) -> frozenset[str]:
    names = [each.name for each in answer_key.checked]
    for function in answer_key.functions:
        names += [*function.arguments, function.named_whole.partition("(")[0].removeprefix("new ")]
        names += function.parts
    paths = [path for case in answer_key.cases for path, _ in leaves([case.inputs, case.expected])]
    return sayable(source, [*names, "new"], paths)


def _body(
    function: Function,
    node: Definition,
    source: str,
    words: frozenset[str],
    mutants: Mutants,
    answer_key: AnswerKey,
) -> Body | None:
    cases = [
        case for case in answer_key.cases if function.name in case.expected and not case.hidden
    ]
    if not cases:
        return None  # of what is only measured, no number has a name
    others = {each.name: each for each in answer_key.functions}
    helpers = others.keys() | {name for name in definitions(source) if name[:1].islower()}
    first = max(cases, key=lambda case: sum(len(str(leaf)) for _, leaf in leaves(case.expected)))
    return Body(
        function,
        Code(source, function.name, node),
        Naming(function, node, helpers, words),
        mutants.shapes(function.name, first),
        others,
        _numbers(function, cases[0]),
    )


def _numbers(function: Function, case: Case) -> dict[str, float]:
    given = {name: case.inputs.get(name) for name in function.arguments}
    return {name: value for name, value in given.items() if isinstance(value, float)}


def _mistakes(body: Body) -> Iterator[Mistake]:
    counts: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    for operator in OPERATORS:
        for change in operator(body):
            counts[change.operator] += 1
            edit = _edit(body, change)
            text = sentence(body, change)
            if edit is None or edit in seen or not text:
                continue
            seen.add(edit)
            name = f"{body.function.name}/{change.operator}/{counts[change.operator]}"
            yield Mistake(
                name,
                body.function.name,
                edit[0],
                edit[1],
                text,
                tuple(change.hints),
                generated=True,
            )


def _edit(body: Body, change: Change) -> tuple[str, str] | None:
    if change.edit is not None:
        return body.code.edit(*change.edit)
    return body.code.replaced(change.node, change.new) if change.new else None
