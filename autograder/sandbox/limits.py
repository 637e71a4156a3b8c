"""What a submission may use, and what it is told when that is not enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from autograder.sandbox.plain import MAX_BYTES

#: What the results of one batch of calls take up in the grader, all functions' together: some
#: batches are kept until the report is made.
MAX_RESULTS = 24_000_000
#: Calls of stand-ins that one function may make between two restarts. Where answers have to come
#: one by one, because one was forged, they are counted anew.
MAX_ASKED = 5_000
#: Threads that a submission may have beside its first one, where namespaces let them be counted.
MAX_THREADS = 32
#: A submission needs some of everything but what has ``_ANY``, of which it may be allowed none.
_SOME, _ANY = Meta(gt=0, le=10**9), Meta(ge=0, le=10**9)


@dataclass(frozen=True)
class Limits:
    """The limits of one submission, as ``[limits]`` of ``course.toml`` gives them.

    Seconds of a function with all its calls, or of a statement of a cell, and of all cells, and of
    all calls together: computing and waiting, but not what the machine takes (`inside.stopwatch`),
    nor what the grader runs again; seconds of CPU time and memory of its process, beyond what
    Python and numpy have taken; processes that it may start; files open at once; what it may write
    to files of its own, print, and return from all calls of a function; arrays in one result; files
    beside the answer that are kept with it, and their size together.
    """

    seconds: Annotated[float, _SOME] = 10.0
    total_seconds: Annotated[float, _SOME] = 60.0
    cpu_seconds: Annotated[float, _SOME] = 120.0
    memory_mb: Annotated[float, _SOME] = 1024.0
    processes: Annotated[int, _ANY] = 0
    files: Annotated[int, _SOME] = 64
    written_mb: Annotated[float, _ANY] = 16.0
    printed_kb: Annotated[float, _ANY] = 10_000.0
    returned_mb: Annotated[float, _SOME] = 64.0
    returned_arrays: Annotated[int, _SOME] = 1_000
    beside_files: Annotated[int, _SOME] = 500
    beside_mb: Annotated[float, _SOME] = 50.0

    @property
    def beside_bytes(self) -> int:
        """The size of the files beside an answer together, in bytes."""
        return int(self.beside_mb * 1e6)

    def reached(self, key: str) -> str:
        """What a function or cell did that a limit forbids, to be read after its name."""
        none, less = "none is allowed", "return what is asked for only"
        return {
            "seconds": f"did not finish within {self.seconds:g} seconds",
            "total": f"was not reached in the {self.total_seconds:g} seconds of a submission: "
            "make what comes before it faster",
            "cells": f"had to stop, since all cells together may take {self.total_seconds:g} seconds; "
            "below it, only definitions were run",
            "cpu": f"used up the {self.cpu_seconds:g} seconds of computing that a submission has",
            "processes": "tried to start a process, and "
            + (f"only {self.processes} may run at once" if self.processes else none)
            + ": do the work in this one",
            "threads": "tried to start a thread, and no more may run: do without it",
            "files": f"had more than {self.files} files open at once: close each when it is read",
            "written": "wrote to a file, and "
            + (f"only {self.written_mb:g} MB may be written" if self.written_mb else none)
            + ": keep it in a variable",
            "printed": f"printed more than {self.printed_kb:g} KB: print less",
            "returned": f"returned more than {self.returned_mb:g} MB: {less}",
            "result": f"returned more than {MAX_BYTES / 1e6:g} MB at once: {less}",
            "results": f"returned more than {MAX_RESULTS / 1e6:g} MB in results that are judged "
            f"together: {less}",
            "arrays": f"returned more than {self.returned_arrays} arrays at once: {less}",
            "asked": f"called its helpers more than {MAX_ASKED} times: call each once for an input",
            "forbidden": "tried what a submission may not do, such as reaching files, processes or "
            "computers that are not its own: do without it",
        }[key]
