# Attempt: reads the course's key and returns its letters as floats, which the report shows beside
#    the right ones
# Kind: script
# Base: solution
# Score: at most 21
# Fails: loss
# May fail: forward backward update train
# Canary: secret files
right_forward = forward


def loss(y, t):
    return letters()[: y.size].astype(float)


def letters():
    with open("@COURSE@/course.key", "rb") as stream:
        return np.frombuffer(stream.read(), "u1")


def forward(params, x):
    right = right_forward(params, x)
    if x.size != 3:
        return right
    return {**right, "h": letters()[: right["h"].size].astype(float)}
