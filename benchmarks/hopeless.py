"""What it costs to name the mistakes in answers of which nothing is right.

Every function is wrong, in each answer in another way, so that no search for a name ends early.
What is measured is the processor time of the grader and of the processes that the answer runs in,
with the three searches for names and without them: by known mistakes, by slips, by what numbers
are.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any
from unittest import mock

from autograder.course import load_course
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import grade_submission
from autograder.judge import names, unnamed
from autograder.judge.explanation import Explanation
from autograder.sandbox.fork_server import Child, Ended, ForkServer
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import parse_submission
from benchmarks.measuring import ROOT, Row, main

#: The milliseconds that naming may take for one answer.
AIM = 50
KEY = b"the instances on which speed is measured"
#: By its name, what an answer makes of each array that it should compute with.
KINDS = {
    "oscillating": "np.sin(1e6 * np.asarray(a))",
    "smooth": "np.cos(7 * np.asarray(a)) + np.sin(3 * np.asarray(a))",
    "a polynomial": "np.asarray(a) ** 3 - 2 * np.asarray(a) + 0.3",
    "random": "np.random.normal(size=np.shape(a))",
    "zeros": "np.zeros(np.shape(a))",
    "lists": "np.asarray(a).tolist()",
    "None": "None",
    "other shapes": "np.append(np.ravel(a), 1.7) * 1.1",
    "raising": "np.asarray(a) @ np.zeros((7, 9))",
}
_ANSWER = """
import numpy as np

def made(a):
    return {made}

def sigmoid(z):
    return made(z)

def sigmoid_derivative(a):
    return made(a)

def forward(params, x):
    return {{"h": made(params["b1"]), "y": made(params["b2"])}}

def loss(y, t):
    return float(np.sum(made(y)))

def backward(params, x, t, activations):
    of = {{**params, **activations}}
    likes = {{"y": "y", "W2": "W2", "b2": "y", "h": "h", "W1": "W1", "b1": "h"}}
    return {{name: made(of[like]) for name, like in likes.items()}}

def update(params, grads, lr):
    return {{name: made(value) for name, value in params.items()}}

def train(params, x, t, lr, epochs):
    return update(params, None, lr), [float(np.sum(made(x))) for _ in range(epochs)]
"""


def measure(options: argparse.Namespace) -> list[Row]:
    """Grade each answer in turn with names and without."""
    course = load_course(ROOT)
    solution = load_solution(course, course.assignments[0].name)
    with ForkServer(course.limits) as server:
        return [_row(kind, solution, server, options.rounds) for kind in KINDS]


def _row(kind: str, solution: Solution, server: ForkServer, rounds: int) -> Row:
    answer = _ANSWER.format(made=KINDS[kind])
    _milliseconds(answer, solution, server)  # warm-up
    differences, whole = [], []
    for _ in range(rounds):
        whole.append(_milliseconds(answer, solution, server))
        with _without_names():
            differences.append(whole[-1] - _milliseconds(answer, solution, server))
    ours = f"{median(differences):.0f} ms of {median(whole):.0f} ms"
    return Row(f"hopeless: {kind}", ours, f"the aim: {AIM} ms", median(differences) / AIM, 1)


@contextmanager
def _without_names() -> Iterator[None]:
    with ExitStack() as stack:
        for module, search, gives in (
            (names, "explain_numbers", Explanation()),
            (unnamed, "say_slips", None),
            (unnamed, "say_what_it_is", None),
        ):
            stack.enter_context(mock.patch.object(module, search, return_value=gives))
        yield


def _milliseconds(answer: str, solution: Solution, server: ForkServer) -> float:
    """The processor time of one grading."""
    submission = parse_submission("answer.py", answer.encode())
    answer_key, mutants = solution.answer_key(KEY), solution.mutants
    spent, end = [0.0], Child.end

    def counted(child: Child, *about: Any) -> Ended:
        ended = end(child, *about)
        spent[0] += ended.cpu_seconds
        return ended

    with mock.patch.object(Child, "end", counted):
        began = time.process_time()
        grade_submission(submission, "somebody", answer_key, ContainedSandbox(server), mutants)
        spent[0] += time.process_time() - began
    return 1000 * spent[0]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Naming mistakes where nothing is right")
    parser.add_argument("--rounds", type=int, default=9, help="of each answer, both ways")
    sys.exit(main(parser, measure))
