"""Every sentence a student reads about a value: what is wrong, where, by how much, and what next.

CONTRIBUTING.md describes the style, and `value_text` writes the values.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.judge.value_text import (
    kind_name,
    named_shape,
    number,
    rounded_text,
    texts_apart,
)
from autograder.sandbox.calls import EARLIER_RESULT, Outcome
from autograder.sandbox.plain import Opaque, numbers
from autograder.text import listed

#: How messages describe the losses of a training run.
LIST_OF_NUMBERS = "a list of floats"
#: Of what a list may hold that has no items, nothing is known.
EMPTY_LIST = "an empty list"
#: How messages describe what most results are.
ARRAY = "an array of float64"
#: The end of a sentence on a wrong shape, or a wrong kind.
NUMBERS_ARE_RIGHT = " The numbers in it are right."


def wrong_tuple(function: str, value: Any, length: int) -> str:
    """A result that is not a tuple of ``length`` values."""
    got = f"{len(value)} values" if isinstance(value, tuple) else kind_name(value)
    if isinstance(value, list):
        got = f"one list of {len(value)}"
    return f"{function} must return {length} values; it returned {got}.{_missing_return(value)}"


def not_a_dict(function: str, value: Any) -> str:
    """A result that is not a dict."""
    return f"{function} must return a dict; it returned {kind_name(value)}.{_missing_return(value)}"


def not_a_list(function: str, value: Any, length: int) -> str:
    """A result that is not a list of ``length`` values."""
    return (
        f"{function} must return a list of {length}; it returned {kind_name(value)}."
        f"{_missing_return(value)}"
    )


def part_not_a_list(name: str, value: Any, length: int) -> str:
    """A part of a result that is not a list of ``length`` values."""
    return f"{name} must be a list of {length}, not {kind_name(value)}."


def wrong_length(name: str, got: int, wanted: int) -> str:
    """A list with too few or too many items."""
    return f"{name} has {got} items; it must have {wanted}."


def part_not_a_dict(name: str, value: Any) -> str:
    """One of several results that is not a dict."""
    return f"The {name} must be a dict, not {kind_name(value)}."


def missing_keys(root: str, missing: Sequence[str], present: Sequence[str]) -> str:
    """A dict that lacks some of its keys."""
    wanted = ", ".join(f'"{key}"' for key in missing)
    found = ", ".join(f'"{key}"' for key in present[:12]) or "none"
    return f"{root} has no {wanted}. Its keys: {found}."


def extra_keys(root: str, extra: Sequence[str], old: str) -> str:
    """A new version of an argument, such as parameters, with keys that the old one lacks."""
    found = ", ".join(f'"{key}"' for key in extra[:12])
    return f"{root} has keys that {old} does not have: {found}. Loop over the keys of {old}."


def wrong_kind(
    name: str, value: Any, wanted: str, expected: Any = None, whole: bool = False
) -> str:
    """A value of the wrong kind; ``whole`` if it is all that the function of that name returned."""
    said, must = ("returned", "it must return") if whole else ("is", "it must be")
    is_library = isinstance(value, Opaque) and "." in value.type_name
    use = (
        ": use np.array" if wanted == ARRAY and (is_library or type(value) in (list, tuple)) else ""
    )
    text = f"{name} {said} {kind_name(value)}; {must} {wanted}{use}.{_missing_return(value)}"
    return text + (_values_despite_kind(value, expected) if use else "")


def is_matrix(name: str, whole: bool = False) -> str:
    """Numbers that came in an np.matrix."""
    return (
        f"{name} {'returned' if whole else 'is'} np.matrix; use np.array. An np.matrix always has "
        "two axes, and its * multiplies matrices."
    )


def _missing_return(value: Any) -> str:
    return " Is a return statement missing?" if value is None else ""


def wrong_dtype(name: str, dtype: Any) -> str:
    """Numbers with too little precision, or not real numbers."""
    return f"{name} has dtype {dtype}; compute in float64, numpy's default."


def wrong_shape(
    name: str, value: Any, expected: Any, dims: Mapping[str, int], axes: Sequence[str] = ()
) -> str:
    """A wrong shape, with the axes named where their sizes identify them; ``axes`` are the names of
    the value's own, if all instances bear them out."""
    wanted = np.shape(expected)
    got = (
        np.shape(value)
        if isinstance(value, np.ndarray)
        else (len(value),)
        if isinstance(value, (list, tuple))
        else ()
    )
    if isinstance(value, (list, tuple)) and len(wanted) == 1:
        return f"{name} has {len(value)} entries; it must have {wanted[0]}."
    # The sizes of a right shape in another order are those of the exercise, too.
    known = dict(zip(axes, got, strict=False))
    named = known if axes else dims if sorted(got) == sorted(wanted) else {}
    text = f"{name} has shape {named_shape(got, named)}; it must have shape "
    text += f"{named_shape(wanted, dims)}."
    if len(wanted) == 2 and got == wanted[::-1] and got != wanted:
        text += " It is transposed."
    elif len(got) == len(wanted) + 1 and got[0] == 1 and got[1:] == wanted:
        text += " It has one axis too many."
    return text + _values_despite_shape(value, expected)


