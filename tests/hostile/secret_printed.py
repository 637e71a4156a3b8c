# Attempt: prints what it reads, at the top of the file and in a function, and raises besides
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: secret files
try:
    print(open("@SECRET@").read())
except OSError:
    pass


def train(params, x, t, lr, epochs):
    text = open("@SECRET@").read()
    print(text)
    raise ValueError("".join(f"\\x{ord(letter):02x}" for letter in text))
