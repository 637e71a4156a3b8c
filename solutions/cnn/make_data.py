"""Makes digits.npz and held_out.npz from the handwritten digits that come with scikit-learn: one
thousand pictures for students, and the others, which nobody is given. The rows are those of
solutions/classifier, so that no exercise hands out what another one holds back. Needs
scikit-learn."""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

#: How many pictures students get.
GIVEN = 1000

if __name__ == "__main__":
    here = Path(__file__).parent
    found = load_digits()
    order = np.random.default_rng(20).permutation(len(found.target))
    for name, rows in (("digits", order[:GIVEN]), ("held_out", order[GIVEN:])):
        np.savez_compressed(
            here / f"{name}.npz",
            x=found.images[rows][:, None] / 16,
            labels=found.target[rows].astype(np.int64),
        )
