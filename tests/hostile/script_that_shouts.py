# Attempt: a script that claims in comments and strings to define every function, so that it is
#    taken in place of the notebook; its own loss
# Kind: folder
# Base: solution
# Score: at most 23
# Fails: none
# May fail: all
# Canary: none
names = ("sigmoid", "sigmoid_derivative", "forward", "loss", "backward", "update", "train")
(folder / f"{NAME}.py").write_text("".join(f"# def {name}(\n" for name in names) * 2)
