"""What the numbers are of a function whose mistake has no name.

What is told is an identity that holds on every case there is, of at least two, or entry by entry on
parts of one. It is found on the visible ones; whether it holds on the hidden ones too decides only
whether it is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from weakref import WeakKeyDictionary

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.function import Function
from autograder.judge import messages
from autograder.judge.compare import differing
from autograder.judge.ends_early import ends_early
from autograder.judge.expression_search import Search
from autograder.judge.expressions import (
    ELEMENTWISE,
    MADE_OF,
    Expression,
    Scope,
    text_of,
    value_of,
)
from autograder.judge.finding import Seen
from autograder.judge.logarithmic import logarithmic
from autograder.judge.named_quantities import (
    Given,
    Wrong,
    first_wrong,
    in_parts,
    numbers_of,
    rows_alike,
)
from autograder.judge.structure_messages import each_row, exactly
from autograder.judge.structures import (
    COMPUTED_FROM_NOTHING,
    ENTRY_BY_ENTRY,
    LIKE_THE_RIGHT_ONE,
    MADE_OF_THE_RIGHT_ONE,
    structure,
)

#: The fewest cases on which something is proved.
FEWEST_CASES = 2
#: How numbers begin that many write: 1, 0.01, 0.5, 0.9, 0.99.
USUAL = ("1.000000e", "5.000000e", "9.000000e", "9.9")
#: The fewest entries that tell which operation a declared function computes.
FEWEST_ENTRIES = 3
#: The most lengths by which sums are divided.
MOST_LENGTHS = 2
#: Sizes that take the places of those of a case, which may be equal by chance.
OTHER_SIZES = (7, 11, 13, 17, 19, 23, 29, 31)
#: By the first case of an answer key, what `_helpers` found.
_computed: WeakKeyDictionary[Case, Mapping[str, str]] = WeakKeyDictionary()


def what_it_is(seen: Seen) -> str:
    """A sentence on the first wrong quantity of a result; "" if nothing is known of it."""
    short = ends_early(seen)
    if short:
        return short
    wrong = first_wrong(seen)
    if wrong is None or not wrong.visible:
        return ""
    if len(wrong.given) < FEWEST_CASES:
        return _entry_by_entry(seen, wrong)
    fixed = structure(wrong, COMPUTED_FROM_NOTHING)
    if fixed or not wrong.varies:
        return "" if _is_said_to_be_fixed(seen) else fixed
    row = rows_alike(wrong)
    return (
        structure(wrong, MADE_OF_THE_RIGHT_ONE)
        or (row and expression(seen, row, is_row=True))
        or expression(seen, wrong)
        or logarithmic(wrong)
        or structure(wrong, LIKE_THE_RIGHT_ONE)
    )


def _entry_by_entry(seen: Seen, wrong: Wrong) -> str:
    """The sentence on a quantity that there is on one case only, if each of its entries is made of
    the entries at the same place: what holds on parts of it too is proved as on several cases."""
    parts = in_parts(wrong.given[0])
    if len(parts) < FEWEST_CASES:
        return ""
    apart = wrong._replace(given=[*wrong.given, *parts])
    return expression(seen, apart) or structure(apart, ENTRY_BY_ENTRY)


def _is_said_to_be_fixed(seen: Seen) -> bool:
    """Whether the check of shapes has failed, for nothing but what is not computed, and is shown:
    it is where it has points."""
    shapes = seen.found.get("shapes") if "shapes" in seen.function.points else None
    return shapes is not None and shapes.passed is False


def expression(seen: Seen, wrong: Wrong, is_row: bool = False) -> str:
    """The sentence on the expression that a quantity is, or each row of it; "" if there is none, if
    there are several, or if it is said already how it is related to the right one."""
    probe = max(wrong.visible, key=lambda each: each.got.size)
    if (not np.ptp(probe.got) and probe.got.size > 1) or _is_related(wrong):
        return ""
    given = _with_lengths(wrong.given, seen.function)
    probe = next(each for each in given if each.case is probe.case)
    lengths = [name for name in probe.scope if name.startswith("len(")]
    off = [each for each in given if each.is_wrong]
    found = Search(probe.scope, probe.got, lengths).run()
    found = [each for each in found if all(_gives(each, one) for one in off)]
    helpers = _helpers(seen.answer_key) if found else {}
    own = {key for key, name in helpers.items() if name == seen.function.name}
    holding = [each for each in found if not _holds_its_own(each, own)]
    while holding and _holds_the_right_one(holding[0], given):
        del holding[0]
    if not holding or not _is_clear(holding, probe) or _may_be_typed(holding[0], wrong.fixed):
        return ""
    everywhere = all(_gives(holding[0], each) for each in given)
    if not everywhere and len({each.got.tobytes() for each in off}) < FEWEST_CASES:
        return ""
    text = text_of(holding[0], helpers)
    return each_row(wrong.leaf.name, text) if is_row else exactly(wrong.leaf.name, text, everywhere)


def _holds_its_own(expression: Expression, own: Collection[str]) -> bool:
    """Whether an expression holds an operation that the function itself computes, or holds inside
    another one what is made of it."""
    inside = [name for operand in expression.operands for name in _names(operand)]
    names = {expression.operation, *inside, *(MADE_OF.get(name, "") for name in inside)}
    return not names.isdisjoint(own)


def _may_be_typed(expression: Expression, fixed: Mapping[str, float]) -> bool:
    """Whether an argument in an expression may be a number that was typed in: it is the same on all
    cases, and one that many write, or one that it is by way of others."""
    known = [fixed[name] for name in _names(expression) if name in fixed]
    if any(f"{number:e}".startswith(USUAL) for number in known):
        return True
    return bool(known) and len({"complement", "half", "twice"}.intersection(_names(expression))) > 1


def _is_related(wrong: Wrong) -> bool:
    """Whether the checks say how the numbers are related to the right ones, on each case alike."""
    said = {_relation(wrong, each) for each in wrong.given}
    return len(said) == 1 and said != {""}


def _relation(wrong: Wrong, given: Given) -> str:
    got, expected = given.got, given.expected
    if got.shape == expected.shape:
        said = messages.relation(got, expected, 1e-9, wrong.leaf.is_new)
        return said.replace(" everywhere", "")  # which is not said of a single number
    is_right = got.size == expected.size and not differing(got.ravel(), expected.ravel()).any()
    return messages.NUMBERS_ARE_RIGHT if is_right else ""


def _helpers(answer_key: AnswerKey) -> Mapping[str, str]:
    """The operations that declared functions of one array compute on every case, kept while there
    are the cases."""
    first = answer_key.cases[0]
    if first not in _computed:
        _computed[first] = dict(_computed_by(answer_key))
    return _computed[first]


def _computed_by(answer_key: AnswerKey) -> Iterator[tuple[str, str]]:
    for function in answer_key.functions:
        pairs = [
            (
                numbers_of(case.inputs[function.arguments[0]]),
                numbers_of(case.expected[function.name]),
            )
            for case in answer_key.cases
            if len(function.arguments) == 1 and function.name in case.expected
        ]
        known = [given for given, _ in pairs if given is not None and given.ndim]
        if not function.takes_data or sum(given.size for given in known) < FEWEST_ENTRIES:
            continue
        for key, operation in ELEMENTWISE.items():
            with np.errstate(all="ignore"):
                if all(
                    given is not None
                    and right is not None
                    and given.shape == right.shape
                    and not differing(operation.compute(given), right).any()
                    for given, right in pairs
                ):
                    yield key, function.name
                    break


def _with_lengths(given: Sequence[Given], function: Function) -> Sequence[Given]:
    """With the numbers of entries, or rows, of the arguments that are arrays."""
    names: dict[tuple[int, ...], str] = {}
    for name in function.arguments:
        if all(name in each.scope and each.scope[name].ndim for each in given):
            names.setdefault(tuple(len(each.scope[name]) for each in given), name)
    known = [name for sizes, name in names.items() if max(sizes) > 1][:MOST_LENGTHS]
    return [
        each._replace(
            scope={
                **each.scope,
                **{f"len({name})": np.array(float(len(each.scope[name]))) for name in known},
            }
        )
        for each in given
    ]


def _gives(expression: Expression, given: Given) -> bool:
    value = value_of(expression, given.scope)
    return value is not None and _same(value, given.got)


def _same(one: np.ndarray, two: np.ndarray) -> bool:
    return one.shape == two.shape and not differing(one, two).any()


def _names(expression: Expression) -> Iterator[str]:
    """The operations and the quantities in an expression."""
    yield expression.operation
    for operand in expression.operands:
        yield from _names(operand)


def _holds_the_right_one(expression: Expression, given: Sequence[Given]) -> bool:
    """Whether a part of an expression is the right value on every case, or the opposite of it:
    nobody is told how to compute that."""
    if any(_holds_the_right_one(operand, given) for operand in expression.operands):
        return True
    for each in given:
        value = value_of(expression, each.scope)
        if value is None or not (_equal(value, each.expected) or _equal(-value, each.expected)):
            return False
    return True


def _equal(value: np.ndarray, expected: np.ndarray) -> bool:
    """Whether numbers are equal, in any shape."""
    return value.size == expected.size and _same(value.ravel(), expected.ravel())


def _is_clear(holding: Sequence[Expression], probe: Given) -> bool:
    """Whether the first of some expressions, the simplest first, is meant: as simple ones are the
    same whatever the numbers are, and no other one is the same for the sizes of the case only."""
    if len(holding) == 1:
        return True
    scopes = [_random(probe.scope, {}), _random(probe.scope, _other_sizes(probe.scope))]
    here, elsewhere = ([value_of(each, scope) for each in holding] for scope in scopes)
    for at, other in enumerate(holding[1:], start=1):
        alike, still = (_alike(values[0], values[at]) for values in (here, elsewhere))
        if (alike and not still) or (not alike and other.cost == holding[0].cost):
            return False
    return True


def _alike(one: np.ndarray | None, two: np.ndarray | None) -> bool:
    return one is not None and two is not None and _same(one, two)


def _other_sizes(scope: Scope) -> Mapping[int, int]:
    sizes = {size for value in scope.values() for size in value.shape if size > 1}
    return dict(zip(sorted(sizes), OTHER_SIZES, strict=False))


def _random(scope: Scope, sizes: Mapping[int, int]) -> dict[str, np.ndarray]:
    """Other numbers in the place of the known ones, positive where these are, of other sizes."""
    rng = np.random.default_rng(0)
    found: dict[str, np.ndarray] = {}
    for name, value in scope.items():
        if name.startswith("len("):
            found[name] = np.array(float(len(found[name[4:-1]])))
            continue
        made = rng.uniform(0.1, 0.9, [sizes.get(size, size) for size in value.shape])
        if (value < 0).any():
            made *= rng.choice([-1.0, 1.0], made.shape)
        found[name] = np.asarray(made)
    return found