def _values_despite_kind(value: Any, expected: Any) -> str:
    """What can be said of the numbers in a list, however deep, although it is no array."""
    if any(map(np.iscomplexobj, numbers(value))):
        return ""  # numpy would drop a part of them
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        return ""
    is_right = array.shape == np.shape(expected) and _close(array, expected, 1e-9)
    return NUMBERS_ARE_RIGHT if is_right else ""


def _values_despite_shape(value: Any, expected: Any) -> str:
    """What can be said of the numbers although their shape is wrong."""
    if not isinstance(value, (np.ndarray, float, int)):
        return ""
    got, wanted = np.asarray(value).ravel(), np.asarray(expected, dtype=np.float64).ravel()
    if got.dtype.kind not in "iuf":
        return ""
    if got.size == wanted.size and _close(got, wanted, 1e-9):
        return NUMBERS_ARE_RIGHT
    if got.size == 1 and wanted.size > 1 and _close(got, wanted.sum(), 1e-9):
        return " It is the sum of the expected entries."
    return ""


def not_finite(name: str, array: np.ndarray) -> str:
    """NaN or infinity."""
    bad = ~np.isfinite(array)
    place = _place(bad)
    return f"{name}{place} is {array[bad].flat[0]}: every entry must be a finite number."


def wrong_values(
    name: str,
    got: np.ndarray,
    expected: np.ndarray,
    wrong: np.ndarray,
    reveal: bool,
    of_a_step: bool = False,
) -> str:
    """Right shape, wrong numbers: how many; with ``reveal``, both arrays and the first difference.

    ``of_a_step`` is as in `relation`.
    """
    count = int(wrong.sum())
    of = "" if got.size == 1 else f" in {count} of {got.size} entries"
    text = f"{name} is wrong{of}."
    if reveal:
        right, yours = texts_apart(expected, got)
        text += f"\nexpected {_hanging(right, 9)}\ngot      {_hanging(yours, 9)}"
        if got.size > 1:
            first, other = texts_apart(*(float(each[wrong].flat[0]) for each in (expected, got)))
            text += f"\nfirst difference at {_place(wrong)}: expected {first}, got {other}"
            # On a hidden instance a factor would leak the expected value to a constant answer.
        text += relation(got, expected, 1e-9, of_a_step)
    return text


def _hanging(text: str, indent: int) -> str:
    return text.replace("\n", "\n" + " " * indent)


def _place(wrong: np.ndarray) -> str:
    if wrong.size == 1:
        return ""
    index = np.argwhere(wrong)[0]
    return "[" + ", ".join(str(int(axis)) for axis in index) + "]"


