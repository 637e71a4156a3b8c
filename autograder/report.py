"""The report: the one product. Everything that shows, stores or exports a grade reads it, and
nothing else adds up points."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

SCHEMA = "autograder/report/1"
#: The statuses a function can have; from the fourth on they say why there is nothing to judge, but
#: for "answered", which is a choice's that is judged later.
Status = Literal[
    "passed",
    "partial",
    "failed",
    "missing",
    "error",
    "timeout",
    "memory",
    "crashed",
    "limit",
    "answered",
]
STATUSES: tuple[Status, ...] = get_args(Status)

#: What can be wrong with a submission as a whole: "syntax-error" is a cell that Python cannot read,
#: and "other-file" a file in which no function of the assignment stands.
ProblemKind = Literal[
    "unreadable",
    "missing-file",
    "syntax-error",
    "cell-failed",
    "other-file",
    "sent-more",
    "not-copied",
]


class Problem(NamedTuple):
    """Something wrong with a submission as a whole, in a sentence for the student; where it is known,
    in which line of the file, or of which ``cell``."""

    kind: ProblemKind
    message: str
    line: int | None = None
    cell: str | None = None


#: What is noted of a quantity that is not right.
DIFFERS = "differs"


class Row(NamedTuple):
    """One quantity side by side: the student's, the expected one, and the document's."""

    entry: str
    got: str
    expected: str
    printed: str = ""
    note: str = ""


class CheckResult(NamedTuple):
    """What one check found. ``passed`` is None when it was not run, and ``message`` says why.

    ``key`` is the check's own, and ``name`` what a student reads. Where the message is about one
    instance, it begins with ``place``, which names it.
    """

    name: str
    passed: bool | None
    message: str
    score: float
    max_score: float
    rows: Sequence[Row] = ()
    place: str = ""
    key: str = ""

    @property
    def text(self) -> str:
        """The message without the instance that it is about."""
        return self.message.removeprefix(self.place)


class Named(NamedTuple):
    """A known mistake that gives exactly the student's numbers."""

    id: str
    message: str


class Quantity(NamedTuple):
    """One named quantity of the computation on the first visible instance, and how it came out.

    ``feeds`` are the names of those that it is computed from. Numbers are at most `MAX_NUMBERS` of
    an array's, in its own order, None where one is not finite. The student's are there only where
    they are not right, and of the expected shape; ``apart`` is then how far they are off at most.
    """

    name: str
    kind: str
    state: str
    feeds: tuple[str, ...]
    expected_shape: tuple[int, ...]
    expected: tuple[float | None, ...]
    shape: tuple[int, ...] | None = None
    numbers: tuple[float | None, ...] = ()
    apart: float | None = None
    #: Of a gradient, whose it is.
    of: str = ""
    #: Of what follows from a mistake, where that is: a quantity or a function.
    because: str = ""


#: What kind of quantity it is, and its states.
INPUT, PARAMETER, ACTIVATION = "input", "parameter", "activation"
LOSS, GRADIENT = "loss", "gradient"
GIVEN, RIGHT, WRONG, FOLLOWS, MISSING = "given", "right", "wrong", "follows", "missing"
MAX_NUMBERS = 12


class Losses(NamedTuple):
    """The losses of a training run on the first visible instance, where they are not right."""

    numbers: tuple[float, ...]
    expected: tuple[float, ...]


class FunctionReport(NamedTuple):
    """What was found of one function, and its points."""

    name: str
    status: Status
    score: float
    max_score: float
    checks: Sequence[CheckResult]
    mistakes: Sequence[Named] = ()
    #: The functions that it calls and that have to be right before anything can be said of it.
    waits_for: tuple[str, ...] = ()
    #: How many hints the student was shown, where the instructor wants to know.
    hints: int | None = None
    #: A classmate on whose hidden instance the numbers would be right: for instructors only.
    fits: str = ""
    #: The computation, with the first function in which something of it is not right.
    trace: tuple[Quantity, ...] = ()
    losses: Losses | None = None

    @property
    def right(self) -> bool | None:
        """Whether all of it is right; None for a choice that is judged later."""
        return None if self.status == "answered" else self.status == "passed"

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is known to be wrong."""
        return self.right is not False

    @property
    def first_failure(self) -> CheckResult | None:
        """The first check that did not pass, which is the one to fix first."""
        return next((check for check in self.checks if check.passed is False), None)

    @property
    def checks_to_show(self) -> list[CheckResult]:
        """The checks, each message once: without one that stands in an earlier check's."""
        checks: list[CheckResult] = []
        for check in self.checks:
            known = check.text and any(check.text in other.message for other in checks)
            checks.append(check._replace(message="") if known else check)
        return checks


