"""Pictures that are kept in the docs: put beside each other, and small enough for a repository."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

#: As many as text in two themes needs; a palette can hold 256.
MOST_COLOURS = 128
#: Colours look alike that are the same here; of the first kind, one of each stays, however rare.
COARSE, FINE = 0xC0C0C0, 0xF8F8F8
#: The pixels of pictures beside each other, with grey between them, as base64.
DRAW = """async ([pictures, gap]) => {
    const images = await Promise.all(pictures.map(async picture => {
        const image = new Image();
        image.src = `data:image/png;base64,${picture}`;
        await image.decode();
        return image;
    }));
    const width = images.reduce((sum, image) => sum + image.width + gap, -gap);
    const height = Math.max(...images.map(image => image.height));
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.fillStyle = "#888888";
    context.fillRect(0, 0, width, height);
    let x = 0;
    for (const image of images) {
        context.drawImage(image, x, 0);
        x += image.width + gap;
    }
    const { data } = context.getImageData(0, 0, width, height);
    let text = "";
    for (let at = 0; at < data.length; at += 30000) {
        text += String.fromCharCode(...data.subarray(at, at + 30000));
    }
    return [width, height, btoa(text)];
}"""


def keep(browser: Any, folder: Path | None, name: str, *pictures: bytes) -> None:
    """Keep a picture, or several beside each other, if there is a folder for it."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.png").write_bytes(small(_pixels(browser, pictures)))


def small(pixels: np.ndarray) -> bytes:
    """Pixels of the shape (height, width, 3) as a PNG with a palette."""
    height, width, _ = pixels.shape
    numbers = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    colours, which, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    often = colours[np.argsort(-counts, kind="stable")]
    chosen = np.concatenate([_unlike(often, COARSE), _unlike(often, FINE)])
    _, first = np.unique(chosen, return_index=True)
    palette = _parts(chosen[np.sort(first)[:MOST_COLOURS]])
    nearest = [
        np.abs(palette.astype(int) - colour).sum(axis=1).argmin()
        for colour in _parts(colours).astype(int)
    ]
    indices = np.array(nearest, np.uint8)[which].reshape(height, width)
    rows = np.hstack([np.zeros((height, 1), np.uint8), indices])  # 0: rows without a filter
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _unlike(colours: np.ndarray, mask: int) -> np.ndarray:
    """The first of the colours that look alike, in their order."""
    _, first = np.unique(colours & mask, return_index=True)
    return colours[np.sort(first)]


def _parts(colours: np.ndarray) -> np.ndarray:
    """Red, green and blue of colours that are numbers."""
    return np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=-1).astype(np.uint8)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pixels(browser: Any, pictures: Sequence[bytes], gap: int = 12) -> np.ndarray:
    given = [base64.b64encode(picture).decode() for picture in pictures]
    with _page(browser) as page:
        width, height, text = page.evaluate(DRAW, [given, gap])
    found = np.frombuffer(base64.b64decode(text), np.uint8)
    return found.reshape(height, width, 4)[:, :, :3]


@contextmanager
def _page(browser: Any) -> Iterator[Any]:
    page = browser.new_page()
    try:
        yield page
    finally:
        page.close()
