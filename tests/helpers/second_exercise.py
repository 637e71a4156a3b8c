"""A second exercise, of another shape than the course's own."""

from __future__ import annotations

from tests.conftest import ROOT

NAME = "softmax_regression"
FOLDER = ROOT / "tests" / "exercises" / NAME