@dataclass(frozen=True)
class Report:
    """Everything about one submission. ``seconds`` is the wall time of its grading; ``printed`` is
    the beginning of what each of its cells printed, for the notebook that shows them only."""

    assignment: str
    student: str
    path: str
    sha256: str
    autograder: str
    exercise_sha256: str
    containment: str
    functions: Sequence[FunctionReport]
    max_score: float
    problems: Sequence[Problem] = ()
    seconds: float = 0.0
    printed: Sequence[str] = ()

    @property
    def score(self) -> float:
        """The points of all functions; 0 where there is no function to judge."""
        return add_points(function.score for function in self.functions)

    def problem(self, kind: ProblemKind) -> Problem | None:
        """The first problem of a kind; None where there is none."""
        return next((problem for problem in self.problems if problem.kind == kind), None)

    @property
    def first_wrong(self) -> str:
        """The first thing wrong, in one line; "" when nothing is."""
        if self.problems and not self.functions:
            return self.problems[0].message
        problem = self.problem("syntax-error") or self.problem("other-file")
        unread = problem.message.partition("\n")[0] if problem else ""
        for function in self.functions:
            failure = function.first_failure
            if unread and function.status == "missing":  # it may stand in the cell that is unread
                return unread
            if function.mistakes:
                return f"{function.name}: {function.mistakes[0].message}"
            if failure is not None:
                said = failure.message.splitlines()[0]
                return said if said.startswith(f"{function.name} ") else f"{function.name}: {said}"
        return ""

    @classmethod
    def from_json(cls, line: str) -> Report:
        """The report that `to_json` wrote; raises `ValueError` for anything else."""
        data = json.loads(line)
        try:
            return cls(
                assignment=data["assignment"],
                student=data["student"],
                **data["submission"],
                **data["graded_with"],
                functions=[_from_dict(told) for told in data["functions"]],
                max_score=data["max_score"],
                problems=[Problem(**told) for told in data["problems"]],
                seconds=data["seconds"],
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"this is no report: {error}") from None

    def to_json(self) -> str:
        """The report as one line of JSON, in the format of the design."""
        data = {
            "schema": SCHEMA,
            "assignment": self.assignment,
            "student": self.student,
            "submission": {"path": self.path, "sha256": self.sha256},
            "graded_with": {
                "autograder": self.autograder,
                "exercise_sha256": self.exercise_sha256,
                "containment": self.containment,
            },
            "score": self.score,
            "max_score": self.max_score,
            "functions": [_as_dict(function) for function in self.functions],
            "problems": [_without(problem, "line", "cell") for problem in self.problems],
            "seconds": round(self.seconds, 4),
        }
        return json.dumps(data, ensure_ascii=False, allow_nan=False)


def _as_dict(function: FunctionReport) -> dict[str, Any]:
    checks = [
        {**_without(check, "place", "key"), "rows": [row._asdict() for row in check.rows]}
        for check in function.checks
    ]
    mistakes = [mistake._asdict() for mistake in function.mistakes]
    trace = [quantity._asdict() for quantity in function.trace]
    losses = function.losses and function.losses._asdict()
    told = {
        **function._asdict(),
        "checks": checks,
        "mistakes": mistakes,
        "trace": trace,
        "losses": losses,
    }
    if function.hints is None:
        del told["hints"]
    for name in ("waits_for", "fits", "trace", "losses"):
        if not told[name]:
            del told[name]
    return told


def _from_dict(told: dict[str, Any]) -> FunctionReport:
    checks = [
        CheckResult(**{**check, "rows": [Row(**row) for row in check["rows"]]})
        for check in told["checks"]
    ]
    mistakes = [Named(**mistake) for mistake in told["mistakes"]]
    trace = tuple(Quantity(**_with_tuples(each)) for each in told.get("trace", ()))
    losses = Losses(**_with_tuples(told["losses"])) if "losses" in told else None
    waits_for = tuple(told.get("waits_for", ()))
    more = {"checks": checks, "mistakes": mistakes, "trace": trace, "losses": losses}
    return FunctionReport(**{**told, **more, "waits_for": waits_for})


def _with_tuples(told: dict[str, Any]) -> dict[str, Any]:
    """JSON has lists in their place."""
    return {key: tuple(v) if isinstance(v, list) else v for key, v in told.items()}


def _without(item: Problem | CheckResult, *optional: str) -> dict[str, Any]:
    """The fields, without those of the ``optional`` that hold nothing."""
    return {k: value for k, value in item._asdict().items() if value or k not in optional}


def add_points(points: Any) -> float:
    """Add points so that halves and tenths come out as written; never NaN, never below 0."""
    total = math.fsum(points)
    return round(max(0.0, total), 6) if math.isfinite(total) else 0.0


def function_report(
    name: str,
    checks: Sequence[CheckResult],
    failure: Status,
    mistakes: Sequence[tuple[str, str]] = (),
) -> FunctionReport:
    """Add up a function's checks; ``failure`` is the status when it earned nothing.

    A function without checks earns nothing: no checks is never a pass.
    """
    score = add_points(check.score for check in checks)
    max_score = add_points(check.max_score for check in checks)
    status: Status
    if checks and all(check.passed for check in checks):
        status = "passed"
    elif score > 0:
        status = "partial"
    else:
        status = failure
    named = [Named(*mistake) for mistake in mistakes]
    return FunctionReport(name, status, score, max_score, checks, named)
