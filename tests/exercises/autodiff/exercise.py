"""Scalar automatic differentiation: a class, judged through probes."""

import numpy as np

from autograder import Derivative, Exercise, Function, Instance, Mistake


def result(z, **leaves):
    """What an expression is, and its derivatives. With the first one set, these do not depend on
    whether backward sets it."""
    z.grad = 1.0
    z.backward()
    return {"data": z.data, **{name: leaf.grad for name, leaf in leaves.items()}}


def total(Value, p, q):
    x, y = Value(p), Value(q)
    return result(x + y + x + y + 2.5, x=x, y=y)


def product(Value, p, q):
    x, y = Value(p), Value(q)
    return result(x * y * x * y * 1.5, x=x, y=y)


def power(Value, p):
    x = Value(p)
    return result(x**3, x=x)


def rectified(Value, p):
    x, y = Value(p), Value(-p)
    return {"above": result(x.relu(), x=x), "below": result(y.relu(), y=y)}


def squashed(Value, p):
    x = Value(p)
    return result(x.tanh(), x=x)


def difference(Value, p, q):
    x, y = Value(p), Value(q)
    return result(x - y, x=x, y=y)


def quotient(Value, p, q):
    x, y = Value(p), Value(q)
    return result(x / y, x=x, y=y)


def leaves(Value, numbers):
    return [Value(number) for number in numbers]


def output(Value, neuron, w, x, b):
    return neuron(leaves(Value, w), leaves(Value, x), Value(b)).data


def slopes(Value, neuron, w, x, b):
    weights, inputs, bias = leaves(Value, w), leaves(Value, x), Value(b)
    neuron(weights, inputs, bias).backward()
    return {
        "w": np.array([weight.grad for weight in weights]),
        "x": np.array([each.grad for each in inputs]),
        "b": bias.grad,
    }


def numbers(rng, label, n_in):
    """Two numbers for the operators, and a neuron."""
    p, q = rng.uniform(0.4, 1.2, 2)
    return Instance(
        label,
        {
            "p": float(p),
            "q": -float(q),
            "w": rng.normal(size=n_in),
            "x": rng.normal(size=n_in),
            "b": float(rng.normal()),
        },
        {"n_in": n_in},
    )


exercise = Exercise(
    title="A scalar that knows its derivatives",
    functions=[
        Function("Value.__add__", {"values": 1, "hidden": 1}, probe=total),
        Function("Value.__mul__", {"values": 1, "hidden": 1}, probe=product),
        Function("Value.__pow__", {"values": 1, "hidden": 1}, probe=power),
        Function("Value.relu", {"values": 1, "hidden": 1}, probe=rectified),
        Function("Value.tanh", {"values": 1, "hidden": 1}, probe=squashed),
        Function("Value.__sub__", {"values": 1, "hidden": 1}, probe=difference),
        Function("Value.__truediv__", {"values": 1, "hidden": 1}, probe=quotient),
        Function("neuron", {"values": 1, "hidden": 1}, probe=output),
        Function(
            "Value.backward",
            {"values": 2, "gradient": 2, "hidden": 2},
            probe=slopes,
            derivative=Derivative("neuron", by=("w", "x", "b")),
        ),
    ],
    visible=[numbers(np.random.default_rng(4), "two inputs", 2)],
    draw=lambda rng: [numbers(rng, "three inputs", 3), numbers(rng, "one input", 1)],
    mistakes=[
        Mistake(
            "add-overwrites",
            "Value.__add__",
            "self.grad += out.grad",
            "self.grad = out.grad",
            "It overwrites the derivative of a value that is used twice: add to it.",
        ),
        Mistake(
            "product-slope",
            "Value.__mul__",
            "self.grad += other.data * out.grad",
            "self.grad += self.data * out.grad",
            "The derivative of a product with respect to a factor is the other factor.",
        ),
        Mistake(
            "product-overwrites",
            "Value.__mul__",
            "self.grad += other.data",
            "self.grad = other.data",
            "It overwrites the derivative of a value that is used twice: add to it.",
        ),
        Mistake(
            "no-exponent",
            "Value.__pow__",
            "exponent * self.data",
            "self.data",
            "The exponent is missing from the derivative.",
        ),
        Mistake(
            "slope-everywhere",
            "Value.relu",
            "(self.data > 0) * out.grad",
            "out.grad",
            "Below 0 the derivative is 0.",
        ),
        Mistake(
            "tanh-of-slope",
            "Value.tanh",
            "1 - out.data**2",
            "1 - self.data**2",
            "The derivative of tanh is 1 - tanh(x)**2.",
        ),
        Mistake(
            "reversed",
            "Value.__sub__",
            "self + other * -1",
            "other + self * -1",
            "Self comes first.",
        ),
        Mistake(
            "upside-down",
            "Value.__truediv__",
            "self * other**-1",
            "other * self**-1",
            "Self is divided by other.",
        ),
        Mistake(
            "no-order",
            "Value.backward",
            """                for parent in value.parents:
                    visit(parent)
                order.append(value)
""",
            """                order.insert(0, value)
                for parent in value.parents:
                    visit(parent)
""",
            "A value pushes before all that is computed from it has: sort topologically.",
        ),
        Mistake(
            "no-start",
            "Value.backward",
            "        self.grad = 1.0\n",
            "",
            "The derivative of a number with respect to itself is 1.",
        ),
        Mistake(
            "no-gate", "neuron", "total * total.tanh()", "total.tanh()", "The gate is missing."
        ),
    ],
)
