"""Every sentence about a value that has a claim in it, and whether the claim holds.

`false_claims` reads what a report tells of the visible instances, calls the student's functions
again, and compares with the expected values on its own: nothing here asks the judge.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.declaration import Function
from autograder.exercise.mutants import Mutants
from autograder.judge.observe import add_own
from autograder.report import DIFFERS, FunctionReport
from autograder.sandbox.calls import Call, Outcome
from autograder.sandbox.inside.namespace import Namespace
from tests.helpers.identities import SENTENCE, false_identities

#: Of a sentence's match and of where it stands: whether it holds.
Holds = Callable[[re.Match[str], "Told"], bool]
SAME = 6e-8  # as far as eight digits tell


@dataclass
class Told:
    """What a sentence is about: a function, and the instance and the part of its result."""

    function: str
    text: str
    case: Case | None
    outcome: Outcome | None
    submission: Submission
    part: str = ""

    @property
    def got(self) -> np.ndarray:
        found = np.asarray(
            part_of(self.function, self.outcome.value if self.outcome else None, self.part), float
        )
        # Numbers in a list may each be an array of one.
        is_list = found.ndim == 2 and self.part == "losses"
        return found[:, 0] if is_list and found.shape[1] == 1 else found

    @property
    def expected(self) -> np.ndarray:
        assert self.case is not None
        return np.asarray(
            part_of(self.function, self.case.expected[self.function], self.part), float
        )


@dataclass
class Submission:
    """A submission that was judged: its source, its reports, and its functions anew."""

    source: str
    reports: Sequence[FunctionReport]
    answer_key: AnswerKey
    mutants: Mutants | None = None
    functions: Namespace = field(default_factory=Namespace)

    def __post_init__(self) -> None:
        self.functions.run_cell(self.source, LABEL)

    def call(self, name: str, case: Case, own: bool | None = None) -> Outcome:
        """What a function gives, on ``own`` activations; where ``forward`` is right, by itself."""
        function = self.answer_key.function(name)
        assert function is not None
        arguments = list(case.arguments(function) or ())
        if own is None:
            forward = self.answer_key.function("forward")
            own = forward is not None and all(map(self.is_done, (forward.name, *forward.calls)))
        if not own or ACTIVATIONS not in function.arguments:
            return next(self.functions.run([Call(name, tuple(arguments))]))
        calls: list[Call] = []
        results = add_own(calls, function, case, ())
        given = tuple(results.get(n, case.inputs[n]) for n in function.arguments)
        *_, outcome = self.functions.run([*calls, Call(name, given)])
        return outcome

    def is_done(self, name: str) -> bool:
        return any(report.name == name and report.is_done for report in self.reports)


LABEL = "answer.py"
ACTIVATIONS = "activations"
ROOTS = {ACTIVATIONS: None, "grads": None, "params": None, "losses": 1}


def part_of(function: str, value: Any, name: str) -> Any:
    """The part of a result that a sentence names."""
    root, _, key = name.partition("[")
    if name in ("", function):
        return value
    if root in ROOTS:
        at = ROOTS[root]
        value = value if at is None else value[at]
        if key.rstrip("]").isdecimal():
            return value[int(key.rstrip("]"))]
        return value[key.strip('"]')] if key else value
    if not root.startswith("new "):
        return value
    value = value[0] if isinstance(value, tuple) else value
    return value[key.strip('"]')] if key else value


def close(one: Any, two: Any, precision: float = 1e-9) -> bool:
    one, two = np.asarray(one, float), np.asarray(two, float)
    return one.shape == two.shape and bool((np.abs(one - two) <= precision * np.abs(two)).all())


def entry(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))


def differ(m: re.Match[str], told: Told) -> bool:
    """A first difference: other numbers, as they are shown and as they are."""
    at, right, yours = entry(m["at"]), m["right"], m["yours"]
    numbers = close(float(right), told.expected[at], SAME) and (
        close(float(yours), told.got[at], SAME) or not np.isfinite(told.got[at])
    )
    return right != yours and numbers


def blocks(m: re.Match[str], told: Told) -> bool:
    return m["right"].split() != m["yours"].split()


def count(m: re.Match[str], told: Told) -> bool:
    wrong = ~(np.abs(told.got - told.expected) <= 1e-4 * np.abs(told.expected).max())
    return told.got.size == int(m["all"]) and int(wrong.sum()) <= int(m["wrong"]) <= told.got.size


def wrong_at_all(m: re.Match[str], told: Told) -> bool:
    if "but not when they change slightly" in told.text:
        return True  # on an instance that is not known here
    return not close(told.got, told.expected, 1e-11)


def times(m: re.Match[str], told: Told) -> bool:
    factor = float(m["factor"])
    precision = 1e-4 if m["about"] else 2e-8
    single = told.got.size == 1
    simple = any(
        abs(round(f * d) - f * d) < 1e-3 for f in (factor, 1 / factor) for d in range(1, 5)
    )
    return close(told.got, factor * told.expected, precision) and (
        simple if single else bool(m["all"])
    )


def opposite(m: re.Match[str], told: Told) -> bool:
    return close(told.got, -told.expected, 1e-8)


def some_signs(m: re.Match[str], told: Told) -> bool:
    return close(np.abs(told.got), np.abs(told.expected), 1e-8) and bool(
        (np.sign(told.got) != np.sign(told.expected)).any()
    )


def misplaced(m: re.Match[str], told: Told) -> bool:
    in_order = close(np.sort(told.got, axis=None), np.sort(told.expected, axis=None), 1e-8)
    return in_order and not close(told.got, told.expected, 1e-8)


def combined(m: re.Match[str], told: Told) -> bool:
    what = np.sum(told.expected) if m["what"] == "sum" else np.mean(told.expected)
    return close(told.got, np.full(told.got.shape, what), 1e-8)


def transposed(m: re.Match[str], told: Told) -> bool:
    if told.got.shape != told.expected.shape:
        return told.got.shape == told.expected.shape[::-1]
    return close(told.got.T, told.expected, 1e-8) and not close(told.got, told.expected, 1e-8)


def relative_error(m: re.Match[str], told: Told) -> bool:
    error = np.max(np.abs(told.got / told.expected - 1))
    return 0.5 < float(m["error"]) / error < 2


def shape(m: re.Match[str], told: Told) -> bool:
    """The shapes, and the names of their axes on every visible instance."""
    got, wanted = entry(m["got"]), entry(m["wanted"])
    if told.got.shape != got or told.expected.shape != wanted or got == wanted:
        return False
    return all(
        named(told, m[names], of)
        for names, of in (("got_names", False), ("wanted_names", True))
        if m[names]
    )


def named(told: Told, names: str, of_expected: bool) -> bool:
    symbols = re.findall(r"\w+", names)
    for case in told.submission.answer_key.cases:
        if told.function not in case.expected or case.hidden:
            continue
        value: Any = case.expected[told.function]
        if not of_expected:
            outcome = told.submission.call(told.function, case)
            if not outcome.returned:
                continue
            value = outcome.value
        if np.shape(part_of(told.function, value, told.part)) != tuple(
            case.dims[s] for s in symbols
        ):
            return False
    return True


def numbers_right(m: re.Match[str], told: Told) -> bool:
    return close(told.got.ravel(), told.expected.ravel(), 1e-8)


def chain(m: re.Match[str], told: Told) -> bool:
    def right(name: str) -> bool:
        value = told.outcome.value if told.outcome else None
        expected = told.case.expected[told.function] if told.case else None
        one, two = part_of(told.function, value, name), part_of(told.function, expected, name)
        return isinstance(one, (np.ndarray, float, int, list)) and close(one, two, 1e-3)

    return all(map(right, m["right"].split(", "))) and (
        not right(m["wrong"]) or wrong_at_all(m, Told(**{**vars(told), "part": m["wrong"]}))
    )


def falls(m: re.Match[str], told: Told) -> bool:
    losses = np.asarray(told.outcome.value[1], float).ravel() if told.outcome else np.zeros(1)
    return close(float(m["first"]), losses[0], SAME) and not float(m["last"]) < float(m["first"])


def after_update(m: re.Match[str], told: Told) -> bool:
    got = told.outcome.value[1] if told.outcome else []
    wanted = told.case.expected[told.function][1] if told.case else []
    return close(got[:-1], wanted[1:], 1e-8)


def derivative(m: re.Match[str], told: Told) -> bool:
    """What is given is so on right activations, or on those of the student's own `forward`."""
    part, at = f'grads["{m["name"]}"]', entry(m["at"] or "0")
    assert told.case is not None
    found = [told.submission.call(told.function, told.case, own).value for own in (False, True)]
    values = [np.atleast_1d(np.asarray(part_of(told.function, v, part), float)) for v in found if v]
    given = float(m["given"])
    return m["given"] != m["right"] and any(close(given, value[at], SAME) for value in values)


