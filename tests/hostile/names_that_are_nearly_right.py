# Attempt: hundreds of names that are nothing, each nearly one of thousands that are: a grader that
#    looks for what is meant compares all with all
# Kind: notebook
# Base: solution
# Score: at most 20
# Fails: backward
# May fail: train
# Canary: memory
def add(source):
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    notebook["cells"].append({**cell, "source": source})


wrong = "".join(f"    abcdegf_{at}\n" for at in range(500))
add(f"def backward(params, activations, x, t):\n{wrong}")
for at in range(20):
    add(" = ".join(f"abcdefg_{at}_{number}" for number in range(2_000)) + " = 0")
