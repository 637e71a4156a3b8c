# Attempt: modules beside the answer with the names of what the grader imports, and files that
#    Python or its tools run by themselves
# Kind: folder
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: files
harm = "open('@SHARED@/@MARK@', 'w').close()\nraise SystemExit('shadowed')\n"
for name in ("numpy", "json", "msgspec", "sitecustomize", "usercustomize", "conftest", "inspect"):
    (folder / f"{name}.py").write_text(harm)
(folder / "mine.pth").write_text("import sys; open('@SHARED@/@MARK@', 'w').close()\n")
(folder / "autograder").mkdir()
(folder / "autograder" / "__init__.py").write_text(harm)
(folder / "nbgrader_config.py").write_text(harm)
(folder / "jupyter_config.py").write_text(harm)
(folder / "course.toml").write_text('id = "mine"\n')
