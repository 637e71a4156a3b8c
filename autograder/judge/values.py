"""The checks of shapes, and of values on visible instances, on hidden ones and against printed
digits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case, NearCase
from autograder.exercise.function import Function
from autograder.exercise.printed import Printed
from autograder.judge import evidence, messages, redact, value_text
from autograder.judge.compare import (
    Leaf,
    as_array,
    case_leaves,
    differing,
    imprecision,
    kind_wanted,
    largest_difference,
    leaf_imprecision,
    leaf_problem,
    matrices,
    result_leaves,
    structure_problem,
    type_problem,
)
from autograder.judge.finding import Finding, Seen
from autograder.judge.observe import Observation
from autograder.report import DIFFERS, Row
from autograder.sandbox.calls import Probe
from autograder.sandbox.plain import lookup

#: Half a unit of the last printed digit, plus a margin for rounding errors.
HALF_UNIT = 0.5 + 1e-6
#: A larger error, relative to the largest entry, is not one of rounding.
FAR_OFF = 1e-3


def right_labels(function: str, seen: Sequence[Observation]) -> set[str]:
    """The labels of the cases on which a function's result is right."""
    return {item.case.label for item in seen if item.is_right}


def _failed(item: Observation, text: str, rows: Sequence[Row] = ()) -> Finding:
    """A failed finding on an observation's case, or on no particular one if there is no
    function."""
    everywhere = item.first.kind == "missing" or item.first.unwritten
    return Finding(False, text, rows, None if everywhere else item.case)


def check_shapes(seen: Seen) -> Finding:
    """Kinds, keys, shapes, dtypes and finiteness on every case. The numbers have to be computed
    from the arguments."""
    items = judged(seen.function, seen.on_cases)
    for item in items:
        if item.is_exact:
            continue
        problem = None if item.is_right else _shape_problem(seen, item)
        if "shapes" in seen.function.points:  # otherwise it is a matter of behaviour
            problem = problem or matrix_problem(seen.function.name, item)
        if problem:
            return _failed(item, problem)
    not_computed = evidence.problem(seen.function, items, seen.near)
    return Finding(False, not_computed) if not_computed else _passed_if(seen.on_cases)


def check_visible(seen: Seen) -> Finding:
    """Every entry against the solution's on the visible cases.

    Values that are right there have to be right on near inputs as well, so that a table of the
    visible numbers fails.
    """
    function = seen.function.name
    finding = _as_far(seen, _compare_values(seen, hidden=False), hidden=False)
    for item in seen.near[:1] if finding.passed else ():
        problem = None if item.is_right else redact.problem(function, item.case, item.first)
        if problem:
            return Finding(False, messages.only_the_example(_visible_label(item), problem))
    if finding.passed and evidence.may_be_a_table(seen.function, seen.on_cases, seen.near):
        label = next(item.case.label for item in seen.on_cases if not item.case.hidden)
        return Finding(False, messages.right_nowhere_else(label))
    return finding


def check_hidden(seen: Seen) -> Finding | None:
    """Every entry against the solution's on the hidden cases; None if the answer key has none.

    What is remarked depends on the visible cases only: among right answers a submission could
    choose an inexact one, and so tell a hidden number at no cost.
    """
    if not seen.answer_key.has_hidden:
        return None
    finding = _as_far(seen, _compare_values(seen, hidden=True), hidden=True)
    visible = [i for i in judged(seen.function, seen.on_cases) if not i.case.hidden]
    if finding.passed and all(i.is_right for i in visible) and _remarked(seen.function, visible):
        return finding._replace(text=messages.RIGHT_TO_SINGLE_HERE_TOO)
    return finding


def _compare_values(seen: Seen, hidden: bool) -> Finding:
    items = [i for i in judged(seen.function, seen.on_cases) if i.case.hidden == hidden]
    for item in items:
        problem = _problem(seen, item)
        if problem:
            problem += _about_losses(seen.function, item) + _in_the_chain(seen.function, item)
            problem += "" if hidden or item.first.unwritten else _called_through(seen.function)
            problem = _without_guess(seen, problem)
            return _failed(item, problem, () if hidden else _rows(seen, item))
    return _passed_if(items) if hidden else _remarked(seen.function, items) or _passed_if(items)


