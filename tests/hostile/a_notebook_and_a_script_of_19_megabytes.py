# Attempt: a large notebook and a large script, both of which are read before one is chosen
# Kind: folder
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: memory
import json
path = folder / f"{NAME}.ipynb"
large = json.loads(path.read_text())
large["cells"][0]["outputs"] = ["\U0001f600" + "x" * 18_000_000]
path.write_text(json.dumps(large, ensure_ascii=False))
(folder / f"{NAME}.py").write_text("# " + "x" * 19_000_000 + "\n")
