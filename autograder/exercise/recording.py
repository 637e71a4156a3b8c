"""An array that remembers what it was computed from.

Functions of the solution are run with such arrays while the answer key is made (see
`autograder.exercise.stand_in`). What is recorded is which arrays go into which, never the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np


class CannotRecord(Exception):
    """A computation whose record would not be all of it."""


class TooLong(CannotRecord):
    """A computation of too many steps."""


#: A longer computation is not recorded.
MAX_NODES = 30_000

#: What only looks at the shape of an array.
_OF_SHAPES = {np.zeros_like, np.ones_like, np.empty_like, np.shape, np.ndim, np.size}
#: What writes into its first argument.
_WRITING = {np.copyto, np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis}


class Node:
    """The state of an array after it was made or written to: the states it was computed from.

    ``origin`` is the array's first state, which all of them have in common.
    """

    __slots__ = ("number", "origin", "sources")

    def __init__(self, number: int, sources: Sequence[Node], origin: Node | None = None) -> None:
        """Store what it was computed from; numbers rise in the order of computation."""
        self.number = number
        self.sources = sources
        self.origin = origin or self


class Tape:
    """One recording."""

    def __init__(self) -> None:
        """Begin one without nodes."""
        self.length = 0

    def node(self, sources: Sequence[Node] = (), origin: Node | None = None) -> Node:
        """A new node; raises `TooLong` if there are too many."""
        self.length += 1
        if self.length > MAX_NODES:
            raise TooLong
        return Node(self.length, sources, origin)

    def array(self, value: Any, sources: Sequence[Node] = ()) -> Recorded:
        """Numbers that were computed from ``sources``."""
        array: Recorded = np.asarray(value).view(Recorded)
        array.tape, array.parent, array.state = self, None, self.node(sources)
        return array


class Recorded(np.ndarray):
    """An array with the state of its computation. A view of another one is written to with it."""

    tape: Tape
    parent: Recorded | None
    #: Its own state, and that of ``parent`` which it knows of.
    state: Node
    known: Node

    def __array_finalize__(self, obj: Any) -> None:
        """Link a view that numpy makes by itself, such as a transpose."""
        if isinstance(obj, Recorded) and hasattr(obj, "tape"):
            self._see(obj)

    def _see(self, parent: Recorded) -> None:
        self.tape, self.parent, self.known = parent.tape, parent, parent.node
        self.state = self.tape.node((self.known,))

    @property
    def node(self) -> Node:
        """Its state, after what has been written to the array that it is a view of."""
        if self.parent is not None and self.parent.node is not self.known:
            self.known = self.parent.node
            self.state = self.tape.node((self.state, self.known), self.state.origin)
        return self.state

    def written(self, sources: Sequence[Node]) -> None:
        """Note that something computed from ``sources`` was written into it."""
        self.state = self.tape.node((self.node, *sources), self.state.origin)
        if self.parent is not None:
            self.parent.written(sources)
            self.known = self.parent.node

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = (), **options: Any
    ) -> Any:
        """Run the ufunc on plain arrays, and record what came of it."""
        given: list[Recorded] = []
        plain, options = _stripped(inputs, given), _stripped(options, given)
        sources = [array.node for array in given]
        if method == "at":
            ufunc.at(*plain, **options)
            if not isinstance(inputs[0], Recorded):
                raise CannotRecord("an array that numpy made by other means was written to")
            return inputs[0].written(sources)
        if out:
            options["out"] = _stripped(out, [])
        result = getattr(ufunc, method)(*plain, **options)
        if not out:
            return _recorded(self.tape, result, given)
        found = [
            _recorded(self.tape, made, given) if into is None else _into(self.tape, into, sources)
            for into, made in zip(out, result if len(out) > 1 else (result,), strict=True)
        ]
        return tuple(found) if len(found) > 1 else found[0]

    def __array_function__(
        self, func: Callable[..., Any], types: Any, args: Any, kwargs: Any
    ) -> Any:
        """Run the function on plain arrays, and record what came of it."""
        return run(self.tape, func, args, kwargs)

    def __getitem__(self, key: Any) -> Any:
        """A part of it, which is computed from the key too."""
        given = [self]
        return _recorded(self.tape, _plain(self)[_stripped(key, given)], given)

    def __setitem__(self, key: Any, value: Any) -> None:
        """Write into a part of it."""
        given: list[Recorded] = []
        _plain(self)[_stripped(key, given)] = _stripped(value, given)
        self.written([array.node for array in given])

    def __iter__(self) -> Iterator[Any]:
        """The rows."""
        return (self[at] for at in range(len(self)))

    @property
    def flat(self) -> Any:
        """All entries, as a view where it can be one."""
        return self.reshape(-1)

    def item(self, *at: Any) -> Any:
        """An entry, which stays recorded."""
        return self[at] if at else self.reshape(())

    def fill(self, value: Any) -> None:
        """Write a number into all entries."""
        self[...] = value

    def __deepcopy__(self, memo: Any) -> Any:
        """A copy."""
        return self.copy()

    def _leave(self, *args: Any, **options: Any) -> Any:
        raise CannotRecord("numbers left the arrays")

    __float__ = __int__ = __index__ = __complex__ = tolist = tobytes = _leave


def _method(name: str) -> Callable[..., Any]:
    plain = getattr(np.ndarray, name)

    def method(self: Recorded, *args: Any, **options: Any) -> Any:
        return run(self.tape, plain, (self, *args), options)

    return method


for _name in (
    "all any argmax argmin argpartition argsort astype choose clip compress conj conjugate copy"
    " cumprod cumsum diagonal dot flatten max mean min nonzero prod ravel repeat reshape round"
    " searchsorted squeeze std sum swapaxes take trace transpose var"
).split():
    setattr(Recorded, _name, _method(_name))


def run(tape: Tape, function: Callable[..., Any], args: Any, options: Any) -> Any:
    """What a function of numpy gives, recorded."""
    given: list[Recorded] = []
    into = options.get("out")
    result = function(*_stripped(args, given), **_stripped(options, given))
    if function in _OF_SHAPES:
        given = []
    elif function is np.full_like:
        given = given[isinstance(args[0], Recorded) :]
    if function in _WRITING:
        _into(tape, args[0], [array.node for array in given if array is not args[0]])
        return result
    if isinstance(into, np.ndarray):
        return _into(tape, into, [array.node for array in given if array is not into])
    return _recorded(tape, result, given)


def _into(tape: Tape, into: Any, sources: Sequence[Node]) -> Any:
    """An array that was written into; one that was not recorded is from now on."""
    if not isinstance(into, Recorded):
        return tape.array(into, sources)
    into.written(sources)
    return into


def _plain(array: Recorded) -> np.ndarray:
    return array.view(np.ndarray)


def _stripped(value: Any, found: list[Recorded]) -> Any:
    """A value with plain arrays in the place of recorded ones, which are added to ``found``."""
    if isinstance(value, Recorded):
        found.append(value)
        return _plain(value)
    if value is Float:
        return float
    if isinstance(value, (tuple, list)):
        return type(value)([_stripped(item, found) for item in value])
    if isinstance(value, dict):
        return {key: _stripped(item, found) for key, item in value.items()}
    if isinstance(value, slice):
        return slice(*_stripped((value.start, value.stop, value.step), found))
    return value


def _recorded(tape: Tape, result: Any, given: Sequence[Recorded]) -> Any:
    if isinstance(result, (tuple, list)):
        items = [_recorded(tape, item, given) for item in result]
        return items if isinstance(result, list) else tuple(items)
    if not isinstance(result, (np.ndarray, np.generic)):
        return result
    array = tape.array(result, [each.node for each in given])
    if isinstance(result, np.ndarray) and result.base is not None:
        for each in given:
            if np.may_share_memory(result, _plain(each)):
                array._see(each)
                array.state.sources = [other.node for other in given]
                break
    return array


class _IsFloat(type):
    def __instancecheck__(cls, value: Any) -> bool:
        return isinstance(value, float) or (isinstance(value, Recorded) and value.ndim == 0)


class Float(float, metaclass=_IsFloat):
    """Stands for ``float``: a number in an array stays recorded."""

    def __new__(cls, value: Any = 0.0) -> Any:
        """A plain number, or an array of no axes that is recorded."""
        is_number = isinstance(value, Recorded) and value.size == 1
        return value.reshape(()).astype(float) if is_number else float(value)
