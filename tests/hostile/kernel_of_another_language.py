# Attempt: says that it is to be run by a shell, so that its cells are commands
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: files
shell = {"name": "bash", "display_name": "Bash", "language": "bash"}
notebook["metadata"] = {"kernelspec": {**shell, "argv": ["touch", "@SHARED@/@MARK@"]}}
notebook["cells"] += [
    {"cell_type": "code", "metadata": {}, "source": source}
    for source in ("touch @SHARED@/@MARK@", "!touch @SHARED@/@MARK@", "%%bash\ntouch @SHARED@/@MARK@")
]