def _as_far(seen: Seen, finding: Finding, hidden: bool) -> Finding:
    """A finding that failed, with the share of the points for what is right as far as it is
    written. Parts have to be right on near inputs too, and hidden ones on visible cases too."""
    if finding.passed is not False:
        return finding
    from autograder.judge.parts import incomplete

    items = [i for i in judged(seen.function, seen.on_cases) if hidden or not i.case.hidden]
    found = incomplete(seen.function, [*items, *seen.near])
    if found is None:
        return finding
    text = messages.points_for_parts(() if hidden else found.right)
    return finding._replace(text=f"{finding.text}\n{text}", share=found.share)


def _remarked(function: Function, items: Sequence[Observation]) -> Finding | None:
    """The finding on visible cases of which one is right to single precision only; None if none
    is."""
    for item in items:
        inexact = None if item.is_exact else imprecision(item.case, function.name, item.first.value)
        if inexact:
            return Finding(True, _remark(function, item, *inexact), case=item.case)
    return None


def _remark(function: Function, item: Observation, leaf: Leaf, error: float) -> str:
    dtype = getattr(lookup(item.first.value, leaf.path), "dtype", None)
    in_float32, derives = dtype == np.float32, bool(function.of)
    return messages.right_to_single(leaf.name, error, in_float32, derives)


def check_printed(seen: Seen) -> Finding:
    """The student's numbers against the document's digits.

    Rows also show the numbers of the first visible case, if the function is judged there, since
    some printed numbers belong to another. As in `check_visible`, values on near inputs have to be
    right as well.
    """
    function, answer_key, near = seen.function, seen.answer_key, seen.near
    by_label = {item.case.label: item for item in seen.on_cases}
    rows: list[Row] = []
    failed: Finding | None = None
    remark = ""
    for wanted in answer_key.printed:
        item = by_label.get(wanted.instance)
        if wanted.function != function.name or item is None:
            continue
        problem = _unusable(function.name, item, seen.seconds)
        if problem is None:
            problem, inexact = _compare_printed(function, item, wanted)
            remark = remark or inexact
            first = answer_key.cases[0]
            fresh = first if function.name in first.expected else item.case
            rows.append(_printed_row(function.name, item, wanted, fresh, problem))
        if problem is None and wanted.counts and any(_is_off(seen, wanted, i) for i in near[:1]):
            leaf = _printed_leaf(function.name, item.case, wanted)
            problem = messages.only_the_example(
                _visible_label(near[0]), messages.is_wrong(leaf.name)
            )
        if problem and failed is None:
            # What need not be the document's number is compared with that of the instance.
            case = None if wanted.counts else item.case
            failed = Finding(False, _without_guess(seen, problem), case=case)
    if failed:
        return failed._replace(rows=rows)
    return Finding(True if rows else None, remark, rows)


def _is_off(seen: Seen, wanted: Printed, item: Observation) -> bool:
    """Whether the printed numbers are wrong on an observation near a visible case."""
    if item.is_right:
        return False
    function = seen.function.name
    leaf = _printed_leaf(function, item.case, wanted)
    if _unusable(function, item, 0.0):
        return True
    value = lookup(item.first.value, leaf.path)
    if leaf_problem(leaf, value, item.case.dims, reveal=False) is None:
        return False
    got = as_array(value, leaf.expected)
    if got is None:
        return True
    # Both may be rounded before they are compared. But what stays as it is on the visible case is
    # not computed.
    most = min(2 * HALF_UNIT * 10.0**-wanted.decimals, _moved(seen, wanted, item) / 2)
    with np.errstate(over="ignore", invalid="ignore"):
        return not (np.abs(got - leaf.expected) <= most).all()


