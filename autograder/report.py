"""The report, which everything that shows, stores or exports a grade reads. Points are added up
only here."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final, Literal, NamedTuple, get_args

from autograder.record import record

SCHEMA = "autograder/report/1"
#: The status of a function. Those from "missing" to "limit" say why there is nothing to judge;
#: "answered" is that of what is judged later.
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

#: What can be wrong with a submission as a whole. "syntax-error" is a cell that Python cannot
#: parse, and "other-file" a file that defines no function of the assignment. "other-version" is
#: another file with work in it that was not graded, "answer-elsewhere" text in other cells where an
#: answer cell is empty, and "locked-cell" something in a test cell. Only `check` says: an
#: "uncertain-package" may not be there where work is graded, and what a function reached for is
#: "not-allowed" there; "unanswered" is a cell without a text.
ProblemKind = Literal[
    "unreadable",
    "missing-file",
    "syntax-error",
    "cell-failed",
    "uncertain-package",
    "not-allowed",
    "other-file",
    "sent-more",
    "not-copied",
    "other-version",
    "answer-elsewhere",
    "locked-cell",
    "unanswered",
]

#: Those that a person has to look at.
FOR_A_PERSON: tuple[ProblemKind, ...] = (
    "not-copied",
    "other-version",
    "answer-elsewhere",
    "locked-cell",
)


class Problem(NamedTuple):
    """Something wrong with a submission as a whole, in a sentence for the student. ``line`` is the
    line in the file, or in ``cell``, if known."""

    kind: ProblemKind
    message: str
    line: int | None = None
    cell: str | None = None


#: The note of a row that is not right.
DIFFERS = "differs"


class Row(NamedTuple):
    """One quantity side by side: the student's value, the expected one, and the document's."""

    entry: str
    got: str
    expected: str
    printed: str = ""
    note: str = ""


class CheckResult(NamedTuple):
    """The result of one check. ``passed`` is None if it was not run, and ``message`` says why.

    ``key`` identifies the check, and ``name`` is its title for students. A message about one
    instance begins with ``place``, which names the instance.
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
        """The message without ``place``."""
        return self.message.removeprefix(self.place)


class Named(NamedTuple):
    """A known mistake that gives exactly the student's numbers."""

    id: str
    message: str


class Unexplained(NamedTuple):
    """What a function without a named mistake gave, so that equal ones can be found: its first
    wrong ``quantity``, and digests. That of ``numbers`` is of this quantity on the visible
    instances, which all students share; that of ``whole``, of all results on all instances."""

    quantity: str
    numbers: str
    whole: str


#: What kind of quantity it is.
QuantityKind = Literal["input", "parameter", "activation", "loss", "gradient"]
#: "given" is not computed; "follows" differs because something it is computed from does.
QuantityState = Literal["given", "right", "wrong", "follows", "missing"]


class Difference(NamedTuple):
    """An entry of an array that is wrong: where it is, the right number, and the student's. None
    stands for one that is not finite."""

    at: tuple[int, ...]
    expected: float | None
    number: float | None


class Quantity(NamedTuple):
    """One named quantity of the computation on a visible instance, and whether it is right.

    ``feeds`` names the quantities that it is computed from. ``expected`` and ``numbers`` are the
    first `MAX_NUMBERS` entries, in C order, None for one that is not finite. The student's
    ``numbers`` are there only if they are not right and have the expected shape; ``apart`` is then
    their largest absolute error. Of a large array so many entries are ``wrong``; the first of them
    are ``differing``, and ``places`` is a map of them: a row of "0" and "1" for each row of cells.
    """

    name: str
    kind: QuantityKind
    state: QuantityState
    feeds: tuple[str, ...]
    expected_shape: tuple[int, ...]
    expected: tuple[float | None, ...]
    shape: tuple[int, ...] | None = None
    numbers: tuple[float | None, ...] = ()
    apart: float | None = None
    #: For a gradient, the quantity with respect to which it is taken.
    of: str = ""
    #: For one that follows from a mistake, the quantity or function with the mistake.
    because: str = ""
    wrong: int = 0
    differing: tuple[Difference, ...] = ()
    places: tuple[str, ...] = ()


INPUT: Final = "input"
PARAMETER: Final = "parameter"
ACTIVATION: Final = "activation"
LOSS: Final = "loss"
GRADIENT: Final = "gradient"
GIVEN: Final = "given"
RIGHT: Final = "right"
WRONG: Final = "wrong"
FOLLOWS: Final = "follows"
MISSING: Final = "missing"
MAX_NUMBERS = 12
#: Of a large array, so many wrong entries are named, and its map has so many rows and columns.
MAX_DIFFERENCES, MAX_CELLS = 3, 8


class Losses(NamedTuple):
    """The losses of a training run on the first visible instance, and the expected ones."""

    numbers: tuple[float, ...]
    expected: tuple[float, ...]