def blamed(m: re.Match[str], told: Told) -> bool:
    """The helpers that are named are wrong by their own checks, and are called."""
    helpers = re.findall(r"\w+", m["helpers"].replace(" and ", " "))
    wrong = {r.name for r in told.submission.reports if not r.is_done}
    function = told.submission.functions.namespace[m["function"]]
    return set(helpers) <= wrong and set(helpers) <= set(reached(function, told.submission))


def reached(function: Any, submission: Submission, seen: frozenset[str] = frozenset()) -> set[str]:
    """The names of the submission's functions that a function uses, itself or through others."""
    codes = [function.__code__]
    found: set[str] = set()
    while codes:
        code = codes.pop()
        found |= set(code.co_names)
        codes += [each for each in code.co_consts if isinstance(each, CodeType)]
    more: set[str] = set()
    for name in found - seen:
        other = submission.functions.namespace.get(name)
        if hasattr(other, "__code__"):
            more |= reached(other, submission, seen | found)
    return found | more


def mistaken(m: re.Match[str], told: Told) -> bool:
    """There is a mistake in what is said to have one."""
    names = re.findall(r"\w+", m["helpers"].replace(" and ", " "))
    status = {r.name: r for r in told.submission.reports}
    return all(not status[name].is_done and status[name].status != "missing" for name in names)


