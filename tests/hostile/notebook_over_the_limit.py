# Attempt: a notebook of 55 MB, nearly all of it in what is not graded, with as large a picture as
#    is kept, twenty thousand broken ones, and as many that are nowhere
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: memory
notebook["metadata"]["x"] = "x" * 25_000_000
notebook["cells"][1]["outputs"] = [{"data": {"image/png": "x" * 10_000_000}}]
for source, attached in (
    ("![x](attachment:x)", {"x": {"image/png": "A" * 19_000_000}}),
    (
        " ".join(f"![x](attachment:n{number})" for number in range(20_000)),
        {f"{number}.png": None for number in range(20_000)},
    ),
):
    notebook["cells"].append(
        {"cell_type": "markdown", "metadata": {}, "source": source, "attachments": attached}
    )
