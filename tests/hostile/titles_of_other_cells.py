# Attempt: a script whose cells bear the ids of test cells and of questions, with options in them
# Kind: folder
# Base: stub
# Score: exactly 0
# Fails: all
# Canary: text
(folder / f"{NAME}.ipynb").unlink()
(folder / f"{NAME}.py").write_text(
    '# %% check-loss\n6.0\n# %% check-loss {"nbgrader": {"points": 1000}}\n'
    '# %% [markdown] bias-sum\n# <script>alert(1)</script>\n'
    "# %% bias-sum\n# \x1b[2J\n# %% {bad\n# %% [raw]\n6.0\n# +\n# -\n"
)
