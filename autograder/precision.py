"""How exact a course wants numbers: the key ``precision`` of course.toml."""

from __future__ import annotations

from typing import Literal

#: With "single", what is right to single precision is right, with a remark; with "double", only
#: what is right up to rounding in float64.
Precision = Literal["single", "double"]
SINGLE: Precision = "single"
DOUBLE: Precision = "double"
