"""What a submission runs in: where its prints and warnings go, what it may import, how long it may
take. Set up right before its code, and taken down after it."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import contextlib
import io
import operator
import os
import signal
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TextIO

import numpy as np

from autograder.sandbox.calls import is_numpys
from autograder.sandbox.inside.beside import Run, importable
from autograder.sandbox.inside.example import Example, make_example
from autograder.sandbox.inside.stopwatch import Stopwatch, own_sample
from autograder.sandbox.inside.unattended import unattended
from autograder.sandbox.plain import MAX_TEXT

#: Libraries that differentiate on their own: an exercise is about doing it by hand.
DIFFERENTIATING = frozenset(
    [
        "torch",
        "jax",
        "jaxlib",
        "tensorflow",
        "keras",
        "autograd",
        "tinygrad",
        "mxnet",
        "theano",
        "pytensor",
        "aesara",
        "chainer",
        "sympy",
        "casadi",
        "numdifftools",
        "micrograd",
        "equinox",
        "flax",
        "paddle",
        "mlx",
        "algopy",
    ]
)
MAX_PRINTED = 2_000
#: How often time is counted in a student's own process; and how soon again at the least.
TICK_SECONDS, MIN_TICK = 0.25, 0.001
_OPEN = open
#: Data files, by name, where a submission can open no file.
KEPT: dict[str, bytes] = {}


class OutOfTime(BaseException):
    """Raised in the student's code when its seconds are over; not an `Exception`, so that
    ``except Exception`` in a loop does not swallow it."""


def texts(warned: Sequence[warnings.WarningMessage]) -> tuple[str, ...]:
    """What numpy's floating-point arithmetic warned of, each once. What a student or a library
    warns of is their own affair: of a thread that could not be started, of what is deprecated."""
    said = [f"{w.message}"[:MAX_TEXT] for w in warned if w.category is RuntimeWarning]
    return tuple(dict.fromkeys(f"RuntimeWarning: {text}" for text in said if is_numpys(text)))[:5]


class Printed(io.TextIOWrapper):
    """Keeps the beginning of what is printed: a loop of prints must not cost memory. A script may
    reconfigure it, or wrap its buffer, as that of a real file."""

    def __init__(self) -> None:
        self._beginning = _Beginning()
        buffer = io.BufferedWriter(self._beginning)
        super().__init__(buffer, "utf-8", "backslashreplace", newline="\n")

    @property
    def text(self) -> str:
        """What was printed."""
        with contextlib.suppress(ValueError):  # a submission may have closed it
            self.flush()
        return self._beginning.data.decode(errors="ignore")


def open_file(file: Any, mode: str = "r", *options: Any, **more: Any) -> Any:
    """`open`, for which ``/dev/null`` is there: a sandbox shows no device; and the files in
    `KEPT`."""
    if isinstance(file, str) and file == os.devnull:
        return io.BufferedWriter(_Beginning()) if "b" in mode else Printed()
    if KEPT and isinstance(file, (str, os.PathLike)) and not set(mode) & set("wax+"):
        kept = KEPT.get(os.path.normpath(os.fspath(file)))
        if kept is not None:
            stream = io.BytesIO(kept)
            return stream if "b" in mode else io.TextIOWrapper(stream, "utf-8")
    return _OPEN(file, mode, *options, **more)


class _Beginning(io.RawIOBase):
    """A file of which only the beginning is kept."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.data += data[: MAX_PRINTED - len(self.data)]
        return len(data)


@contextlib.contextmanager
def quiet() -> Iterator[list[warnings.WarningMessage]]:
    """Collect the warnings, numpy's in their usual state."""
    with (
        warnings.catch_warnings(record=True) as warned,
        np.errstate(all="warn", under="ignore"),
    ):
        # Whatever the process has: what else is warned of shall neither raise nor be shown.
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", RuntimeWarning)
        assert warned is not None  # since it records
        yield warned