def _moved(seen: Seen, wanted: Printed, item: Observation) -> float:
    """How far the right numbers are from those of the visible case that a case is near to."""
    function, label = seen.function.name, _visible_label(item)
    right = _printed_leaf(function, item.case, wanted).expected
    visible = [each.case for each in seen.on_cases if each.case.label == label]
    leaves = [_printed_leaf(function, case, wanted).expected for case in visible]
    return max((float(np.max(np.abs(right - leaf))) for leaf in leaves), default=0.0)


def _visible_label(item: Observation) -> str:
    """The label of the visible case that a case is near to, or its own label."""
    return item.case.of if isinstance(item.case, NearCase) else item.case.label


def judged(function: Function, seen: Sequence[Observation]) -> list[Observation]:
    """All observations, except those of derivatives on cases with two right answers."""
    return [item for item in seen if not item.case.has_two_answers(function)]


def _passed_if(judged: Sequence[Observation]) -> Finding:
    # Without any case, a check must not pass.
    return Finding(True) if judged else Finding(False, "There is no instance to check it on.")


def _unusable(function: str, item: Observation, seconds: float) -> str | None:
    """Why the parts of a result cannot be looked up, for visible cases only; None if they can."""
    if not item.first.returned:
        return messages.not_returned(function, item.first, seconds)
    return structure_problem(item.case, function, item.first.value, item.case.expected[function])


def _shape_problem(seen: Seen, item: Observation) -> str | None:
    function, case = seen.function.name, item.case
    if case.hidden:
        return redact.shape_problem(function, case, item.first)
    return _unusable(function, item, seen.seconds) or _first(
        # What the axes are called is found out only where they are named.
        type_problem(leaf, value, case.dims)
        and type_problem(leaf, value, case.dims, _axes(seen, leaf))
        for leaf, value in _parts(item, case_leaves(case, function))
    )


def matrix_problem(function: str, item: Observation) -> str | None:
    """That numbers, right ones too, came in an np.matrix; None if none did."""
    leaf = next(matrices(item.case, function, item.first), None)
    if leaf is None:
        return None
    if item.case.hidden:
        return messages.another_type(leaf.name, kind_wanted(leaf), leaf.expected, item.case.dims)
    return messages.is_matrix(leaf.name, not leaf.path)


def _axes(seen: Seen, leaf: Leaf) -> Sequence[str]:
    """The names of the axes that a part of a result has on the visible cases: those whose sizes it
    has on all of them, where the sizes differ. A written-in 2 is no size of a layer."""
    name = seen.function.name
    parts = [
        (lookup(item.first.value, leaf.path), item.case.dims)
        for item in seen.on_cases
        if not item.case.hidden and _unusable(name, item, 0.0) is None
        if any(leaf.path == other.path for other in case_leaves(item.case, name))
    ]
    shapes = [(part.shape, dims) for part, dims in parts if isinstance(part, np.ndarray)]
    if len(shapes) < len(parts) or len({len(shape) for shape, _ in shapes}) != 1:
        return ()
    axes = []
    for axis in range(len(shapes[0][0])):
        fitting = [
            symbol
            for symbol in shapes[0][1]
            if all(dims.get(symbol) == shape[axis] for shape, dims in shapes)
            and len({dims[symbol] for _, dims in shapes}) > 1
        ]
        axes.append(fitting[0] if len(fitting) == 1 else "")
    return axes if all(axes) else ()


def _problem(seen: Seen, item: Observation) -> str | None:
    """The first thing wrong with a result on one case; None if nothing is."""
    function, case = seen.function.name, item.case
    if item.is_right:
        return None
    if case.hidden:
        return redact.problem(function, case, item.first)
    return _unusable(function, item, seen.seconds) or _first(
        leaf_problem(leaf, value, case.dims, False)
        and leaf_problem(leaf, value, case.dims, True, _axes(seen, leaf))
        for leaf, value in _parts(item, as_computed(seen.function, seen.answer_key, case))
    )


