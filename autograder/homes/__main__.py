"""``python -m autograder.homes PLATFORM ROOT``: what a package runs in a platform's container."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from autograder.homes import PACKED, home


def main(arguments: Sequence[str]) -> int:
    """Grade what lies in the platform's folder ROOT; returns the exit status."""
    platform, *rest = arguments or [""]
    if platform not in PACKED or len(rest) != 1:
        print(f"It takes one of {', '.join(PACKED)}, and a folder.", file=sys.stderr)
        return 2
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # The package lies beside the packed course.
    package = Path(__file__).absolute().parents[2]
    return int(home(platform).grade(Path(rest[0]).absolute(), package))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
