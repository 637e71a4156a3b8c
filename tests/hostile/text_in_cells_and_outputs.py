# Attempt: markup and escapes in cells, outputs, attachments and metadata of the notebook, which
#    feedback is made of
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: text
markup = "<script>alert(1)</script>\x1b[2J\u202e"
notebook["metadata"]["title"] = markup
notebook["metadata"]["kernelspec"] = {"name": markup, "display_name": markup, "language": markup}
output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": markup}}
for cell in notebook["cells"]:
    cell["metadata"][markup] = markup
    if cell["cell_type"] == "code":
        cell["outputs"] = [output, {"output_type": "stream", "name": "stdout", "text": markup}]
notebook["cells"].append(
    {"cell_type": "code", "metadata": {}, "source": f"# {markup}", "outputs": [output]}
)
