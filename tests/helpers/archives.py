"""ZIP archives with small files in them."""

from __future__ import annotations

import io
import zipfile


def archive(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return data.getvalue()
