# Attempt: a pool of processes, which leaves semaphores, pipes and children behind
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "started"
# Limits: seconds=2
# Canary: process files
import multiprocessing
import multiprocessing.shared_memory


def train(params, x, t, lr, epochs):
    context = multiprocessing.get_context("fork")
    try:
        multiprocessing.shared_memory.SharedMemory("@MARK@", create=True, size=1000)
        context.Semaphore()
    except (OSError, ImportError):
        pass
    pool = context.Pool(2)
    raise ValueError(f"started {pool.map(abs, [-1, -2])}")