def line(m: re.Match[str], told: Told) -> bool:
    lines = told.submission.source.split("\n")
    quoted = re.search(r"\n    (\S.*)\n?", told.text)
    text = lines[int(m["line"]) - 1].strip()
    return bool(text) and (quoted is None or quoted[1] == text)


def in_line(m: re.Match[str], told: Told) -> bool:
    """What refused an array, and the array, stand in the line."""
    at = re.search(r"line (\d+)\)", told.text)
    text = told.submission.source.split("\n")[int(at[1]) - 1] if at else ""
    return m["what"].rpartition(".")[2] in text and m["name"] in text


def single(m: re.Match[str], told: Told) -> bool:
    """The error, on right activations or on those of the student's own `forward`; where some
    function is wrong, these may be of right helpers, and are not known here."""
    told.part = m["name"]
    assert told.case is not None
    largest, error = np.abs(told.expected).max(), float(m["error"])
    for own in (False, True):
        told.outcome = told.submission.call(told.function, told.case, own)
        if 0.3 < error * largest / np.abs(told.got - told.expected).max() < 3:
            return True
    return not all(report.is_done for report in told.submission.reports)


def kind(m: re.Match[str], told: Told) -> bool:
    value = part_of(told.function, told.outcome.value if told.outcome else None, told.part)
    what = m["what"]
    if what == "None":
        return value is None
    return not isinstance(value, np.ndarray) and type(value).__name__ in (*what.split(), "Opaque")


def sum_of_entries(m: re.Match[str], told: Told) -> bool:
    return close(told.got.sum(), told.expected.sum(), 1e-8)


