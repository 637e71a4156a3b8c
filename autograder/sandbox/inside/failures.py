"""An exception of a submission as an outcome: what it says, where it was raised, and by what."""

from __future__ import annotations

import contextlib
import errno
import operator
import re
import types
from collections.abc import Mapping
from typing import Any

from autograder.sandbox.calls import Code, Kind, Outcome, Place
from autograder.sandbox.inside.bindings import UNBOUND, Bindings, in_words, is_function
from autograder.sandbox.inside.compiler import Compiler
from autograder.sandbox.inside.raised import code_at, innermost
from autograder.sandbox.plain import MAX_TEXT

#: More than any system has.
MAX_ERRNO = 4096
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
_NOT_CALLABLE = re.compile(r"'(?:\w+\.)*(\w+)' object is not callable")


class Failures:
    """Explains what was raised in one submission's code."""

    def __init__(
        self,
        namespace: Mapping[str, Any],
        labels: Mapping[str, str],
        compiler: Compiler,
        bindings: Bindings,
    ) -> None:
        """``labels`` says what to call each file in which the submission's code is."""
        self._namespace, self._labels = namespace, labels
        self._compiler, self._bindings = compiler, bindings
        #: The missing package of which all names were to be imported.
        self.missing_package = ""
        #: Whether anybody reads what stood where an exception was raised.
        self.explains = True

    def outcome(self, error: BaseException) -> Outcome:
        """What came of a call or a cell that raised ``error``."""
        unreadable = self._compiler.unreadable(error)
        if unreadable is not None:
            return unreadable
        kind: Kind = "memory" if isinstance(error, MemoryError) else "raised"
        try:
            text = str(error)[:MAX_TEXT]
        except Exception:  # a student's exception class may fail even at this
            text = ""
        text = _ADDRESS.sub("0x...", text)  # differs from run to run
        with contextlib.suppress(Exception):  # a student's exception class may fail at this, too
            text += self._cause(error)
        at = innermost(error, self._is_own)
        file = at.frame.f_code.co_filename if at else ""
        # What ran in a notebook has no place that a reader knows.
        place = Place(self._labels[file], at.line) if at and file in self._labels else None
        stub = isinstance(error, NotImplementedError)
        is_read = self.explains and not stub
        code = code_at(at, self._compiler.sources) if at and is_read else None
        return Outcome(kind, None, text, place, (), (), {}, _name(error), _errno(error), code)

    def stub(self, error: BaseException) -> Code | None:
        """The function that is still a stub, and raised ``error``."""
        at = innermost(error, self._is_own)
        name = at.frame.f_code.co_qualname.partition(".<locals>")[0] if at else ""
        return Code("", name[:MAX_TEXT])

    def _is_own(self, frame: types.FrameType) -> bool:
        return frame.f_code.co_filename in self._labels or frame.f_globals is self._namespace

    def _cause(self, error: BaseException) -> str:
        """Where a name was bound to something else, if that is why a function failed."""
        overwritten, package = self._bindings.overwritten, self.missing_package
        at = innermost(error, self._is_own)
        called = isinstance(error, TypeError) and _NOT_CALLABLE.match(str(error))
        for name in at.frame.f_code.co_names if at and overwritten else ():
            place = overwritten.get(name)
            value = self._namespace.get(name, UNBOUND)
            if place is None or is_function(value):
                continue
            if isinstance(error, NameError) and error.name == name and value is UNBOUND:
                return f"; {name} was deleted in {place}"
            if (isinstance(error, AttributeError) and error.obj is value) or (
                called and called[1] == type(value).__name__
            ):
                return f"; {name} is {in_words(value)} since {place}"
        if isinstance(error, NameError) and package and error.name not in self._namespace:
            return f"; perhaps it is of {package}, which is missing"
        return ""


def _name(error: BaseException) -> str:
    """The name of an exception's type, which a student's metaclass may make anything."""
    try:
        return f"{type(error).__name__}"[:MAX_TEXT]
    except Exception:
        return "Exception"


def _errno(error: BaseException) -> int:
    """The number of the system's error that an exception is; 0 if it is none. urllib's errors have
    none of their own, but that of the error they stand for."""
    found: Any = error
    with contextlib.suppress(Exception):  # a student's class may fail at anything
        if isinstance(found, OSError) and type(found).__module__ == "urllib.error":
            found = getattr(found, "reason", None)
        if type(found).__name__ == "gaierror":  # the names of other computers are asked of one
            return errno.EPERM
        if isinstance(found, OSError):
            number = int(operator.index(found.errno or 0))
            return number if 0 < number < MAX_ERRNO else 0
    return 0
