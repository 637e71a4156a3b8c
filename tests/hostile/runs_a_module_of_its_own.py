# Attempt: files of its own under the names of modules that the grader, its worker or nbgrader import
#    later, in every folder that it may write to and beside the answer
# Kind: folder
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: files
harm = "open('@SHARED@/@MARK@', 'w').close()\nraise SystemExit('shadowed')\n"
NAMES = (
    "random datetime heapq bisect statistics typing traceback collections enum contextlib threading "
    "sqlite3 dateutil sqlalchemy rich jinja2 nbformat nbconvert jupytext traitlets autograder"
).split()
for name in NAMES:
    (folder / f"{name}.py").write_text(harm)
answer = folder / f"{NAME}.ipynb"
import json

notebook = json.loads(answer.read_text())
notebook["cells"].append({
    "cell_type": "code", "execution_count": None, "id": "modules", "metadata": {}, "outputs": [],
    "source": f"""import os, sys
for name in {NAMES!r}:
    try:
        with open(f"/scratch/{{name}}.py", "w") as file:
            file.write({harm!r})
    except OSError:
        pass
sys.path[:0] = ["/scratch", "", os.getcwd()]
"""})
answer.write_text(json.dumps(notebook))
