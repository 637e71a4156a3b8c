# Attempt: files beside the answer whose names are escapes, markup, options and other folders
# Kind: folder
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: text files
for name in (
    "\x1b[2J\x1b]0;owned\x07.txt",
    "a\nmallory  20 of 20\n.txt",
    "<img src=x onerror=alert(1)>.svg",
    "--force",
    "\u202etxt.exe",
    "..%2f..%2fcourse.key",
    "x" * 255,
    ".nbgrader.log",
):
    (folder / name).write_text("x")
import os

with open(os.fsencode(folder) + b"/\xff\xfe.txt", "w") as stream:
    stream.write("x")
