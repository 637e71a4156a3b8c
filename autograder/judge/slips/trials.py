"""Tries changes of functions, and finds for each function the one that makes the most right."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence, Set
from typing import Any, NamedTuple

from autograder.judge.compare import case_leaves, is_right
from autograder.judge.observe import OwnResults, add_own
from autograder.judge.parts import right_parts
from autograder.judge.slips.edits import Asked, Change, Mend, Slips, source_of
from autograder.judge.slips.switched import can_switch, sources_of
from autograder.sandbox.calls import SOUND, Call, Caller, Cell, Outcome
from autograder.text import listed

#: By what name a changed function is called.
NAME = "_{}_as_meant_{}"
#: So many changes are called at once, and for so many seconds: then what is found is enough.
AT_ONCE, SECONDS = 40, 5.0
#: Runs more cells after those of the submission, in a fresh process, and gives what calls there.
Run = Callable[[Sequence[Cell]], Caller]
#: In the place of a sentence: the function as it was written. Where that is right, its source is
#: not what is wrong: a name was bound to something else below it.
UNCHANGED = "unchanged"


class Searched(NamedTuple):
    """A function that is searched, the helpers that are served to it, and where it gets results of
    the student's own."""

    asked: Asked
    served: tuple[str, ...]
    own: OwnResults


class Tried(NamedTuple):
    """A function that is searched, the changes that are tried in it, and those that are tried
    ``then``, where none of these is a slip."""

    searched: Searched
    changes: Sequence[Change]
    then: Sequence[Change] = ()


class Made(NamedTuple):
    """A change, and by what name the function with it is called."""

    change: Change
    name: str


def is_lost(asked: Asked) -> bool:
    """Whether a function raises somewhere, so that one change may show nothing."""
    return not all(outcome.returned for outcome in asked.outcomes)


def try_changes(tried: Sequence[Tried], run: Run) -> Slips:
    """Make the changes and the calls, and name for each function the best change. What is tried
    then is tried in the same process, where that can make it for next to nothing and nothing took
    it down; or else in another one."""
    cells: list[Cell] = []
    made = [_add(each.searched.asked, _at_once(each), cells) for each in tried]
    if not cells:
        return Slips({}, {})
    process = _Process(run(cells))
    first = zip(tried, made, strict=True)
    found = _named([(each.searched, names[: len(each.changes)]) for each, names in first], process)
    left = [
        (each, names[len(each.changes) :])
        for each, names in zip(tried, made, strict=True)
        if each.then and each.searched.asked.function.name not in found.sentences
    ]
    here = [(each.searched, names) for each, names in left if names]
    more = _named(here, process) if process.is_sound else Slips({}, {})
    if process.is_sound:
        found = _together(found, more)
        left = [(each, names) for each, names in left if not names]
    apart = [Tried(each.searched, each.then) for each, _ in left]
    return _together(found, try_changes(apart, run)) if apart else found


def _at_once(tried: Tried) -> Sequence[Change]:
    """What is made in the first process."""
    is_cheap = can_switch(tried.searched.asked, tried.then)
    return [*tried.changes, *tried.then] if is_cheap else tried.changes


def _together(one: Slips, other: Slips) -> Slips:
    return Slips({**one.sentences, **other.sentences}, {**one.mends, **other.mends})


