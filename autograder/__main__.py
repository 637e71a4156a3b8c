"""The command ``autograder``, also as ``python -m autograder``."""

from __future__ import annotations

from autograder import interrupts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command in this process and return its exit status."""
    from autograder.cli.main import main as run

    return run(argv)


def program() -> NoReturn:
    """Run a command as the program that this process is. Signals are handled before the imports,
    which take longest."""
    interrupts.handle()
    interrupts.leave(main())


if __name__ == "__main__":
    program()