@np.errstate(over="ignore", invalid="ignore")
def relation(
    got: np.ndarray, expected: np.ndarray, precision: float, of_a_step: bool = False
) -> str:
    """How a wrong value is related to the right one: a common factor, another order, rounding.

    ``precision`` is the relative error of ``expected``. ``of_a_step`` says that the values are
    parameters after a step: these are nearly right even if the step is wrong, so a small relative
    error does not suggest rounding.
    """
    if not np.all(expected) or not np.all(np.isfinite(got)):
        return ""
    ratio = got / expected
    factor = float(ratio.flat[0])
    everywhere = " everywhere" if got.size > 1 else ""
    if np.ptp(ratio) <= precision * abs(factor) and abs(factor - 1) > 1e-3:
        if abs(factor + 1) < 4 * precision:
            return f"\nIt has the opposite sign{everywhere}."
        # One number is always a multiple of another one.
        if 1e-6 < abs(factor) < 1e6 and (got.size > 1 or _is_simple(factor, precision)):
            about = "" if _agree(float(f"{factor:.5g}"), factor, precision) else "about "
            return f"\nIt is {about}{factor:.5g} times the expected value{everywhere}."
    arranged = _arrangement(got, expected, precision)
    if arranged:
        return f"\n{arranged}"
    error = float(np.max(np.abs(ratio - 1)))
    if precision < error < 1e-4 and not of_a_step:
        return f"\nIts relative error is {error:.0e}.{OF_ROUNDING}"
    return ""


#: What a small relative error suggests, where the function's other errors are as small.
OF_ROUNDING = (
    " Likely causes: rounding to fewer digits than float64 has, or finite differences instead of "
    "derivatives."
)


#: A check that given code passes while its values are wrong.
COUNTS_WHEN_REPAIRED = (
    "Nothing is wrong with it; it counts as soon as the values are right, since the code was given."
)


def named(mistakes: Sequence[str]) -> str:
    """Known mistakes that give exactly the student's numbers."""
    if len(mistakes) == 1:
        return f"This mistake gives exactly your numbers: {mistakes[0]}"
    lines = [f"({number}) {text}" for number, text in enumerate(mistakes, start=1)]
    first = (
        f"{len(lines)} mistakes together give exactly your numbers. Each is described as if it "
        "were the only one:"
    )
    return "\n".join([first, *lines])


def named_in_part(parts: Sequence[tuple[str, Sequence[str]]], left: str, was_searched: bool) -> str:
    """Known mistakes that give exactly the numbers of some quantities. What is ``left`` is wrong as
    well; all mistakes were tried there if it ``was_searched``."""
    lines: list[str] = []
    so_far = 0
    for quantity, texts in parts:
        which, told = "this mistake gives", texts[0]
        if len(texts) > 1:
            which = f"{len(texts)} mistakes together give"
            told = " ".join(f"({number}) {text}" for number, text in enumerate(texts, start=1))
        with_it = ["", " together with it,"][so_far] if so_far < 2 else " together with these,"
        lines.append(f"In {quantity},{with_it} {which} exactly your numbers: {told}")
        so_far += len(texts)
    if not left:
        return "\n".join([*lines, "There is another mistake in it as well."])
    known = ", which is not a known mistake" if was_searched else ""
    return "\n".join([*lines, f"{left} is also wrong for another reason{known}."])


def one_convention(names: Sequence[str], function: str) -> str:
    """Mistakes that undo each other, so that ``function``, which calls these, is right."""
    return (
        f"Your {listed(names)} carry one convention through: what one changes, the other undoes. "
        f"Change them together: one of them alone would make {function} wrong."
    )


def right_to_single(name: str, error: float, in_float32: bool, of_derivatives: bool) -> str:
    """The remark on a right result that is less exact than float64 allows; ``error`` is relative to
    its largest entry."""
    text = f"Right to single precision: {name} is off by {error:.0e} of its largest entry. "
    if in_float32:
        return f"{text}It has dtype float32; numpy's default, float64, has twice as many digits."
    causes = _IMPRECISE_DERIVATIVES if of_derivatives else _IMPRECISE
    return f"{text}Likely causes: {causes}."


