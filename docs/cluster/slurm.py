"""Runs Dask workers as jobs of SLURM, for `autograder grade --scheduler`, until Ctrl-C.

    pip install 'backprop_autograder-0.1.0-py3-none-any.whl[cluster]' dask-jobqueue
    python docs/cluster/slurm.py 40

Dask's configuration names the certificates, as in dask.yaml, in a home that all nodes see.
"""

from __future__ import annotations

import signal
import sys

from dask_jobqueue import SLURMCluster
from distributed.security import Security

#: One job is a node's share: so many workers, each with one core and one grading process.
WORKERS = 16


def main(jobs: int) -> None:
    """Start a scheduler here, and so many jobs."""
    cluster = SLURMCluster(
        cores=WORKERS,
        processes=WORKERS,
        memory=f"{2 * WORKERS}GB",  # a submission may take 1 GB, and its grader some more
        walltime="04:00:00",
        protocol="tls://",
        security=Security(require_encryption=True),
        scheduler_options={"dashboard": False},
        worker_extra_args=["--no-dashboard"],
        job_name="autograder",
        # queue="normal", account="...", interface="ib0": what your centre asks for
    )
    cluster.scale(jobs=jobs)
    print(f"autograder grade NAME --scheduler {cluster.scheduler_address}", flush=True)
    signal.pause()


if __name__ == "__main__":
    main(int(sys.argv[1]))
