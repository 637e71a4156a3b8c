# %% [markdown]
# # A scalar that knows its derivatives
#
# A `Value` is a number that remembers how it was computed. Write the operators and `backward`;
# then any expression of values can be differentiated.

# %%
import math

from autograder import check


# %%
class Value:
    """A number, and the derivative of a later one with respect to it.

    data  float
    grad  float: 0.0 until backward was called on what was computed from it
    """

    def __init__(self, data, parents=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = parents
        # Adds what self.grad says to the grad of the parents.
        self.push = lambda: None

    def __add__(self, other):
        """Self + other; other is a Value or a number."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out
        ### END SOLUTION

    def __mul__(self, other):
        """Self * other; other is a Value or a number."""
        ### BEGIN SOLUTION
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def push():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out.push = push
        return out
        ### END SOLUTION

    def __pow__(self, exponent):
        """Self ** exponent; exponent is a number."""
        ### BEGIN SOLUTION
        out = Value(self.data**exponent, (self,))

        def push():
            self.grad += exponent * self.data ** (exponent - 1) * out.grad

        out.push = push
        return out
        ### END SOLUTION

    def relu(self):
        """Self where it is above 0, and 0 elsewhere."""
        ### BEGIN SOLUTION
        out = Value(max(0.0, self.data), (self,))

        def push():
            self.grad += (self.data > 0) * out.grad

        out.push = push
        return out
        ### END SOLUTION

    def tanh(self):
        """The hyperbolic tangent of self."""
        ### BEGIN SOLUTION
        out = Value(math.tanh(self.data), (self,))

        def push():
            self.grad += (1 - out.data**2) * out.grad

        out.push = push
        return out
        ### END SOLUTION

    def __sub__(self, other):
        """Self - other; other is a Value or a number."""
        ### BEGIN SOLUTION
        return self + other * -1
        ### END SOLUTION

    def __truediv__(self, other):
        """Self / other; other is a Value."""
        ### BEGIN SOLUTION
        return self * other**-1
        ### END SOLUTION

    def backward(self):
        """Set grad of everything that self was computed from, and self.grad to 1."""
        ### BEGIN SOLUTION
        order, seen = [], set()

        def visit(value):
            if value not in seen:
                seen.add(value)
                for parent in value.parents:
                    visit(parent)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            value.push()
        ### END SOLUTION


# %%
check(Value.__add__)

# %%
check(Value.__mul__)

# %%
check(Value.__pow__)

# %%
check(Value.relu)

# %%
check(Value.tanh)

# %%
check(Value.__sub__)

# %%
check(Value.__truediv__)


# %%
def neuron(weights, inputs, bias):
    """The output z tanh(z) of a gated neuron, where z = w1 x1 + w2 x2 + ... + bias.

    weights, inputs  lists of Value
    bias             Value
    returns          Value
    """
    ### BEGIN SOLUTION
    total = bias
    for weight, value in zip(weights, inputs, strict=True):
        total = total + weight * value
    return total * total.tanh()
    ### END SOLUTION


# %%
check(neuron)

# %%
check("Value.backward")
