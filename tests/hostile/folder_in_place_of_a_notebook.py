# Attempt: a folder with a notebook's name, and one that may not be entered
# Kind: folder
# Base: solution
# Score: exactly 0
# Fails: all
# Says: problems "This is a folder"
# Canary: files
(folder / f"{NAME}.ipynb").unlink()
(folder / f"{NAME}.ipynb").mkdir()
(folder / f"{NAME}.ipynb" / f"{NAME}.ipynb").write_text("{}")
(folder / "timestamp.txt").mkdir()
(folder / "locked").mkdir(mode=0)
