# Attempt: functions in functions, ninety deep, above thousands of statements; a grader that compares
#    each with what was handed out writes these down ninety times
# Kind: folder
# Base: solution
# Score: exactly 23
# Fails: none
# Says: problems "which has other work in it"
# Canary: memory
nested = "".join(" " * at + f"def f{at}():\n" for at in range(90)) + " " * 90 + "0;" * 40_000
(folder / f"{NAME}.py").write_text("\n\n".join(f"# %%\n{nested}0\n" for _ in range(4)))