_IMPRECISE = (
    "rounded numbers, float32 on the way, a constant such as e typed with few digits, a small "
    "number that is added (an epsilon), or a value that is clipped"
)
_IMPRECISE_DERIVATIVES = (
    "rounded numbers, float32 on the way, a small number that is added (an epsilon), or finite "
    "differences in place of derivatives, which are wrong where derivatives are small"
)
#: The remark on hidden instances. It depends only on the visible ones, so that it tells nothing of
#: hidden numbers.
RIGHT_TO_SINGLE_HERE_TOO = (
    "Right to single precision at least. The remark on the visible instances applies here too."
)


#: A single number that is so many halves, thirds or fourths of the right one, or the other way
#: round, is hardly so by chance.
MAX_TIMES, PARTS = 10, (1, 2, 3, 4)


def _is_simple(factor: float, precision: float) -> bool:
    """Whether a factor is a simple fraction, with either sign."""
    times = max(abs(factor), 1 / abs(factor))
    return times < MAX_TIMES + 0.5 and any(
        _agree(round(parts * times) / parts, times, precision) for parts in PARTS
    )


def _agree(one: float, two: float, precision: float) -> bool:
    return abs(one - two) <= precision * abs(two)


def _arrangement(got: np.ndarray, expected: np.ndarray, precision: float) -> str:
    """How the right numbers were rearranged or combined, "" if they were not."""
    if expected.size < 2 or _close(got, expected, precision):
        return ""
    if (
        expected.ndim == 2
        and expected.shape[0] == expected.shape[1]
        and _close(got.T, expected, precision)
    ):
        return "It is transposed."
    if _close(np.abs(got), np.abs(expected), precision):  # and they are not close with their signs
        return "All absolute values are right, but some signs are wrong."
    if _close(got, np.sum(expected), precision):
        return "Every entry is the sum of all expected entries."
    if _close(got, np.mean(expected), precision):
        return "Every entry is the mean of all expected entries."
    if _close(np.sort(got, axis=None), np.sort(expected, axis=None), precision):
        return "The numbers are right but in the wrong places."
    return ""


def _close(one: np.ndarray, two: Any, precision: float) -> bool:
    """Whether numbers agree to a relative error of ``precision``; NaN never does."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool((np.abs(one - two) <= precision * np.abs(two)).all())


def fix_first(function: str, helpers: Sequence[str]) -> str:
    """A function that cannot be judged while a function it calls is wrong."""
    return (
        f"{function} calls your own {listed(helpers)}, where there is a mistake. Fix that first, "
        f"then check {function} again."
    )


def fix_partner_first(function: str, partners: Sequence[str]) -> str:
    """A function that cannot be judged while what another one keeps for it is wrong."""
    return (
        f"{function} uses what your own {listed(partners)} returned, where there is a mistake. Fix "
        f"that first, then check {function} again."
    )


def first_wrong_quantity(right: Sequence[str], wrong: str) -> str:
    """Where in a chain of quantities the mistake is."""
    verb = "is" if len(right) == 1 else "are"
    return f"\n{', '.join(right)} {verb} right; the first wrong quantity is {wrong}."


def points_for_parts(right: Sequence[str]) -> str:
    """A result that is right as far as it is written; on hidden instances nothing is named."""
    return f"There are points for what is right{f': {listed(right)}' if right else ' in it'}."


def not_returned(function: str, outcome: Outcome, seconds: float) -> str:
    """A call that returned no value, on a visible case or with a redacted outcome."""
    from autograder.judge.exceptions import meaning
    from autograder.judge.refusals import refused

    if outcome.kind == "missing":
        return f"{function} is not defined."
    if outcome.kind == "memory":
        return f"{function} ran out of memory."
    if outcome.kind in ("timeout", "crashed", "limit"):
        return f"{function} {outcome.message or f'did not finish within {seconds:g} seconds'}."
    if outcome.kind == "skipped":
        return f"{function} was not run: {outcome.message}."
    if outcome.stub not in ("", function):
        return f"{function} needs {outcome.stub}, which is not written yet."
    if outcome.unwritten:
        return f"{function} is not written yet."
    where = f" ({outcome.place})" if outcome.place else ""
    line = f"\n    {outcome.code.line}" if outcome.code else ""
    explanation = refused(outcome) or meaning(outcome.error_text)
    if explanation:
        raised = f"{function} raised {outcome.error_text}"
        return f"{function} stopped{where}: {explanation}{line}\n{raised}"
    return f"{function} raised {outcome.error_text}{where}{line}"


def gave_nothing(function: str, outcome: Outcome) -> str:
    """Why what builds on a call was not run, as the end of a sentence."""
    if outcome.kind == "missing":
        return f"{function} is not defined"
    if outcome.unwritten:
        return f"{function} is not written yet"
    return f"{function}, whose result it needs, gives none"


#: What stands above the source of a probe.
WHAT_WAS_RUN = "This is what was run, with your own "


def called_through(source: str, takes: Sequence[str]) -> str:
    """The function of the check's that a method, or something else than data, is called through,
    with what it ``takes`` of the student's."""
    return f"{WHAT_WAS_RUN}{listed(takes)}:\n{textwrap.indent(source.rstrip(), '    ')}"


