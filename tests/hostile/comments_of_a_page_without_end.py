# Attempt: comments of a web page that is none: in how many ways can they be taken apart
# Kind: notebook
# Base: solution
# Score: exactly 0
# Fails: all
# Says: problems "not a notebook"
# Canary: none
data = b"<!---->" * 100 + b"x"
