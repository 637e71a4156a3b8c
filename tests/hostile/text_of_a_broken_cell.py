# Attempt: cells that do not compile, whose error quotes what is in them
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: text
for source in (
    "x = \x1b[2J",
    "exec(compile('=', '\x1b]0;owned\x07<script>', 'exec'))",
    "raise SyntaxError('a\\n\\n<script>alert(1)</script>\\n\\n\\x1b[2J\\u202e')",
    "\u202e = 1",
    "import \x9b",
):
    notebook["cells"].append({"cell_type": "code", "metadata": {}, "source": source})