def no_result_here(function: str) -> str:
    """A call that returned no value on a hidden case, and not the same way on every visible one.

    One sentence covers all causes, since a submission could leak values by choosing among them.
    """
    return (
        f"{function} did not finish: it raised an exception, was too slow, or used too much memory "
        "or something that is not allowed. Try it with these sizes."
    )


def lacks_key(root: str, key: str) -> str:
    """A dict on a hidden case that lacks one of its keys."""
    return f'{root} has no "{key}".'


def only_the_example(label: str, problem: str) -> str:
    """A result that is right on a visible case and wrong on slightly different inputs."""
    return (
        f"Right for the exact inputs of the visible instance {label!r}, but not when they change "
        f"slightly: {problem} Use only the arguments, no numbers of the example and no global "
        "variables."
    )


def right_nowhere_else(label: str) -> str:
    """A result that is right on a visible case and on no hidden one."""
    return (
        f"Right for the visible instance {label!r}, and for no hidden one. Use only the arguments, no "
        "numbers of the example and no global variables."
    )


_EARN_NO_POINTS = (
    "Compute it from the arguments: zeros, constants, the arguments themselves, random or rounded "
    "numbers and typed-in results earn no points."
)


def not_computed(name: str) -> str:
    """A part of a result that is not computed from the arguments, like most of the result."""
    return f"{name} does not change as it should when the inputs change. {_EARN_NO_POINTS}"


def only_repeated(name: str) -> str:
    """A part of a result whose numbers are all those of arguments, or one argument's times one
    number, where the right ones are others."""
    return (
        f"{name} only repeats numbers of the arguments, as they are or times one number, and the "
        f"right ones are others. {_EARN_NO_POINTS}"
    )


def cannot_be_compared(function: str) -> str:
    """A result that makes the comparison raise."""
    return f"{function} returned something that cannot be compared with numbers."


def right_given(helpers: Sequence[str]) -> str:
    """A function that is right if functions that it calls are."""
    return f"Right, given {_right(helpers)}."


def right_once_mended(names: Sequence[str]) -> str:
    """A function that is right as soon as a slip is mended in functions that it uses."""
    return f"Right, once the slip in your {listed(list(names))} is mended."


def wrong_even_given(function: str, helpers: Sequence[str]) -> str:
    """A function that is wrong although the functions that it calls were right."""
    return f"It is not right even given {_right(helpers)}: there is a mistake in {function}, too."


def _right(helpers: Sequence[str]) -> str:
    return listed([f"a right {name}" for name in helpers])


def unwritten(names: Sequence[str]) -> str:
    """Functions that are not written yet."""
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} not written yet"