def modified(m: re.Match[str], told: Told) -> bool:
    """The argument that is named is another one after a call."""
    function = told.submission.answer_key.function(told.function)
    if told.case is None or function is None:
        return False
    if m["name"] == ACTIVATIONS:
        return True  # what the student's own `forward` added to them is not known here
    given = dict(
        zip(function.arguments, map(_copied, told.case.arguments(function) or ()), strict=False)
    )
    with np.errstate(all="ignore"):
        told.submission.functions.namespace[told.function](*given.values())
    before, after = told.case.inputs[m["name"]], given[m["name"]]
    if m["key"]:
        before, after = before.get(m["key"]), after.get(m["key"])
    return not np.array_equal(before, after)


def identity(m: re.Match[str], told: Told) -> bool:
    """What wrong numbers are said to be, on every instance, given right helpers."""
    submission, function = told.submission, told.submission.answer_key.function(told.function)
    assert function is not None and submission.mutants is not None
    solution = submission.mutants.functions()
    given = Namespace()
    given.run_cell(submission.source, LABEL)
    if not all(
        submission.is_done(each.name) for each in submission.reports if each.name != told.function
    ):
        given.namespace.update({name: solution[name] for name in function.calls})

    def gives(case: Case) -> Any:
        (outcome,) = given.run([Call(told.function, case.arguments(function) or ())])
        return outcome.value

    cases = [case for case in submission.answer_key.cases if told.function in case.expected]
    return not false_identities(m[0], function, cases, gives, solution)


def digits(m: re.Match[str], told: Told) -> bool:
    return m["printed"].split() != m["yours"].split()


NUMBER = r"-?(?:\d[\d.]*(?:e[+-]?\d+)?|inf|nan)"
NAMES = r"(?:, which is (?P<{}>\([\w, ]+\)))?"


#: By family, the pattern of a sentence and whether it holds.
def gives_part(match: re.Match[str], told: Told) -> bool:
    """With the mistakes up to this one the solution gives the quantity on every visible case."""
    (report,) = [each for each in told.submission.reports if each.name == told.function]
    ids = [mistake.id for mistake in report.in_part]
    here = [mistake.id for mistake in report.in_part if mistake.message in match["message"]]
    made = _with(told.submission, report.name, ids[: ids.index(here[-1]) + 1])
    return all(_alike(yours, its) for yours, its, _ in _parts(told, match["part"], made))


def wrong_besides(match: re.Match[str], told: Told) -> bool:
    """The quantity is wrong, and not what the mistakes told before give."""
    (report,) = [each for each in told.submission.reports if each.name == told.function]
    made = _with(told.submission, report.name, [mistake.id for mistake in report.in_part])
    parts = list(_parts(told, match["part"], made))
    return not all(_alike(yours, its) for yours, its, _ in parts) and not all(
        _alike(yours, right) for yours, _, right in parts
    )


def _with(submission: Submission, name: str, ids: Sequence[str]) -> Callable[..., Any]:
    assert submission.mutants is not None
    made: Callable[..., Any] = submission.mutants.functions(ids)[name]
    return made


def _parts(told: Told, part: str, made: Callable[..., Any]) -> Iterator[tuple[Any, Any, Any]]:
    """On each visible case a quantity of the student's, of the solution with mistakes, and the
    right one."""
    submission, name = told.submission, told.function
    functions, function = _given_right_helpers(submission, name)
    for case in submission.answer_key.cases:
        arguments = case.arguments(function)
        if arguments is None or case.hidden or case.elsewhere:
            continue
        with np.errstate(all="ignore"):
            (theirs,) = functions.run([Call(name, arguments)])
            if theirs.returned:
                its = made(*(_copied(argument) for argument in arguments))
                values = (theirs.value, its, case.expected[name])
                yield tuple(part_of(name, value, part) for value in values)  # type: ignore[misc]


