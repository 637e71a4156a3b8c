# Attempt: keys of a subclass of str that equal and hash as they like, with right numbers: they keep
#    their points
# Kind: script
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: none
class Name(str):
    def __str__(self):
        return "another"

    __repr__ = __format__ = __str__


right_update, right_forward = update, forward


def forward(params, x):
    return {Name(str.__str__(key)): value for key, value in right_forward(params, x).items()}


def update(params, grads, lr):
    return {Name(str.__str__(key)): value for key, value in right_update(params, grads, lr).items()}