def misbehaves(function: str) -> str:
    """A behaviour check that failed after hidden values were in the submission's process."""
    return (
        f"{function} changes its arguments, depends on earlier calls, warns, or differentiates "
        "numerically."
    )


def another_structure(function: str) -> str:
    """A result on a hidden case with another structure, or with extra keys."""
    return f"{function} does not return what it must. Its docstring says what to return."


def another_type(name: str, wanted: str, expected: Any, dims: Mapping[str, int]) -> str:
    """A part of a result on a hidden case whose kind, dtype or shape is not as ``wanted``."""
    shape = np.shape(expected)
    if shape and wanted == LIST_OF_NUMBERS:
        wanted = f"a list of {shape[0]} floats"
    elif shape and wanted != EMPTY_LIST:
        wanted = f"{wanted} of shape {named_shape(shape, dims)}"
    return f"{name} has the wrong shape or type. It must be {wanted}."


def some_not_finite(name: str) -> str:
    """NaN or infinity on a hidden case."""
    return f"{name} is not finite: every entry must be a finite number."


def is_wrong(name: str) -> str:
    """A part of a result on a hidden case that is not right."""
    return f"{name} is wrong."


def wrong_digits(name: str, got: np.ndarray, printed: np.ndarray, decimals: int) -> str:
    """A number that does not round to the one that the notebook prints."""
    return (
        f"{name} is not the number in the notebook.\n"
        f"printed there {_hanging(rounded_text(printed, decimals), 14)}\n"
        f"yours         {_hanging(rounded_text(got, decimals), 14)}"
    )


def modified(function: str, arguments: Sequence[str], changed: Sequence[tuple[int, str]]) -> str:
    """Inputs that a function changed; on a hidden case their position is redacted."""
    position, key = changed[0]
    if position == EARLIER_RESULT:
        return (
            f"{function} returns the same object at every call, so a later call changes what an "
            "earlier one returned. Create a new object at every call."
        )
    known = 0 <= position < len(arguments)
    name = arguments[position] if known else "an argument"
    what = f'{name}["{key}"]' if key else name
    return (
        f"{function} changed {what}, which it was given. "
        "Compute a new array instead of changing one in place (`a = a - b`, not `a -= b`)."
    )


def other_answer(function: str, again: Outcome) -> str:
    """A second call with the same inputs that gave another result."""
    depends = (
        "depends on something besides its arguments: a global variable, random numbers, or "
        "something stored by an earlier call"
    )
    called = f"{function} was called again with the same inputs, after other calls, and"
    if again.returned:
        return f"{called} returned a different result. It {depends}."
    return f"{called} did not finish. It is too slow for so many calls, or {depends}."


def warned(function: str, warning: str) -> str:
    """Right values, but numpy warned."""
    return f"{function} gives the right values but warns ({warning}). {_rewritten(warning)}"


#: What to do about a warning of numpy's, by the beginning of its text.
_REWRITE = {
    "overflow": "Rewrite it so that no intermediate value overflows.",
    "underflow": "Rewrite it so that no intermediate value underflows.",
    "divide by zero": "Rewrite it so that nothing is divided by zero, and no logarithm of zero is "
    "taken.",
    "invalid value": "Rewrite it so that no intermediate value is NaN.",
}


def _rewritten(warning: str) -> str:
    text = warning.removeprefix("RuntimeWarning: ")
    found = (todo for what, todo in _REWRITE.items() if text.startswith(what))
    # On a hidden instance nothing is told but that numpy warned.
    return next(
        found, "Rewrite it so that no intermediate value overflows, is NaN, or is divided by zero."
    )


#: For a training run that records each loss one step too late.
LOSSES_AFTER_UPDATE = "These are the losses after each update; record each one before its update."


def losses_rise(losses: np.ndarray) -> str:
    """Losses that do not fall during training."""
    return (
        f"The losses do not fall: they go from {number(float(losses[0]))} to "
        f"{number(float(losses[-1]))}."
    )