FAMILIES: Mapping[str, tuple[str, Holds]] = {
    "in part": (
        r"In (?P<part>[^\n]+?),(?: together with [a-z]+,)? (?:this mistake gives|\d mistakes "
        r"together give) exactly your numbers: (?P<message>[^\n]+)",
        gives_part,
    ),
    "wrong besides": (
        r"(?P<part>[^\n]+?) is also wrong for another reason(?:, which is not a known mistake)?\.",
        wrong_besides,
    ),
    "first difference": (
        rf"first difference at (?P<at>\[[\d, ]+\]): expected (?P<right>{NUMBER}), got (?P<yours>{NUMBER})",
        differ,
    ),
    "both arrays": (
        r"expected (?P<right>[^\n]*(?:\n {9}[^\n]*)*)\ngot      (?P<yours>[^\n]*(?:\n {9}[^\n]*)*)",
        blocks,
    ),
    "entries": (r"is wrong in (?P<wrong>\d+) of (?P<all>\d+) entries", count),
    "wrong": (r" is wrong(?: in|\.)", wrong_at_all),
    "times": (
        rf"It is (?P<about>about )?(?P<factor>{NUMBER}) times the expected value(?P<all> everywhere)?\.",
        times,
    ),
    "opposite": (r"It has the opposite sign", opposite),
    "signs": (r"All absolute values are right, but some signs are wrong", some_signs),
    "places": (r"The numbers are right but in the wrong places", misplaced),
    "combined": (r"Every entry is the (?P<what>sum|mean) of all", combined),
    "transposed": (r"It is transposed", transposed),
    "relative error": (r"Its relative error is (?P<error>\S+)\.(?!\S)", relative_error),
    "shape": (
        r"has shape (?P<got>\([\d, ]*\))"
        + NAMES.format("got_names")
        + r"; it must have shape (?P<wanted>\([\d, ]*\))"
        + NAMES.format("wanted_names"),
        shape,
    ),
    "numbers": (r"The numbers in it are right", numbers_right),
    "chain": (
        r"\n(?P<right>[^\n]+?) (?:is|are) right; the first wrong quantity is (?P<wrong>\S+)\.",
        chain,
    ),
    "losses": (
        rf"The losses do not fall: they go from (?P<first>{NUMBER}) to (?P<last>{NUMBER})\.",
        falls,
    ),
    "after the update": (r"These are the losses after each update", after_update),
    "derivative": (
        rf'grads\["(?P<name>\w+)"\] is not the derivative of your own loss(?: at (?P<at>\[[\d, ]+\]))?: '
        rf"backward gives (?P<given>{NUMBER}), the derivative is (?:about )?(?P<right>{NUMBER})\.",
        derivative,
    ),
    "fix first": (
        r"(?P<function>\w+) calls your own (?P<helpers>[\w, ]+), where there is a mistake",
        blamed,
    ),
    "mistake in": (r"[Tt]here is a mistake in your (?P<helpers>[\w, ]+?)[,.]", mistaken),
    "right for": (r"Right for your own (?P<helpers>[\w, ]+), which is where", mistaken),
    "line": (rf"\({LABEL}, line (?P<line>\d+)\)", line),
    "refused": (
        r": (?P<what>[\w.]+) (?:takes one number|needs a single True or False); (?P<name>\S+) is",
        in_line,
    ),
    "single": (r"(?s)Right to single precision: (?P<name>\S+) is off by (?P<error>\S+) of", single),
    "kind": (r" (?:is|returned) (?P<what>None|a list|a tuple|a dict|a str|a bool); it must", kind),
    "sum": (r"It is the sum of the expected entries", sum_of_entries),
    "modified": (r' changed (?P<name>\w+)(?:\["(?P<key>\w+)"\])?, which it was given', modified),
    "identity": (SENTENCE.pattern, identity),
    "digits": (r"printed there (?P<printed>[^\n]*)\nyours         (?P<yours>[^\n]*)", digits),
}
DOCUMENT = re.compile(r"[^\n]* is not the number in the notebook[^$]*")
PART = re.compile(
    r"((?:trained |new )?(?:activations|grads|params|losses)(?:\[\"?\w+\"?\])?|\b\w+) (?:is|has|returned) "
)


