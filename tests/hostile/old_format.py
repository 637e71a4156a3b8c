# Attempt: the format of ten years ago, which nbformat would convert by running its own code
# Kind: notebook
# Base: solution
# Score: exactly 0
# Fails: all
# Says: problems "old format"
# Canary: none
notebook["nbformat"] = 3
notebook["worksheets"] = [{"cells": notebook.pop("cells"), "metadata": {}}]
