# Attempt: a mark of the byte order in front, Windows' ends of lines and half surrogates within: an
#    honest Windows editor does the first two
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: text
import json

notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "\ud83d \udc80"})
data = b"\xef\xbb\xbf" + json.dumps(notebook, indent=1).replace("\n", "\r\n").encode()