def false_claims(submission: Submission, seen: Counter[str]) -> Iterator[str]:
    """Each claim of the reports that does not hold; ``seen`` counts those that were looked at."""
    for report in submission.reports:
        yield from _named(submission, report, seen)
        for check in report.checks:
            for row in check.rows:
                seen["row"] += 1
                if row.note == DIFFERS and row.got == row.expected and row.got == row.printed:
                    yield f"row {row}"
            text, case = _placed(submission, report.name, check.message)
            outcome = submission.call(report.name, case) if case else None
            first = PART.search(text)
            part = first[1] if first else ""
            for family, (pattern, holds) in FAMILIES.items():
                for match in re.finditer(pattern, check.message):
                    told = Told(report.name, text, case, outcome, submission, part)
                    seen[family] += 1
                    if not holds(match, told):
                        yield f"{family}: {check.message}"


def _placed(submission: Submission, function: str, message: str) -> tuple[str, Case | None]:
    """What is told of an instance, and which it is."""
    judged = [case for case in submission.answer_key.cases if function in case.expected]
    for case in judged:
        _, place, text = message.partition(f"On {case.described}: ")
        if place:
            return text, case
    *_, text = message.split("your numbers: ")
    entries = [p for p in submission.answer_key.printed if p.function == function]
    label = next((p.instance for p in entries if not p.entry or f'"{p.entry}"' in text), "")
    text = next((t for t in DOCUMENT.findall(text)), text)
    return text, next((case for case in judged if case.label == label), None)


def _named(submission: Submission, report: FunctionReport, seen: Counter[str]) -> Iterator[str]:
    """The named mistakes that do not give the numbers of the function."""
    ids = [mistake.id for mistake in report.mistakes]
    if not ids or submission.mutants is None:
        return
    mistaken = submission.mutants.functions(ids)[report.name]
    functions, function = _given_right_helpers(submission, report.name)
    right = True
    for case in submission.answer_key.cases:
        arguments = case.arguments(function)
        if arguments is None or case.elsewhere:
            continue
        with np.errstate(all="ignore"):
            (theirs,) = functions.run([Call(report.name, arguments)])
            try:
                made = mistaken(*(_copied(argument) for argument in arguments))
            except Exception:
                made = None
        seen["named"] += 1
        if theirs.returned and made is not None and not _alike(theirs.value, made):
            yield f"named {ids}: {report.name} on {case.label}"
        right = right and theirs.returned and _alike(theirs.value, case.expected[report.name])
    if right:
        yield f"named {ids}: the numbers of {report.name} are right"


def _given_right_helpers(submission: Submission, name: str) -> tuple[Namespace, Function]:
    """A submission's functions, with right ones for those that one calls, where others are
    wrong."""
    assert submission.mutants is not None
    function = submission.answer_key.function(name)
    assert function is not None
    functions = Namespace()
    functions.run_cell(submission.source, LABEL)
    if not all(each.is_done for each in submission.reports if each.name != name):
        solution = submission.mutants.functions()
        functions.namespace.update({each: solution[each] for each in function.calls})
    return functions, function


def _copied(value: Any) -> Any:
    return (
        {k: _copied(v) for k, v in value.items()} if isinstance(value, Mapping) else np.copy(value)
    )


def _alike(one: Any, two: Any) -> bool:
    if isinstance(two, Mapping):
        return isinstance(one, Mapping) and all(_alike(one.get(k), v) for k, v in two.items())
    if isinstance(two, tuple):
        return len(one) == len(two) and all(map(_alike, one, two))
    if one is None or np.shape(one) != np.shape(two):
        return False
    size = np.max(np.abs(two), initial=1e-300)
    return bool((np.abs(np.subtract(one, two)) <= 1e-6 * size).all())