class SourceLine(NamedTuple):
    """A line of the student's: its number in the file or the cell, and its text if it is known.
    ``label`` is what messages call the file or the cell; "" for the notebook's own function."""

    number: int
    text: str = ""
    label: str = ""

    def __str__(self) -> str:
        return f"{self.label}, line {self.number}" if self.label else f"line {self.number}"


class Suspect(NamedTuple):
    """The line that most of what is wrong is computed with, and no quantity that is right; and
    these wrong quantities. There are none where the function stopped in that line."""

    line: SourceLine
    wrong: tuple[str, ...]


class FunctionReport(NamedTuple):
    """The results of one function, and its points."""

    name: str
    status: Status
    score: float
    max_score: float
    checks: Sequence[CheckResult]
    mistakes: Sequence[Named] = ()
    #: Of a function that was given with mistakes in it, those that are left, and slips, which have
    #: no id: named to who asks only.
    on_request: tuple[Named, ...] = ()
    #: The known mistakes that give exactly the numbers of some quantities, where others are wrong
    #: besides.
    in_part: tuple[Named, ...] = ()
    #: The functions that it calls and that have to be right before it can be judged.
    waits_for: tuple[str, ...] = ()
    #: The functions with the mistakes for which, or in spite of which, it has its points.
    given: tuple[str, ...] = ()
    #: Why a person should look at it: for instructors only.
    look: str = ""
    #: How many hints the student was shown; None if they are not counted.
    hints: int | None = None
    #: A classmate on whose hidden instance the numbers would be right: for instructors only.
    fits: str = ""
    #: By what it is compared with others whose mistake has no name: for instructors only.
    unexplained: Unexplained | None = None
    #: The computation, in the report of the first function with a quantity that is not right, and
    #: the label of the visible instance that it is of.
    trace: tuple[Quantity, ...] = ()
    instance: str = ""
    losses: Losses | None = None
    #: Where it stopped on a visible instance, or where the first wrong quantity is computed.
    line: SourceLine | None = None
    suspect: Suspect | None = None

    @property
    def made(self) -> list[Named]:
        """The known mistakes in it, named or not: for instructors, and for who asks."""
        untold = (each for each in self.on_request if each.id)
        return [*self.mistakes, *self.in_part, *untold]

    @property
    def right(self) -> bool | None:
        """Whether it passed; None for what is judged later."""
        return None if self.status == "answered" else self.status == "passed"

    @property
    def is_done(self) -> bool:
        """Whether it passed, or is judged later."""
        return self.right is not False

    @property
    def first_failure(self) -> CheckResult | None:
        """The first check that failed, which is the one to fix first."""
        return next((check for check in self.checks if check.passed is False), None)

    def first_differing(self, rows: Sequence[Row]) -> Row | None:
        """Of the rows that differ, the one to begin with: what is computed first, where the
        computation is known, or else the first of them."""
        differing = [row for row in rows if row.note == DIFFERS]
        first = next((quantity.name for quantity in self.trace if quantity.state == WRONG), "")
        known = (row for row in differing if row.entry == first)
        return next(known, next(iter(differing), None))

    @property
    def checks_to_show(self) -> list[CheckResult]:
        """The checks, without messages that occur in an earlier check's message."""
        checks: list[CheckResult] = []
        for check in self.checks:
            known = check.text and any(check.text in other.message for other in checks)
            checks.append(check._replace(message="") if known else check)
        return checks