def _parts(item: Observation, of: Sequence[Leaf]) -> Iterator[tuple[Leaf, Any]]:
    """Parts of a right result, each with what is in its place."""
    return ((leaf, lookup(item.first.value, leaf.path)) for leaf in of)


def as_computed(function: Function, answer_key: AnswerKey, case: Case) -> Sequence[Leaf]:
    """The parts of a result on a visible case, each behind those that it is computed from."""
    from autograder.exercise.dataflow import result_names, short_name

    found, order = case_leaves(case, function.name), [*answer_key.feeding(case, function.name)]
    names = result_names(function, case.expected[function.name]) if order else {}
    known = {
        path: order.index(name)
        for path, each in names.items()
        if (name := short_name(each)) in order
    }
    return sorted(found, key=lambda leaf: known.get(leaf.path, len(order)))


def _first(problems: Iterable[str | None]) -> str | None:
    return next((problem for problem in problems if problem), None)


def _without_guess(seen: Seen, problem: str) -> str:
    """A problem that does not blame rounding where another number on a visible case is off by more
    than rounding does."""
    if messages.OF_ROUNDING not in problem or not any(
        _is_far_off(seen.function.name, item) for item in seen.on_cases if not item.case.hidden
    ):
        return problem
    return problem.replace(messages.OF_ROUNDING, "")


def _is_far_off(function: str, item: Observation) -> bool:
    if _unusable(function, item, 0.0):
        return False
    for leaf in case_leaves(item.case, function):
        if leaf.is_exact:
            continue
        got = as_array(lookup(item.first.value, leaf.path), leaf.expected)
        most = FAR_OFF * np.max(np.abs(leaf.expected), initial=0.0)
        if got is not None and largest_difference(got, leaf.expected) > most:
            return True
    return False


def _called_through(function: Function) -> str:
    """What the check calls, if that is not the function itself."""
    probe = function.probe
    return (
        "\n" + messages.called_through(probe.source, probe.takes)
        if isinstance(probe, Probe)
        else ""
    )


def _about_losses(function: Function, item: Observation) -> str:
    """What wrong losses of a training run suggest: recorded too late, or not falling."""
    from autograder.exercise.computation import recorded

    at = recorded(item.case, function.name)
    if at is None or _unusable(function.name, item, 0.0):
        return ""
    wanted = np.array(item.case.expected[function.name][at])
    losses = as_array(item.first.value[at], wanted)
    if losses is None or not np.isfinite(losses).all():
        return ""
    if wanted.size > 1 and not differing(losses[:-1], wanted[1:]).any():
        return "\n" + messages.LOSSES_AFTER_UPDATE
    if wanted[-1] < wanted[0] and not losses[-1] < losses[0]:
        return "" if item.case.hidden else "\n" + messages.losses_rise(losses)
    return ""


def _in_the_chain(function: Function, item: Observation) -> str:
    """The right quantities before the first wrong one, if the function computes several."""
    is_chain = isinstance(item.case.expected[function.name], Mapping) and not function.old(())
    if not is_chain or _unusable(function.name, item, 0.0):
        return ""
    right: list[str] = []
    for leaf in case_leaves(item.case, function.name):
        value, dims = lookup(item.first.value, leaf.path), item.case.dims
        problem = leaf_problem(leaf, value, dims, reveal=False)
        if problem:
            is_wrong = not problem.endswith(messages.NUMBERS_ARE_RIGHT)
            return messages.first_wrong_quantity(right, leaf.name) if right and is_wrong else ""
        right.append(leaf.name)
    return ""


def _rows(seen: Seen, item: Observation) -> list[Row]:
    """Every quantity of a visible result side by side with the expected one."""
    if _unusable(seen.function.name, item, 0.0):
        return []
    rows = []
    for leaf in as_computed(seen.function, seen.answer_key, item.case):
        value = lookup(item.first.value, leaf.path)
        wrong = leaf_problem(leaf, value, item.case.dims, reveal=False)
        numbers = as_array(value, leaf.expected)  # shows a list of numbers as an array
        shown = value if numbers is None else numbers
        if numbers is not None and np.ndim(leaf.expected) == 0:
            shown = numbers.item()  # as the right one is shown
        texts = map(value_text.array_text, (leaf.expected, shown))
        expected, got = value_text.texts_apart(leaf.expected, shown) if wrong else texts
        rows.append(Row(leaf.name, got, expected, note=DIFFERS if wrong else ""))
    return rows


