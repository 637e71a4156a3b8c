"""Functions that leave threads behind: these go on while others are called, and may write, compute
or end the process there. Once a process was lost beside them, they are called apart."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from autograder.sandbox.calls import Call, Result


class Apart:
    """The functions of one submission that are called after all others, in a process which ends
    then; and what was asked for in the process that there is."""

    def __init__(self) -> None:
        """Begin with none."""
        self.functions: set[str] = set()
        #: By the number of the first one, the functions that were called together.
        self._asked: dict[int, Sequence[str]] = {}

    def begin_process(self) -> None:
        """Note that another process begins, in which no thread goes on."""
        self._asked.clear()

    def ask(self, ticket: int, functions: Sequence[str]) -> None:
        """Note that functions are called, numbered from ``ticket`` on."""
        self._asked[ticket] = functions

    def was_called(self) -> bool:
        """Whether a function that leaves threads was called in this process."""
        return any(not self.functions.isdisjoint(names) for names in self._asked.values())

    def find(self, number: int, running: str) -> bool:
        """Whether the process was lost beside threads of another function than the one that was
        running, which nobody knew of: it is called apart from now on. The call after which they
        went on has that ``number``."""
        for ticket, names in self._asked.items():
            if ticket <= number < ticket + len(names):
                name = names[number - ticket]
                if name and name != running and name not in self.functions:
                    self.functions.add(name)
                    return True
        return False

    def passes(self, calls: Sequence[Call], known: Collection[int]) -> list[set[int]]:
        """The positions of calls that are made together, one set for each time: first all that do
        without functions that leave threads, then those of which nothing is ``known``, with what
        they build on."""
        if not self.functions:
            return [{*range(len(calls))}]
        beside: set[int] = set()
        for at, call in enumerate(calls):
            if call.function in self.functions or beside.intersection(_built_on(call)):
                beside.add(at)
        first, last = {*range(len(calls))} - beside, beside.difference(known)
        for at in range(len(calls) - 1, -1, -1):
            if at in last:
                last.update(_built_on(calls[at]))
        return [each for each in (first.difference(known) and first, last) if each]


def _built_on(call: Call) -> set[int]:
    return {argument.of for argument in call.arguments if type(argument) is Result}
