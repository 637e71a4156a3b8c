"""Makes digits.npz and held_out.npz: 8 x 8 pictures of strokes, by a formula, with noise."""

from pathlib import Path

import numpy as np

#: The strokes of each kind, as lines between two points in a square of side 1.
STROKES = [
    [(0.2, 0.2, 0.8, 0.2), (0.8, 0.2, 0.8, 0.8), (0.8, 0.8, 0.2, 0.8), (0.2, 0.8, 0.2, 0.2)],
    [(0.5, 0.1, 0.5, 0.9)],
    [(0.2, 0.2, 0.8, 0.8), (0.8, 0.2, 0.2, 0.8)],
    [(0.2, 0.2, 0.8, 0.2), (0.8, 0.2, 0.3, 0.9)],
]


def pictures(rng, count):
    """Pictures with values from 0 to 255, and what each shows."""
    labels = np.arange(count) % len(STROKES)
    rng.shuffle(labels)
    rows, columns = np.mgrid[0.5:8, 0.5:8] / 8
    found = np.zeros((count, 8, 8))
    for picture, label in zip(found, labels, strict=True):
        shift = rng.uniform(-0.08, 0.08, 2)
        for x0, y0, x1, y1 in STROKES[label]:
            for part in np.linspace(0, 1, 12):
                x, y = (1 - part) * np.array([x0, y0]) + part * np.array([x1, y1]) + shift
                near = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 0.008)
                np.maximum(picture, near, out=picture)
        picture += rng.normal(scale=0.12, size=(8, 8))
    return (255 * np.clip(found, 0, 1)).astype(np.uint8).reshape(count, 64), labels


if __name__ == "__main__":
    here = Path(__file__).parent
    generator = np.random.default_rng(18)
    for name, number in (("digits", 160), ("held_out", 120)):
        x, labels = pictures(generator, number)
        np.savez_compressed(here / f"{name}.npz", x=x, labels=labels.astype(np.uint8))