class Surroundings:
    """What `quiet` and `guarded_imports` set up, once for many calls, and where prints go.

    A call may change any of it; `renew` then sets all of it up again, so that each call finds it
    as the first one did. Entered again while it is entered, it goes on; leaving it for the last
    time takes it down. ``modules`` are imported in the place of others of their names.
    """

    def __init__(
        self,
        printed: TextIO,
        modules: Mapping[str, types.ModuleType],
        beside: Mapping[str, str],
        run: Run,
    ) -> None:
        self._beside, self._run = beside, run
        self.warned: list[warnings.WarningMessage] = []
        self._streams: Sequence[TextIO | None] = (printed, printed)
        self._outside: Sequence[TextIO | None] = self._streams
        self._argv = sys.argv
        self._modules = {"autograder": _checks_nothing(), **modules}
        self._stack = contextlib.ExitStack()
        self._usual: list[Any] | None = None
        self._entered = 0

    def __enter__(self) -> Surroundings:
        if not self._entered:
            self._outside = sys.stdout, sys.stderr
            self._argv, sys.argv = sys.argv, [""]
        self._entered += 1
        return self  # what a submission did to numpy may make it fail: that is for `renew`

    def __exit__(self, *about: object) -> None:
        self._entered -= 1
        if self._entered:
            return
        self._usual = None
        sys.stdout, sys.stderr = self._outside
        sys.argv = self._argv
        with contextlib.suppress(Exception):
            self._stack.close()

    def keep_streams(self) -> None:
        """After a cell: what it printed to is where calls print."""
        self._streams = getattr(sys, "stdout", None), getattr(sys, "stderr", None)

    def renew(self) -> None:
        """Before each call: everything as it should be, and no warnings yet."""
        sys.stdout, sys.stderr = self._streams
        if self._usual is None or self._is_disturbed(self._usual):
            self._stack.close()
            self.warned = self._stack.enter_context(quiet())
            self._stack.enter_context(importable(self._beside, self._run))
            self._stack.enter_context(guarded_imports(self._modules))
            self._stack.enter_context(unattended())
            self._usual = _state()
        self.warned.clear()

    def _is_disturbed(self, usual: Sequence[Any]) -> bool:
        try:
            found = _state()
        except Exception:  # not even of the kinds that they should be
            return True
        # By identity: a student's object may claim to be equal to anything.
        return len(found) != len(usual) or not all(map(operator.is_, found, usual))


def _state() -> list[Any]:
    """What a submission could change so that later calls are told other things."""
    return [
        sys.modules.get("autograder"),
        sys.meta_path[0],
        warnings.showwarning,
        getattr(warnings, "_showwarnmsg_impl", None),  # what is recorded passes through it
        *warnings.filters,
        *np.geterr().values(),
    ]


class _NoDifferentiation:
    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        if name.partition(".")[0] in DIFFERENTIATING:
            raise ImportError(
                f"{name} computes derivatives itself; here they are to be worked out by hand, "
                "so it cannot be imported"
            )


class _Check:
    """A `check` that does nothing, and gives examples: a submission may compute with them."""

    inputs: Mapping[str, Mapping[str, Any]] = MappingProxyType({})
    arguments: Mapping[str, Sequence[str]] = MappingProxyType({})

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Check nothing."""

    def example(self, name: str, function: Callable[..., Any] | None = None) -> Example:
        return make_example(self.inputs, self.arguments, name, function)


_CHECK = _Check()


def _checks_nothing() -> types.ModuleType:
    """What a submission imports as this package."""
    stand_in = types.ModuleType("autograder")
    stand_in.__all__ = ["check", "loss_curve"]  # type: ignore[attr-defined]
    stand_in.check = _CHECK  # type: ignore[attr-defined]
    stand_in.loss_curve = lambda *args: None  # type: ignore[attr-defined]
    stand_in.__getattr__ = lambda name: None  # type: ignore[method-assign]
    return stand_in


@contextlib.contextmanager
def guarded_imports(modules: Mapping[str, types.ModuleType]) -> Iterator[None]:
    """No library that differentiates, and ``modules`` in the place of others, while a submission
    runs.

    This tells an honest student what is not meant. It contains nobody: it is in the submission's
    own process, which can take it out again.
    """
    real = {name: sys.modules.get(name) for name in modules}
    finder = _NoDifferentiation()
    sys.modules.update(modules)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # a submission may have rearranged the list
            sys.meta_path.remove(finder)
        for name, module in real.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


@contextlib.contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise `OutOfTime` after so many seconds, where signals allow it (POSIX, main thread). Seconds
    for which the machine or Ctrl-Z stopped this process do not count."""
    in_main = threading.current_thread() is threading.main_thread()
    if seconds is None or not hasattr(signal, "setitimer") or not in_main:
        yield
        return
    left, stopwatch = seconds, Stopwatch(own_sample, own=True)

    def count(signum: int, frame: Any) -> None:
        nonlocal left
        left -= stopwatch.lap(min(left, TICK_SECONDS), settle=True)
        if left <= 0:
            raise OutOfTime
        signal.setitimer(signal.ITIMER_REAL, max(MIN_TICK, min(left, TICK_SECONDS)))

    # `signal.signal` looks for each handler among constants, which takes longer than many a call.
    previous = _signal.signal(signal.SIGALRM, count)
    signal.setitimer(signal.ITIMER_REAL, min(left, TICK_SECONDS))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        _signal.signal(signal.SIGALRM, previous)
