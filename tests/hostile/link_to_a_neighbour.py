# Attempt: hands in a link to what somebody else handed in
# Kind: folder
# Base: stub
# Score: exactly 0
# Fails: all
# Says: problems "it is a link"
# Canary: neighbour files
(folder / f"{NAME}.ipynb").unlink()
(folder / f"{NAME}.ipynb").symlink_to(f"@NEIGHBOUR@/{NAME}.py")
(folder / f"{NAME}.py").symlink_to(f"@NEIGHBOUR@/{NAME}.py")