class _Process:
    """Makes calls in a process, as long as which ``is_sound`` nothing took it down, or did not end:
    other functions would then be called there than in a fresh one."""

    def __init__(self, call: Caller) -> None:
        self._call, self.is_sound = call, True

    def __call__(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        outcomes = self._call(calls)
        self.is_sound &= all(outcome.kind in SOUND for outcome in outcomes)
        return outcomes


def _named(made: Sequence[tuple[Searched, Sequence[Made]]], call: Caller) -> Slips:
    """Call the changed functions, and name for each function the best change."""
    found = Slips({}, {})
    until = time.monotonic() + SECONDS
    for each, changed in made:
        asked = each.asked
        gave: list[tuple[Made, list[Outcome]]] = []
        for start in range(0, len(changed), AT_ONCE):
            if time.monotonic() > until or any(_right(asked, outcomes) for _, outcomes in gave):
                break
            gave += _outcomes(each, changed[start : start + AT_ONCE], call)
        sentence, mended = _best(asked, gave)
        if sentence:
            found.sentences[asked.function.name] = sentence
        if mended:
            source = source_of(asked, mended.change, mended.name)
            mend = Mend(mended.name, Cell(source, asked.written.cell.label))
            found.mends[asked.function.name] = mend
    return found


def _add(asked: Asked, changes: Sequence[Change], cells: list[Cell]) -> list[Made]:
    """Add the cells that define the function with each change."""
    own = asked.function.name.replace(".", "_")
    names = [NAME.format(own, at) for at in range(len(changes))]
    sources = sources_of(asked, dict(zip(names, changes, strict=True)))
    cells += [Cell(source, asked.written.cell.label) for source in sources]
    return [Made(change, name) for change, name in zip(changes, names, strict=True)]


def _outcomes(
    each: Searched, made: Sequence[Made], call: Caller
) -> list[tuple[Made, list[Outcome]]]:
    """What changed functions give on all cases. The case of which least is right is asked first:
    nearly all make nothing of it right, and are left out."""
    asked = each.asked
    right = [_parts_on(asked, at, outcome) for at, outcome in enumerate(asked.outcomes)]
    hardest = right.index(min(right, key=len))
    kept = _parts(asked, asked.outcomes)
    first = [
        (one, outcome)
        for one, [outcome] in _ask(each, made, [hardest], call)
        if not one.change.text or _has_more(asked, hardest, outcome, kept)
    ]
    others = [at for at in range(len(asked.cases)) if at != hardest]
    rest = _ask(each, [one for one, _ in first], others, call)
    return [
        (one, [*gave[:hardest], outcome, *gave[hardest:]])
        for (one, outcome), (_, gave) in zip(first, rest, strict=True)
    ]


def _ask(
    each: Searched, made: Sequence[Made], at: Sequence[int], call: Caller
) -> list[tuple[Made, list[Outcome]]]:
    """What changed functions give on the cases at these positions."""
    if not made or not at:
        return [(one, []) for one in made]
    before, arguments = _arguments(each, at)
    calls = [_call(each, one.name, given) for one in made for given in arguments]
    outcomes = call([*before, *calls])[len(before) :]
    return [(one, [*outcomes[i * len(at) : (i + 1) * len(at)]]) for i, one in enumerate(made)]


def _call(each: Searched, name: str, arguments: tuple[Any, ...]) -> Call:
    """The call of a changed function, or of a probe with it in the place of its own."""
    own = each.asked.function
    if own.takes_data:
        return Call(name, arguments, served=each.served)
    return Call(own.name, arguments, served=each.served, instead=((own.name, name),))


def _arguments(each: Searched, at: Sequence[int]) -> tuple[list[Call], list[tuple[Any, ...]]]:
    """The calls that give the student's own results among the arguments on the cases at these
    positions, and these arguments."""
    asked, calls, arguments = each.asked, list[Call](), []
    for case in (asked.cases[one] for one in at):
        own = add_own(calls, asked.function, case, each.own.get(case.label))
        arguments.append(tuple(own.get(n, case.inputs[n]) for n in asked.function.arguments))
    return calls, arguments


def _best(
    asked: Asked, gave: Sequence[tuple[Made, Sequence[Outcome]]]
) -> tuple[str | None, Made | None]:
    """The sentence of the first change that makes everything right, and that change; or else of the
    one that makes the most right, and None."""
    before = _right(asked, asked.outcomes)
    kept = _parts(asked, asked.outcomes)
    stopped, best, most = None, None, kept
    for made, after in gave:
        change, parts = made.change, _parts(asked, after)
        if change.text is UNCHANGED:
            if parts > kept or (_right(asked, after) and not before):
                return None, None
            continue
        if _right(asked, after) and not before and change.text:
            return _sentence(asked, change, None), made
        if not change.text:
            # What was right before it stopped is not made right by a change that lets it go on.
            stopped, kept, most = change, kept | parts, kept | parts
        elif parts > most and not change.whole and (stopped or not is_lost(asked)):
            best, most = change, parts
    if best:
        return _sentence(asked, best, _in_order(asked, most - kept)), None
    if stopped and kept:
        return _stopped(asked, stopped, _in_order(asked, kept)), None
    return None, None


def _in_order(asked: Asked, parts: Set[str]) -> list[str]:
    leaves = case_leaves(asked.cases[0], asked.function.name)
    return [leaf.name for leaf in leaves if leaf.name in parts]


def _right(asked: Asked, outcomes: Sequence[Outcome]) -> bool:
    """Whether results are right on all cases, and no argument was changed."""
    return all(_right_on(asked, at, outcome) for at, outcome in enumerate(outcomes))


def _right_on(asked: Asked, at: int, outcome: Outcome) -> bool:
    return is_right(asked.cases[at], asked.function.name, outcome) and not outcome.changed


def _has_more(asked: Asked, at: int, outcome: Outcome, kept: Set[str]) -> bool:
    """Whether a result has more right parts than these, or is right and leaves the arguments."""
    parts = _parts_on(asked, at, outcome)
    is_kept = parts == kept and bool(asked.outcomes[at].changed)
    return parts > kept or (is_kept and _right_on(asked, at, outcome))


def _parts(asked: Asked, outcomes: Sequence[Outcome]) -> set[str]:
    """The parts that are right on all cases."""
    return set.intersection(*(_parts_on(asked, at, gave) for at, gave in enumerate(outcomes)))


def _parts_on(asked: Asked, at: int, outcome: Outcome) -> set[str]:
    """The parts that are right on the case at this position."""
    if not outcome.returned:
        return set()
    return right_parts(asked.cases[at], asked.function.name, outcome.value)


def _stopped(asked: Asked, change: Change, right: Sequence[str]) -> str:
    """What a function has right before it stops."""
    verb = "is" if len(right) == 1 else "are"
    return (
        f"{asked.written.place(change.line)}: {asked.function.name} stops here. Up to here, "
        f"{listed(right)} {verb} right. Mend this line, or leave out what it is for and return the rest: "
        "what is right has points."
    )


def _sentence(asked: Asked, change: Change, parts: Sequence[str] | None) -> str:
    written = asked.source.functions.get(change.where, asked.written)
    also = [str(written.line(at)) for at in sorted({*change.also} - {change.line})]
    others = f" The same in line {listed(also)}." if also else ""
    if change.second:
        line, text = change.second
        others += f"\n{written.place(line)}: {text}"
    then = "everything on the visible instances is right"
    if parts:
        verb = "is" if len(parts) == 1 else "are"
        then = f"{listed(parts)} {verb} right on the visible instances, and the rest is not yet"
    alone = "With these changes" if change.several else "With this change alone"
    return f"{written.place(change.line)}: {change.text}{others}\n{alone} {then}."
