"""The tests. One thread of BLAS for all of them, which has to be said before numpy is loaded: on
arrays of this size a second one costs minutes, and gains nothing."""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"