@record
class Report:
    """Everything about one submission.

    ``seconds`` is the wall time of its grading. ``printed`` is the beginning of the output of each
    cell; only the graded notebook shows it, and the JSON does not have it. ``answers`` are digests
    by cell where a gradebook has marks for them.
    """

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
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """The sum of the points of all functions."""
        return add_points(function.score for function in self.functions)

    def problem(self, kind: ProblemKind) -> Problem | None:
        """The first problem of a kind, or None."""
        return next((problem for problem in self.problems if problem.kind == kind), None)

    @property
    def first_wrong(self) -> str:
        """The first thing wrong, in one line; "" when nothing is."""
        return self._first[0]

    @property
    def first_function(self) -> FunctionReport | None:
        """The function that `first_wrong` is about; None if it is about none."""
        return self._first[1]

    @property
    def _first(self) -> tuple[str, FunctionReport | None]:
        if self.problems and not self.functions:
            return self.problems[0].message, None
        problem = self.problem("syntax-error") or self.problem("other-file")
        unread = problem.message.partition("\n")[0] if problem else ""  # code that was not read
        for function in self.functions:
            failure = function.first_failure
            if unread and function.status == "missing":  # it may be defined in the unread cell
                return unread, None
            if function.mistakes:
                return f"{function.name}: {function.mistakes[0].message}", function
            if failure is not None:
                line = failure.message.splitlines()[0]
                is_named = line.startswith(f"{function.name} ")
                return line if is_named else f"{function.name}: {line}", function
        return "", None

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
                functions=[_from_dict(function) for function in data["functions"]],
                max_score=data["max_score"],
                problems=[Problem(**problem) for problem in data["problems"]],
                seconds=data["seconds"],
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"this is not a report: {error}") from None

    def to_json(self) -> str:
        """The report as one line of JSON, in the format that ``docs/reference.md`` describes."""
        answers = {"answers": self.answers} if self.answers else {}
        data = {
            "schema": SCHEMA,
            "assignment": self.assignment,
            "student": self.student,
            "submission": {"path": self.path, "sha256": self.sha256, **answers},
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
    on_request = [mistake._asdict() for mistake in function.on_request]
    trace = [_quantity_dict(quantity) for quantity in function.trace]
    losses = function.losses and function.losses._asdict()
    line, suspect = function.line and function.line._asdict(), function.suspect
    unexplained = function.unexplained and function.unexplained._asdict()
    data = {
        **function._asdict(),
        "checks": checks,
        "mistakes": mistakes,
        "on_request": on_request,
        "in_part": [mistake._asdict() for mistake in function.in_part],
        "trace": trace,
        "losses": losses,
        "unexplained": unexplained,
        "line": line,
        "suspect": suspect and {"line": suspect.line._asdict(), "wrong": list(suspect.wrong)},
    }
    if function.hints is None:
        del data["hints"]
    if function.unexplained is None:
        del data["unexplained"]
    for name in _OPTIONAL:
        if not data[name]:
            del data[name]
    return data


#: Fields that are left out where they are empty.
_OPTIONAL = (
    "on_request in_part waits_for given look fits trace instance losses line suspect".split()
)


def _quantity_dict(quantity: Quantity) -> dict[str, Any]:
    data = quantity._asdict()
    if not quantity.wrong:
        del data["wrong"], data["differing"], data["places"]
    else:
        data["differing"] = [difference._asdict() for difference in quantity.differing]
    return data


def _quantity(data: dict[str, Any]) -> Quantity:
    differing = (Difference(**_with_tuples(each)) for each in data.get("differing", ()))
    return Quantity(**{**_with_tuples(data), "differing": tuple(differing)})


def _from_dict(data: dict[str, Any]) -> FunctionReport:
    checks = [
        CheckResult(**{**check, "rows": [Row(**row) for row in check["rows"]]})
        for check in data["checks"]
    ]
    mistakes = [Named(**mistake) for mistake in data["mistakes"]]
    on_request = tuple(Named(**mistake) for mistake in data.get("on_request", ()))
    trace = tuple(map(_quantity, data.get("trace", ())))
    losses = Losses(**_with_tuples(data["losses"])) if "losses" in data else None
    names = {name: tuple(data.get(name, ())) for name in ("waits_for", "given")}
    decoded: dict[str, Any] = {
        "checks": checks,
        "mistakes": mistakes,
        "on_request": on_request,
        "in_part": tuple(Named(**mistake) for mistake in data.get("in_part", ())),
        "trace": trace,
        "losses": losses,
    }
    if "unexplained" in data:
        decoded["unexplained"] = Unexplained(**data["unexplained"])
    if "line" in data:
        decoded["line"] = SourceLine(**data["line"])
    if "suspect" in data:
        found = data["suspect"]
        decoded["suspect"] = Suspect(SourceLine(**found["line"]), tuple(found["wrong"]))
    return FunctionReport(**{**data, **decoded, **names})


def _with_tuples(data: dict[str, Any]) -> dict[str, Any]:
    """Turn the lists of JSON back into tuples."""
    return {key: tuple(v) if isinstance(v, list) else v for key, v in data.items()}


def _without(item: Problem | CheckResult, *optional: str) -> dict[str, Any]:
    """The fields as a dict, without ``optional`` ones that are empty."""
    return {k: value for k, value in item._asdict().items() if value or k not in optional}


def add_points(points: Any) -> float:
    """The sum of points, rounded to six decimals so that tenths stay exact; 0 if it is negative or
    not finite."""
    total = math.fsum(points)
    return round(max(0.0, total), 6) if math.isfinite(total) else 0.0


def function_report(
    name: str,
    checks: Sequence[CheckResult],
    failure: Status,
    mistakes: Sequence[Named] = (),
) -> FunctionReport:
    """Add up a function's checks; ``failure`` is the status if it earned nothing.

    A function without checks fails. One of which nothing is decided yet, and which has no points to
    lose, is "answered".
    """
    score = add_points(check.score for check in checks)
    max_score = add_points(check.max_score for check in checks)
    status: Status
    decided = [check for check in checks if check.passed is not None or check.max_score]
    if decided and all(check.passed for check in decided):
        status = "passed"
    elif checks and not decided:
        status = "answered"
    elif score > 0:
        status = "partial"
    else:
        status = failure
    return FunctionReport(name, status, score, max_score, checks, list(mistakes))
