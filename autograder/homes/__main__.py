"""``python -m autograder.homes PLATFORM ROOT``: what a package runs in a platform's container."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(platform: str, root: str) -> int:
    """Grade what lies in the platform's folder ``root``; returns the exit status."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from autograder.homes import PACKED, home

    if platform not in PACKED:
        print(f"{platform} is none of {', '.join(PACKED)}.", file=sys.stderr)
        return 2
    # The package lies beside the packed course.
    package = Path(__file__).absolute().parents[2]
    return int(home(platform).grade(Path(root).absolute(), package))


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:3]))
