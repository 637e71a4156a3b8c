"""Where a cell may await something, as in Jupyter."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any


def finish(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end; its result."""
    import asyncio  # slow to load, and hardly any cell awaits
    import selectors

    class Loop(asyncio.SelectorEventLoop):
        """Without the socket and the epoll of the usual one, which a sandbox forbids."""

        def __init__(self) -> None:
            super().__init__(selectors.PollSelector())

        def _make_self_pipe(self) -> None:
            pass

        def _close_self_pipe(self) -> None:
            pass

    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(coroutine)
