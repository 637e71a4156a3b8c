"""What an exercise can begin like: each is a folder of ``templates/``."""

from __future__ import annotations

from collections.abc import Mapping

#: What each of them is, for an author.
KINDS: Mapping[str, str] = {
    "linear": "one linear layer",
    "mlp": "a network of any depth, with a list of layers for parameters",
    "layers": "two layers, each with a backward from dout",
    "class": "a class with two operators, judged through probes",
    "debug": "code with two mistakes to find",
}
#: The smallest one: what an exercise begins like that nobody said more of.
USUAL = "linear"