def _compare_printed(
    function: Function, item: Observation, wanted: Printed
) -> tuple[str | None, str]:
    """What is wrong with a printed number, None if nothing is; and the remark on a right one.

    One that counts is right if it rounds to the printed digits, or by the course's precision. One
    that does not count need not be the printed number, but a right one.
    """
    leaf = _printed_leaf(function.name, item.case, wanted)
    value, dims = lookup(item.first.value, leaf.path), item.case.dims
    got = as_array(value, leaf.expected)
    problem = type_problem(leaf, value, dims)
    if problem or got is None:
        return problem, ""
    if not wanted.counts:
        is_fitting = _fits(got, leaf, _also_right(function.name, item.case, wanted))
        return None if is_fitting else leaf_problem(leaf, value, dims, reveal=True), ""
    if _rounds_to(got, wanted):
        return None, ""
    # Where the solution itself does not round to the digits, the exercise is unsound.
    if _rounds_to(np.asarray(leaf.expected), wanted) and not leaf.wrong_entries(got).any():
        inexact = leaf_imprecision(leaf, value)
        return None, _remark(function, item, *inexact) if inexact else ""
    digits = np.asarray(wanted.values, dtype=np.float64)
    problem = messages.wrong_digits(leaf.name, got, digits, wanted.decimals)
    return problem + messages.relation(got, np.asarray(leaf.expected), 1e-9), ""


def _fits(got: np.ndarray, leaf: Leaf, others: Sequence[Leaf]) -> bool:
    """Whether numbers are right, or not farther from a right one than right ones are apart.

    A right function may take some of its activations as given and compute others anew, so that its
    numbers are those of neither.
    """
    right = (leaf, *others)
    apart = max(largest_difference(leaf.expected, other.expected) for other in right)
    return any(
        not each.wrong_entries(got).any() or largest_difference(got, each.expected) <= apart
        for each in right
    )


def _rounds_to(got: np.ndarray, wanted: Printed) -> bool:
    """Whether numbers round to the printed ones. Printed arrays may have an extra axis: the
    document prints b1 as (1, 2)."""
    digits = np.asarray(wanted.values, dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        apart = np.abs(got.ravel() - digits.ravel()) * 10.0**wanted.decimals
    return bool((apart <= HALF_UNIT).all())


def _printed_row(
    function: str, item: Observation, wanted: Printed, fresh: Case, problem: str | None
) -> Row:
    leaf = _printed_leaf(function, item.case, wanted)
    got, right = lookup(item.first.value, leaf.path), _printed_leaf(function, fresh, wanted)
    texts = [value_text.rounded_text(value, wanted.decimals) for value in (right.expected, got)]
    if problem and texts[0] == texts[1]:
        texts = list(value_text.texts_apart(right.expected, got))
    printed = value_text.rounded_text(np.asarray(wanted.values, dtype=np.float64), wanted.decimals)
    return Row(leaf.name, texts[1], texts[0], printed, DIFFERS if problem else wanted.note)


def _printed_leaf(function: str, case: Case, wanted: Printed) -> Leaf:
    path = () if wanted.entry is None else (wanted.entry,)
    return next(leaf for leaf in case_leaves(case, function) if leaf.path == path)


def _also_right(function: str, case: Case, wanted: Printed) -> list[Leaf]:
    """The leaf of a printed number in what is right on a case besides what is expected."""
    if function not in case.also_right:
        return []
    found = result_leaves(function, case.also_right[function], case)
    path = () if wanted.entry is None else (wanted.entry,)
    return [leaf for leaf in found if leaf.path == path]
