"""Scripts that are odd and legal. What Python itself makes of each is the truth.

Each is bytes; ``@ANSWERS@`` stands for right answers, from ``import numpy as np`` on.
"""

from __future__ import annotations

import textwrap

_ANSWERS = '''import numpy as np


# %% sigmoid
def sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)


# %% loss
def loss(y, t):
    """The mean squared error."""
    return float(np.mean((y - t) ** 2))


# %% update
def update(params, grads, lr):
    return {k: v - lr * grads[k] for k, v in params.items()}
'''
_ONE_CELL = _ANSWERS.replace("# %%", "#")


def _above(*lines: str, answers: str = _ANSWERS) -> bytes:
    return ("\n".join(lines) + "\n" + answers).encode()


def _printing(*lines: str) -> bytes:
    """Answers that print, below what sets up where to."""
    return _above(*lines, answers=_ANSWERS.replace("    return", "    print('é')\n    return"))


SCRIPTS: dict[str, bytes] = {
    "right": _ANSWERS.encode(),
    "one_cell": _ONE_CELL.encode(),
    "byte_order_mark": b"\xef\xbb\xbf" + _ANSWERS.encode(),
    "windows_lines": _ANSWERS.replace("\n", "\r\n").encode(),
    "old_mac_lines": _ONE_CELL.replace("\n", "\r").encode(),
    "tabs_and_form_feeds": _ANSWERS.replace("    ", "\t").replace("# %%", "\f\n# %%").encode(),
    "latin_1": ("# coding: latin-1\nword = 'é'\nassert len(word) == 1\n" + _ANSWERS).encode("latin-1"),
    "windows_1252": (
        "#!/usr/bin/env python\n# -*- coding: windows-1252 -*-\ncost = '5 €'\n" + _ANSWERS
    ).encode("cp1252"),
    "latin_1_that_is_utf_8": ("# vim: set fileencoding=latin-1 :\nword = 'é'\n" + _ANSWERS).encode(),
    "latin_1_undeclared": ("word = 'é'\n" + _ANSWERS).encode("latin-1"),
    "future": _above(
        '"""Text."""',
        "from __future__ import annotations",
        answers=_ANSWERS.replace("(y, t)", "(y: Undefined, t: Undefined)"),
    ),
    "no_future": _above("", answers=_ONE_CELL.replace("(y, t)", "(y: Undefined, t: Undefined)")),
    "main": ("import numpy as np\nif __name__ == '__main__':\n" + textwrap.indent(_ONE_CELL, "    ")).encode(),
    "main_with_arguments": _ANSWERS.encode() + b'''
# %%
if __name__ == "__main__":
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    epochs = parser.parse_args().epochs
    right = loss

    def loss(y, t):
        return right(y, t) * epochs / 3
''',
    "imports_itself": _above(
        "import __main__, sys",
        "assert sys.modules[__name__] is __main__",
        "__main__.two = 2",
        "assert two == 2",
    ),
    "data_classes": _above(
        "from __future__ import annotations",
        "import typing",
        "from dataclasses import dataclass, field",
        "@dataclass(slots=True)",
        "class Step:",
        "    size: Step | None = None",
        "    all: list[float] = field(default_factory=list)",
        "assert typing.get_type_hints(Step)",
    ),
    "own_folder": _above(
        "import os, pathlib",
        "os.chdir(os.path.dirname(os.path.abspath(__file__)))",
        "assert pathlib.Path(__file__).suffix == '.py'",
    ),
    "star_imports": _above(
        "from math import *",
        "from numpy import *",
        answers=_ANSWERS.replace("import numpy as np", "").replace("np.", ""),
    ),
    "reconfigures": _printing("import sys", "sys.stdout.reconfigure(encoding='utf-8')", "print('é')"),
    "reconfigures_all": _printing(
        "import sys",
        "for stream in (sys.stdout, sys.stderr):",
        "    stream.reconfigure(encoding='utf-8', errors='replace', line_buffering=True)",
    ),
    "wraps": _printing(
        "import io, sys",
        "sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8')",
    ),
    "detaches": _printing(
        "import io, sys", "sys.stdout = io.TextIOWrapper(sys.stdout.detach(), encoding='utf-8')"
    ),
    "writes_codecs": _printing(
        "import codecs, sys", "sys.stdout = codecs.getwriter('utf-8')(sys.stdout.buffer)"
    ),
    "keeps_what_it_prints": _printing("import io, sys", "sys.stdout = kept = io.StringIO()"),
    "prints_nowhere": _printing("import os, sys", "sys.stdout = open(os.devnull, 'w')"),
    "closes": _printing("import sys", "sys.stdout.close()"),
    "logs": _printing(
        "import logging, sys",
        "logging.basicConfig(stream=sys.stdout, level=logging.INFO)",
        "logging.info('begins')",
    ),
    "unicode": _ANSWERS.replace("def loss", "σ = 1\ndef lo\N{LATIN SMALL LETTER LONG S}s").encode(),
    "modern": _above(
        "def size(a: list | None, *, b: int | str = 1) -> tuple[int, ...]:",
        "    match b:",
        "        case int() if (n := b): return (n,)",
        "    return ()",
        "assert size([]) == (1,)",
    ),
}  # fmt: skip

#: What nbconvert, Colab and older versions write: Python runs none of it, IPython does.
EXPORTED: dict[str, bytes] = {
    "nbconvert": _above(
        "#!/usr/bin/env python",
        "# coding: utf-8",
        "# In[ ]:",
        "get_ipython().run_line_magic('env', 'A=1')",
        "get_ipython().system('true')",
        "get_ipython().run_line_magic('pinfo', 'print')",
        "files = get_ipython().getoutput('true')",
        "assert isinstance(files, list)",
        "display(files)",
        "# In[2]:",
        "get_ipython().run_cell_magic('time', '', 'one = 1\\ntwo = 2\\n')",
        "assert (one, two) == (1, 2)",
        "get_ipython().run_cell_magic('bash', '', 'exit 0\\n')",
        "# In[3]:",
        answers=_ANSWERS.replace("# %%", "# In[ ]: #").replace(" #", "\n#"),
    ),
    "nbconvert_with_an_answer_in_a_magic": _ANSWERS.partition("# %% loss")[0].encode()
    + b"get_ipython().run_cell_magic('time', '', 'def loss(y, t):\\n"
    b"    return float(np.mean((y - t) ** 2))\\n')\n"
    + b"# %% update\n"
    + _ANSWERS.partition("# %% update\n")[2].encode(),
    "nbconvert_with_a_cell_that_fails": _above("# In[ ]:", "x = (", "# In[ ]:"),
}
